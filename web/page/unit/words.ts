import { words } from '../../lib/words/lang.svelte';

export const w = words({
	title: { zh: '本单位', en: 'Our unit' },
	report: { zh: '报告事件', en: 'Report an incident' },
	hide: { zh: '收起', en: 'Put the form away' },
	taskings: { zh: '任务', en: 'Taskings' },
	warnings: { zh: '预警', en: 'Warnings' },
	bulletins: { zh: '待签收的通报', en: 'Bulletins to read' },
	no_bulletins: { zh: '没有待签收的通报。', en: 'No bulletin is waiting to be read.' },
	late: { zh: '逾期', en: 'late' },
	edition_n: { zh: '第 {n} 版', en: 'edition {n}' },
	cases: { zh: '涉及本单位的案件', en: 'Cases that concern us' },
	reports: { zh: '我们的报告', en: 'Our reports' },
	due: { zh: '到期事项', en: 'What is due' },
	receipt: { zh: '签收号', en: 'Receipt' },
	no_taskings: { zh: '没有待办任务。', en: 'No tasking is open.' },
	no_warnings: { zh: '没有待确认的预警。', en: 'No warning is waiting.' },
	no_cases: { zh: '没有未结案件。', en: 'No case is open.' },
	no_reports: { zh: '还没有报告。', en: 'There is no report yet.' },
	no_due: { zh: '没有进行中的时限。', en: 'No clock is running.' },
	until: { zh: '完成时限', en: 'Due' },
	done: { zh: '{move}：{what}', en: '{move}: {what}' },
});
