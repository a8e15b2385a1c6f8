import { words, type Both } from '../words/lang.svelte';

export const d = words({
	steps: { zh: '办理步骤', en: 'Steps' },
	done_step: { zh: '已完成', en: 'done' },
	next_step: { zh: '下一步', en: 'next' },
	later_step: { zh: '未到', en: 'later' },
	proposed: { zh: '由案件拟出的稿子', en: 'Draft made from the case' },
	take_over: { zh: '以此稿起草', en: 'Begin the draft with it' },
	empty: { zh: '尚缺（须人工填写）', en: 'Still empty, to be filled in by people' },
	text: { zh: '上报材料', en: 'Text' },
	others: { zh: '其他', en: 'Otherwise' },
	whole: { zh: '完整记录与文件', en: 'The whole record and its documents' },
	approved: { zh: '审批稿摘要', en: 'Digest approved' },
	sent: { zh: '发送稿摘要', en: 'Digest sent' },
	same: { zh: '与审批稿一致', en: 'as approved' },
	basis: { zh: '依据', en: 'Basis' },
	nothing: { zh: '此时您没有可办理的事项。', en: 'There is nothing for you to do here now.' },
	why_not: { zh: '下一步为何不能办', en: 'Why the next step is not possible' },
	no_number: { zh: '立即', en: 'at once' },
	unverified: { zh: '未核实', en: 'not verified' },
});

/* How well the source of a deadline is known. */
const certainties = words({
	read: { zh: '编制时读过原文', en: 'the text was read when this was written' },
	verified: { zh: '已核实', en: 'verified' },
	'partly-read': { zh: '部分核对', en: 'read in part' },
	memory: { zh: '凭记忆', en: 'from memory' },
	conflict: { zh: '来源不一', en: 'sources differ' },
	unknown: { zh: '不明', en: 'unknown' },
	proposal: { zh: '建议值', en: 'a proposal' },
});
export const certainty_of = (word: string | undefined): Both | undefined => certainties[word as keyof typeof certainties];
/** What was read when the plan was written is not verified by it: somebody of this office puts a name under it. */
export const is_verified = (certainty: string | undefined): boolean => certainty === 'verified';
