// stage -- the real daemon with a busy morning, and people in a real browser.
//
//     const stage = await Stage.open();
//     const duty = await stage.person('dut01', { lang: 'zh' });      // signed in, a browser context of its own
//     await duty.page.goto(stage.base + '/desk');
//     await stage.close();                                            // fails when a page complained
//
// Every page that is opened here is listened to: an error, a violation of the policy or an exception that nobody
// expected fails the test that closes the stage. Pictures go to `pictures` beside the program, or to $FENGSUI_PICTURES.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, '../..');
const require = createRequire(path.join(root, 'web/package.json'));
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const PICTURES = process.env.FENGSUI_PICTURES ?? path.join(process.env.FENGSUI ? path.dirname(process.env.FENGSUI) : path.join(root, 'build'), 'pictures');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run', '--disable-sync'];

/* What a page is waited for. Long, for a machine that has much else to do: who waits for a state goes on the moment it is there.
 * Less of it (FENGSUI_PATIENCE, seconds) is for whoever breaks something on purpose. */
export const PATIENCE_MS = 1000 * Number(process.env.FENGSUI_PATIENCE ?? 45);
/* A question that has not ended by then was given up by the page. */
const LOST_MS = 10_000;

function first_line(child) {
	return new Promise((done, fail) => {
		let said = '', wrong = '';
		child.stdout.on('data', (bytes) => {
			said += bytes;
			if (said.includes('\n')) done(JSON.parse(said.slice(0, said.indexOf('\n'))));
		});
		child.stderr.on('data', (bytes) => (wrong += bytes));
		child.on('exit', (status) => fail(new Error(`the daemon did not come up (${status}): ${wrong.slice(-2000)}`)));
	});
}

export class Stage {
	static async open(program = 'busy_city.py') {
		const stage = new Stage();
		stage.city = spawn('python3', [path.join(here, program)], { stdio: ['pipe', 'pipe', 'pipe'] });
		stage.told = await first_line(stage.city);
		assert.deepEqual(stage.told.troubles, [], 'the morning was set up as it should be');
		stage.base = stage.told.base;
		stage.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, timeout: 3 * PATIENCE_MS });
		stage.complaints = [];
		stage.turn = 0; // what was done so far: whose page is older reads it anew before he acts (hands.mjs)
		return stage;
	}

	/* Somebody with a browser of his own; login null: a stranger. */
	async person(login, { lang = 'zh', theme = 'light', width = 1366, height = 900 } = {}) {
		const context = await this.browser.newContext({
			viewport: { width, height }, locale: lang === 'zh' ? 'zh-CN' : 'en-GB', colorScheme: theme, acceptDownloads: true,
			// A real folder has a certificate that it made for itself.
			ignoreHTTPSErrors: this.base.startsWith('https'),
		});
		const page = await context.newPage();
		page.setDefaultTimeout(PATIENCE_MS);
		this.listen(page, login);
		const person = new Person(this, login, context, page);
		if (login) await person.sign_in();
		return person;
	}

	listen(page, login) {
		const complain = (what) => this.complaints.push(`${login} ${new URL(page.url() || 'about:blank').pathname}: ${what}`);
		page.on('pageerror', (error) => complain(error.message));
		page.on('console', (message) => {
			if (message.type() !== 'error' && message.type() !== 'warning') return;
			// A refusal is an answer of the interface, and the page says it; the browser logs it besides.
			if (/Failed to load resource/.test(message.text()) && /\/api\/v1\//.test(message.location().url)) return;
			if (this.offline && /ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION/.test(message.text())) return;
			complain(message.text());
		});
		page.on('request', (request) => {
			if (!request.url().startsWith(this.base) && !/^(data|blob):/.test(request.url())) complain(`asked another host: ${request.url()}`);
		});
	}

	/* Change a case so often, as fast as the daemon takes it; the seconds that took. */
	flood(count) {
		return this.tell(`flood ${count}`).then((told) => told.seconds);
	}

	/* The city does this, and answers with a line of JSON. */
	tell(line) {
		return new Promise((done) => {
			this.city.stdout.once('data', (bytes) => done(JSON.parse(bytes)));
			this.city.stdin.write(`${line}\n`);
		});
	}

	/* The daemon is gone, until it is brought back: however long the machine takes for what is looked at meanwhile.
	 * What browsers log of it may be told late, so it is no complaint from here on. */
	async away() {
		this.offline = true;
		await this.tell('stop');
	}
	back() {
		return this.tell('start');
	}

	/* A move by somebody, over the interface, without a browser. */
	async act(login, method, at, body) {
		const session = await fetch(this.base + '/api/v1/session', {
			method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login }),
		});
		const cookie = session.headers.getSetCookie()[0].split(';')[0];
		const { token } = await session.json();
		const answer = await fetch(this.base + '/api/v1' + at, {
			method, headers: { 'Content-Type': 'application/json', Cookie: cookie, 'X-Fengsui-Token': token }, body: body && JSON.stringify(body),
		});
		this.turn++;
		return { status: answer.status, body: await answer.json().catch(() => undefined) };
	}

	async close() {
		await this.browser.close();
		this.city.stdin.end();
		await new Promise((done) => this.city.on('exit', done));
		assert.deepEqual(this.complaints, [], 'no page complained');
	}
}

class Person {
	constructor(stage, login, context, page) {
		Object.assign(this, { stage, login, context, page, asking: new Set(), turn: stage.turn });
		this.count();
	}

	/* Questions of the page that are under way; the stream of events is one that never ends. What a page asks that is
	 * just being left is told the end of by nobody. */
	count() {
		const { page, asking } = this;
		const done = (request) => asking.delete(request);
		let leaving = false;
		page.on('request', (request) => {
			if (request.isNavigationRequest() && request.frame() === page.mainFrame()) leaving = true;
			else if (['fetch', 'xhr'].includes(request.resourceType())) {
				asking.add(request);
				setTimeout(done, LOST_MS, request).unref();
			}
		});
		page.on('framenavigated', (frame) => {
			if (!leaving || frame !== page.mainFrame()) return;
			leaving = false;
			asking.clear();
		});
		page.on('requestfinished', done);
		page.on('requestfailed', done);
		page.on('response', (response) => setTimeout(done, 1000, response.request()).unref());
	}

	async sign_in() {
		await this.page.goto(this.stage.base + '/');
		await this.page.fill('input[name=login]', this.login);
		await this.page.press('input[name=login]', 'Enter');
		await this.page.waitForSelector('main#content');
	}

	async go(at) {
		this.turn = this.stage.turn;
		await this.page.goto(this.stage.base + at);
		await this.settled();
	}

	/* Nothing is being read any more, and what came of it is drawn. */
	async settled() {
		for (const end = Date.now() + PATIENCE_MS; ; ) {
			await this.page.waitForFunction(() => document.querySelector('main#content > *, main.door, .wall') && !document.querySelector('[aria-busy=true]'));
			const quiet = !this.asking.size;
			await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
			if (quiet && !this.asking.size) return;
			assert.ok(Date.now() < end, `${this.login} still waits for ${[...this.asking].map((one) => one.url())}`);
			if (this.asking.size) await this.page.waitForTimeout(20);
		}
	}

	/* The switch in the frame, without reading the page anew. */
	async speak(lang) {
		const now = await this.page.evaluate(() => document.documentElement.lang.slice(0, 2));
		if (now !== lang) await this.page.click(`header button[lang=${lang}]`);
		await this.page.waitForFunction((want) => document.documentElement.lang.startsWith(want), lang);
	}

	/* What axe finds on the page as it stands. */
	async axe() {
		const cdp = await this.context.newCDPSession(this.page);
		await cdp.send('Runtime.evaluate', { expression: axe });
		const found = await cdp.send('Runtime.evaluate', {
			expression: `axe.run({ runOnly: ${JSON.stringify(RULES)} }).then((r) => JSON.stringify(r.violations.map((v) =>
				v.id + ' (' + v.nodes.length + '): ' + v.nodes[0].html.slice(0, 160) + ' ' + v.nodes[0].failureSummary.slice(0, 200))))`,
			awaitPromise: true,
		});
		await cdp.detach();
		return JSON.parse(found.result.value);
	}

	async picture(name) {
		fs.mkdirSync(PICTURES, { recursive: true });
		await this.page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
	}
}
