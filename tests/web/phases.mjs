// phases -- the late phases of a case by the pages: how one system is contained, cleaned and given back, and what closing wants.
//
//     await contain(responder, ref, '门户网站');
//     await eradicate(responder, lead, ref, '门户网站');          // remedied by one, looked at by another
//     await recover(responder, head, ref, '门户网站');            // the head of its unit signs
import { act, make, move, newest } from './hands.mjs';

const MEASURES = { tab: 'measures' };
export const PAPERS = { tab: 'documents' };

export async function contain(responder, ref, system) {
	await make(responder, ref, 'containment_action', {
		affected_system: { ref: system }, action: 'isolate', target: '涉事主机', impact_statement: '业务暂停', alternatives: { none: '无其他方法' },
		rollback: '恢复端口', disruptive: false, reversible: true,
	}, MEASURES);
	const { number } = await newest(responder, 'containment_action');
	await act(responder, ref, number, 'execute', {}, MEASURES);
	await act(responder, ref, number, 'effective', { effect: '已无外联' }, MEASURES);
	await act(responder, ref, system, 'contained');
}

export async function eradicate(responder, other, ref, system) {
	await make(responder, ref, 'remedy', { affected_system: { ref: system }, text: '更换口令' }, MEASURES);
	const one = await newest(responder, 'remedy');
	await act(responder, ref, one.number ?? one.id, 'apply', {}, MEASURES);
	await act(other, ref, one.number ?? one.id, 'verify', { result: '已更换' }, MEASURES);
	await act(responder, ref, system, 'eradicated');
}

export async function recover(responder, head, ref, system) {
	await make(responder, ref, 'recovery_step', {
		affected_system: { ref: system }, type: 'data', destructive: false, source: '2月28日离线备份', target: '业务数据', backup_ref: 'BK-0228',
	}, MEASURES);
	const one = await newest(responder, 'recovery_step');
	await act(responder, ref, one.number ?? one.id, 'carry_out', {}, MEASURES);
	await act(responder, ref, one.number ?? one.id, 'passed', { integrity_result: '完整性基线已重新建立' }, MEASURES);
	await act(head, ref, system, 'signed_off');
}

/* Loss, evaluations, lessons and the report; then the case is ready to be closed by another. */
export async function conclude(lead, ref) {
	await make(lead, ref, 'loss', { type: 'recovery', amount: 20000, currency: 'CNY', basis: '工时' }, PAPERS);
	for (const type of ['process', 'plan']) await make(lead, ref, 'evaluation', { type, text: '处置及时' }, PAPERS);
	await make(lead, ref, 'lesson', { text: '禁用口令登录' }, PAPERS);
	await make(lead, ref, 'case_report', { title: '事件处理报告', text_zh: '经过与措施' }, PAPERS);
	await move(lead, ref, 'prepare_closing', { report_upward: false, case_report: { ref: '事件处理报告' }, no_revision: '预案适用' }, PAPERS);
}
