// hands -- what people do with the pages of a case: fill in a form, send it, make a move, decide about what another proposed.
//
//     await move(lead, 'INC-2026-0001', 'record_cause', { cause: 'attack', root_cause: '弱口令' });
//     const said = await move(lead, ref, 'eradicated', {}, { refused: true });      // what the page says of it
//
// Everything goes by the buttons and fields of the page. A value is what is typed or chosen: text, a code, [codes], true;
// {ref: '网信办'} is looked for and taken, {unknown: 'why'} leaves a field open, {file: {name, mimeType, buffer}} is sent,
// {scores: [3, 3, 2, 1, 2, 2]} stands in the order of the plan.
import assert from 'node:assert/strict';
import { PATIENCE_MS } from './stage.mjs';

const top = (page) => page.locator('dialog[open]').last();

/* A button of the page that may lie in a menu which is shut. */
async function press(page, where, within = page) {
	const button = within.locator(where).first();
	await button.waitFor({ state: 'attached' });
	if (!(await button.isVisible())) await within.locator(`details:not([open]):has(${where}) > summary`).first().click();
	await button.click();
}

/* The list may be replaced under the pointer, by that of what was typed last: what counts is what stands there then. */
async function take(box, input, what) {
	if (!(await input.count())) await box.locator('.chosen button').click();
	for (const text of [what].flat()) {
		await input.fill(text);
		const option = box.locator('[role=option]:not([aria-disabled])').filter({ hasText: text }).first();
		const taken = box.locator('.chosen').filter({ hasText: text }).first();
		for (const end = Date.now() + PATIENCE_MS; !(await taken.count()); ) {
			assert.ok(Date.now() < end, `${text} can be chosen`);
			await option.click({ timeout: 5000 }).catch(() => {});
			await taken.waitFor({ timeout: 2000 }).catch(() => {});
		}
	}
}

async function fill_one(form, name, value) {
	const field = form.locator(`.field:has(> [for$="-${name}"], > [id$="-${name}-label"])`).last();
	await field.waitFor({ state: 'attached' });
	if (!(await field.isVisible())) await field.locator('xpath=ancestor::details[1]/summary').click();
	const input = field.locator(`[id$="-${name}"]`);
	const left_open = field.locator('.row > b + button.bare');
	if (!value?.unknown && !value?.none && (await left_open.count())) await left_open.click();
	if (value?.scores) {
		const boxes = field.locator('.score select');
		for (const [i, score] of value.scores.entries()) await boxes.nth(i).selectOption(String(score));
	} else if (value?.unknown || value?.none) {
		await field.locator('button.open').click();
		await input.fill(value.unknown ?? value.none);
	} else if (value?.ref) await take(field, input, value.ref);
	else if (value?.file) {
		await input.setInputFiles(value.file);
		await field.locator('p.small button').waitFor();
	} else if (Array.isArray(value)) for (const text of value) await field.locator('label', { hasText: text }).click();
	else if ((await input.evaluate((e) => e.tagName)) === 'SELECT') await input.selectOption(String(value));
	else await input.fill(String(value));
}

export async function fill(form, values) {
	for (const [name, value] of Object.entries(values)) await fill_one(form, name, value);
}

/* Send the form on top; what the page says where it is not taken. */
export async function send(page) {
	const open = await page.locator('dialog[open]').count();
	await top(page).locator('form button.first').click();
	await page.waitForFunction((n) => {
		const all = document.querySelectorAll('dialog[open]');
		return all.length < n || all[all.length - 1].querySelector('.problem, p.wrong, [role=alert]');
	}, open);
	if ((await page.locator('dialog[open]').count()) < open) return undefined;
	return (await top(page).locator('.problem, p.wrong, [role=alert]').allInnerTexts()).join('\n');
}

async function sent(person, what, refused) {
	const said = await send(person.page);
	if (refused) {
		await person.page.keyboard.press('Escape');
		return assert.ok(said, `${person.login} ${what} is refused`), said;
	}
	assert.equal(said, undefined, `${person.login} ${what}`);
	await person.settled();
	person.turn = ++person.stage.turn;
}

/* The page of the case, as it stands now: where somebody else did something meanwhile, whoever acts at once on what was
 * there before is told of a conflict, as he should be. */
export async function look(person, ref, tab) {
	const at = `/case/${ref}${tab ? `?tab=${tab}` : ''}`;
	if (person.page.url() !== person.stage.base + at || person.turn !== person.stage.turn) await person.go(at);
	await person.page.waitForSelector('#doing-h');
}

/* A move by its button on whatever page is open. */
export async function does(person, name, values = {}, { within, refused } = {}) {
	await press(person.page, `[data-move=${name}]`, within);
	await top(person.page).waitFor();
	await fill(top(person.page), values);
	return sent(person, name, refused);
}

/* A key of the desk on one of its items. */
export async function at_desk(person, number, key) {
	const { page } = person;
	await person.go('/desk');
	await page.locator('[role=option]', { hasText: number }).locator('visible=true').first().click();
	await until(() => text(page, '.here'), new RegExp(number));
	await person.settled();
	await page.locator('[role=listbox]').first().focus();
	await keys(page, key);
}

/* A step of a duty to report upward, where its deadline stands; without values it is made at once. */
export async function upward(person, number, name, values) {
	await person.go('/deadlines');
	await person.page.click(`[data-duty="${number}"]`);
	await press(person.page, `[data-move=${name}]`, top(person.page));
	if (!values) return;
	await fill(top(person.page), values);
	await sent(person, name);
}

/* A move of the case itself. */
export async function move(person, ref, name, values = {}, { tab, refused } = {}) {
	await look(person, ref, tab);
	await press(person.page, `[data-move=${name}]`);
	await fill(top(person.page), values);
	return sent(person, name, refused);
}

/* Decide about what another proposed. */
export async function confirm(person, ref, name) {
	await look(person, ref);
	await press(person.page, `[data-confirm=${name}]`);
	return sent(person, `confirms ${name}`);
}

/* Make something that belongs to the case. */
export async function make(person, ref, kind, values, { tab } = {}) {
	await look(person, ref, tab);
	await press(person.page, `[data-make=${kind}]`);
	await fill(top(person.page), values);
	return sent(person, `makes ${kind}`);
}

/* A move of something of the case, in the dialog that opens on it: `open` is its number, or the name of a system. */
export async function act(person, ref, open, name, values = {}, { tab, picture } = {}) {
	await opened(person, ref, open, tab);
	await press(person.page, `[data-move=${name}]`, top(person.page));
	await fill(top(person.page), values);
	await sent(person, name);
	if (picture) await person.picture(picture);
	await person.page.keyboard.press('Escape');
}

export async function opened(person, ref, open, tab) {
	await look(person, ref, tab);
	const { page } = person;
	await (tab ? page.locator(`[data-open="${open}"]`) : page.locator('button.name', { hasText: open })).first().click();
	await top(page).locator('.chip').first().waitFor();
	return top(page);
}

/* What the interface says to this person, in his session. */
export const asked = (person, path) => person.page.evaluate((at) => fetch('/api/v1' + at).then((answer) => answer.json()), path);
export const states = async (person, ref, kind = 'incident') => (await asked(person, `/${kind}/${ref}`)).states;
/* The newest of a kind. */
export const newest = async (person, kind) => (await asked(person, `/${kind}?limit=1`)).rows[0];

/* Wait until something is so; what it is at last where it never is. */
export async function until(is, wanted, what, patience = PATIENCE_MS) {
	let seen;
	for (const end = Date.now() + patience; Date.now() < end; await new Promise((again) => setTimeout(again, 60))) {
		seen = await is();
		if (wanted instanceof RegExp ? wanted.test(String(seen)) : seen === wanted) return;
	}
	assert.fail(`${what ?? 'wait'}: ${seen}, wanted ${wanted}`);
}

export const text = async (page, where) => (await page.locator(where).first().innerText()).replace(/\s+/g, ' ');
export const keys = async (page, ...all) => {
	for (const key of all) await page.keyboard.press(key);
};
export const focused = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute('role') || document.activeElement?.tagName);
