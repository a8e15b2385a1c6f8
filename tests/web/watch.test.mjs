// Who watches over the house: entries of the record, found and followed, coming in while one looks; a rule tried on a sample,
// and where it is faulty; a source whose figures change.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { Stage } from './stage.mjs';

let stage, auditor, duty;
before(async () => {
	stage = await Stage.open();
	auditor = await stage.person('aud01', { lang: 'en' });
	duty = await stage.person('dut01', { lang: 'en' });
});
after(() => stage.close());

const types = () => auditor.page.locator('tbody td:nth-child(3) code').allTextContents();

test('entries are found by kind and actor, and lead to their record', async () => {
	const { page } = auditor;
	await auditor.go('/log');
	const all = await page.locator('tbody tr').count();
	await page.selectOption('select[aria-label=Kind]', 'incident');
	await page.fill('input[aria-label^="By:"]', 'dut01');
	await page.click('form button >> text=Filter');
	await page.waitForFunction((n) => document.querySelectorAll('tbody tr').length < n, all);
	const found = await types();
	assert.ok(found.length && found.every((type) => type.startsWith('incident.')), found.join());
	const by = await page.locator('tbody td:nth-child(5)').allTextContents();
	assert.ok(by.every((name) => name.includes('值班员一')), by.join());
	await page.click('tbody td:nth-child(4) a');
	await page.waitForURL('**/case/INC-2026-*');
});

test('the next page goes on where this one ended', async () => {
	const { page } = auditor;
	const places = async () => (await page.locator('tbody td:first-child').allTextContents()).map(Number);
	await auditor.go('/log?order=oldest');
	const first = await places();
	await page.click('text=Next page');
	await page.waitForFunction((seq) => Number(document.querySelector('tbody td')?.textContent) > seq, first.at(-1));
	assert.equal((await places())[0], first.at(-1) + 1);
});

test('what happens comes in at the top', async () => {
	const { page } = auditor;
	await auditor.go('/log');
	const made = await stage.act('dut01', 'POST', '/note', { input: { incident: stage.told.cases.contain, type: 'analysis', text: 'seen' } });
	assert.equal(made.status, 201, JSON.stringify(made.body));
	await page.waitForFunction(() => document.querySelector('tbody td:nth-child(3) code')?.textContent === 'note.create');
});

test('an archivist has the verifier, and no entries of all units', async () => {
	const { page } = await stage.person('arc01', { lang: 'en' });
	await page.goto(stage.base + '/log');
	await page.waitForSelector('h2 >> text=Checkpoint');
	assert.equal(await page.locator('main nav a').count(), 2);
});

test('a rule is tried: the line that it matches, the place where it is faulty', async () => {
	const { page } = duty;
	await duty.go('/sources');
	await page.click('text=Fill in an example');
	await page.click('text=Try it');
	await page.waitForSelector('text=Result: 1 of 2 lines hit');
	assert.match(await page.textContent('li.hit'), /Failed password/);
	const box = page.locator('form textarea').first();
	await box.fill((await box.inputValue()).replace('condition: selection', 'condition: selction'));
	await page.click('text=Try it');
	await page.click('text=Go there');
	const marked = await box.evaluate((it) => it.value.slice(0, it.selectionStart).split('\n').length);
	assert.match((await box.inputValue()).split('\n')[marked - 1], /selction/, 'the caret stands in the line that is wrong');
});

test('the figures of a source go on while one looks', async () => {
	const { page } = duty;
	await duty.go('/sources');
	const before = Number(await page.textContent('tbody td:nth-child(4)'));
	await page.route('**/api/v1/status', async (route) => {
		const response = await route.fetch();
		const told = await response.json();
		Object.assign(told.sources[0], { received: before + 500, lost: 3 });
		await route.fulfill({ response, json: told });
	});
	await page.waitForFunction((n) => document.querySelector('tbody td:nth-child(4)')?.textContent === String(n), before + 500);
	assert.equal(await page.textContent('td.bad'), '3', 'what is lost is marked');
	assert.match(await page.textContent('tbody td:nth-child(2)'), /sending/);
});
