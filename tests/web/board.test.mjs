// A high case makes itself heard at the board and stands on the wall, large enough for the far end of the room.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { text, until } from './hands.mjs';
import { Stage } from './stage.mjs';

const SCORES = { high: [4, 4, 3, 1, 2, 3], low: [2, 2, 1, 1, 1, 2] };
const LEAST = 48;
let stage;
before(async () => (stage = await Stage.open()));
after(() => stage.close());

/* A case of this height comes, over the interface; gives its number. */
async function comes(unit, title, how) {
	const made = await stage.act('dut01', 'POST', '/incident', {
		input: { title, reporter: '联络员', unit: Number(stage.told.units[unit].slice(1)), aware_at: '2026-03-02T07:50:00Z', what: '网站无法访问' },
	});
	assert.equal(made.status, 201, JSON.stringify(made.body));
	const { number } = made.body;
	await stage.act('dut01', 'POST', `/incident/${number}/acknowledge`, { input: {} });
	const dimensions = ['business', 'unit', 'public', 'state', 'order', 'economy'];
	const scores = Object.fromEntries(SCORES[how].map((score, i) => [dimensions[i], score]));
	const scored = await stage.act('dut01', 'POST', `/incident/${number}/score`, { input: { scores } });
	assert.equal(scored.status, 200, JSON.stringify(scored.body));
	return number;
}
/* Somebody at this page, whose browser counts the tones that it is asked for. */
async function listener(at, size) {
	const person = await stage.person('dir01', size);
	await person.page.addInitScript(() => {
		window.tones = 0;
		const plain = AudioContext.prototype.createOscillator;
		AudioContext.prototype.createOscillator = function () {
			window.tones++;
			return plain.call(this);
		};
	});
	await person.go(at);
	await person.page.waitForSelector('svg[class*=level-]');
	return person;
}
const tones = (person) => person.page.evaluate(() => window.tones);

test('a case of level 3 or more is news: on the page, in the title, and heard where somebody wants that', async () => {
	const office = await listener('/');
	const { page } = office;
	const calm = await page.title();
	assert.doesNotMatch(calm, /^!/);
	const low = await comes('tax', '一台终端感染', 'low');
	await page.waitForSelector(`a[href="/case/${low}"]`);
	assert.equal(await page.title(), calm, 'a low one is no alarm');
	assert.equal(await page.locator('[role=alert] a').count(), 0);

	const first = await comes('edu', '学校网站群被篡改', 'high');
	await page.waitForFunction(() => document.title.startsWith('!'));
	await until(() => text(page, '[role=alert]'), new RegExp(`${first}.*学校网站群被篡改`));
	assert.equal(await tones(office), 0, 'silent until somebody switches the sound on');
	await office.picture('board-news');
	await page.locator('[role=alert] button').click();
	await until(() => page.title(), calm, 'seen: calm again');
	assert.equal(await page.locator('[role=alert] a').count(), 0);

	await page.locator('header button[aria-pressed=false]', { hasText: /声音|提示音|静音/ }).first().click();
	await until(() => tones(office), 4, 'switched on, it lets itself be heard once');
	await comes('bank', '网上银行中断', 'high');
	await page.waitForFunction(() => document.title.startsWith('!'));
	await until(() => tones(office), 8, 'heard');
});

/* Texts that are seen and smaller than may be, and whether the page is larger than the screen. */
const seen = (page) =>
	page.evaluate((least) => {
		const walk = document.createTreeWalker(document.querySelector('.wall'), NodeFilter.SHOW_TEXT);
		const found = { texts: 0, small: [], over: document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth };
		while (walk.nextNode()) {
			const { data, parentElement } = walk.currentNode;
			if (!data.trim() || parentElement.closest('.unseen')) continue;
			found.texts++;
			if (parseFloat(getComputedStyle(parentElement).fontSize) < least) found.small.push(data);
		}
		return found;
	}, LEAST);

test('no text on the wall is smaller than 48 px at 1920 by 1080, on any of its screens, in either language', async () => {
	for (const lang of ['zh', 'en']) {
		const wall = await listener('/wall', { lang, width: 1920, height: 1080 });
		const next = wall.page.locator('footer button').nth(1);
		await wall.page.locator('footer button').first().click(); // it turns by hand now
		for (let screen = 0; screen < 8; screen++) {
			const found = await seen(wall.page);
			assert.ok(found.texts > 3, `${lang} ${screen}: something stands there`);
			assert.deepEqual(found.small, [], `${lang} ${screen}`);
			assert.equal(found.over, false, `${lang} ${screen}: nothing is over the edge`);
			if (screen < 2) await wall.picture(`wall-${lang}-${screen}`);
			await next.click();
			await wall.settled();
		}
		await wall.context.close();
	}
});

test('a high case that comes stands on the wall at once', async () => {
	const wall = await listener('/wall', { width: 1920, height: 1080 });
	await comes('hosp', '门诊系统停用', 'high');
	await wall.page.waitForFunction(() => document.title.startsWith('!'));
	await until(() => text(wall.page, '.wall'), /门诊系统停用/);
	assert.deepEqual((await seen(wall.page)).small, []);
	await wall.picture('wall-news');
});
