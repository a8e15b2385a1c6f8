// S01 in the browser: a worm spreads over units. Its warning, from the flag in the case to the lifting, is made with the pages,
// each step by whom the plan wants for it; a picture of each (FENGSUI_PICTURES).
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { asked, fill, move, newest, send, states, text, until } from './hands.mjs';
import { Stage } from './stage.mjs';

const WORM = '10.20.1.11';
const UNITS = { edu: '市教育局信息中心', tax: '市税务局信息中心', hosp: '市中心医院', power: '市理工大学' };
let stage, ref, base;
const people = {};
async function as(login) {
	people[login] ??= await stage.person(login);
	people[login].page.setDefaultTimeout(8000);
	return people[login];
}
before(async () => {
	stage = await Stage.open('s01_city.py');
	base = stage.told.case;
});
after(() => stage.close());

/* A step needs those before it. */
let failed = false;
const step = (name, body) =>
	test(name, async (t) => {
		if (failed) return t.skip('a step before failed');
		failed = true;
		try {
			await body();
			failed = false;
		} finally {
			if (failed) for (const person of Object.values(people)) await person.picture(`s01-wrong-${person.login}`);
		}
	});
const shown = async (login, name) => (await as(login)).picture(`s01-${name}`);
const life = async () => (await states(await as('dut01'), ref, 'warning')).life;
/* Sessions of people who do nothing meanwhile may end; theirs is opened anew. */
async function later(span) {
	assert.equal((await stage.act('dir02', 'POST', '/time', { at: span })).status, 200);
	for (const person of Object.values(people)) {
		await person.context.clearCookies();
		await person.sign_in();
	}
}
async function does(person, name, values = {}) {
	await person.page.locator(`[data-move=${name}]`).first().click();
	await fill(person.page.locator('dialog[open]').last(), values);
	const said = await send(person.page);
	await person.settled();
	assert.equal(said, undefined, `${person.login} ${name}`);
}

step('the duty officer flags the spread: a warning is due', async () => {
	const duty = await as('dut01');
	await move(duty, base, 'flag_spread');
	const due = (await newest(duty, 'warning_duty')).id;
	assert.equal((await states(duty, due, 'warning_duty')).life, 'open');
	await shown('dut01', '01-spread');
});

step('the unit where it began submits warning information', async () => {
	const unit = await as('uop_edu');
	await unit.go('/new/warning');
	const form = unit.page.locator('main form').first();
	await fill(form, { title: '蠕虫经弱口令传播', hazard: '利用弱口令登录并下载执行', incident: { ref: base } });
	await shown('uop_edu', '02-submit');
	await form.locator('button.first').click();
	await until(async () => (await newest(await as('dut01'), 'warning'))?.fields.title, '蠕虫经弱口令传播');
	ref = (await newest(await as('dut01'), 'warning')).number;
});

step('the office reviews it and writes it, side by side, and sees what will leave', async () => {
	const director = await as('dir01'), duty = await as('dut01'), { page } = duty;
	await director.go(`/warning/${ref}/compose`);
	await does(director, 'review');
	await duty.go('/warnings');
	await page.locator(`[data-section=drafted] [data-row="${ref}"] a`).first().click();
	await duty.settled();
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
	await shown('dut01', '03-written');
});

step('it is for the units, and the indicator of the worm goes with it', async () => {
	const duty = await as('dut01'), { page } = duty;
	for (const name of Object.values(UNITS)) {
		await page.click('[data-make=warning_target]');
		await fill(page.locator('dialog[open]'), { unit: { ref: name } });
		assert.equal(await send(page), undefined);
		await page.locator(`[data-target="${name}"]`).waitFor();
	}
	const made = await stage.act('dut01', 'POST', '/indicator', {
		input: { incident: base, type: 'ip', value: WORM, marking: 'members', confidence: 'high', expires_at: '2026-04-02T00:00:00Z' },
	});
	assert.equal(made.status, 201, JSON.stringify(made.body));
	await page.reload();
	await duty.settled();
	await does(duty, 'attach_indicators');
	assert.equal((await asked(duty, `/warning/${ref}`)).fields.indicators?.length, 1);
});

step('a unit neither approves nor publishes it (N11); the director does both, before the response is started', async () => {
	const director = await as('dir01');
	await director.go(`/warning/${ref}/compose`);
	for (const name of ['approve', 'publish']) {
		const refused = await stage.act('uop_edu', 'POST', `/warning/${ref}/${name}`, { input: {} });
		assert.equal(refused.body.refusals[0].code, 'N11', name);
		await does(director, name);
	}
	assert.equal(await life(), 'published');
	assert.notEqual((await states(director, base)).command, 'started');
	await director.page.click('[data-view=cap]');
	await shown('dir01', '04-published');
});

step('three units acknowledge, each at its time; the fourth is chased', async () => {
	const duty = await as('dut01');
	for (const key of ['tax', 'edu', 'hosp']) {
		await later('+10 min');
		const unit = await as('uop_' + key);
		await unit.go('/unit');
		const mine = unit.page.locator(`[data-messages=warning] li[data-row="${ref}"]`);
		assert.match(await mine.innerText(), /蠕虫经弱口令传播/);
		if (key === 'tax') await shown('uop_tax', '05-unit');
		await mine.locator('[data-move=reached]').click();
		await mine.locator('[data-move=ack]').click();
		await mine.locator('[data-move=acted]').waitFor();
	}
	await later('+45 min');
	await duty.go(`/warning/${ref}/board`);
	for (const key of ['tax', 'edu', 'hosp']) assert.match(await text(duty.page, `tr[data-target="${UNITS[key]}"]`), /已确认.*08:[123]0.*平台/s, key);
	assert.match(await text(duty.page, `tr[data-target="${UNITS.power}"]`), /升级催办.*逾期/);
	await shown('dut01', '06-board');
});

step('it goes down a level by two people, and is lifted; who stayed silent is marked', async () => {
	const duty = await as('dut01'), director = await as('dir01');
	await duty.go(`/warning/${ref}/compose`);
	await does(duty, 'update', { level: '3', measures: '保持监测，逐步恢复口令登录' });
	await director.go(`/warning/${ref}/compose`);
	await director.page.locator('[data-confirm=update]').waitFor();
	await shown('dir01', '07-update');
	await director.page.click('[data-confirm=update]');
	await director.page.locator('dialog[open] button.first').click();
	await until(() => text(director.page, 'header .on-level-3'), /黄色/);
	await does(director, 'lift', { reason: '蠕虫已清除' });
	await until(life, 'lifted');
	await director.go(`/warning/${ref}/board`);
	assert.match(await text(director.page, `tr[data-target="${UNITS.power}"]`), /未反馈结案/);
	await shown('dir01', '08-lifted');
	const editions = (await asked(director, `/edition?limit=10&where=${encodeURIComponent(`warning:${ref}`)}`)).rows;
	assert.deepEqual(editions.map((one) => [one.fields.edition_no, one.states.life]).sort(), [[1, 'replaced'], [2, 'withdrawn']]);
});
