// duty_desk -- the duty officer's pages and the unit's own, worked by keyboard alone.
//
//     node tests/web/duty_desk.mjs BASE [SCREENSHOT-FOLDER]     on a folder of busy_city.py, fresh
//
// Each step says what it saw; the first that is not so ends it with status 1.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(fileURLToPath(new URL('../../web/package.json', import.meta.url)));
const { chromium } = require('playwright-core');
const [base, shots] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
let errors = [];

async function seat(login, locale = 'en-GB') {
	const context = await browser.newContext({ viewport: { width: 1366, height: 900 }, locale });
	const page = await context.newPage();
	page.on('console', (m) => m.type() === 'error' && !/status of 4\d\d/.test(m.text()) && errors.push(m.text()));
	page.on('pageerror', (e) => errors.push(e.message));
	await page.goto(base + '/');
	await page.fill('input[name=login]', login);
	await page.press('input[name=login]', 'Enter');
	await page.waitForSelector('header .brand');
	return page;
}
function is(what, seen, wanted) {
	const good = wanted instanceof RegExp ? wanted.test(String(seen)) : seen === wanted;
	console.log(`${good ? 'ok ' : 'NOT'} ${what}: ${String(seen).slice(0, 160)}`);
	if (!good) throw new Error(`${what}: ${seen}, wanted ${wanted}`);
}
const text = async (page, at) => (await page.locator(at).first().innerText()).replace(/\s+/g, ' ');
const keys = async (page, ...all) => {
	for (const key of all) await page.keyboard.press(key);
};
const shot = async (page, name) => shots && page.screenshot({ path: `${shots}/${name}.png` });
const rest = (page, ms = 900) => page.waitForTimeout(ms);
const api = (page, path) => page.evaluate((p) => fetch('/api/v1' + p).then((r) => r.json()), path);

async function triage(page) {
	await page.goto(base + '/desk');
	await page.waitForSelector('[role=option]');
	const list = page.locator('[role=listbox]').first();
	is('the list has the focus', await list.evaluate((l) => l === document.activeElement), true);
	is('the most urgent is first', await text(page, '.here'), /ALR-/);
	await rest(page);
	is('why it fired, with the event', await text(page, '.pane pre'), /netcheck/);
	await keys(page, 'a');
	await rest(page);
	is('a: acknowledged, and it still waits', (await api(page, '/alert/ALR-2026-000001')).states.life, 'analysing');
	is('the cursor stays', await text(page, '.here'), /ALR-2026-000001/);
	await keys(page, 's');
	await page.waitForSelector('dialog #sup-reason');
	await shot(page, 'suppress');
	await page.waitForFunction(() => document.activeElement?.id === 'sup-reason');
	await page.keyboard.type('a known scanner');
	await keys(page, 'Control+Enter');
	await rest(page, 1500);
	is('s: suppressed', (await api(page, '/alert/ALR-2026-000001')).states.life, 'suppressed');
	is('it left the list', await page.locator('.item', { hasText: 'ALR-2026-000001' }).count(), 0);
	await page.locator('.toast button', { hasText: 'Undo' }).first().click();
	await rest(page, 1500);
	is('undo: analysed again', (await api(page, '/alert/ALR-2026-000001')).states.life, 'analysing');
	is('it waits behind the bar, the cursor is where it was', await text(page, '.news'), /1 new/);
	is('the cursor', await text(page, '.here'), /ALR-2026-000002/);
	await page.locator('[role=listbox]').first().focus();
	await keys(page, 'n');
	await rest(page);
	is('n: it is there again', await page.locator('.item', { hasText: 'ALR-2026-000001' }).count(), 1);
	is('the cursor is the same item', await text(page, '.here'), /ALR-2026-000002/);
	await keys(page, '?');
	is('? shows the keys', await text(page, 'dialog'), /Suppress/);
	await shot(page, 'keys');
	await keys(page, 'Escape', 'Home', 'x', 'j', 'x');
	is('x chooses several', await text(page, '.news'), /2 chosen/);
	await keys(page, 'd');
	await page.waitForSelector('dialog textarea');
	await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
	await page.keyboard.type('a test from the provider');
	await shot(page, 'bulk');
	await keys(page, 'Control+Enter');
	await rest(page, 1500);
	is('d: both put away', (await api(page, '/alert?where=life:false')).rows.length, 2);
	is('escalating a report shows alike cases first', await text(page, '.here'), /INC-|RPT-/);
	await page.locator('[role=listbox]').first().focus();
	while (!/RPT-2026-00001/.test(await text(page, '.here'))) await keys(page, 'j');
	await keys(page, 'e');
	await page.waitForSelector('dialog form button.first');
	await rest(page, 1200);
	is('alike first', await text(page, 'dialog'), /Look first whether it is a case already/);
	await shot(page, 'escalate');
	await keys(page, 'Control+Enter');
	await rest(page, 1500);
	is('e: a case for the report, with Ctrl+Enter', (await api(page, '/report/RPT-2026-00001')).states.life, 'linked');
}

async function refused_and_joined(page) {
	await page.goto(base + '/desk');
	await page.waitForSelector('[role=option]');
	await keys(page, 'Home');
	while (!/INC-2026-0001/.test(await text(page, '.here'))) await keys(page, 'j');
	await keys(page, 'e');
	await page.waitForFunction(() => document.activeElement?.id === 'act-on_scene');
	await rest(page, 700);
	await keys(page, 'Enter', 'Control+Enter');
	await page.waitForSelector('dialog .problem');
	is('a refusal in words', await text(page, 'dialog .problem'), /Grade must be in/);
	await shot(page, 'refused');
	await keys(page, 'Escape', 'Home');
	while (!/RPT-2026-00002/.test(await text(page, '.here'))) await keys(page, 'j');
	await keys(page, 'm');
	const join = page.locator('dialog li', { hasText: 'INC-2026-0002' }).locator('button');
	await join.waitFor();
	await shot(page, 'join');
	await join.focus();
	await keys(page, 'Enter');
	await rest(page, 1500);
	is('m: the report went to the case that is there', (await api(page, '/report/RPT-2026-00002')).fields.incident?.number, 'INC-2026-0002');
	is('the dialog is gone, the list has the focus', await page.evaluate(() => document.activeElement?.getAttribute('role')), 'listbox');
}

async function phone(page) {
	await page.goto(base + '/phone');
	await page.waitForSelector('#ph-reporter');
	await page.waitForFunction(() => document.activeElement?.id === 'ph-reporter');
	await page.keyboard.type('Wang');
	await keys(page, 'Tab');
	await page.keyboard.type('0531-12345678');
	await keys(page, 'Tab');
	await page.keyboard.type('电力');
	await rest(page, 700);
	await keys(page, 'Enter');
	await rest(page, 700);
	is('open cases of that unit while talking', await text(page, 'aside'), /INC-2026-0002/);
	await shot(page, 'phone');
	await page.evaluate(() => 0);
	while ((await page.evaluate(() => document.activeElement?.id)) !== 'ph-aware_at') await keys(page, 'Tab');
	await page.keyboard.type('-15m');
	await keys(page, 'Tab', 'Tab');
	is('Tab goes on in order', await page.evaluate(() => document.activeElement?.id), 'ph-what');
	await page.keyboard.type('Screens are locked');
	await keys(page, 'Tab');
	await page.keyboard.type('office network');
	await page.reload();
	await page.waitForSelector('#ph-what');
	await rest(page);
	is('a reload loses nothing', await page.inputValue('#ph-what'), 'Screens are locked');
	await page.focus('#ph-what');
	await keys(page, 'Control+Enter');
	await page.waitForSelector('.no');
	is('the receipt number, large', await text(page, '.no'), /RCP-2026-\d+/);
	await shot(page, 'receipt');
	const made = (await api(page, '/report?limit=1')).rows[0];
	is('the report has what was said', JSON.stringify((await api(page, `/report/${made.id}`)).fields), /office network.*phone|phone.*office network/);
}

async function unit(page) {
	await page.goto(base + '/unit');
	const row = page.locator('li', { hasText: 'TSK-2026-00010' }).first();
	await row.locator('[data-move=ack]').focus();
	await keys(page, 'Enter');
	await row.locator('[data-move=begin]').waitFor();
	is('acknowledged', (await api(page, '/tasking/TSK-2026-00010')).states.life, 'acked');
	await row.locator('[data-move=begin]').focus();
	await keys(page, 'Enter');
	await row.locator('[data-move=done]').waitFor();
	await row.locator('[data-move=done]').focus();
	await keys(page, 'Enter');
	await page.waitForSelector('dialog textarea');
	await page.locator('dialog textarea').first().fill('Disconnected at 08:05');
	await page.locator('dialog button.first').focus();
	await keys(page, 'Enter');
	await rest(page, 1200);
	is('reported done', (await api(page, '/tasking/TSK-2026-00010')).states.life, 'done');
	is('nothing of another unit', JSON.stringify(await api(page, '/report')), /"rows":\[\]/);
}

async function handover(page) {
	await page.goto(base + '/handover');
	await page.waitForSelector('.note textarea');
	is('the note lists the open cases', await page.inputValue('.note textarea'), /INC-2026-0004/);
	await shot(page, 'handover');
	await page.locator('.note button.first').focus();
	await keys(page, 'Enter');
	await page.waitForSelector('.note [role=status]');
	const shift = (await api(page, '/duty_shift?where=person:dut01')).rows[0];
	is('the shift has the note', (await api(page, `/duty_shift/${shift.id}`)).fields.handover_note, /INC-2026-0004/);
}

try {
	const duty = await seat('dut01');
	await triage(duty);
	await refused_and_joined(duty);
	await phone(duty);
	await handover(duty);
	await unit(await seat('uop_edu'));
	is('errors on the console', errors.join('; '), '');
} catch (wrong) {
	console.log(wrong.message, errors.join('; '));
	for (const context of browser.contexts()) for (const page of context.pages()) await shot(page, 'wrong');
	process.exitCode = 1;
}
await browser.close();
