import { words } from '../../lib/words/lang.svelte';

export const w = words({
	title: { zh: '交接班', en: 'Hand-over' },
	as_of: { zh: '截至 {at}', en: 'As of {at}' },
	cases: { zh: '未结案件', en: 'Open cases' },
	overdue: { zh: '逾期任务', en: 'Taskings overdue' },
	reports: { zh: '待处理报告', en: 'Reports waiting' },
	alerts: { zh: '待处理告警', en: 'Alerts waiting' },
	waits: { zh: '待决提议', en: 'Pending proposal' },
	and_n: { zh: '另有 {n} 条', en: 'and {n} more' },
	no_clock: { zh: '无进行中的时限', en: 'no clock runs' },
	yours: { zh: '您的交接说明', en: 'Your hand-over note' },
	no_shift: { zh: '现在没有您的排班，因此不能写交接说明；下列情况仍可查看和打印。', en: 'You are not on the roster now, so that there is no hand-over note of yours to write; what is below can be read and printed.' },
	rewrite: { zh: '按现状重写', en: 'Write it anew from what is below' },
	hand_over: { zh: '交接', en: 'Hand over' },
	print: { zh: '打印', en: 'Print' },
	handed: { zh: '已交接。下一班可在值班记录中看到这份说明。', en: 'Handed over. The next shift finds this note in the duty record.' },
	last: { zh: '上一份交接说明', en: 'The last hand-over note' },
	more: { zh: '案件较多，只显示最新 {n} 件。', en: 'There are more cases; the newest {n} are shown.' },
});
