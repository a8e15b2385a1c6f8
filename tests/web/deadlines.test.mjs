// What is due upward: the board over all regimes, a duty from its draft to its receipt by four people, a regime adopted by the
// Office and confirmed by the legal officer, after which its deadline counts, and the moments of a case with what counts from each.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { asked, fill, send, text, until, upward } from './hands.mjs';
import { Stage } from './stage.mjs';

let stage;
before(async () => (stage = await Stage.open('report_city.py')));
after(() => stage.close());

const row = (person, what) => person.page.locator('tbody tr', { hasText: what });
const board = async (person) => (await asked(person, '/deadlines')).deadlines;
const duty_of = async (person, stage_name) => (await board(person)).find((one) => one.stage === stage_name && one.case.number === stage.told.cases.grave);

test('the board says of each duty what the interface says, counts down, and tells jurisdictions and states apart', async () => {
	const person = await stage.person('dir01', { lang: 'en' });
	await person.go('/deadlines');
	const all = await board(person);
	assert.equal(await person.page.locator('tbody tr').count(), all.length);
	const shown = await person.page.locator('tbody [data-duty]').evaluateAll((all) => all.map((one) => one.dataset.duty));
	assert.deepEqual(shown, all.map((one) => one.duty.number), 'the soonest first');
	assert.match(await text(person.page, 'tbody tr:nth-child(2)'), /50 min left.*aware \+ 1 h/);
	assert.match(await text(person.page, 'tr.at_once'), /at once.*To the police/);
	assert.match(await text(person.page, 'tr.unconfirmed'), /not confirmed by the legal officer/);
	await person.page.selectOption('label select', 'AU');
	await until(() => row(person, 'Australia').count(), 1, 'only Australia');
	assert.equal(await person.page.locator('tbody tr').count(), 1);
	await person.page.selectOption('label select', '');
	await person.page.click('button.at_once');
	await until(() => person.page.locator('tbody tr').count(), all.filter((one) => one.state === 'at_once').length);
	assert.match(person.page.url(), /state=at_once/);
	assert.deepEqual(await person.axe(), []);
});

test('a duty goes from its draft to its receipt where its deadline stands, and the board follows', async () => {
	const [lead, group, office] = [await stage.person('cl01'), await stage.person('lg01'), await stage.person('dir01')];
	const { duty } = await duty_of(office, 'cii.op');
	await office.go('/deadlines');
	await upward(lead, duty.number, 'propose_text');
	await lead.page.waitForSelector('dialog[open] pre');
	assert.match(await text(lead.page, 'dialog[open] pre'), new RegExp(stage.told.cases.grave));
	assert.deepEqual(await lead.axe(), []);
	await lead.picture('duty-draft');
	await lead.page.click('dialog[open] [data-move=draft]');
	const form = lead.page.locator('dialog[open]').last();
	assert.match(await form.locator('[id$="-text"]').inputValue(), new RegExp(stage.told.cases.grave), 'the draft begins with what the case gave');
	await fill(form, { text: '受影响主机 21 台' });
	assert.equal(await send(lead.page), undefined);
	await until(() => text(lead.page, 'dialog[open] [aria-current=step]'), /已起草/);
	// The board of somebody else follows without being touched.
	await until(() => text(office.page, `tr:has([data-duty="${duty.number}"])`), /已起草/);
	await upward(group, duty.number, 'approve', {});
	await upward(office, duty.number, 'send', { channel: 'web' });
	await until(() => text(office.page, 'dialog[open]'), /与审批稿一致/);
	await upward(office, duty.number, 'receipt', { receipt: '鲁网[2026]3号' });
	await until(async () => (await asked(office, `/upward_report/${duty.number}`)).states.life, 'receipted');
	await office.go('/deadlines');
	assert.equal(await office.page.locator(`[data-duty="${duty.number}"]`).count(), 0, 'it is done with');
	// What was sent is kept as it was.
	await office.go(`/record/upward_report/${duty.number}`);
	await office.page.waitForSelector('h3 + p + [role=region] tbody tr');
	const kept = office.page.locator('[role=region] tbody tr', { hasText: duty.number });
	await until(() => kept.count(), 4, 'two formats in two languages');
	assert.match(await kept.first().innerText(), /[0-9a-f]{64}/);
});

test('the Office says that a law applies, the legal officer confirms it, and from then on its deadline counts', async () => {
	const [office, law] = [await stage.person('dir01'), await stage.person('law01')];
	await office.go('/regimes?jurisdiction=EU');
	const card = office.page.locator('[data-regime=eu-gdpr]');
	assert.match(await card.innerText(), /本单位未适用/);
	await card.locator('[data-adopt]').click();
	await fill(office.page.locator('dialog[open]'), { why: '处理欧盟居民个人信息' });
	assert.equal(await send(office.page), undefined);
	await until(() => card.locator('.adoption').innerText().catch(() => ''), /待法制审核/);
	assert.equal(await card.locator('[data-move=confirm]').count(), 0, 'who proposes does not confirm');

	const before = await duty_of(law, 'pay').catch(() => undefined) ?? (await board(law)).find((one) => one.regime === 'au-csa-ransom');
	assert.equal(before.state, 'unconfirmed');
	await law.go('/regimes?only=waiting');
	const waiting = law.page.locator('[data-regime=au-csa-ransom]');
	await waiting.locator('[data-move=confirm]').click();
	await fill(law.page.locator('dialog[open]'), { source: 'Cyber Security Act 2024, Part 3', edition: '2024' });
	assert.equal(await send(law.page), undefined);
	await until(async () => (await board(law)).find((one) => one.regime === 'au-csa-ransom').state, 'running');
	await law.go('/deadlines?jurisdiction=AU');
	assert.match(await text(law.page, 'tbody tr'), /还有 2 天 23 小时/);
	for (const lang of ['zh', 'en']) {
		await law.speak(lang);
		assert.deepEqual(await law.axe(), []);
	}
	await law.go('/regimes?jurisdiction=AU');
	await law.page.click('summary');
	assert.deepEqual(await law.axe(), []);
	await law.picture('regimes');
});

test('the case shows its moments, what counts from each, and a corrected moment moves the deadline', async () => {
	const office = await stage.person('dir01', { lang: 'en' });
	const { grave } = stage.told.cases;
	await office.go(`/case/${grave}?tab=upward`);
	const moment = (what) => office.page.locator('ol > li', { has: office.page.locator('p b', { hasText: what }) });
	await moment('ransom paid').waitFor();
	assert.match(await moment('ransom paid').innerText(), /Australia/);
	assert.match(await moment('aware').first().innerText(), /NIS2[\s\S]*03\/03\/2026, 07:50/);
	await moment('aware').first().locator('p button').click();
	await fill(office.page.locator('dialog[open]'), { happened_at: '2026-03-02 07:00', reason: '值班记录为七时' });
	assert.equal(await send(office.page), undefined);
	await until(() => moment('aware').first().innerText(), /corrected[\s\S]*03\/03\/2026, 07:00/);
	assert.deepEqual(await office.axe(), []);
	await office.page.setViewportSize({ width: 390, height: 844 });
	assert.ok((await office.page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
	await office.picture('case-upward-phone');
});
