import { words } from '../../lib/words/lang.svelte';

export const b = words({
	title: { zh: '指挥板', en: 'Command board' },
	wall: { zh: '大屏模式', en: 'Wall mode' },
	level: { zh: '级别', en: 'Level' },
	sum: { zh: '合计', en: 'All' },
	case: { zh: '案件', en: 'Case' },
	unit: { zh: '单位', en: 'Unit' },
	phase: { zh: '阶段', en: 'Phase' },
	next: { zh: '下一时限', en: 'Next clock' },
	cell: { zh: '{level}，{phase}：{n} 件', en: '{level}, {phase}: {n}' },
	all_clocks: { zh: '还有 {n} 项在走', en: '{n} more run' },
	show_all: { zh: '显示前 {n} 件', en: 'Show the first {n}' },
	show_few: { zh: '收起', en: 'Show fewer' },
});
