// More waits than the desk reads by itself: the most urgent stand first all the same, how many there are of all is said from
// the first row on, what lies behind is reached by going there, and numbers, selection and changes stay true meanwhile.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { keys, text, until } from './hands.mjs';
import { Stage } from './stage.mjs';

const AHEAD = 10_000;
let stage, duty;
before(async () => {
	stage = await Stage.open('many_city.py');
	duty = await stage.person('dut01', { lang: 'en' });
	await duty.go('/desk');
	await duty.page.waitForSelector('[role=option]');
});
after(() => stage.close());

const numbers = (all) => [...all.matchAll(/[\d,]+/g)].map(([n]) => Number(n.replaceAll(',', '')));
const heading = async () => numbers(await text(duty.page, '.number[role=status]'));
const lane = async (n) => numbers(await duty.page.locator('.chips button').nth(n).textContent()).at(-1);
const read = async () => numbers((await duty.page.locator('.left > p.small').textContent({ timeout: 1000 }).catch(() => '')) || '0')[0];
const here = () => text(duty.page, '.here');
const levels = () => duty.page.$$eval('.item', (all) => all.map((one) => Number(one.className.match(/\bu(\d)/)[1])));

test('the most urgent stand first, what has waited longest before the others', async () => {
	assert.match(await here(), /critical/, 'an alert that came last is read first');
	const urgencies = await levels();
	assert.deepEqual(urgencies, [...urgencies].sort((a, b) => b - a));
	const of_four = await duty.page.$$eval('.item.u4 .mono', (all) => all.map((one) => one.textContent));
	assert.equal(of_four[0], stage.told.oldest, 'entered last, known first');
	assert.equal(of_four[1], stage.told.first);
});

test('how many wait is said at once and for each kind, read or not', async () => {
	assert.deepEqual(await heading(), [stage.told.waiting]);
	assert.equal(await lane(0), stage.told.waiting);
	assert.equal(await lane(1), stage.told.alerts);
	assert.equal(await lane(4), stage.told.waiting - stage.told.alerts);
	assert.equal(Number(await duty.page.getAttribute('[role=option]', 'aria-setsize')), stage.told.waiting);
});

test('what is not read is said, and going to the end reads it', async () => {
	await until(async () => (await read()) >= AHEAD, true, 'so many are read without being asked for');
	const before_end = await read();
	assert.ok(before_end < stage.told.waiting, `${before_end} of ${stage.told.waiting} are read`);
	await keys(duty.page, 'End');
	await until(() => duty.page.locator('.left > p.small').count(), 0, 'all of them are read now');
	await until(async () => (await heading())[0], stage.told.waiting);
	await keys(duty.page, 'End');
	assert.equal(Number(await duty.page.getAttribute('.here', 'aria-posinset')), stage.told.waiting);
	const least = await levels();
	assert.ok(Math.min(...least) < 4, 'the least urgent stand at the end');
	await keys(duty.page, 'Home');
	assert.match(await here(), /critical/);
});

test('what somebody else deals with is marked where it stands, in numbers too', async () => {
	await duty.go('/desk');
	await duty.page.waitForSelector('[role=option]');
	const number = stage.told.oldest;
	const made = await stage.act('dut02', 'POST', `/incident/${number}/acknowledge`, { input: {} });
	assert.equal(made.status, 200, JSON.stringify(made.body));
	const row = duty.page.locator('.item', { hasText: number });
	await until(async () => /Triage|triage/.test(await row.textContent()), true, 'a changed row is shown where it stands');
	const alert = (await here()).match(/ALR-\d+-\d+/)[0];
	const dismissed = await stage.act('dut02', 'POST', `/alert/${alert}/dismiss`, { input: { reason: 'a mistake' } });
	assert.equal(dismissed.status, 200, JSON.stringify(dismissed.body));
	await until(() => duty.page.locator('.item', { hasText: alert }).evaluate((one) => one.classList.contains('gone')), true, 'marked as dealt with');
	await until(async () => (await heading())[0], stage.told.waiting - 1, 'one less waits');
});

test('one that comes and is not among the first is counted, and waits where it belongs', async () => {
	const [was] = await heading();
	const made = await stage.act('dut02', 'POST', '/incident', {
		input: { title: 'The newest of all', reporter: 'somebody', unit: Number(stage.told.units.uni.slice(1)), aware_at: '2026-03-02T07:59:30Z', what: 'x' },
	});
	assert.equal(made.status, 201, JSON.stringify(made.body));
	await until(async () => (await heading())[0], was + 1, 'one more waits');
	assert.doesNotMatch(await text(duty.page, '.news'), /\d new/, 'it is not put before those who wait longer');
});
