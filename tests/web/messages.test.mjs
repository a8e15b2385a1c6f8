// What leaves the house: one message that arrived and one that cannot, with their tries; a channel held with a reason and
// resumed; the board that says so; and whoever may not read messages is told.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import test, { after, before } from 'node:test';
import { asked, text, until } from './hands.mjs';
import { PATIENCE_MS, Stage } from './stage.mjs';

let stage;
before(async () => (stage = await Stage.open('report_city.py')));
after(() => stage.close());

const channel = async (person, name) => (await asked(person, '/channels')).channels.find((one) => one.name === name);
/* What the receiver of webhooks does from now on. */
const hook = (how) => stage.tell(`hook ${how}`);
/* The house itself waits between its tries. */
const LONG_MS = 3 * PATIENCE_MS;

test('a message that arrived is shown with its letter in both languages, what is enclosed and its try', async () => {
	const person = await stage.person('dut01', { lang: 'en' });
	await person.go('/messages');
	await person.page.selectOption('form select', 'webhook');
	await until(() => person.page.locator('tbody tr').count(), 1);
	await person.settled();
	assert.match(await text(person.page, 'tbody tr'), /✓ sent webhook 市教育局信息中心/);
	await person.page.click('tbody tr button');
	await person.page.waitForSelector('dialog[open] pre');
	const shown = await text(person.page, 'dialog[open]');
	for (const what of [/预警（4 级）/, /security warning, level 4/, /application\/cap\+xml [0-9a-f]{64}/, /taken 200 taken/]) assert.match(shown, what);
	assert.equal(await person.page.locator('dialog[open] [data-retry]').count(), 0, 'what arrived is not sent again');
	assert.match(person.page.url(), /message=\d+/);
	// What was enclosed comes as it left: the digest that stands there is that of the file.
	const [file] = await Promise.all([person.page.waitForEvent('download'), person.page.click('dialog[open] a[download]')]);
	const digest = createHash('sha256').update(fs.readFileSync(await file.path())).digest('hex');
	assert.match(shown, new RegExp(digest));
	assert.match(file.suggestedFilename(), /\.xml$/);
	assert.deepEqual(await person.axe(), []);
	await person.picture('message');
});

test('a message that cannot leave says why, and is tried again on demand', async () => {
	const person = await stage.person('dir01', { lang: 'en' });
	await until(async () => (await channel(person, 'mail')).state, 'trouble');
	await person.go('/messages?state=waiting&channel=mail');
	await until(() => text(person.page, '[data-channel=mail]'), /trouble waiting 1.*connect to server/);
	await person.page.click('tbody tr.waiting button');
	await person.page.waitForSelector('dialog[open] tbody tr');
	const tries = () => person.page.locator('dialog[open] tbody tr').count();
	const before = await tries();
	await person.page.click('[data-retry]');
	await until(async () => (await tries()) > before, true, 'one more try is shown', LONG_MS);
	assert.match(await text(person.page, 'dialog[open] tbody tr'), /trouble of the channel/);
});

test('a channel is held after a second look and with a reason, and resumed; what waited leaves', async () => {
	const person = await stage.person('dut01', { lang: 'en' });
	await person.go('/messages');
	await person.page.locator('[data-channel=webhook] button').click();
	const dialog = person.page.locator('dialog[open]');
	await dialog.locator('button.grave').click();
	assert.match(await dialog.locator('.problem').innerText(), /Say why/);
	assert.equal((await channel(person, 'webhook')).state, 'open', 'nothing happened yet');
	await dialog.locator('textarea').fill('receiver is being moved');
	assert.deepEqual(await person.axe(), []);
	await dialog.locator('button.grave').click();
	await until(() => text(person.page, '[data-channel=webhook]'), /held/);
	await person.page.getByRole('button', { name: 'Test each' }).click();
	await until(() => text(person.page, '[data-channel=webhook]'), /waiting 1/);
	// The board and the wall say it.
	await person.go('/');
	await until(() => text(person.page, '[data-leaving]'), /webhook ■ held, 1 waiting/);
	await person.page.click('[data-leaving] a[href="/messages?channel=webhook"]');
	await person.page.waitForSelector('[data-channel=webhook].held');
	await person.page.locator('[data-channel=webhook] button').click();
	await until(async () => (await channel(person, 'webhook')).waiting, 0, 'what waited has left');
	await until(() => text(person.page, '[data-channel=webhook]'), /open waiting 0/);
});

test('what its receiver refuses is given up, and stands on the board', async () => {
	const person = await stage.person('dir01', { lang: 'zh' });
	await hook('redirect');
	await person.go('/messages');
	await person.page.getByRole('button', { name: '逐个测试' }).click();
	await until(async () => (await asked(person, '/messages?channel=webhook&limit=1')).messages[0].state, /waiting|failed/);
	const { id } = (await asked(person, '/messages?channel=webhook&limit=1')).messages[0];
	await person.go(`/messages?message=${id}`);
	await person.page.waitForSelector('dialog[open] h3');
	await until(async () => (await asked(person, `/messages/${id}`)).message.state, 'failed', 'it is given up', LONG_MS);
	await until(() => text(person.page, 'dialog[open]'), /失败.*拒收 307/);
	await person.go('/');
	await until(() => text(person.page, '[data-leaving]'), /失败 1 条/);
	await person.picture('board-held-up');
	await person.page.click('[data-leaving] a[href="/messages?state=failed"]');
	await until(() => person.page.locator('tr.failed').count(), 1);
	// Its receiver takes it again: sent anew by hand it arrives.
	await hook('ok');
	await person.page.click('tr.failed button');
	await person.page.click('[data-retry]');
	await until(async () => (await asked(person, `/messages/${id}`)).message.state, 'sent');
});

test('what waits for a way out that is configured no more is held, and given up after a second look', async () => {
	const person = await stage.person('dir01', { lang: 'en', width: 390, height: 844 });
	const { waiting } = await channel(person, 'mail');
	assert.ok(waiting, 'something waits for the mail server');
	await stage.tell('channels webhook');
	await person.go('/messages?channel=mail');
	await until(() => text(person.page, '[data-channel=mail]'), /not configured.*waiting \d/s);
	await until(() => text(person.page, 'tbody tr'), /held.*not configured any more/s);
	assert.deepEqual(await person.axe(), []);
	await person.picture('message-gone');
	await person.page.locator('[data-channel=mail] [data-give-up]').click();
	const dialog = person.page.locator('dialog[open]');
	await dialog.locator('button.grave').click();
	assert.match(await dialog.locator('.problem').innerText(), /Say why/);
	assert.equal((await channel(person, 'mail')).waiting, waiting, 'nothing happened yet');
	await dialog.locator('textarea').fill('the server was taken away');
	assert.deepEqual(await person.axe(), []);
	await person.picture('message-give-up');
	await dialog.locator('button.grave').click();
	await until(async () => (await asked(person, '/messages?channel=mail&state=waiting')).messages.length, 0);
	await until(() => person.page.locator('tbody tr.failed').count(), waiting);
});

test('whoever may not read all messages is told so; a calm house says nothing', async () => {
	const lead = await stage.person('cl01', { lang: 'en' });
	await lead.go('/messages');
	assert.match(await text(lead.page, 'section .problem'), /N21/);
	assert.equal(await lead.page.locator('[data-channel] button').count(), 0);
	await lead.go('/');
	assert.equal(await lead.page.locator('[data-leaving]').count(), 0);
});
