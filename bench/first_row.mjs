// first_row -- the clock of bench/first_row.py: from the start of a navigation until the first row of a page is painted.
//
//     node bench/first_row.mjs BASE ROUNDS
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { chromium } = createRequire(path.join(root, 'web/package.json'))('playwright-core');
const [base, rounds] = [process.argv[2], Number(process.argv[3])];
const BAR_MS = 1000;
// The first row that says something of the cases themselves.
const PAGES = [
	{ name: 'list of cases', login: 'dut01', at: '/list/incident', row: 'main tbody tr td a' },
	{ name: 'command board', login: 'dir01', at: '/', row: 'main a[href*="/list/incident"], main a[href*="/case/"]' },
	{ name: 'duty desk', login: 'dut01', at: '/desk', row: '[role=option]' },
	{ name: 'one case', login: 'dir01', at: '/case/INC-2026-0500', row: '#doing-h' },
];

/* Runs in the page before anything of it: the moment of the first row, after the frame in which it is painted. */
function watch(row) {
	const look = new MutationObserver(() => {
		if (!document.querySelector(row)) return;
		look.disconnect();
		requestAnimationFrame(() => setTimeout(() => (window.first_row = performance.now())));
	});
	look.observe(document, { childList: true, subtree: true });
}

async function once(browser, page) {
	const context = await browser.newContext({ viewport: { width: 1366, height: 900 } });
	const session = await context.request.post(base + '/api/v1/session', { data: { login: page.login } });
	if (!session.ok()) throw new Error(`${page.login} cannot sign in: ${session.status()}`);
	const tab = await context.newPage();
	await tab.addInitScript(watch, page.row);
	await tab.goto(base + page.at, { waitUntil: 'commit' });
	await tab.waitForFunction(() => window.first_row !== undefined, undefined, { timeout: 60_000 });
	const ms = await tab.evaluate(() => window.first_row);
	await context.close();
	return ms;
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'] });
let missed = false;
console.log('| page | median ms | fastest | slowest |\n|---|---|---|---|');
for (const page of PAGES) {
	await once(browser, page); // the browser itself comes up
	const times = [];
	for (let i = 0; i < rounds; i++) times.push(await once(browser, page));
	times.sort((a, b) => a - b);
	const median = times[times.length >> 1];
	missed ||= median > BAR_MS;
	console.log(`| ${page.name} | ${median.toFixed(0)} | ${times[0].toFixed(0)} | ${times.at(-1).toFixed(0)} |`);
}
console.log(`\nbar: the first row within ${BAR_MS} ms: ${missed ? 'MISSED' : 'held'}; load average ${os.loadavg()[0].toFixed(1)}`);
await browser.close();
process.exit(missed ? 1 : 0);
