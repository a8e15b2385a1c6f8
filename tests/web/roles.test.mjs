// What a screen reader is told, as the browser's own accessibility tree has it: everything that can be operated has a name,
// a table says what it is about, a dialog has a title and the focus, states are told, and what changes by itself is announced.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { keys, until } from './hands.mjs';
import { Stage } from './stage.mjs';

let stage;
before(async () => (stage = await Stage.open()));
after(() => stage.close());

const OPERATED = ['button', 'link', 'textbox', 'searchbox', 'combobox', 'checkbox', 'radio', 'option', 'listbox', 'tab', 'menuitem', 'slider', 'switch', 'spinbutton'];
const NAMED = [...OPERATED, 'dialog', 'table', 'navigation', 'region', 'form', 'img', 'image', 'group'];

async function tree(page) {
	const cdp = await page.context().newCDPSession(page);
	const { nodes } = await cdp.send('Accessibility.getFullAXTree');
	await cdp.detach();
	return nodes.filter((node) => !node.ignored).map((node) => ({
		role: node.role?.value, name: node.name?.value ?? '', says: Object.fromEntries((node.properties ?? []).map((p) => [p.name, p.value.value])),
	}));
}
const told = (node) => `${node.role} ${JSON.stringify(node.says)}`;

/* Headings go down one step at a time, so that one may go by them. */
function steps(nodes) {
	const levels = nodes.filter((node) => node.role === 'heading').map((node) => Number(node.says.level));
	return levels.filter((level, i) => i && level > levels[i - 1] + 1);
}

async function whole(page, what) {
	const nodes = await tree(page);
	assert.deepEqual(nodes.filter((node) => NAMED.includes(node.role) && !node.name.trim() && node.role !== 'group' && node.role !== 'form').map(told), [], `${what}: without a name`);
	assert.equal(nodes.filter((node) => node.role === 'main').length, 1, `${what}: one main part`);
	assert.equal(nodes.filter((node) => node.role === 'heading' && node.says.level === 1).length, 1, `${what}: one first heading`);
	assert.deepEqual(steps(nodes), [], `${what}: no heading skips a step`);
	return nodes;
}

for (const [name, login, at] of [
	['board', 'dir01', '/'], ['wall', 'dir01', '/wall'], ['desk', 'dut01', '/desk'], ['case', 'cl01', null], ['list', 'dut01', '/list/incident'], ['plan', 'ped01', '/plan?part=duties'],
	['statistics', 'dir01', '/statistics'], ['sources', 'dut01', '/sources'], ['record', 'aud01', '/log'], ['account', 'dut01', '/me'], ['administration', 'aud01', '/admin'], ['unit', 'uop_edu', '/unit'],
])
	test(`${name}: everything that can be operated has a name, tables say what they are about`, async () => {
		for (const lang of ['zh', 'en']) {
			const person = await stage.person(login, { lang });
			await person.go(at ?? `/case/${stage.told.cases.contain}`);
			const nodes = await whole(person.page, `${name} ${lang}`);
			if (name !== 'wall') assert.ok(nodes.some((node) => node.role === 'status'), 'what changes by itself is announced');
			await person.context.close();
		}
	});

test('the parts of a case: each tells its names in either language', async () => {
	const lead = await stage.person('cl01', { lang: 'en' });
	for (const tab of ['overview', 'grading', 'taskings', 'measures', 'evidence', 'people', 'record', 'documents']) {
		await lead.go(`/case/${stage.told.cases.contain}?tab=${tab}`);
		const nodes = await whole(lead.page, tab);
		const tabs = nodes.filter((node) => node.role === 'tab');
		assert.equal(tabs.filter((node) => node.says.selected).length, 1, `${tab} is said to be the one that is shown`);
	}
});

test('the desk: which line of the list is chosen, and what is ticked, is told', async () => {
	const duty = await stage.person('dut01', { lang: 'en' });
	await duty.go('/desk');
	await duty.page.waitForSelector('[role=option]');
	await until(() => duty.page.evaluate(() => document.activeElement?.getAttribute('role')), 'listbox');
	const chosen = async () => (await tree(duty.page)).filter((node) => node.role === 'option' && node.says.selected).map((node) => node.name);
	await keys(duty.page, 'Home');
	const first = await duty.page.evaluate(() => document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.innerText);
	assert.ok(first, 'the list says which line is the active one');
	await keys(duty.page, 'j');
	const second = await duty.page.evaluate(() => document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.innerText);
	assert.notEqual(second, first);
	const before = (await chosen()).length; // of the boxes of the frame, each has one
	await keys(duty.page, 'x');
	assert.equal((await chosen()).length, before + 1, 'one is ticked');
});

test('a dialog has its title, is modal, and has the focus; what went wrong in it is an alert', async () => {
	const lead = await stage.person('cl01', { lang: 'en' });
	await lead.go(`/case/${stage.told.cases.contain}?tab=taskings`);
	await lead.page.locator('[data-make=tasking]').first().click();
	await lead.page.waitForSelector('dialog[open]');
	const dialog = (await tree(lead.page)).find((node) => node.role === 'dialog');
	assert.ok(dialog.name && dialog.says.modal, told(dialog));
	await until(() => lead.page.evaluate(() => !!document.activeElement.closest('dialog[open]')), true);
	await lead.page.click('dialog[open] form button.first');
	const wrong = (await tree(lead.page)).filter((node) => node.says.invalid === 'true');
	assert.ok(wrong.length, 'fields that are wrong say so');
	await lead.page.keyboard.press('Escape');
	await lead.page.waitForSelector('dialog[open]', { state: 'detached' });
	await until(() => lead.page.evaluate(() => document.activeElement.getAttribute('data-make')), 'tasking', 'the focus goes back');
});
