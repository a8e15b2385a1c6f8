import { words } from '../../lib/words/lang.svelte';

export const v = words({
	label: { zh: '指挥板（大屏）', en: 'Command board (wall)' },
	full: { zh: '全屏', en: 'Full screen' },
	desk: { zh: '回到桌面模式', en: 'Back to the desk board' },
	pause: { zh: '停止轮换', en: 'Stop turning' },
	turn: { zh: '开始轮换', en: 'Turn by itself' },
	next: { zh: '下一屏', en: 'Next screen' },
	page: { zh: '第 {n}/{of} 屏', en: '{n} of {of}' },
	live: { zh: '实时', en: 'Live' },
	read_at: { zh: '{at} 的情况', en: 'as of {at}' },
	out: { zh: '超时 {n}', en: '{n} out' },
	near: { zh: '将到期 {n}', en: '{n} due in 1 h' },
	none: { zh: '无', en: 'none' },
	no_one: { zh: '无人', en: 'nobody' },
	clocks: { zh: '时限', en: 'Clocks' },
	warnings: { zh: '预警', en: 'Warnings' },
	unheard: { zh: '{n} 未确认', en: '{n} unheard' },
	not_heard: { zh: '未确认：{title}', en: 'Unheard: {title}' },
	units: { zh: '单位', en: 'Units' },
	sources: { zh: '静默', en: 'Silent' },
	duty: { zh: '值班', en: 'Duty' },
});
