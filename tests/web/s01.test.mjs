// S01 in the browser: a worm spreads over three units. From the alert at the desk to the archive everything that people decide
// is done with the pages, each by whom the plan wants for it: one case over three units; its warning, out before the response
// is started and acknowledged by a link in a mail, on the unit's page, or not at all; each system at its own speed; the report
// upward; what is written, the end. A picture of each step (FENGSUI_PICTURES).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before } from 'node:test';
import { act, asked, at_desk, confirm, does, fill, look, make, move, newest, send, states, text, until, upward } from './hands.mjs';
import { conclude, contain, eradicate, PAPERS, recover } from './phases.mjs';
import { Story } from './story.mjs';

const WORM = '10.20.1.11';
const LEVEL4 = [4, 4, 3, 1, 2, 3];
const UNITS = { edu: '市教育局信息中心', tax: '市税务局信息中心', hosp: '市中心医院', uni: '市理工大学' };
const SYSTEMS = { edu: '教育主机', tax: 'tax-app01', hosp: '医院主机' };
const story = new Story('s01');
const { as, step, shown, later } = story;
let stage, base, ref;

before(async () => (stage = await story.open('s01_city.py')));
after(() => story.close());

const life = async (of = ref, kind = 'warning') => (await states(await as('dut01'), of, kind)).life;
const region = async (name) => (await states(await as('dut01'), base))[name];
const linked = async (kind) => (await asked(await as('dut01'), `/incident/${base}?with=linked`)).linked.filter((one) => one.kind === kind);
const phase = async (key) => (await linked('affected_system')).find((one) => one.title === SYSTEMS[key]).states.phase;
/* What others prove click by click (activation.test.mjs), for the many like it. */
async function quickly(login, at, input = {}) {
	const { status, body } = await stage.act(login, 'POST', at, { input });
	assert.ok(status < 300, `${login} ${at}: ${JSON.stringify(body)}`);
}
async function affected(key) {
	await make(await as('dut01'), base, 'affected_system', { system: { ref: SYSTEMS[key] }, unit: { ref: UNITS[key] }, name: SYSTEMS[key] });
}

step('one alert of hosts of two units becomes one case at the desk', async () => {
	const duty = await as('dut01'), { page } = duty;
	const alert = (await newest(duty, 'alert')).number;
	await at_desk(duty, alert, 'e');
	await until(() => text(page, 'dialog .chosen'), new RegExp(UNITS.tax), 'the unit of the host that was heard last');
	await shown('dut01', '01-alert');
	assert.equal(await send(page), undefined);
	const { rows } = await asked(duty, '/incident');
	assert.equal(rows.length, 1);
	base = rows[0].number;
	await move(duty, base, 'acknowledge');
	await move(duty, base, 'score', { scores: { scores: LEVEL4 } });
	await shown('dut01', '02-graded');
	assert.equal(await region('handling'), 'triage');
	assert.deepEqual((await linked('affected_system')).map((one) => one.title), [SYSTEMS.tax], 'the system that was heard last came along');
});

step('the duty officer flags the spread: a warning is due', async () => {
	const duty = await as('dut01');
	await move(duty, base, 'flag_spread');
	assert.equal((await states(duty, (await newest(duty, 'warning_duty')).id, 'warning_duty')).life, 'open');
	await affected('edu');
	await shown('dut01', '03-spread');
});

step('the unit of the case submits warning information', async () => {
	const unit = await as('uop_tax');
	const { id } = await newest(await as('dut01'), 'warning_duty');
	await unit.go('/unit');
	await unit.page.click('[data-make=warning]');
	await fill(unit.page.locator('dialog[open]'), { title: '蠕虫经弱口令传播', hazard: '利用弱口令登录并下载执行' });
	await shown('uop_tax', '04-submit');
	assert.equal(await send(unit.page), undefined);
	await until(() => unit.page.locator('[data-make=warning]').count(), 0, 'it is not owed any more');
	ref = (await newest(unit, 'warning')).number;
	const { fields } = await asked(unit, `/warning/${ref}`);
	assert.deepEqual([fields.incident.number, fields.submitter.title], [base, UNITS.tax]);
	assert.equal(await life(id, 'warning_duty'), 'submitted');
});

step('the office reviews it and writes it, side by side, and sees what will leave', async () => {
	const director = await as('dir01'), duty = await as('dut01'), { page } = duty;
	await director.go(`/warning/${ref}/compose`);
	await does(director, 'review');
	await duty.go('/warnings');
	await page.locator(`[data-section=drafted] [data-row="${ref}"] a`).first().click();
	await page.waitForURL(`**/warning/${ref}/compose`);
	await page.selectOption('#compose-level', '4');
	await page.selectOption('#compose-marking', 'members');
	await page.fill('#compose-measures', `停用口令登录，封锁地址 ${WORM}`);
	await page.fill('#compose-title_en', 'A worm spreads by weak passwords');
	await page.fill('#compose-hazard_en', 'It logs in with weak passwords, downloads and runs itself');
	await page.fill('#compose-measures_en', `Switch off password logins, block ${WORM}`);
	await page.click('[data-save]');
	await until(async () => (await asked(duty, `/warning/${ref}`)).fields.level, 4);
	await until(() => text(page, '[data-preview=mail] article:nth-of-type(2) pre'), /A worm spreads/);
	await page.evaluate(() => scrollTo(0, 0));
	await shown('dut01', '05-written');
});

step('it is for the units, and the indicator of the worm goes with it', async () => {
	const duty = await as('dut01'), { page } = duty;
	await make(duty, base, 'indicator', { type: 'ip', value: WORM, marking: 'members', confidence: 'high', expires_at: '2026-04-02 00:00' }, { tab: 'evidence' });
	await duty.go(`/warning/${ref}/compose`);
	for (const name of Object.values(UNITS)) {
		await page.click('[data-make=warning_target]');
		await fill(page.locator('dialog[open]'), { unit: { ref: name } });
		assert.equal(await send(page), undefined);
		await page.locator(`[data-target="${name}"]`).waitFor();
	}
	await does(duty, 'attach_indicators');
	assert.equal((await asked(duty, `/warning/${ref}`)).fields.indicators?.length, 1);
});

step('a unit neither approves nor publishes it (N11); the director does both, before the response is started', async () => {
	const director = await as('dir01');
	await director.go(`/warning/${ref}/compose`);
	for (const name of ['approve', 'publish']) {
		const refused = await stage.act('uop_tax', 'POST', `/warning/${ref}/${name}`, { input: {} });
		assert.equal(refused.body.refusals[0].code, 'N11', name);
		await does(director, name);
	}
	assert.equal(await life(), 'published');
	assert.equal(await region('command'), 'none');
	await director.page.click('[data-view=cap]');
	await shown('dir01', '06-published');
});

/* What a unit does with the warning on its own page. */
async function acknowledges(key) {
	const unit = await as('uop_' + key);
	await unit.go('/unit');
	const mine = unit.page.locator(`[data-messages=warning] li[data-row="${ref}"]`);
	await until(() => mine.innerText(), /蠕虫经弱口令传播/);
	await mine.scrollIntoViewIfNeeded();
	await mine.locator('[data-move=ack]').click();
	await mine.locator('[data-move=acted]').waitFor();
	return unit;
}

step('one unit acknowledges by the link in its mail, without an account; two on their page; the fourth is chased', async () => {
	await later('+10 min');
	const { link } = await stage.tell('link tax');
	const stranger = await stage.person(null);
	await stranger.page.goto(link);
	assert.match(await text(stranger.page, 'body'), /蠕虫经弱口令传播/);
	assert.deepEqual(await stranger.axe(), []);
	await stranger.picture('s01-07-link');
	await stranger.page.click('form button');
	await stranger.page.waitForSelector('form', { state: 'detached' });
	await stranger.picture('s01-08-link-taken');
	await later('+10 min');
	await acknowledges('edu');
	await later('+10 min');
	await acknowledges('hosp');
	await shown('uop_hosp', '09-unit');
	await later('+45 min');
	const duty = await as('dut01');
	await duty.go(`/warning/${ref}/board`);
	const stands = (key) => text(duty.page, `tr[data-target="${UNITS[key]}"]`);
	for (const [key, way] of [['tax', /已确认.*08:10.*邮件/], ['edu', /已确认.*08:20.*平台/], ['hosp', /已确认.*08:30.*平台/], ['uni', /升级催办.*逾期/]]) await until(() => stands(key), way, key);
	assert.deepEqual(await duty.axe(), []);
	await shown('dut01', '10-board');
});

step('the hospital, warned, finds the worm and reports; its report joins the same case', async () => {
	const unit = await as('uop_hosp'), { page } = unit;
	await unit.go('/unit');
	await page.locator('button[aria-expanded=false].first').click();
	await fill(page.locator('main form'), { contact: '0531-83000000', aware_at: '2026-03-02 09:10', what: `发现指标地址 ${WORM}` });
	await shown('uop_hosp', '11-report');
	await page.locator('main form button.first').click();
	await page.waitForSelector('.no');
	assert.match(await text(page, '.no'), /RCP-2026-\d+/);
	const duty = await as('dut01'), report = (await newest(duty, 'report')).number;
	await at_desk(duty, report, 'm');
	await duty.page.locator('#act-incident').waitFor();
	await fill(duty.page.locator('dialog'), { incident: { ref: base } });
	await shown('dut01', '12-join');
	assert.equal(await send(duty.page), undefined);
	assert.equal(await life(report, 'report'), 'linked');
	await affected('hosp');
	assert.deepEqual((await asked(duty, '/incident')).rows.map((row) => row.number), [base], 'one case over three units');
});

step('it is verified; level 4 and the incident are each confirmed by two', async () => {
	const duty = await as('dut01'), office = await as('dir01'), lead = await as('cl01'), responder = await as('rsp01');
	await move(duty, base, 'accept', { on_scene: { ref: ['响应人员一', '响应人员二'] } });
	await move(office, base, 'name_lead', { lead: { ref: '处理负责人一' } });
	for (const name of Object.values(SYSTEMS))
		await make(responder, base, 'evidence', { type: 'log', label_text: `${name}日志`, affected_system: { ref: name } }, { tab: 'evidence' });
	await move(responder, base, 'fix', { scores: { scores: LEVEL4 } });
	assert.equal(await region('grade'), 'provisional', 'not by one alone');
	await confirm(office, base, 'fix');
	await move(lead, base, 'confirm', { class: 'worm', consequence: ['系统破坏'], source: '弱口令', scope: '三个单位', impact: '业务受影响' });
	await shown('cl01', '13-proposed');
	await confirm(office, base, 'confirm');
	assert.deepEqual([await region('handling'), await region('grade')], ['confirm', 'confirmed']);
});

step('the start is proposed by the level and decided by the leading group; the plan for outbreaks gives each unit its tasks', async () => {
	const group = await as('lg01'), office = await as('dir01'), lead = await as('cl01');
	assert.equal(await region('command'), 'proposed');
	await look(office, base);
	assert.equal(await office.page.locator('[data-move=start]').count(), 0, 'the office does not decide');
	await look(group, base);
	await shown('lg01', '14-decide');
	await move(group, base, 'start', { lead: { ref: '处理负责人一' }, conflict_declared: false });
	assert.equal(await region('command'), 'active');
	await move(office, base, 'start_plans');
	await move(lead, base, 'choose_mode', { mode: 'special' });
	await look(lead, base, 'taskings');
	await until(() => lead.page.locator('.board button.card').count(), 13);
	await shown('cl01', '15-taskings');
});

step('a unit does its task on its page, another looks at it; the others do likewise', async () => {
	const unit = await as('uop_tax'), office = await as('dir01');
	await unit.go('/unit');
	const mine = unit.page.locator('li[data-row]', { hasText: '断开受感染主机' }).first();
	const number = (await mine.innerText()).match(/TSK-2026-\d+/)[0];
	for (const name of ['ack', 'begin', 'done']) await mine.locator(`[data-move=${name}]`).click();
	await fill(unit.page.locator('dialog[open]'), { result: '09:20 已断网' });
	await shown('uop_tax', '16-task');
	assert.equal(await send(unit.page), undefined);
	await act(office, base, number, 'verify', {}, { tab: 'taskings' });
	const key_of = { ...Object.fromEntries(Object.entries(UNITS).map(([key, name]) => [name, key])), 应急支援中心: 'centre' };
	for (const row of (await asked(office, '/tasking?limit=50')).rows.filter((one) => one.number !== number)) {
		const who = `uop_${key_of[row.fields.assignee]}`;
		for (const name of ['ack', 'begin']) await quickly(who, `/tasking/${row.number}/${name}`);
		await quickly(who, `/tasking/${row.number}/done`, { result: '已完成' });
		await quickly('dir01', `/tasking/${row.number}/verify`);
	}
	await quickly('cl01', `/special_plan/${(await linked('special_plan'))[0].id}/complete`);
});

step('what is owed upward falls due, and is written, approved, sent and receipted in time', async () => {
	const lead = await as('cl01'), group = await as('lg01'), office = await as('dir01'), duty = await as('dut01');
	const [{ number }] = await linked('upward_report');
	await later('+50 min');
	await (await as('dir01')).go('/deadlines');
	await until(() => text(office.page, `tr:has([data-duty="${number}"])`), /还有 10 分.*省网络与信息安全协调机构/);
	await shown('dir01', '17-due');
	await as('cl01'), await as('lg01'), await as('dut01');
	await upward(lead, number, 'propose_text');
	await until(() => text(lead.page, 'dialog[open] pre'), new RegExp(base));
	await lead.page.click('dialog[open] [data-move=draft]');
	await fill(lead.page.locator('dialog[open]').last(), { text: '三个单位感染蠕虫，正在遏制' });
	assert.equal(await send(lead.page), undefined);
	await upward(group, number, 'approve', {});
	await upward(office, number, 'send', {});
	await shown('dir01', '18-sent');
	await upward(duty, number, 'receipt', { receipt: '鲁信收1号' });
	assert.equal(await life(number, 'upward_report'), 'receipted');
});

step('two systems are contained and one of them is ahead, while the case waits for the slowest (N04)', async () => {
	const responder = await as('rsp01'), lead = await as('cl01');
	for (const key of ['edu', 'tax']) await contain(responder, base, SYSTEMS[key]);
	await move(lead, base, 'record_cause', { cause: 'attack', root_cause: '弱口令' });
	await eradicate(responder, lead, base, SYSTEMS.tax);
	assert.deepEqual([await phase('edu'), await phase('tax'), await phase('hosp'), await region('handling')], ['eradicate', 'recover', 'contain', 'contain']);
	await look(lead, base);
	await until(() => text(lead.page, '[aria-labelledby=missing-h]'), new RegExp(SYSTEMS.hosp));
	assert.equal(await lead.page.locator('[data-move=contained]').locator('visible=true').count(), 0, 'it is not offered');
	const forced = await stage.act('cl01', 'POST', `/incident/${base}/contained`, { input: { business_impact: '中断' } });
	assert.equal(forced.body.refusals?.[0]?.code, 'N04', JSON.stringify(forced.body));
	await shown('cl01', '19-apart');
});

step('the slowest is contained; all are cleaned, given back and signed for by their own units', async () => {
	const responder = await as('rsp01'), lead = await as('cl01'), office = await as('dir01');
	await contain(responder, base, SYSTEMS.hosp);
	await move(lead, base, 'contained', { business_impact: '门诊中断一小时' });
	for (const key of ['edu', 'hosp']) await eradicate(responder, lead, base, SYSTEMS[key]);
	await move(lead, base, 'eradicated');
	assert.equal(await region('handling'), 'eradicate', 'signed by two');
	await confirm(office, base, 'eradicated');
	assert.equal(await region('handling'), 'recover');
	for (const key of Object.keys(SYSTEMS)) await recover(responder, await as(`uhd_${key}`), base, SYSTEMS[key]);
	await move(lead, base, 'recovered');
	assert.equal(await region('handling'), 'followup');
	await shown('cl01', '20-recovered');
});

step('the end is proposed by one and decided by another', async () => {
	const office = await as('dir01'), group = await as('lg01');
	await move(office, base, 'propose_end');
	assert.equal(await region('command'), 'end_proposed');
	await move(group, base, 'end');
	assert.equal(await region('command'), 'ended');
	await shown('lg01', '21-ended');
});

step('the warning goes down a level by two people, and is lifted; who stayed silent is marked', async () => {
	const duty = await as('dut01'), director = await as('dir01');
	await duty.go(`/warning/${ref}/compose`);
	await does(duty, 'update', { level: '3', measures: '保持监测，逐步恢复口令登录' });
	await director.go(`/warning/${ref}/compose`);
	await director.page.locator('[data-confirm=update]').waitFor();
	await shown('dir01', '22-update');
	await director.page.click('[data-confirm=update]');
	await director.page.locator('dialog[open] button.first').click();
	await until(() => text(director.page, 'header .on-level-3'), /黄色/);
	await does(director, 'lift', { reason: '蠕虫已清除' });
	await until(life, 'lifted');
	await director.go(`/warning/${ref}/board`);
	await until(() => text(director.page, `tr[data-target="${UNITS.uni}"]`), /未反馈结案/);
	await shown('dir01', '23-lifted');
	const editions = (await asked(director, `/edition?limit=10&where=${encodeURIComponent(`warning:${ref}`)}`)).rows;
	assert.deepEqual(editions.map((one) => [one.fields.edition_no, one.states.life]).sort(), [[1, 'replaced'], [2, 'withdrawn']]);
});

step('after the watch it is evaluated, and the report is read as a document in both languages', async () => {
	await later('+14 d');
	const office = await as('dir01'), lead = await as('cl01'), { page } = lead;
	await move(office, base, 'evaluate');
	await conclude(lead, base);
	await look(lead, base, 'documents');
	const report = page.locator('[data-template=case_report]');
	await report.locator('button[aria-expanded]').click();
	const paper = page.frameLocator('iframe');
	for (const [lang, words] of [['Chinese', '三个单位'], ['English', 'Incident-handling report']]) {
		await page.locator('button', { hasText: new RegExp(`^(${lang}|${{ Chinese: '中文', English: '英文' }[lang]})$`) }).first().click();
		await paper.getByText(words).first().waitFor();
	}
	await shown('cl01', '24-document');
});

step('it is closed by another than the author, and goes to the archive, from where it tells the story', async () => {
	const office = await as('dir01'), archivist = await as('arc01');
	await move(office, base, 'close');
	assert.equal(await region('handling'), 'closed');
	await move(archivist, base, 'build_package', {}, PAPERS);
	await move(archivist, base, 'archive', {}, PAPERS);
	assert.deepEqual([await region('handling'), await region('command'), await region('grade')], ['archived', 'ended', 'confirmed']);
	await shown('arc01', '25-archived');
	const folder = path.join(stage.told.folder, 'archive', base);
	const told = fs.readdirSync(folder, { recursive: true }).map((name) => path.join(folder, name)).filter((name) => fs.statSync(name).isFile())
		.map((name) => fs.readFileSync(name, 'utf8')).join('');
	for (const word of [base, ref, WORM, '鲁信收1号', '门诊中断一小时']) assert.ok(told.includes(word), word);
});
