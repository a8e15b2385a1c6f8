// Statistics: behind each figure stand the very cases it was reckoned from, and each leads to its record.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { asked, text } from './hands.mjs';
import { Stage } from './stage.mjs';

let stage;
before(async () => (stage = await Stage.open()));
after(() => stage.close());

const numbers = async (page) => (await page.locator('dialog tbody a .mono').allInnerTexts()).sort();

/* Each number of the table, by the name of its group and its step. */
async function figures(page) {
	const steps = (await page.locator('main .scroll table').first().locator('thead th').allInnerTexts()).slice(2);
	const rows = await page.locator('main .scroll table').first().locator('tbody tr').all();
	const all = [];
	for (const row of rows)
		for (const [i] of steps.entries()) {
			const link = row.locator('td').nth(i + 1).locator('a');
			if (await link.count()) all.push({ link, count: Number((await link.innerText()).match(/\d+/)[0]) });
		}
	return all;
}

for (const by of ['level', 'unit', 'month'])
	test(`each figure by ${by} leads to as many cases as it says, and those came to that step`, async () => {
		const person = await stage.person('dir01', { lang: 'en' });
		const { page } = person;
		await person.go(`/statistics?by=${by}`);
		const all = await figures(page);
		assert.ok(all.length >= (by === 'month' ? 1 : 4), `there are figures: ${all.length}`);
		for (const { link, count } of all) {
			await link.click();
			await page.waitForSelector('dialog tbody tr');
			const found = await numbers(page);
			assert.equal(found.length, count);
			const step = new URL(page.url()).searchParams.get('step');
			const done = { acknowledged: /acknowledge/, verified: /confirm|dismiss|not_incident/, decided: /start|decline/, contained: /contained/ }[step];
			for (const number of found) {
				const { entries } = await asked(person, `/incident/${number}/history`);
				assert.ok(entries.some((entry) => done.test(entry.type)), `${number} came to ${step}`);
			}
			await page.keyboard.press('Escape');
			await page.waitForSelector('dialog', { state: 'detached' });
		}
	});

test('a case of the list is one click away, in either language, and the address brings the list again', async () => {
	const person = await stage.person('dir01', { lang: 'zh' });
	const { page } = person;
	await person.go('/statistics?by=level');
	await page.locator('main .scroll table tbody a.small').first().click();
	await page.waitForSelector('dialog tbody tr');
	assert.match(await text(page, 'dialog h2'), /件案件/);
	assert.deepEqual(await person.axe(), []);
	await person.picture('statistics-cases-zh');
	const before = await numbers(page);
	await page.reload();
	await page.waitForSelector('dialog tbody tr');
	assert.deepEqual(await numbers(page), before);
	await page.locator('dialog tbody a').first().click();
	await page.waitForURL(/\/case\/INC-/);
});
