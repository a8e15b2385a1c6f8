// The plan page: the versions that were published and what differs between two of them, in both languages; the boundary report
// for an auditor. What stands there is what the command line prints.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { text } from './hands.mjs';
import { root, Stage } from './stage.mjs';

const FENGSUI = process.env.FENGSUI ?? path.join(root, 'build/fengsui');
const OWN = path.join(root, 'packs/jinan-2007');
let stage, folder, pack;
before(async () => {
	stage = await Stage.open();
	folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fengsui-plan-'));
	pack = path.join(folder, 'plan');
	fs.cpSync(OWN, pack, { recursive: true });
});
after(async () => {
	fs.rmSync(folder, { recursive: true });
	await stage.close();
});

function change(file, from, to) {
	const at = path.join(pack, file);
	const before = fs.readFileSync(at, 'utf8');
	assert.equal(before.split(from).length, 2, `${file} has it once`);
	fs.writeFileSync(at, before.replace(from, to));
}
const printed = (lang, ...words) => spawnSync(FENGSUI, ['plan', ...words, '--lang', lang], { encoding: 'utf8' }).stdout;
const rows = (page) => page.locator('table.differences tbody td.words').allInnerTexts();

test('one version: the page says that there is nothing to compare', async () => {
	const editor = await stage.person('ped01', { lang: 'en' });
	await editor.go('/plan?part=versions');
	assert.match(await text(editor.page, 'main'), /one version only/);
	assert.equal(await editor.page.locator('main select').count(), 0);
});

test('two versions are compared in words, in the language of the page and both ways round', async () => {
	change('pack.yml', 'version: 1.0.0', 'version: 1.0.1');
	change('clocks.yml', '    word: 快速反应\n    length: 15 min\n', '    word: 快速反应\n    length: 40 min\n');
	execFileSync(FENGSUI, ['plan', 'publish', pack, '--as', 'ped01', '--data', stage.told.folder]);
	const editor = await stage.person('ped01', { lang: 'en' });
	await editor.go('/plan?part=versions');
	for (const lang of ['en', 'zh']) {
		await editor.speak(lang);
		assert.deepEqual(await rows(editor.page), printed(lang, 'diff', OWN, pack).trim().split('\n').map((line) => line.slice(2)), lang);
		assert.deepEqual(await editor.axe(), []);
		await editor.picture(`plan-versions-${lang}`);
	}
	const [from, to] = await Promise.all([0, 1].map((n) => editor.page.locator('main select').nth(n).inputValue()));
	await editor.page.locator('main select').nth(0).selectOption(to);
	assert.equal(await editor.page.locator('table.differences').count(), 0, 'a version and itself');
	await editor.page.locator('main select').nth(1).selectOption(from);
	await editor.settled();
	assert.deepEqual(await rows(editor.page), printed('zh', 'diff', pack, OWN).trim().split('\n').map((line) => line.slice(2)));
	await editor.page.reload();
	await editor.settled();
	assert.equal(await editor.page.locator('main select').nth(0).inputValue(), to, 'the choice stands in the address');
});

test('the boundary report, for an auditor', async () => {
	const auditor = await stage.person('aud01', { lang: 'zh' });
	await auditor.go('/plan?part=boundary');
	for (const lang of ['zh', 'en']) {
		await auditor.speak(lang);
		const heads = printed(lang, 'boundary', pack).split('\n').filter((line) => line && !line.startsWith(' '));
		const shown = await auditor.page.locator('main h2').allInnerTexts();
		assert.deepEqual(shown, heads.slice(0, shown.length));
		assert.ok(shown.length > 8);
		assert.deepEqual(await auditor.axe(), []);
		await auditor.picture(`plan-boundary-${lang}`);
	}
	const row = auditor.page.locator('tr', { hasText: 'upward_report.send' });
	assert.match(await row.innerText(), /Director|Leading/i, 'who sends what leaves the house');
});
