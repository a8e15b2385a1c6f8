// What goes wrong between a person and the record: the daemon is away, the session ends, somebody else was faster, the plan
// refuses, a password is asked for again, the line is slow. Each says what happened, and nothing that was typed is lost.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { asked, fill, text } from './hands.mjs';
import { Stage } from './stage.mjs';

let stage, ref;
before(async () => {
	stage = await Stage.open();
	ref = stage.told.cases.verify;
});
after(() => stage.close());

const form = 'dialog[open] form';
const field = (page, name) => page.locator(`${form} [id$="-${name}"]`);
const submit = (page) => page.click(`${form} button.first`);
const entries_of = async (person, type) => (await asked(person, `/incident/${ref}/history`)).entries.filter((entry) => entry.type === type).length;
const facts = async (person) => (await asked(person, `/incident/${ref}`)).fields;

/* The case's facts, opened for writing. */
async function open_facts(person) {
	await person.go(`/case/${ref}`);
	const button = person.page.locator('[data-move=record_facts]').first();
	await button.waitFor({ state: 'attached' });
	if (!(await button.isVisible())) await person.page.locator('details:not([open]):has([data-move=record_facts]) > summary').first().click();
	await button.click();
	await person.page.waitForSelector(form);
}

test('the daemon goes away in the middle of a form and comes back: the draft stands, and it is done once', async () => {
	const lead = await stage.person('cl01', { lang: 'en' });
	await open_facts(lead);
	const before = await entries_of(lead, 'incident.record_facts');
	await field(lead.page, 'scope').fill('教学楼 12 台主机');
	await stage.away();
	await lead.page.waitForSelector('.live.lost');
	await submit(lead.page);
	await lead.page.waitForSelector(`${form} .problem`);
	assert.match(await text(lead.page, `${form} .problem`), /not reached; all that was typed stays here/);
	assert.equal(await field(lead.page, 'scope').inputValue(), '教学楼 12 台主机');
	await lead.picture('trouble-away');
	await stage.back();
	await submit(lead.page);
	await lead.page.waitForSelector(form, { state: 'detached' });
	assert.equal((await facts(lead)).scope, '教学楼 12 台主机');
	assert.equal(await entries_of(lead, 'incident.record_facts'), before + 1);
});

test('a page that was closed in the meantime brings the draft back, to its own person alone', async () => {
	const lead = await stage.person('cl01', { lang: 'en' });
	await open_facts(lead);
	await field(lead.page, 'impact').fill('选课系统缓慢');
	await lead.settled();
	await open_facts(lead);
	assert.match(await text(lead.page, form), /What was typed before is back/);
	assert.equal(await field(lead.page, 'impact').inputValue(), '选课系统缓慢');
	await lead.page.keyboard.press('Escape');
	await lead.page.click('header >> text=Sign out');
	await lead.page.waitForSelector('input[name=login]');
	lead.login = 'dir01';
	await lead.sign_in();
	await open_facts(lead);
	assert.notEqual(await field(lead.page, 'impact').inputValue(), '选课系统缓慢');
});

test('the session ends under a form: who sits there signs in again, and what was typed goes out', async () => {
	const lead = await stage.person('cl01', { lang: 'zh' });
	await open_facts(lead);
	await field(lead.page, 'scope').fill('实验楼 3 台主机');
	await lead.context.clearCookies();
	await submit(lead.page);
	await lead.page.waitForSelector('dialog[open] input[name=password]');
	assert.match(await lead.page.locator('dialog[open]').last().innerText(), /会话已结束[\s\S]*都保留着/);
	assert.equal(await lead.page.locator('dialog[open] input[name=login]').getAttribute('readonly'), '', 'nobody else goes on with it');
	assert.deepEqual(await lead.axe(), []);
	await lead.picture('trouble-session');
	await lead.page.locator('dialog[open]').last().locator('button.first').click();
	await lead.page.waitForSelector('dialog[open]', { state: 'detached' });
	assert.equal((await facts(lead)).scope, '实验楼 3 台主机');
});

test('who will not sign in again keeps the form as it is', async () => {
	const lead = await stage.person('cl01', { lang: 'en' });
	await open_facts(lead);
	await field(lead.page, 'scope').fill('宿舍 7 台主机');
	await lead.context.clearCookies();
	await submit(lead.page);
	await lead.page.waitForSelector('dialog[open] input[name=login]');
	await lead.page.keyboard.press('Escape');
	await lead.page.waitForSelector('dialog[open] input[name=login]', { state: 'detached' });
	assert.equal(await field(lead.page, 'scope').inputValue(), '宿舍 7 台主机');
	assert.ok(await lead.page.locator(`${form} .problem`).count(), 'and is told that it was not sent');
});

test('somebody else was faster: both texts are shown, theirs alone is taken over, nothing is lost', async () => {
	const lead = await stage.person('cl01', { lang: 'en' });
	await open_facts(lead);
	await field(lead.page, 'scope').fill('我方：8 台主机');
	const other = await stage.act('dir01', 'POST', `/incident/${ref}/record_facts`, { input: { scope: '对方：9 台主机', impact: '对方的影响说明' } });
	assert.equal(other.status, 200, JSON.stringify(other.body));
	await lead.page.waitForTimeout(800); // the page under the form is told of it meanwhile
	const before = await entries_of(lead, 'incident.record_facts');
	await submit(lead.page);
	const row = lead.page.locator('[data-clash=scope]');
	await row.waitFor();
	assert.match(await row.innerText(), /对方：9 台主机[\s\S]*我方：8 台主机/);
	assert.match(await text(lead.page, `${form} [role=alert]`), /nothing was sent.*Taken over from them: Impact/i);
	assert.equal(await field(lead.page, 'impact').inputValue(), '对方的影响说明');
	assert.equal(await field(lead.page, 'scope').inputValue(), '我方：8 台主机', 'the form holds mine');
	const { top, bottom } = await lead.page.locator(`${form} [role=alert]`).evaluate((e) => e.getBoundingClientRect().toJSON());
	assert.ok(top >= 0 && bottom <= 900, `it is seen without scrolling: ${top} to ${bottom}`);
	assert.equal(await entries_of(lead, 'incident.record_facts'), before, 'nothing went over theirs');
	assert.deepEqual(await lead.axe(), []);
	await lead.picture('trouble-conflict-en');
	await row.locator('button').click();
	assert.equal(await field(lead.page, 'scope').inputValue(), '对方：9 台主机');
	await row.locator('button').click();
	assert.equal(await field(lead.page, 'scope').inputValue(), '我方：8 台主机');
	await lead.page.evaluate(() => document.querySelector('header button[lang=zh]')?.click());
	await lead.picture('trouble-conflict-zh');
	await submit(lead.page);
	await lead.page.waitForSelector(form, { state: 'detached' });
	const now = await facts(lead);
	assert.deepEqual([now.scope, now.impact], ['我方：8 台主机', '对方的影响说明']);
});

test('what the plan refuses is said at its field, in the language of the page', async () => {
	const duty = await stage.person('dut01', { lang: 'en' });
	await duty.go('/new/incident');
	await duty.page.waitForSelector('main form');
	await duty.page.click('main form button.first');
	const wrong = duty.page.locator('main form [aria-invalid=true]');
	assert.ok((await wrong.count()) > 2);
	assert.equal(await wrong.first().evaluate((e) => e === document.activeElement), true, 'the first one has the focus');
	const says = await wrong.first().evaluate((e) => document.getElementById(e.getAttribute('aria-describedby')).textContent);
	assert.match(says, /Please fill this in/);
	await fill(duty.page.locator('main form'), { title: '案', reporter: '市民', unit: { ref: '教育局' }, what: '测试' });
	await duty.page.locator('main form [id$="-aware_at"]').fill('2026-13-40 00:00');
	await duty.page.click('main form button.first');
	await duty.page.waitForSelector('main form .problem');
	const at = duty.page.locator('main form [id$="-aware_at"]');
	assert.equal(await at.getAttribute('aria-invalid'), 'true', 'the daemon names the field');
	assert.match(await duty.page.locator('main form [id$="-aware_at-wrong"]').innerText(), /is not a time like/);
	assert.equal(await at.evaluate((e) => e === document.activeElement), true);
	await duty.picture('trouble-refused');
});

test('a move that the plan does not permit yet stands there with what is missing, as the daemon says it', async () => {
	const director = await stage.person('dir01', { lang: 'en' });
	const { moves } = await asked(director, `/incident/${ref}?with=moves`);
	const missing = moves.flatMap((m) => (m.refusals ?? []).flatMap((r) => (r.missing?.length ? r.missing : [r]))).map((m) => m.en);
	assert.ok(missing.length, JSON.stringify(moves).slice(0, 900));
	await director.go(`/case/${ref}`);
	const page = await text(director.page, 'main');
	assert.ok(missing.some((words) => page.includes(words)), `${missing} in ${page}`);
});

test('a slow line: it is said that it is under way, and a second press does nothing', async () => {
	const lead = await stage.person('cl01', { lang: 'en' });
	await open_facts(lead);
	const before = await entries_of(lead, 'incident.record_facts');
	await field(lead.page, 'scope').fill('慢线路：2 台主机');
	let sent = 0, go_on;
	const line = new Promise((done) => (go_on = done));
	await lead.page.route('**/record_facts', async (route) => {
		sent++;
		await line;
		await route.continue();
	});
	await submit(lead.page);
	assert.equal(await lead.page.locator(`${form} button.first`).isDisabled(), true);
	assert.match(await text(lead.page, `${form} [role=status]`), /Being sent/);
	await field(lead.page, 'scope').press('Control+Enter');
	await lead.page.locator(`${form} button.first`).click({ force: true, timeout: 500 }).catch(() => {});
	await lead.page.evaluate(() => document.querySelector('dialog[open] form').requestSubmit());
	await lead.picture('trouble-slow');
	go_on();
	await lead.page.waitForSelector(form, { state: 'detached' });
	assert.equal(sent, 1);
	assert.equal(await entries_of(lead, 'incident.record_facts'), before + 1);
});

test('an answer that is lost on the way: sent again, it is done once', async () => {
	const lead = await stage.person('cl01', { lang: 'en' });
	await open_facts(lead);
	const before = await entries_of(lead, 'incident.record_facts');
	await field(lead.page, 'scope').fill('断线：4 台主机');
	stage.offline = true;
	await lead.page.route('**/record_facts', async (route) => {
		await route.fetch();
		await route.abort('connectionreset');
	}, { times: 1 });
	await submit(lead.page);
	await lead.page.waitForSelector(`${form} .problem`);
	assert.equal(await entries_of(lead, 'incident.record_facts'), before + 1, 'it had arrived');
	await submit(lead.page);
	await lead.page.waitForSelector(form, { state: 'detached' });
	stage.offline = false;
	assert.equal(await entries_of(lead, 'incident.record_facts'), before + 1, 'and is not done twice');
});

test('an answer that breaks off in the middle is taken for none: the page says so, and nothing of it falls over', async () => {
	const director = await stage.person('dir01', { lang: 'en' });
	const cut = (route) => route.fulfill({ status: 200, contentType: 'application/json', body: '{"rows":[{"id":7,"ki' });
	await director.page.route(/\/api\/v1\/(incident|affected_system)\?/, cut);
	for (const at of ['/', '/list/incident']) {
		await director.go(at);
		assert.match(await text(director.page, '.problem'), /cannot be read \(status 200\)/, at);
	}
	await director.page.unroute(/\/api\/v1\/(incident|affected_system)\?/, cut);
	await director.go('/list/incident');
	assert.equal(await director.page.locator('.problem').count(), 0);
});
