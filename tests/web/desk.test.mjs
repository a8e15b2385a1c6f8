// The duty officer's pages by keys alone: what waits is worked through, a call is written down, the shift is handed over.
// And the unit's own page, which shows that unit what is its own and nothing else.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { asked, focused, keys, newest, states, text, until } from './hands.mjs';
import { Stage } from './stage.mjs';

let stage, duty;
before(async () => {
	stage = await Stage.open();
	duty = await stage.person('dut01', { lang: 'en' });
});
after(() => stage.close());

const here = () => text(duty.page, '.here');
const item = (number) => duty.page.locator('.item', { hasText: number });
const life = (kind, number) => async () => (await states(duty, number, kind)).life;

async function desk() {
	await duty.go('/desk');
	await duty.page.waitForSelector('[role=option]');
	await until(() => focused(duty.page), 'listbox', 'the list has the focus');
}
/* Down the list to this one, key by key. */
async function down_to(number) {
	await keys(duty.page, 'Home');
	for (let n = 0; n < 30 && !(await here()).includes(number); n++) await keys(duty.page, 'j');
	assert.ok((await here()).includes(number), `${number} is in the list`);
}

test('an alert is looked at, taken up, kept quiet with a reason and an expiry, and brought back', async () => {
	await desk();
	assert.match(await here(), /ALR-2026-000001/, 'the most urgent is first');
	await until(() => text(duty.page, '.pane'), /netcheck/, 'why it fired, with the event');
	await keys(duty.page, 'a');
	await until(life('alert', 'ALR-2026-000001'), 'analysing', 'a takes it up');
	assert.match(await here(), /ALR-2026-000001/, 'the cursor stays');
	await keys(duty.page, 's');
	await until(() => focused(duty.page), 'sup-reason');
	assert.match(await duty.page.inputValue('#sup-until'), /2026-03-0\d \d\d:\d\d/, 'until when, a day ahead');
	await keys(duty.page, 'Control+Enter');
	assert.deepEqual((await asked(duty, '/suppression')).rows, [], 'not without a reason');
	await duty.page.keyboard.type('a known scanner');
	await duty.picture('desk-suppress');
	await keys(duty.page, 'Control+Enter');
	await until(life('alert', 'ALR-2026-000001'), 'suppressed', 's keeps it quiet');
	const made = (await asked(duty, `/suppression/${(await newest(duty, 'suppression')).id}`)).fields;
	assert.equal(made.reason, 'a known scanner');
	assert.match(made.until, /^2026-03-03T/);
	await until(() => item('ALR-2026-000001').count(), 0, 'it left the list');
	await duty.page.locator('.toast button', { hasText: 'Undo' }).first().press('Enter');
	await until(life('alert', 'ALR-2026-000001'), 'analysing', 'undone');
});

test('what comes meanwhile waits behind a bar, and the cursor stays where it is', async () => {
	await desk();
	await down_to('RPT-2026-00001');
	const made = await stage.act('dut02', 'POST', '/incident', {
		input: { title: 'Mail server down', reporter: 'somebody', unit: Number(stage.told.units.uni.slice(1)), aware_at: '2026-03-02T07:58:00Z', what: 'no mail' },
	});
	await until(() => text(duty.page, '.news'), /1 new/);
	assert.equal(await item(made.body.number).count(), 0, 'nothing moves under the cursor');
	await keys(duty.page, 'n');
	await until(() => item(made.body.number).count(), 1, 'n shows it');
	assert.match(await here(), /RPT-2026-00001/, 'the cursor is on the same item');
	assert.equal(await focused(duty.page), 'listbox');
});

test('an alert becomes a case, a report too, after a look at what is there already', async () => {
	await desk();
	await down_to('ALR-2026-000001');
	await keys(duty.page, 'e');
	await until(() => focused(duty.page), 'act-unit', 'whose it is, is asked');
	await duty.page.keyboard.type('中心医院');
	await keys(duty.page, 'Enter');
	await duty.page.waitForSelector('dialog .chosen');
	await duty.picture('desk-escalate');
	await keys(duty.page, 'Control+Enter');
	await until(life('alert', 'ALR-2026-000001'), 'promoted', 'e makes a case of it');
	assert.match(JSON.stringify((await asked(duty, '/alert/ALR-2026-000001?with=linked')).linked), /INC-2026-000\d/);
	await until(() => item('ALR-2026-000001').count(), 0, 'it left the list');
	await down_to('RPT-2026-00001');
	await keys(duty.page, 'e');
	await duty.page.waitForSelector('dialog form button.first');
	assert.match(await text(duty.page, 'dialog'), /Look first whether it is a case already/);
	await duty.settled();
	await keys(duty.page, 'Control+Enter');
	await until(life('report', 'RPT-2026-00001'), 'linked', 'a case for the report');
});

test('a report joins the case that is there', async () => {
	await desk();
	await down_to('RPT-2026-00002');
	await keys(duty.page, 'm');
	const join = duty.page.locator('dialog li', { hasText: 'INC-2026-0002' }).locator('button');
	await join.waitFor();
	await duty.picture('desk-join');
	await join.press('Enter');
	await until(async () => (await asked(duty, '/report/RPT-2026-00002')).fields.incident?.number, 'INC-2026-0002');
	await until(() => focused(duty.page), 'listbox', 'the dialog is gone, the list has the focus');
});

test('several are put away at once', async () => {
	await desk();
	const before = (await asked(duty, '/alert?where=life:false')).rows.length;
	await down_to('ALR-2026-000002');
	await keys(duty.page, 'x', 'd');
	await duty.page.waitForSelector('dialog textarea');
	await until(() => focused(duty.page), /act-/);
	await duty.page.keyboard.type('a test from the provider');
	await keys(duty.page, 'Control+Enter');
	await until(life('alert', 'ALR-2026-000002'), 'false', 'd puts it away');
	assert.equal((await asked(duty, '/alert?where=life:false')).rows.length, before + 1);
});

test('a refusal is said in words', async () => {
	await desk();
	await down_to('INC-2026-0001');
	await keys(duty.page, 'e');
	await until(() => focused(duty.page), 'act-on_scene');
	await duty.page.waitForSelector('dialog [role=option]');
	await keys(duty.page, 'Enter', 'Control+Enter');
	await until(() => text(duty.page, 'dialog .problem'), /Grade must be in/);
	await duty.picture('desk-refused');
	await keys(duty.page, 'Escape');
	assert.equal((await states(duty, 'INC-2026-0001')).handling, 'triage');
});

test('a call is written down by keyboard alone, and a reload loses nothing', async () => {
	const { page } = duty;
	await duty.go('/phone');
	await until(() => focused(page), 'ph-reporter');
	await page.keyboard.type('Wang');
	await keys(page, 'Tab');
	await page.keyboard.type('0531-12345678');
	await keys(page, 'Tab');
	await page.keyboard.type('电力');
	// At once, while the list still shows every unit.
	await keys(page, 'Enter');
	await page.waitForSelector('.chosen');
	assert.match(await page.locator('.chosen').innerText(), /市电力公司/);
	await until(() => text(page, 'aside'), /INC-2026-0002/, 'open cases of that unit while talking');
	for (let n = 0; n < 9 && (await focused(page)) !== 'ph-aware_at'; n++) await keys(page, 'Tab');
	await page.keyboard.type('-15m');
	await keys(page, 'Tab', 'Tab');
	assert.equal(await focused(page), 'ph-what', 'Tab goes on in order');
	await page.keyboard.type('Screens are locked');
	await keys(page, 'Tab');
	await page.keyboard.type('office network');
	await page.reload();
	await page.waitForSelector('#ph-what');
	assert.equal(await page.inputValue('#ph-what'), 'Screens are locked');
	await duty.picture('phone-report');
	await until(() => focused(page), 'ph-reporter');
	await keys(page, 'Control+Enter');
	await page.waitForSelector('.no');
	assert.match(await text(page, '.no'), /RCP-2026-\d+/, 'the receipt number');
	const { fields } = await asked(duty, `/report/${(await newest(duty, 'report')).id}`);
	assert.equal(fields.via, 'phone');
	assert.equal(fields.what, 'Screens are locked');
	assert.match(fields.content, /office network/);
});

test('the shift is handed over with a note of what is open', async () => {
	await duty.go('/handover');
	await until(() => duty.page.inputValue('.note textarea'), /INC-2026-0004/);
	await duty.page.locator('.note button.first').press('Enter');
	await duty.page.waitForSelector('.note [role=status]');
	const shift = (await asked(duty, '/duty_shift?where=person:dut01')).rows[0];
	assert.match((await asked(duty, `/duty_shift/${shift.id}`)).fields.handover_note, /INC-2026-0004/);
});

test('a unit works its tasking, from its own page', async () => {
	const unit = await stage.person('uop_edu', { lang: 'en' });
	await unit.go('/unit');
	const row = unit.page.locator('li', { hasText: '断开教学平台对外连接' }).first();
	const number = (await row.innerText()).match(/TSK-2026-\d+/)[0];
	for (const name of ['ack', 'begin', 'done']) await row.locator(`[data-move=${name}]`).press('Enter');
	await unit.page.waitForSelector('dialog textarea');
	await unit.page.locator('dialog textarea').first().fill('Disconnected at 08:05');
	await unit.page.locator('dialog button.first').press('Enter');
	await until(async () => (await states(unit, number, 'tasking')).life, 'done');
});

test('and sees nothing of another unit, in no list and at no address', async () => {
	const unit = await stage.person('uop_edu', { lang: 'en' });
	const whose = async (kind) => (await asked(unit, `/${kind}?limit=200`)).rows.map((row) => row.number);
	assert.deepEqual(await whose('report'), [], 'reports are of other units only');
	assert.deepEqual(await whose('incident'), ['INC-2026-0004']);
	for (const at of ['/unit', '/list/incident', '/list/report']) {
		await unit.go(at);
		const said = await unit.page.textContent('main');
		assert.doesNotMatch(said, /INC-2026-000[123]|RPT-2026-|商业银行|理工大学|封堵来源地址/, at);
	}
	await unit.go('/list/incident');
	assert.match(await unit.page.textContent('main'), /INC-2026-0004/, 'its own is there');
	for (const at of ['/case/INC-2026-0002', '/record/report/RPT-2026-00001', '/record/incident/INC-2026-0001']) {
		await unit.go(at);
		const said = await unit.page.textContent('main');
		assert.match(said, /there is no (incident|report)/, at);
		assert.doesNotMatch(said, /示例案件|网上银行/, at);
	}
});

test('the list of a picker is not cut off by its dialog, in a low window either', async () => {
	const duty = await stage.person('dut01');
	for (const [width, height] of [[1366, 900], [1366, 420], [390, 700]]) {
		await duty.page.setViewportSize({ width, height });
		await duty.go('/desk');
		await duty.page.locator('[role=option]', { hasText: 'RPT-' }).locator('visible=true').first().click();
		await duty.page.locator('[role=listbox]').first().focus();
		await keys(duty.page, 'm');
		await duty.page.locator('#act-incident').focus();
		const options = duty.page.locator('#act-incident-list [role=option]');
		await options.first().waitFor();
		const cut = await options.first().evaluate((option) => {
			const list = option.parentElement.getBoundingClientRect();
			const box = option.getBoundingClientRect();
			const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
			const end = document.elementFromPoint(list.left + list.width / 2, list.bottom - 4);
			return { inside: list.top >= 0 && list.bottom <= innerHeight && list.right <= innerWidth, first: there === option, end: option.parentElement.contains(end), height: list.height };
		});
		assert.deepEqual([cut.inside, cut.first, cut.end], [true, true, true], `${width}x${height} ${JSON.stringify(cut)}`);
		assert.ok(cut.height > 60, `there is room to choose: ${cut.height}`);
		assert.deepEqual(await duty.axe(), []);
		await duty.picture(`desk-picker-${width}x${height}`);
		await keys(duty.page, 'Escape', 'Escape');
	}
});
