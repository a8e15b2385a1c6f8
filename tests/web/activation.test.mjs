// A case is graded in the words of the plan; the plan is started by two hands in two browsers; three units are told what to do
// and say so in three browsers at once, and whoever leads sees it come.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { asked, confirm, look, make, move, newest, states, text, until } from './hands.mjs';
import { Stage } from './stage.mjs';

const CASE = 'INC-2026-0002';
const LEVEL2 = [2, 2, 1, 1, 1, 2];
const LEVEL3 = [3, 3, 2, 1, 2, 2];
const UNITS = { edu: '市教育局信息中心', tax: '市税务局信息中心', hosp: '市中心医院' };
let stage;
const people = {};
before(async () => {
	stage = await Stage.open();
	for (const login of ['dut01', 'dir01', 'lg01', 'cl01']) people[login] = await stage.person(login);
});
after(() => stage.close());

const proposal = (person, name) => person.page.locator(`[data-proposal=${name}]`);

test('a case is graded by the words of the plan', async () => {
	const { dut01 } = people;
	await look(dut01, 'INC-2026-0001');
	await dut01.page.locator('[data-move=score]').first().click();
	const { dimensions } = await asked(dut01, '/catalogue');
	const rows = dut01.page.locator('dialog .score');
	assert.equal(await rows.count(), dimensions.length);
	for (const [i, dimension] of dimensions.entries()) {
		assert.ok((await rows.nth(i).innerText()).includes(dimension.zh), dimension.code);
		const said = await rows.nth(i).locator('option').allInnerTexts();
		for (const [n, score] of dimension.scores.entries()) assert.ok(said.includes(`${n + 1} · ${score.zh}`), `${dimension.code} ${n + 1}: ${said}`);
	}
	await dut01.picture('activation-grade');
	await dut01.page.keyboard.press('Escape');
	await move(dut01, 'INC-2026-0001', 'score', { scores: { scores: LEVEL3 } });
	const { fields } = await asked(dut01, '/incident/INC-2026-0001');
	assert.equal(fields.provisional_level, 3);
	assert.equal(await dut01.page.locator('article header .level, article header [class*=level-3]').count() > 0, true, 'the level stands at the head');
});

test('the level is fixed by two people; who proposed is offered no confirmation', async () => {
	// Somebody who might do either, but not both.
	const two01 = await stage.person('two01');
	const { dir01 } = people;
	await look(dir01, CASE);
	assert.equal(await proposal(dir01, 'fix').count(), 0);
	await move(two01, CASE, 'fix', { scores: { scores: LEVEL2 } });
	await proposal(dir01, 'fix').waitFor();
	await until(() => proposal(two01, 'fix').count(), 1, 'the proposal stands at both');
	assert.equal(await two01.page.locator('[data-confirm]').count(), 0, 'who proposed does not confirm');
	await confirm(dir01, CASE, 'fix');
	await until(() => proposal(two01, 'fix').count(), 0, 'it is gone at who proposed');
	const { fields } = await asked(dir01, `/incident/${CASE}`);
	assert.equal(fields.confirmed_level, 2);
	await two01.context.close();
});

test('the start of the plan is proposed by the office and decided by the leading group', async () => {
	const { dir01, lg01 } = people;
	await look(lg01, CASE);
	const start = (person) => person.page.locator('[data-move=start]');
	assert.equal(await start(lg01).count(), 0);
	const said = await move(dir01, CASE, 'propose', {}, { refused: true });
	assert.match(said, /未达启动级别且未说明特殊情况/);
	await move(dir01, CASE, 'propose', { special_reason: '供电调度受影响' });
	await start(lg01).waitFor();
	assert.equal((await states(dir01, CASE)).command, 'proposed', 'nothing is started by one');
	assert.equal(await start(dir01).count(), 0, 'who proposed does not decide');
	await lg01.picture('activation-proposed');
	await move(lg01, CASE, 'start', { lead: { ref: '处理负责人一' }, conflict_declared: false });
	assert.equal((await states(lg01, CASE)).command, 'active');
	const { zh } = (await asked(dir01, '/catalogue')).kinds.find((kind) => kind.name === 'incident').regions.find((region) => region.name === 'command')
		.states.find((state) => state.name === 'active');
	await until(() => text(dir01.page, 'article header'), new RegExp(zh), 'who proposed sees it come');
	await dir01.picture('activation-started');
});

test('three units say at once, in three browsers, that they have their orders; the lead sees all three', async () => {
	const { cl01 } = people, ref = 'INC-2026-0004';
	const numbers = {};
	for (const [key, name] of Object.entries(UNITS)) {
		await make(cl01, ref, 'tasking', {
			text: `核查本单位主机（${key}）`, type: 'order', assignee: { ref: name }, accountable: { ref: `${name}负责人` }, due_at: '2026-03-02 12:00',
		}, { tab: 'taskings' });
		numbers[key] = (await newest(cl01, 'tasking')).number;
	}
	const units = await Promise.all(Object.keys(UNITS).map((key) => stage.person(`uop_${key}`)));
	await Promise.all(units.map((unit) => unit.go('/unit')));
	const card = (key) => cl01.page.locator('.board section', { hasText: zh_acked }).locator('button.card', { hasText: numbers[key] });
	const zh_acked = (await asked(cl01, '/catalogue')).kinds.find((kind) => kind.name === 'tasking').regions[0].states.find((state) => state.name === 'acked').zh;
	for (const key of Object.keys(UNITS)) assert.equal(await card(key).count(), 0);
	await Promise.all(units.map((unit, i) =>
		unit.page.locator('li[data-row]', { hasText: numbers[Object.keys(UNITS)[i]] }).locator('[data-move=ack]').click()));
	await Promise.all(Object.keys(UNITS).map((key) => card(key).waitFor()));
	for (const key of Object.keys(UNITS)) assert.equal((await states(cl01, numbers[key], 'tasking')).life, 'acked');
	await cl01.picture('activation-acknowledged');
	for (const [i, unit] of units.entries()) {
		const said = await unit.page.textContent('main');
		for (const [k, key] of Object.keys(UNITS).entries()) assert.equal(said.includes(numbers[key]), i === k, `${unit.login} and ${numbers[key]}`);
	}
});
