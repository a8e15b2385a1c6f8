// The page in every archive, run as a browser would: what it says of a whole archive, of one that was touched,
// and that it asks nobody for anything. Its script runs in a context that has a document, files and nothing else.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

const here = path.dirname(fileURLToPath(import.meta.url));
const GOOD = '结论 / verdict: 完好 / as it should be';
const BAD = '结论 / verdict: 已被篡改 / TAMPERED WITH';
let out, page, files;

before(() => {
	out = fs.mkdtempSync(path.join(os.tmpdir(), 'fengsui-page-'));
	execFileSync('python3', [path.join(here, 'make_archive.py'), out], { stdio: ['ignore', 'inherit', 'inherit'] });
	const archive = path.join(out, 'archive');
	const names = fs.readdirSync(archive, { recursive: true }).filter((name) => fs.statSync(path.join(archive, name)).isFile());
	files = new Map(names.map((name) => [name, fs.readFileSync(path.join(archive, name))]));
	page = files.get('verify.html').toString();
});

after(() => fs.rmSync(out, { recursive: true, force: true }));

const kept = (name) => fs.readFileSync(path.join(out, name), 'utf8');
const scripts = () => [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((found) => found[1]);

/* A file as an input with webkitdirectory gives it. */
const asFile = ([name, bytes]) => ({
	name: path.basename(name), size: bytes.length, webkitRelativePath: `INC-2026-0001/${name}`,
	arrayBuffer: async () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
});

/* Open the page, choose these files, give this checkpoint; what stands in #out then. */
async function opened(chosen, against = '') {
	const elements = { pick: {}, against: { value: against }, out: { textContent: '' } };
	elements.pick.addEventListener = (event, listener) => {
		assert.equal(event, 'change');
		elements.pick.change = listener;
	};
	const context = vm.createContext({ document: { getElementById: (id) => elements[id] }, TextEncoder, TextDecoder });
	for (const script of scripts()) vm.runInContext(script, context, { filename: 'verify.html' });
	await elements.pick.change({ target: { files: [...chosen].map(asFile) } });
	return elements.out.textContent;
}

/* The archive with one byte of this file altered: the digit or letter at `at` becomes another. */
function altered(name, at) {
	const bytes = Buffer.from(files.get(name)), changed = new Map(files);
	while (!/[0-9a-f]/.test(String.fromCharCode(bytes[at]))) at++;
	bytes[at] = bytes[at] === 0x31 ? 0x32 : 0x31;
	return changed.set(name, bytes);
}

test('a whole archive is as it should be, in both languages', async () => {
	const said = await opened(files);
	assert.ok(said.endsWith(GOOD), said);
	assert.match(said, /条目 entries [1-9]\d* /);
	assert.match(said, /未提供另处保存的检查点/);
	assert.match(said, /No checkpoint kept elsewhere was given/);
	assert.match(said, /清单已签名。 The manifest is signed\./);
	assert.match(said, /given time: for demonstration or test/);
});

test('one byte altered in any of its files is a finding with a name', async () => {
	for (const [name, finding] of [['records.jsonl', /leaf\.|chain\.|seq\.|proof\.|file\./], ['payloads.jsonl', /payload\.|text\.|file\./],
		['proofs.jsonl', /proof\.|file\./], ['manifest.json', /manifest\./], ['checkpoint', /checkpoint\.|note\./],
		['index.zh.html', /file\./]]) {
		const said = await opened(altered(name, files.get(name).length >> 1));
		assert.ok(said.endsWith(BAD), `${name}: ${said}`);
		assert.match(said, finding, name);
		const lines = said.split('\n'), at = lines.findIndex((line) => /^ {2}[a-z]+\.[a-z]+/.test(line));
		assert.match(lines[at + 1], /\p{Script=Han}/u, `${name}: the finding in Chinese`);
		assert.match(lines[at + 2], /[a-z]{3}/, `${name}: the finding in English`);
	}
});

test('a file that is missing, and one that was put in, are found', async () => {
	const fewer = new Map(files);
	fewer.delete('proofs.jsonl');
	assert.ok((await opened(fewer)).endsWith(BAD));
	assert.ok(!(await opened(new Map(files).set('extra.txt', Buffer.from('x')))).endsWith(GOOD));
	assert.ok(!(await opened([['photo.jpg', Buffer.from('x')]])).endsWith(GOOD));
});

test('a checkpoint kept elsewhere is held against it', async () => {
	const said = await opened(files, kept('archive/checkpoint'));
	assert.ok(said.endsWith(GOOD), said);
	assert.match(said, /已与 1 份另处保存的检查点核对。\nHeld against 1 checkpoint\(s\) kept elsewhere\./);
	const foreign = await opened(files, kept('foreign'));
	assert.ok(foreign.endsWith(BAD), foreign);
	assert.match(foreign, /against\.key/);
	// An earlier one of the same record: no finding against it, but a part cannot prove that it grew from there.
	const earlier = await opened(files, kept('before'));
	assert.ok(!earlier.endsWith(BAD), earlier);
	assert.match(earlier, /against\.beyond/);
	assert.ok((await opened(files, 'rubbish')).endsWith(BAD) || !(await opened(files, 'rubbish')).endsWith(GOOD));
});

test('the page asks nobody for anything', () => {
	assert.equal(scripts().length, 1);
	assert.doesNotMatch(page, /https?:|\/\/[a-z0-9-]+\.[a-z]{2,}/i, 'an address');
	assert.doesNotMatch(page, /\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|Worker)\b/);
	assert.doesNotMatch(page, /\bimport\s*\(|\brequire\s*\(|^\s*import\s/m);
	assert.doesNotMatch(page, /<(link|img|iframe|object|embed|base|form|video|audio)\b|\bsrc=|@import|url\(/i);
	assert.match(page, /Content-Security-Policy" content="default-src 'none'/);
});
