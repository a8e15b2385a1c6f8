// S02 in the browser: the portal's page is replaced, a citizen calls. Everything that people do on the way to the archive is
// done with the pages, each by whom the plan wants for it; a picture of each step (FENGSUI_PICTURES).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before } from 'node:test';
import { act, asked, at_desk, confirm, fill, keys, look, make, move, newest, opened, send, states, text, until } from './hands.mjs';
import { conclude, PAPERS } from './phases.mjs';
import { Story } from './story.mjs';

const LEVEL2 = [2, 2, 1, 1, 1, 2];
const PORTAL = '门户网站';
const PAGE = { name: 'index.html', mimeType: 'text/html', buffer: Buffer.from('<html><body>被替换的首页</body></html>') };
let stage, ref, report;
const story = new Story('s02');
const { as, step, shown, later } = story;
const handling = async () => (await states(await as('dut01'), ref)).handling;

before(async () => (stage = await story.open()));
after(() => story.close());

step('the call of a citizen is written down and has its receipt number', async () => {
	const duty = await as('dut01'), { page } = duty;
	await duty.go('/phone');
	await fill(page.locator('form.big'), {
		reporter: '市民李某', contact: '0531-82000000', unit: { unknown: '市民来电，不属任何单位' }, aware_at: '2026-03-02 07:55', what: '教育局门户首页被替换',
	});
	await shown('dut01', '01-call');
	await page.locator('form.big button.first').click();
	await page.waitForSelector('.no');
	assert.match(await text(page, '.no'), /RCP-2026-\d+/);
	await shown('dut01', '02-receipt');
	report = (await newest(duty, 'report')).number;
});

step('a case is opened from the call, and a second call joins it', async () => {
	const duty = await as('dut01'), { page } = duty;
	await at_desk(duty, report, 'e');
	const form = page.locator('dialog form');
	await form.waitFor();
	await fill(form, { title: '门户首页被篡改', unit: { ref: '市教育局信息中心' } });
	await shown('dut01', '03-open');
	assert.equal(await send(page), undefined);
	ref = (await newest(duty, 'incident')).number;
	const second = await stage.act('dut01', 'POST', '/report', {
		input: { unit: { unknown: '市民来电' }, via: 'phone', reporter: '市民赵某', contact: '0531-82000001', what: '门户首页被替换', aware_at: '2026-03-02T07:58:00Z' },
	});
	await stage.act('dut01', 'POST', `/report/${second.body.number}/submit`, { input: {} });
	await at_desk(duty, second.body.number, 'm');
	await page.waitForSelector('#act-incident');
	await fill(page.locator('dialog'), { incident: { ref: '门户首页被篡改' } });
	await shown('dut01', '04-join');
	assert.equal(await send(page), undefined);
	const { linked } = await asked(duty, `/incident/${ref}?with=linked`);
	assert.deepEqual(linked.filter((one) => one.kind === 'report').map((one) => one.number).sort(), [report, second.body.number].sort());
});

step('it is acknowledged, graded level 2, and given its people', async () => {
	const duty = await as('dut01'), office = await as('dir01'), lead = await as('cl01');
	await move(duty, ref, 'acknowledge');
	await move(duty, ref, 'score', { scores: { scores: LEVEL2 } });
	await shown('dut01', '05-graded');
	await move(duty, ref, 'accept', { on_scene: { ref: ['响应人员一', '响应人员二', '市教育局信息中心联络员'] } });
	await move(office, ref, 'name_lead', { lead: { ref: '处理负责人一' } });
	await make(lead, ref, 'affected_system', { system: { ref: '市教育局信息中心业务系统' }, name: PORTAL });
	await shown('cl01', '06-accepted');
	assert.equal(await handling(), 'verify');
});

step('the replaced page is uploaded and sealed, and what is kept is what was sent', async () => {
	const responder = await as('rsp01');
	await make(responder, ref, 'evidence', { type: 'document', label_text: '被替换的首页文件', blob: { file: PAGE } }, { tab: 'evidence' });
	const one = await newest(responder, 'evidence');
	await act(responder, ref, one.number ?? one.id, 'seal', { place: '证物室1号柜', capturer: { ref: '响应人员一' }, custodian: { ref: '响应人员一' } }, { tab: 'evidence' });
	assert.equal(Object.values(await states(responder, one.id, 'evidence'))[0], 'sealed');
	await until(() => text(responder.page, '.digest code'), /^[0-9a-f]{64}$/);
	const link = responder.page.locator('article a[download]').first();
	const kept = responder.page.waitForEvent('download');
	await link.click();
	assert.deepEqual(fs.readFileSync(await (await kept).path()), PAGE.buffer);
	await shown('rsp01', '07-evidence');
});

step('level and incident are confirmed by two, the incident by the head of the unit', async () => {
	const responder = await as('rsp01'), office = await as('dir01'), lead = await as('cl01'), head = await as('uhd_edu');
	await move(responder, ref, 'fix', { scores: { scores: LEVEL2 } });
	await confirm(office, ref, 'fix');
	await move(lead, ref, 'confirm', {
		class: 'defacement', consequence: ['数据破坏'], source: { unknown: '尚在分析' }, scope: PORTAL, impact: '首页停止公开信息',
	});
	await look(head, ref);
	await head.page.locator('[data-proposal=confirm]').waitFor();
	await shown('uhd_edu', '08-proposed');
	await confirm(head, ref, 'confirm');
	assert.equal(await handling(), 'confirm');
	assert.equal((await states(lead, ref)).command, 'none');
	await shown('uhd_edu', '09-confirmed');
});

step('it is handled by the unit itself, and a measure with its impact contains it', async () => {
	const lead = await as('cl01'), responder = await as('rsp01');
	for (const plan of (await asked(lead, `/incident/${ref}?with=linked`)).linked.filter((one) => one.kind === 'special_plan')) {
		await lead.go(`/record/special_plan/${plan.id}`);
		await lead.page.locator('[data-move=not_applicable]').click();
		await fill(lead.page.locator('dialog'), { reason: '通用措施即可' });
		assert.equal(await send(lead.page), undefined);
	}
	await move(lead, ref, 'choose_mode', { mode: 'own' });
	assert.equal(await handling(), 'contain');
	await make(responder, ref, 'containment_action', {
		affected_system: { ref: PORTAL }, action: 'isolate', target: '涉事主机', impact_statement: '首页停止公开信息', alternatives: { none: '无其他方法' },
		rollback: '恢复端口', disruptive: false, reversible: true,
	}, { tab: 'measures' });
	const { number } = await newest(responder, 'containment_action');
	await act(responder, ref, number, 'execute', {}, { tab: 'measures' });
	await act(responder, ref, number, 'effective', { effect: '已无外联' }, { tab: 'measures' });
	await shown('rsp01', '10-measure');
});

step('nothing is restored before the cause is removed: the page says so, in the words of the plan', async () => {
	const responder = await as('rsp01'), lead = await as('cl01');
	await act(responder, ref, PORTAL, 'contained');
	await move(lead, ref, 'contained', { business_impact: '首页停止公开信息' });
	assert.equal(await handling(), 'eradicate');
	const dialog = await opened(lead, ref, PORTAL);
	assert.equal(await dialog.locator('[data-move=eradicated]').count(), 0);
	await dialog.locator('section details summary').first().click();
	await shown('cl01', '11-refused');
	assert.match(await dialog.innerText(), /须填写“事件根源”[\s\S]*须有处于“已核验”的“补救措施”/);
	await keys(lead.page, 'Escape');
	const { linked } = await asked(lead, `/incident/${ref}?with=linked`);
	const forced = await stage.act('cl01', 'POST', `/affected_system/${linked.find((one) => one.kind === 'affected_system').id}/eradicated`, { input: {} });
	assert.equal(forced.body.refusals?.[0]?.code, 'N05', JSON.stringify(forced.body));
});

step('the cause is recorded, its remedy applied and looked at by another', async () => {
	const lead = await as('cl01'), responder = await as('rsp01');
	await move(lead, ref, 'record_cause', { cause: 'attack', root_cause: '弱口令' });
	await make(responder, ref, 'remedy', { affected_system: { ref: PORTAL }, text: '更换口令' }, { tab: 'measures' });
	const one = await newest(responder, 'remedy');
	await act(responder, ref, one.number ?? one.id, 'apply', {}, { tab: 'measures' });
	await act(lead, ref, one.number ?? one.id, 'verify', { result: '已更换' }, { tab: 'measures' });
	await shown('cl01', '12-remedy');
	await act(responder, ref, PORTAL, 'eradicated');
	await move(lead, ref, 'eradicated');
	assert.equal(await handling(), 'recover');
});

step('the page is put back from the backup, its check passed, and the unit signs', async () => {
	const lead = await as('cl01'), responder = await as('rsp01'), head = await as('uhd_edu');
	await make(responder, ref, 'recovery_step', {
		affected_system: { ref: PORTAL }, type: 'data', destructive: false, source: '2月28日离线备份', target: '门户首页与栏目页', backup_ref: 'BK-0228',
	}, { tab: 'measures' });
	const one = await newest(responder, 'recovery_step');
	await act(responder, ref, one.number ?? one.id, 'carry_out', {}, { tab: 'measures' });
	await act(responder, ref, one.number ?? one.id, 'passed', { integrity_result: '完整性基线已重新建立' }, { tab: 'measures' });
	await shown('rsp01', '13-recovery');
	await act(head, ref, PORTAL, 'signed_off');
	await shown('uhd_edu', '14-signed');
	await move(lead, ref, 'recovered');
	assert.equal(await handling(), 'followup');
});

step('it is watched for three days, then evaluated', async () => {
	await shown('cl01', '15-watch');
	await later('+3 d');
	const lead = await as('cl01');
	await move(await as('dir01'), ref, 'evaluate', { watch_continues: '并行跟踪' });
	assert.equal(await handling(), 'evaluate');
	await conclude(lead, ref);
	await shown('cl01', '16-material');
});

step('the head of the unit approves the report, and the case goes to the archive', async () => {
	const head = await as('uhd_edu'), archivist = await as('arc01');
	await move(head, ref, 'close');
	await shown('uhd_edu', '17-closed');
	await move(archivist, ref, 'build_package', {}, PAPERS);
	await move(archivist, ref, 'archive', {}, PAPERS);
	const ended = await asked(archivist, `/incident/${ref}`);
	assert.deepEqual([ended.states.handling, ended.states.command, ended.fields.class], ['archived', 'none', 'defacement']);
	assert.ok(fs.existsSync(path.join(stage.told.folder, 'archive', ref, 'manifest.json')), 'the package is there');
	await shown('arc01', '18-archived');
});
