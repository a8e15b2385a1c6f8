// Accounts in a real folder, by hand as people do it: sign in with a password, one-time codes, tokens, another password; an
// invitation from the administrator's hand to the first sign-in, a code that takes two, and somebody who is put out.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { fill, send } from './hands.mjs';
import { root, Stage } from './stage.mjs';

let stage, owner, duty, passwords;
before(async () => {
	stage = await Stage.open('real_office.py');
	passwords = stage.told.passwords;
	owner = await entered('dut01');
	duty = owner.page;
});
after(() => stage.close());

async function sign_in(page, login, password, code = '') {
	await page.fill('input[name=login]', login);
	await page.fill('input[name=password]', password);
	await page.fill('input[name=code]', code);
	await page.click('form button.first');
}
async function entered(login) {
	const person = await stage.person(null, { lang: 'en' });
	await person.page.goto(stage.base + '/');
	await sign_in(person.page, login, passwords[login]);
	await person.page.waitForSelector('main#content');
	return person;
}
const card = (page, title) => page.locator('section', { has: page.locator('h2', { hasText: title }) });
const digits = (n) => String(n % 1000000).padStart(6, '0');

/* RFC 6238, by the clock of this machine. */
function one_time(secret) {
	const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
	const step = Buffer.alloc(8);
	step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)));
	const hash = crypto.createHmac('sha1', Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))).update(step).digest();
	return digits(hash.readUInt32BE(hash[19] & 15) & 0x7fffffff);
}
const jsqr = createRequire(path.join(root, 'web/package.json'))('jsqr').default;

/* What a telephone reads from the screen. */
async function scanned(page, where) {
	const png = (await page.locator(where).screenshot()).toString('base64');
	const dark_room = await page.context().newPage();
	const image = await dark_room.evaluate(async (text) => {
		const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], { type: 'image/png' }));
		const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
		const brush = canvas.getContext('2d');
		brush.drawImage(bitmap, 0, 0);
		return { width: bitmap.width, height: bitmap.height, data: Array.from(brush.getImageData(0, 0, bitmap.width, bitmap.height).data) };
	}, png);
	await dark_room.close();
	return jsqr(Uint8ClampedArray.from(image.data), image.width, image.height)?.data;
}
const status_with = async (token) => (await (await stage.person(null)).context.request.get(stage.base + '/api/v1/incident', { headers: { Authorization: `Bearer ${token}` } })).status();

test('another session of mine is ended, after a second look', async () => {
	const other = await entered('dut01');
	await duty.goto(stage.base + '/me');
	const rows = card(duty, 'Sessions').locator('tbody tr');
	await rows.nth(1).waitFor();
	const before = await rows.count();
	await rows.locator('button').first().click();
	await duty.click('dialog button.grave');
	await duty.waitForFunction((n) => document.querySelectorAll('section tbody tr').length < n, before);
	const answer = await other.context.request.get(stage.base + '/api/v1/session');
	assert.equal(answer.status(), 401, 'and it is out');
});

test('a token is shown once, works, and is revoked', async () => {
	await duty.click('text=New token');
	await duty.fill('dialog input[required]', 'monthly figures');
	await duty.click('text=Make the token');
	const token = await duty.textContent('dialog pre');
	assert.equal(await status_with(token), 200);
	await duty.click('text=I have kept it');
	await duty.reload();
	await card(duty, 'API tokens').locator('td', { hasText: 'monthly figures' }).waitFor();
	assert.ok(!(await duty.content()).includes(token.slice(-20)), 'no list gives it again');
	await card(duty, 'API tokens').locator('button', { hasText: 'Revoke' }).click();
	await duty.click('dialog button.grave');
	await duty.waitForSelector('td >> text=Revoked');
	assert.equal(await status_with(token), 401);
});

test('a wrong current password is said in the form; a right one changes it', async () => {
	const boxes = card(duty, 'Password').locator('input[type=password]');
	const fill = async (...texts) => {
		for (const [i, text] of texts.entries()) await boxes.nth(i).fill(text);
	};
	await fill('not the one it is', 'seven slow herons wade', 'seven slow herons wade');
	await duty.click('text=Change the password');
	await duty.waitForSelector('section [role=alert] >> text=The current password is not right');
	assert.equal(await duty.locator('dialog').count(), 0, 'the session goes on');
	await fill(passwords.dut01, 'seven slow herons wade', 'seven slow herons wade');
	await duty.click('text=Change the password');
	await duty.waitForSelector('text=The password is changed');
	passwords.dut01 = 'seven slow herons wade';
});

test('one-time codes: set up, asked for, recovered from, removed', async () => {
	const codes = card(duty, 'One-time codes');
	await duty.click('text=Set up one-time codes');
	const secret = (await duty.textContent('pre[aria-label=Secret]')).replace(/ /g, '');
	for (const colorScheme of ['dark', 'light']) {
		await duty.emulateMedia({ colorScheme });
		assert.equal(await scanned(duty, 'svg.qr'), await codes.locator('a.mono').innerText(), `the picture says what the address says, ${colorScheme}`);
	}
	await owner.picture('account-one-time-codes');
	assert.deepEqual(await owner.axe(), []);
	await codes.locator('input').fill(digits(Number(one_time(secret)) + 1));
	await codes.locator('button', { hasText: 'Confirm' }).click();
	await codes.locator('[role=alert]').waitFor();
	await codes.locator('input').fill(one_time(secret));
	await codes.locator('button', { hasText: 'Confirm' }).click();
	const recovery = (await duty.textContent('dialog pre')).trim().split('\n');
	assert.equal(new Set(recovery).size, 10);
	await duty.click('text=I have kept them');
	await duty.waitForSelector('text=10 recovery codes are left');
	await duty.click('header >> text=Sign out');
	await sign_in(duty, 'dut01', passwords.dut01);
	await duty.waitForSelector('[role=alert]');
	await sign_in(duty, 'dut01', passwords.dut01, recovery[0]);
	await duty.waitForSelector('main#content');
	await duty.goto(stage.base + '/me');
	await duty.waitForSelector('text=9 recovery codes are left');
	await duty.click('section button.grave');
	await duty.click('dialog button.grave');
	await duty.waitForSelector('text=Set up one-time codes');
});

/* Five minutes go by: the clock is the machine's, so the proofs are made old in the store. */
const age_proofs = () =>
	execFileSync('python3', ['-c', 'import sqlite3, sys; s = sqlite3.connect(sys.argv[1], timeout=20); s.execute("UPDATE sessions SET proven_at = proven_at - 301000000"); s.commit()',
		path.join(stage.told.folder, 'fengsui.db')]);

test('what is grave wants the password once more: a wrong one is said, a right one lets the very move go on', async () => {
	await duty.goto(stage.base + '/new/report');
	await fill(duty.locator('main form'), { reporter: '市民', unit: { unknown: '市民来电' }, what: '与本系统无关的来电', via: 'phone', contact: '0531-82000000' });
	await fill(duty.locator('main form'), { aware_at: '-5m' });
	await duty.click('main form button.first');
	await duty.waitForURL('**/record/report/*');
	await duty.waitForSelector('[data-move=submit]');
	for (const name of ['submit', 'receipt'])
		if (await duty.locator(`[data-move=${name}]`).count()) {
			await duty.locator(`[data-move=${name}]`).first().click();
			assert.equal(await send(duty), undefined);
			await duty.waitForSelector(`[data-move=${name}]`, { state: 'detached' });
		}
	age_proofs();
	await duty.locator('[data-move=reject]').first().click();
	await fill(duty.locator('dialog[open] form'), { reason_code: 'out_of_scope' });
	await duty.click('dialog[open] form button.first');
	const proof = duty.locator('dialog[open]').last();
	await proof.locator('input[type=password]').waitFor();
	assert.match(await proof.innerText(), /Prove again who you are/);
	assert.deepEqual(await owner.axe(), []);
	await owner.picture('account-step-up');
	await proof.locator('input[type=password]').fill('not the one it is');
	await proof.locator('button.first').click();
	await proof.locator('[role=alert]').waitFor();
	await proof.locator('input[type=password]').fill(passwords.dut01);
	await proof.locator('button.first').click();
	await duty.waitForSelector('dialog[open]', { state: 'detached' });
	await duty.waitForFunction(() => /reject/i.test(document.querySelector('main').innerText));
});

async function invite(page, login) {
	await page.goto(stage.base + '/admin');
	await card(page, 'Accounts').locator('tbody tr').first().waitFor();
	await page.fill('input[aria-label=Login]', login);
	await page.click('text=Invite a person');
	await page.locator('dialog button', { hasText: 'Invite' }).click();
}

test('somebody is invited, sets a password with the code, and signs in', async () => {
	const administrator = (await entered('sca01')).page;
	await invite(administrator, 'new01');
	const code = await administrator.textContent('dialog pre');
	const newcomer = (await stage.person(null, { lang: 'en' })).page;
	await newcomer.goto(stage.base + '/');
	await newcomer.click('text=Set a password with an invitation code');
	const fields = { login: 'new01', code: code.slice(0, -1) + (code.endsWith('a') ? 'b' : 'a'), password: 'eleven green kettles', again: 'eleven green kettles' };
	for (const [name, text] of Object.entries(fields)) await newcomer.fill(`input[name=${name}]`, text);
	await newcomer.click('form button.first');
	await newcomer.waitForSelector('[role=alert]');
	await newcomer.fill('input[name=code]', code);
	await newcomer.click('form button.first');
	await newcomer.waitForSelector('text=The password is set');
	await sign_in(newcomer, 'new01', 'eleven green kettles');
	await newcomer.waitForSelector('main#content');
});

test('the code of somebody who decides takes two, and who asked is not the second', async () => {
	const administrator = (await entered('sca01')).page;
	await invite(administrator, 'dir02');
	await administrator.waitForSelector('.waits li');
	assert.equal(await administrator.locator('dialog pre').count(), 0, 'no code for one alone');
	assert.equal(await administrator.locator('.waits button.first').count(), 0);
	const auditor = (await entered('aud01')).page;
	await auditor.goto(stage.base + '/admin');
	await auditor.click('.waits button.first');
	await auditor.click('dialog button.first');
	assert.match(await auditor.textContent('dialog pre'), /^\w{4}-/);
});

test('who is disabled is out at once', async () => {
	const administrator = (await entered('sca01')).page;
	await administrator.goto(stage.base + '/admin');
	await administrator.click('button[aria-label="Acts for 值班员一"]');
	await administrator.locator('dialog button', { hasText: 'Disable' }).click();
	await administrator.waitForSelector('.state.disabled');
	assert.equal((await duty.context().request.get(stage.base + '/api/v1/session')).status(), 401);
});
