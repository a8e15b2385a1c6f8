// The late phases by clicks alone, of a case with two affected systems that are not equally far: nothing goes ahead of the slowest,
// each is contained, eradicated, recovered and signed for by its own unit, and the case is watched, evaluated and archived.
// Two cases that are one are merged, and separated again.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before } from 'node:test';
import { asked, look, move, newest, states, text, until } from './hands.mjs';
import { conclude, contain, eradicate, PAPERS, recover } from './phases.mjs';
import { Story } from './story.mjs';

const EDU = '市教育局信息中心业务系统';
let stage, ref, other;
const story = new Story('late');
const { as, step, shown, later } = story;
const handling = async () => (await states(await as('dut01'), ref)).handling;
const systems = async () => (await asked(await as('cl01'), `/incident/${ref}?with=linked`)).linked.filter((one) => one.kind === 'affected_system');
const phase = async (name) => (await systems()).find((one) => one.title === name).states.phase;
/* What stands beside the name of a system on the phase board. */
const lane = (page, name) => page.locator('.board button.name', { hasText: name }).locator('xpath=following-sibling::*[1]').innerText();

before(async () => {
	stage = await story.open('late_city.py');
	ref = stage.told.cases.late;
	other = (await systems()).map((one) => one.title).find((title) => title !== EDU);
});
after(() => story.close());

/* The case itself is not offered this step, and the page says which system it waits for. */
async function waits(name, for_whom) {
	const lead = await as('cl01');
	await look(lead, ref);
	await until(() => text(lead.page, '[aria-labelledby=missing-h]'), new RegExp(for_whom));
	assert.equal(await lead.page.locator(`.doing [data-move=${name}], [data-move=${name}]:not([disabled])`).locator('visible=true').count(), 0, `${name} is not offered`);
}

step('one system is contained, the other is not: the case stays, and says for whom it waits', async () => {
	await contain(await as('rsp01'), ref, EDU);
	assert.deepEqual([await phase(EDU), await phase(other), await handling()], ['eradicate', 'contain', 'contain']);
	await waits('contained', other);
	const lead = await as('cl01');
	assert.notEqual(await lane(lead.page, EDU), await lane(lead.page, other));
	assert.deepEqual(await lead.axe(), []);
	await shown('cl01', '01-two-phases');
});

step('the faster one is eradicated while the other is contained', async () => {
	await move(await as('cl01'), ref, 'record_cause', { cause: 'attack', root_cause: '弱口令' });
	await eradicate(await as('rsp01'), await as('cl01'), ref, EDU);
	assert.deepEqual([await phase(EDU), await phase(other), await handling()], ['recover', 'contain', 'contain']);
	await look(await as('cl01'), ref);
	await shown('cl01', '02-two-apart');
	await contain(await as('rsp01'), ref, other);
	await move(await as('cl01'), ref, 'contained', { business_impact: '业务暂停' });
	assert.equal(await handling(), 'eradicate');
	await waits('eradicated', other);
	await eradicate(await as('rsp01'), await as('cl01'), ref, other);
	await move(await as('cl01'), ref, 'eradicated');
	assert.equal(await handling(), 'recover');
});

step('each is put back and signed for by its own unit, and no unit signs for another', async () => {
	await recover(await as('rsp01'), await as('uhd_edu'), ref, EDU);
	const id = (await systems()).find((one) => one.title === other).id;
	assert.equal((await stage.act('uhd_edu', 'POST', `/affected_system/${id}/signed_off`, { input: {} })).status >= 403, true, 'edu does not sign for the other');
	await waits('recovered', other);
	await shown('cl01', '03-one-recovered');
	await recover(await as('rsp01'), await as('uhd_hosp'), ref, other);
	await move(await as('cl01'), ref, 'recovered');
	assert.equal(await handling(), 'followup');
});

step('it is watched, evaluated, reported on, closed and archived', async () => {
	await later('+3 d');
	const lead = await as('cl01');
	await move(await as('dir01'), ref, 'evaluate', { watch_continues: '并行跟踪' });
	await conclude(lead, ref);
	await move(await as('uhd_edu'), ref, 'close');
	const archivist = await as('arc01');
	await move(archivist, ref, 'build_package', {}, PAPERS);
	await move(archivist, ref, 'archive', {}, PAPERS);
	assert.equal(await handling(), 'archived');
	assert.ok(fs.existsSync(path.join(stage.told.folder, 'archive', ref, 'manifest.json')));
	await look(lead, ref);
	await until(() => text(lead.page, 'article header'), /已归档/);
	assert.equal(await lead.page.locator('[data-move=record_facts]').count(), 0, 'nothing is written any more');
	assert.equal(await lead.page.locator('[data-make=affected_system]').count(), 0, 'nor made');
	await look(lead, ref, 'documents');
	await lead.page.waitForSelector('[data-make=addendum]');
	assert.equal(await lead.page.locator('[data-make=loss]').count(), 0, 'but for what is made of an archived case');
	await shown('cl01', '04-archived');
});

step('two cases that are one are merged, as links both ways; the page says how to undo it', async () => {
	const { first, second } = stage.told.cases;
	const duty = await as('dut01');
	await move(duty, second, 'merge', { target_case: { ref: '税务外网缓慢' } });
	assert.equal((await states(duty, second)).handling, 'merged');
	await look(duty, second);
	await until(() => text(duty.page, 'main header'), new RegExp(`${first}.*撤销并案`));
	assert.deepEqual(await duty.axe(), []);
	await shown('dut01', '05-merged');
	await duty.page.locator('main header a', { hasText: first }).click();
	await until(() => text(duty.page, 'main header h1'), new RegExp(first));
	await until(() => text(duty.page, 'main header'), new RegExp(second));
});

step('a merge that was a mistake is undone: a new case, linked both ways', async () => {
	const { first, second } = stage.told.cases;
	const duty = await as('dut01');
	await move(duty, second, 'separate', { reason: '两起不同事件' });
	assert.equal((await states(duty, second)).handling, 'merged', 'the merged case stays at its end');
	const fresh = await newest(duty, 'incident');
	await look(duty, fresh.number);
	await until(() => text(duty.page, 'main header'), new RegExp(`由误并案件恢复\\s*${second}`));
	await shown('dut01', '06-separated');
	await duty.page.locator('main header a', { hasText: second }).click();
	await until(() => text(duty.page, 'main header'), new RegExp(`${first}[^]*${fresh.number}`));
});
