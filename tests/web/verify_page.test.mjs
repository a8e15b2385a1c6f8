// The page that verifies, in a real browser under the real policy: a whole archive, one that was touched, one held against a
// checkpoint kept elsewhere, the tar of it; and no file leaves the browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { root, Stage } from './stage.mjs';

let stage, auditor, out;
const sent = [];
before(async () => {
	out = fs.mkdtempSync(path.join(os.tmpdir(), 'fengsui-verify-'));
	execFileSync('python3', [path.join(root, 'tests/web/make_archive.py'), out], { stdio: ['ignore', 'inherit', 'inherit'] });
	stage = await Stage.open();
	auditor = await stage.person('aud01', { lang: 'en' });
	await auditor.go('/log?tab=verify');
	auditor.page.on('request', (request) => request.method() !== 'GET' && sent.push(request.url()));
});
after(async () => {
	fs.rmSync(out, { recursive: true, force: true });
	await stage.close();
});

async function verdict(chosen, against = '') {
	const { page } = auditor;
	await page.setInputFiles(chosen.endsWith('.tar') ? 'input[accept=".tar"]' : 'input[webkitdirectory]', chosen);
	await page.fill('textarea', against);
	await page.click('section button.first');
	await page.waitForSelector('.verdict, .wrong');
	return (await page.textContent('.verdict, .wrong')).replace(/\s+/g, ' ').trim();
}
const archive = () => path.join(out, 'archive');

test('a whole archive, its folder and its tar, is as it should be', async () => {
	assert.match(await verdict(archive()), /^✓ As it should be .*No checkpoint kept elsewhere/);
	execFileSync('tar', ['-C', out, '-cf', path.join(out, 'a.tar'), 'archive']);
	assert.match(await verdict(path.join(out, 'a.tar')), /^✓ As it should be/);
});

test('a checkpoint that was kept elsewhere is held against it', async () => {
	const kept = (name) => fs.readFileSync(path.join(out, name), 'utf8');
	assert.match(await verdict(archive(), kept('archive/checkpoint')), /^✓ As it should be .*Held against 1 checkpoint/);
	assert.match(await verdict(archive(), kept('foreign')), /^✕ Tampered with .*against\.key/);
});

test('one bit is found, and what is no bundle is said to be none', async () => {
	fs.cpSync(archive(), path.join(out, 'touched'), { recursive: true });
	const file = path.join(out, 'touched', 'payloads.jsonl');
	const bytes = fs.readFileSync(file);
	bytes[bytes.length >> 1] ^= 1;
	fs.writeFileSync(file, bytes);
	assert.match(await verdict(path.join(out, 'touched')), /^✕ Tampered with .*payloads\.jsonl/);
	fs.mkdirSync(path.join(out, 'other'));
	fs.writeFileSync(path.join(out, 'other', 'x.txt'), 'x');
	assert.match(await verdict(path.join(out, 'other')), /nothing to verify/);
});

test('nothing was sent anywhere', () => assert.deepEqual(sent, []));
