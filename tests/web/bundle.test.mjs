// A case is taken away by the page: the file that arrives is good to the very command that the page shows beside it, one bit
// more or less is not, and the page that verifies says the same. Who may not take a case is told why.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { asked, text } from './hands.mjs';
import { root, Stage } from './stage.mjs';

const FENGSUI = process.env.FENGSUI ?? path.join(root, 'build/fengsui');
const CASE = 'INC-2026-0004';
let stage, out;
before(async () => {
	stage = await Stage.open();
	out = fs.mkdtempSync(path.join(os.tmpdir(), 'fengsui-bundle-'));
});
after(async () => {
	fs.rmSync(out, { recursive: true });
	await stage.close();
});

/* Press the button; the file where a person finds it, under the name that the browser gave it. */
async function taken({ page }) {
	const [download] = await Promise.all([page.waitForEvent('download'), page.click('form.bundle button')]);
	await download.saveAs(path.join(out, download.suggestedFilename()));
	return download.suggestedFilename();
}
/* Type what the page shows, where the file lies. */
function run(command) {
	const [program, ...words] = command.trim().split(/\s+/);
	assert.equal(program, 'fengsui');
	return spawnSync(FENGSUI, words, { cwd: out, encoding: 'utf8' });
}
const command = (page) => text(page, 'form.bundle pre');

for (const [login, where, at] of [['dir01', 'case', `/case/${CASE}?tab=documents`], ['arc01', 'record', '/log?tab=checkpoint'], ['aud01', 'case', `/case/${CASE}?tab=documents`]])
	test(`${login} takes it from the ${where} page, and the command that is shown accepts it`, async () => {
		const person = await stage.person(login, { lang: where === 'case' ? 'zh' : 'en' });
		await person.go(at);
		if (where === 'record') await person.page.fill('section input.mono', CASE.toLowerCase());
		const name = await taken(person);
		const shown = await command(person.page);
		const good = run(shown);
		assert.equal(good.status, 0, `${shown}: ${good.stdout}${good.stderr}`);
		const bytes = fs.readFileSync(path.join(out, name));
		const title = bytes.indexOf('示例案件');
		assert.ok(title > 0, 'what the case says is in it');
		bytes[title] ^= 1;
		fs.writeFileSync(path.join(out, name), bytes);
		assert.notEqual(run(shown).status, 0, 'and not one with a bit that was changed');
		await person.page.evaluate(() => scrollTo(0, 0)); // what lies under the head of the page is not hidden, but scrolled away
		assert.deepEqual(await person.axe(), []);
		await person.picture(`bundle-${where}-${login}`);
	});

test('what was taken is good to the verifier of the page, too', async () => {
	const auditor = await stage.person('aud01', { lang: 'en' });
	await auditor.go(`/case/${CASE}?tab=documents`);
	const name = await taken(auditor);
	await auditor.go('/log?tab=verify');
	await auditor.page.setInputFiles('input[accept=".tar"]', path.join(out, name));
	await auditor.page.click('section button.first');
	await auditor.page.waitForSelector('.verdict, .wrong');
	assert.match(await text(auditor.page, '.verdict, .wrong'), /^✓ As it should be/);
});

test('who may not take a case has no button; a number that is none is said', async () => {
	const duty = await stage.person('dut01');
	await duty.go(`/case/${CASE}?tab=documents`);
	assert.equal(await duty.page.locator('form.bundle').count(), 0);
	const archivist = await stage.person('arc01', { lang: 'en' });
	await archivist.go('/log');
	await archivist.page.fill('section input.mono', 'INC-2026-9999');
	await archivist.page.click('form.bundle button');
	await archivist.page.waitForSelector('form.bundle [role=alert]');
	assert.match(await text(archivist.page, 'form.bundle [role=alert]'), /INC-2026-9999/);
});

test('an archivist is not asked to read what the plan gives to others, and is told so', async () => {
	const archivist = await stage.person('arc01', { lang: 'en' });
	const asked_for = [];
	archivist.page.on('request', (request) => asked_for.push(new URL(request.url()).pathname));
	await archivist.go('/log');
	assert.deepEqual(asked_for.filter((path) => path === '/api/v1/record'), []);
	assert.match(await text(archivist.page, 'main'), /entry by entry is for the Leading Group/);
	assert.equal(await archivist.page.locator('main nav a').count(), 2, 'checkpoints and bundles, and verification');
	assert.equal((await asked(archivist, '/record')).fault, 'refused', 'as the matrix of the plan has it');
});
