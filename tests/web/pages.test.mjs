// Every page that is in the menu or has an address: in both languages, light and dark, on a phone, as the people whom it is
// for. axe finds nothing (WCAG 2.2 AA), the policy is not violated, no other host is asked, the language changes without
// reading the page anew, and no text of the other language is left behind.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { root, Stage } from './stage.mjs';

let stage;
before(async () => (stage = await Stage.open()));
after(() => stage.close());

/* From page.json of each page: who looks at it, and where. */
function visits() {
	const at = path.join(root, 'web/page');
	return fs.readdirSync(at).sort().flatMap((name) => {
		const page = JSON.parse(fs.readFileSync(path.join(at, name, 'page.json'), 'utf8'));
		return page.paths.map((one) => ({ name, address: filled(one), login: login_for(page.roles) }));
	});
}
const LOGINS = { DUT: 'dut01', DIR: 'dir01', LG: 'lg01', CL: 'cl01', AUD: 'aud01', UOP: 'uop_edu', UHD: 'uhd_edu' };
const login_for = (roles) => (roles ? LOGINS[roles.find((role) => LOGINS[role])] : 'dut01');
const filled = (address) => address.replace(/^\/warning\/:ref/, '/warning/WRN-2026-0001').replace(/^\/bulletin\/:ref/, '/bulletin/BUL-2026-0001')
	.replace(/^\/notice\/:ref/, '/notice/NOT-2026-0001').replace('/case/:ref', () => `/case/${stage_case()}`).replace('/record/:kind/:ref', '/record/unit/40')
	.replace(':kind', 'report').replace(':ref', () => stage_case());
const stage_case = () => 'INC-2026-0004';

const people = new Map();
async function as(login) {
	if (!people.has(login)) people.set(login, await stage.person(login));
	return people.get(login);
}

for (const { name, address, login } of visits())
	test(`${name} ${address} as ${login}`, async () => {
		assert.ok(login, 'somebody may see it');
		const person = await as(login);
		await person.page.setViewportSize({ width: 1366, height: 900 });
		for (const theme of ['light', 'dark'])
			for (const lang of ['zh', 'en']) {
				await person.page.emulateMedia({ colorScheme: theme });
				await person.page.evaluate((to) => localStorage.setItem('fengsui.lang', to), lang);
				await person.go(address);
				assert.deepEqual(await person.axe(), [], `${theme} ${lang}`);
				await person.picture(`${name}-${lang}-${theme}`);
			}
		await person.page.setViewportSize({ width: 390, height: 844 });
		const wide = await person.page.evaluate(() => document.documentElement.scrollWidth);
		assert.ok(wide <= 390, `nothing is wider than a telephone: ${wide}`);
	});

test('the language changes at once, and nothing is read anew', async () => {
	const person = await as('dut01');
	await person.page.setViewportSize({ width: 1366, height: 900 });
	await person.go('/list/incident');
	await person.page.evaluate(() => (window.still_here = true));
	await person.speak('zh');
	assert.match(await person.page.textContent('h1'), /案件/);
	await person.speak('en');
	assert.match(await person.page.textContent('h1'), /Incident/);
	assert.equal(await person.page.evaluate(() => window.still_here), true);
});

test('everything of the frame is reached by keyboard, and the focus is seen', async () => {
	const person = await as('dut01');
	await person.go('/list/incident');
	await person.page.keyboard.press('Tab');
	assert.match(await person.page.evaluate(() => document.activeElement.className), /skip/);
	await person.page.keyboard.press('Control+k');
	await person.page.keyboard.type('INC-2026-0002');
	await person.page.keyboard.press('Enter');
	await person.page.waitForURL('**/case/INC-2026-0002');
});
