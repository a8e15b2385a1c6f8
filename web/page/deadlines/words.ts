import { words } from '../../lib/words/lang.svelte';

export const w = words({
	title: { zh: '上报期限', en: 'Deadlines of reports upward' },
	table: { zh: '应上报事项，先到期的在前', en: 'Duties to report, the soonest first' },
	which: { zh: '显示哪些', en: 'Which are shown' },
	all: { zh: '全部 {n}', en: 'All {n}' },
	none: { zh: '没有待上报事项。', en: 'Nothing is to be reported.' },
	none_so: { zh: '没有这种状态的事项。', en: 'None in this state.' },
	more: { zh: '仅列出最先到期的 {n} 项。', en: 'Only the {n} soonest are shown.' },
	due: { zh: '期限', en: 'Due' },
	duty: { zh: '事项', en: 'Duty' },
	rule: { zh: '制度与阶段', en: 'Regime and stage' },
	recipient: { zh: '接收机关', en: 'Recipient' },
	case: { zh: '案件', en: 'Case' },
	no_number: { zh: '立即', en: 'at once' },
	no_number_why: { zh: '法规未给出时限，报出之前不算按时', en: 'the law gives no number: not in time before it is sent' },
	left: { zh: '还有 {span}', en: '{span} left' },
	over: { zh: '已超 {span}', en: '{span} over' },
	mandatory: { zh: '必须上报', en: 'mandatory' },
	act: { zh: '办理', en: 'Act' },
	print: { zh: '打印', en: 'Print' },
	as_of: { zh: '截至 {at}', en: 'As of {at}' },
	regimes: { zh: '上报制度', en: 'Reporting regimes' },
	place: { zh: '法域', en: 'Jurisdiction' },
	own: { zh: '预案自身', en: 'the plan itself' },
	optional: { zh: '可不上报', en: 'may be waived' },
	counts_not: { zh: '未经法制审核确认，期限不计', en: 'not confirmed by the legal officer: it does not count yet' },
});

/* What the board says of a duty; the order is that of urgency. */
export const states = words({
	missed: { zh: '已逾期', en: 'missed' },
	at_once: { zh: '立即上报', en: 'at once' },
	running: { zh: '计时中', en: 'running' },
	unconfirmed: { zh: '待确认', en: 'unconfirmed' },
	sent: { zh: '已报待回执', en: 'sent, no receipt' },
});
