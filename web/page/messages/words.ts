import { words } from '../../lib/words/lang.svelte';

export const w = words({
	title: { zh: '对外消息', en: 'Messages' },
	note: { zh: '凡离开本系统的消息，连同历次发送的结果。每 5 秒更新。', en: 'Everything that leaves the house, with what became of each try. Every 5 seconds.' },
	ways: { zh: '渠道', en: 'Channels' },
	ways_none: { zh: '没有配置对外渠道：只经门户和电话通知单告知。', en: 'No channel is set up: units are told by the portal and the call list alone.' },
	test_all: { zh: '逐个测试', en: 'Test each' },
	tested: { zh: '已发出 {n} 条测试消息', en: 'Test messages sent: {n}' },
	tested_none: { zh: '没有配置测试收件人，未发测试消息', en: 'No recipient for tests is set up: nothing was sent' },
	waiting_n: { zh: '待发 {n}', en: 'waiting {n}' },
	sending_n: { zh: '发送中 {n}', en: 'sending {n}' },
	failed_n: { zh: '失败 {n}', en: 'failed {n}' },
	sent_at: { zh: '最近送出', en: 'Last sent' },
	never: { zh: '尚未送出过', en: 'nothing sent yet' },
	trouble_at: { zh: '最近故障', en: 'Last trouble' },
	hold: { zh: '停用', en: 'Hold' },
	hold_it: { zh: '停用渠道“{name}”', en: "Hold the channel '{name}'" },
	hold_text: { zh: '停用后，经此渠道的消息都留在待发队列，直到恢复；预警的时限照常计算。现有待发 {n} 条。', en: 'While it is held, whatever would leave by it waits until it is resumed, and the clocks of warnings run on. {n} are waiting now.' },
	reason: { zh: '理由', en: 'Reason' },
	reason_wanted: { zh: '请填写理由', en: 'Say why' },
	held: { zh: '渠道“{name}”已停用', en: "The channel '{name}' is held" },
	give_up: { zh: '放弃待发', en: 'Give up' },
	give_up_it: { zh: '放弃渠道“{name}”的待发消息', en: "Give up what waits for '{name}'" },
	give_up_text: { zh: '此渠道已不在配置中。将其写回渠道文件并重新载入，消息即继续发送。放弃则消息记为失败，告知办公室；预警改用单位的下一联络方式。待发 {n} 条，一次至多放弃 200 条。', en: 'The channels file does not name this channel any more. Once it does again, and is read, the messages go on. Given up, they are failed: the Office is told, and a warning goes to the next contact of the unit. Waiting: {n}; at most 200 are given up at once.' },
	given_up: { zh: '已放弃 {n} 条', en: 'Given up: {n}' },
	resume: { zh: '恢复', en: 'Resume' },
	resumed: { zh: '渠道“{name}”已恢复', en: "The channel '{name}' is open again" },

	list: { zh: '消息，新的在前', en: 'Messages, the newest first' },
	state: { zh: '状态', en: 'State' },
	channel: { zh: '渠道', en: 'Channel' },
	of: { zh: '关于的记录（编号）', en: 'About the record (number)' },
	find: { zh: '查找', en: 'Find' },
	clear: { zh: '清除', en: 'Clear' },
	made: { zh: '产生于', en: 'Written' },
	to: { zh: '收件人', en: 'To' },
	about: { zh: '关于', en: 'About' },
	tries: { zh: '发送次数', en: 'Tries' },
	next: { zh: '下次 {at}', en: 'next {at}' },
	none: { zh: '没有这样的消息。', en: 'No such message.' },
	older: { zh: '更早的', en: 'Older' },
	newest: { zh: '回到最新', en: 'Back to the newest' },
	look: { zh: '查看', en: 'Look' },

	message: { zh: '消息 {n}', en: 'Message {n}' },
	letter_none: { zh: '没有信件正文。', en: 'It has no letter.' },
	letter_zh: { zh: '中文', en: 'In Chinese' },
	letter_en: { zh: '英文', en: 'In English' },
	files: { zh: '附件', en: 'Enclosed' },
	attempts: { zh: '历次发送', en: 'Every try' },
	attempts_none: { zh: '尚未发送过。', en: 'It has not been tried.' },
	at: { zh: '时间', en: 'When' },
	address: { zh: '地址', en: 'Address' },
	result: { zh: '结果', en: 'Result' },
	answer: { zh: '对方答复', en: 'Answer' },
	key: { zh: '去重标识', en: 'Key by which a repeat is dropped' },
	retry: { zh: '立即重发', en: 'Try again now' },
	retried: { zh: '已排入重发', en: 'It is due now' },
	the_office: { zh: '办公室', en: 'the Office' },
	record_all: { zh: '此记录的全部消息', en: 'All messages about it' },
});

/* The order is that in which one wants to know. */
export const states = words({
	failed: { zh: '失败', en: 'failed' },
	waiting: { zh: '待发', en: 'waiting' },
	sending: { zh: '发送中', en: 'sending' },
	sent: { zh: '已送出', en: 'sent' },
	done: { zh: '已告知', en: 'done' },
	dropped: { zh: '已撤下', en: 'dropped' },
});
export const channel_states = words({
	open: { zh: '畅通', en: 'open' },
	trouble: { zh: '故障', en: 'trouble' },
	held: { zh: '已停用', en: 'held' },
	off: { zh: '未启用', en: 'off' },
});
export const channel_kinds = words({
	mail: { zh: '邮件服务器', en: 'mail server' },
	webhook: { zh: '网络推送', en: 'webhook' },
	command: { zh: '本地程序', en: 'program' },
	none: { zh: '未配置', en: 'not configured' },
});
export const results = words({
	sent: { zh: '收下', en: 'taken' },
	refused: { zh: '拒收', en: 'refused' },
	trouble: { zh: '渠道故障', en: 'trouble of the channel' },
	bounced: { zh: '退回', en: 'came back' },
	delayed: { zh: '延迟', en: 'delayed' },
	delivered: { zh: '已投递', en: 'delivered' },
});
export const channel_words = words({
	portal: { zh: '门户', en: 'portal' },
	call: { zh: '电话通知单', en: 'call list' },
	exercise: { zh: '演练（不外发）', en: 'exercise, nothing leaves' },
	public: { zh: '公开页面', en: 'public page' },
});
export const organs = words({
	'organ:office': { zh: '办公室', en: 'the Office' },
	'organ:leading_group': { zh: '领导小组', en: 'the Leading Group' },
	test: { zh: '测试', en: 'the test' },
});
