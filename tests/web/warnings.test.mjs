// A warning on its way: written side by side, checked for what must not leave, approved by another person, published; one unit
// acknowledges on its own page, one on the telephone, one stays silent and stands late on the board; a new edition by two; lifted.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { asked, does, fill, newest, send, states, text, until } from './hands.mjs';
import { Story } from './story.mjs';

const HOSTILE = '<img src=x onerror="document.title=1"><b>邮件系统</b>漏洞被利用';
const UNITS = { edu: '市教育局信息中心', tax: '市税务局信息中心', hosp: '市中心医院' };
const story = new Story('warnings');
const { step } = story;
let stage, ref;
const people = {};
before(async () => {
	stage = await story.open();
	for (const login of ['dut01', 'dir01', 'uop_edu', 'uop_tax']) people[login] = await story.as(login);
});
after(() => story.close());

const compose = (person, of = ref) => person.go(`/warning/${of}/compose`);
const board = (person, state = '') => person.go(`/warning/${ref}/board${state && `?state=${state}`}`);
const row = (person, key) => person.page.locator(`tr[data-target="${UNITS[key]}"]`);
/* A session ends with the time that passed. */
async function again(person) {
	await person.context.clearCookies();
	await person.sign_in();
}
const life = async () => (await states(people.dut01, ref, 'warning')).life;

step('a warning is drafted, and a hostile title is text', async () => {
	const { dut01 } = people;
	await dut01.go('/warnings');
	await dut01.page.click('[data-make=warning]');
	await fill(dut01.page.locator('dialog[open]'), { title: HOSTILE, hazard: '未修补的邮件服务器可被远程控制' });
	assert.equal(await send(dut01.page), undefined);
	ref = (await newest(dut01, 'warning')).number;
	await dut01.page.waitForURL(`**/warning/${ref}/compose`);
	await dut01.settled();
	assert.ok((await text(dut01.page, 'h1')).includes(HOSTILE));
	assert.equal(await dut01.page.locator('main img, main h1 b').count(), 0);
});

step('both languages stand side by side, and what is lacking for the audience is said', async () => {
	const { page } = people.dut01;
	assert.match(await text(page, '[data-lacking]'), /级别.*建议措施|建议措施.*级别/);
	await page.selectOption('#compose-level', '4');
	await page.selectOption('#compose-marking', 'public');
	assert.match(await text(page, '[data-lacking]'), /预警类别.*可能影响的范围.*警示事项|警示事项/);
	assert.match(await text(page, 'fieldset'), /尚未记录公开授权/);
	await page.selectOption('#compose-level', '5');
	assert.match(await text(page, 'fieldset'), /红色.*不得发至.*公开/);
	await page.selectOption('#compose-level', '4');
	assert.equal(await page.locator('span.on-level-4').first().innerText().then((said) => said.includes('橙色')), true, 'the colour is a word, too');
	await page.fill('#compose-measures', '立即安装补丁');
	await page.fill('#compose-measures_en', 'Install the patch at once');
	await page.fill('#compose-title_en', 'A flaw of mail servers <script>alert(1)</script>');
	const [zh, en] = await Promise.all(['#compose-measures', '#compose-measures_en'].map((one) => page.locator(one).boundingBox()));
	assert.ok(Math.abs(zh.y - en.y) < 4 && en.x > zh.x + zh.width, 'beside each other');
});

step('what must not leave is found as it is typed, at its field, with its place and class', async () => {
	const { dut01 } = people, { page } = dut01;
	await page.fill('#compose-contact', '请访问 10.20.1.11 查看');
	await page.locator('#compose-contact-found [data-found=address]').waitFor();
	assert.match(await text(page, '#compose-contact-found'), /网络地址.*10\.20\.1\.11.*第 5–14 字/);
	await page.locator('#compose-contact-found button').click();
	assert.equal(await page.locator('#compose-contact').evaluate((box) => box.value.slice(box.selectionStart, box.selectionEnd)), '10.20.1.11');
	await dut01.picture('warnings-01-found');
	assert.deepEqual(await dut01.axe(), []);
	// For member units it may be said.
	await page.selectOption('#compose-marking', 'members');
	await until(() => page.locator('[data-found]').count(), 0);
});

step('the mail, the portal and the CAP file are seen before anything leaves', async () => {
	const { dut01 } = people, { page } = dut01;
	await until(() => text(page, '[data-preview=mail] article:nth-of-type(2) pre'), /A flaw of mail servers <script>[\s\S]*Install the patch/);
	assert.ok((await text(page, '[data-preview=mail] pre')).includes(HOSTILE));
	await page.click('[data-view=portal]');
	assert.match(await text(page, '[data-preview=portal]'), /立即安装补丁/);
	await page.click('[data-view=cap]');
	await until(() => text(page, '[data-preview=cap] table'), /warningColour orange/);
	await page.click('[data-preview=cap] summary');
	assert.match(await page.locator('[data-preview=cap] pre').innerText(), /<severity>Severe<\/severity>/);
	await dut01.picture('warnings-02-cap');
	assert.equal((await asked(dut01, `/warning/${ref}`)).fields.measures, undefined, 'nothing was written');
});

step('it is saved; what was typed and not saved is there after the page was read anew', async () => {
	const { dut01 } = people, { page } = dut01;
	await page.reload();
	await dut01.settled();
	assert.equal(await page.inputValue('#compose-measures'), '立即安装补丁');
	await page.click('[data-save]');
	await until(async () => (await asked(dut01, `/warning/${ref}`)).fields.measures, '立即安装补丁');
	await until(() => page.locator('[data-save]').isDisabled(), true);
	await page.fill('#compose-title_en', '');
	await page.click('[data-save]');
	await until(async () => (await asked(dut01, `/warning/${ref}`)).fields.title_en, undefined, 'what is emptied is empty');
	await page.locator('[data-whole]').waitFor();
});

step('units are chosen, its author does not approve it, another person does', async () => {
	const { dut01, dir01 } = people;
	await does(dut01, 'add_targets', { sector: { ref: '教育' } });
	await dut01.page.locator(`[data-target="${UNITS.edu}"]`).waitFor();
	for (const key of ['tax', 'hosp']) {
		await dut01.page.click('[data-make=warning_target]');
		await fill(dut01.page.locator('dialog[open]'), { unit: { ref: UNITS[key] } });
		assert.equal(await send(dut01.page), undefined);
	}
	await does(dut01, 'review');
	assert.equal(await dut01.page.locator('[data-move=approve]').count(), 0);
	await compose(dir01);
	await does(dir01, 'approve');
	await until(life, 'approved');
	await does(dir01, 'publish');
	await until(life, 'published');
	await dir01.picture('warnings-03-published');
});

step('one acknowledges on its page, one on the telephone', async () => {
	const { uop_edu, uop_tax, dut01 } = people;
	await board(dut01);
	await dut01.page.evaluate(() => (window.still_here = true));
	for (const person of [uop_edu, uop_tax]) {
		await person.go('/unit');
		const mine = person.page.locator(`[data-messages=warning] li[data-row="${ref}"]`);
		await until(async () => (await mine.innerText()).includes(HOSTILE), true);
		assert.equal(await mine.locator('img').count(), 0);
		if (person === uop_edu) {
			await mine.scrollIntoViewIfNeeded();
			await mine.locator('[data-move=ack]').click();
			await mine.locator('[data-move=acted]').click();
			await fill(person.page.locator('dialog[open]'), { measures: '补丁已安装，无异常登录' });
			await person.picture('warnings-04-unit');
			assert.equal(await send(person.page), undefined);
		}
	}
	// It comes to the board by itself.
	await until(() => text(dut01.page, `tr[data-target="${UNITS.edu}"]`), /已处置.*平台.*补丁已安装，无异常登录/);
	await row(dut01, 'tax').locator('[data-phone]').click();
	await dut01.page.locator('dialog[open] button.first').click();
	await until(() => text(dut01.page, `tr[data-target="${UNITS.tax}"]`), /已确认.*电话/);
	assert.equal(await dut01.page.evaluate(() => window.still_here), true);
	await until(() => dut01.page.evaluate(() => document.activeElement.hasAttribute('data-ways')), true, 'the focus stays at the row');
});

step('who stays silent stands late when the time has passed, with the ways that were tried', async () => {
	const { dut01 } = people, { page } = dut01;
	assert.equal(await page.locator('tr.late').count(), 0);
	// In steps, with a look at something in between, so that the session of whoever watches goes on.
	for (let i = 0; i < 5; i++) {
		assert.equal((await stage.act('dir01', 'POST', '/time', { at: '+13 min' })).status, 200);
		await asked(dut01, '/session');
	}
	await until(() => page.locator('tr.late').count(), 1);
	assert.match(await text(page, 'tr.late'), new RegExp(`${UNITS.hosp}.*逾期`));
	await until(() => text(page, '[data-tally=late]'), /逾期\s*1/);
	await until(() => text(page, 'main dl'), /告知\s*3\s*已送达\s*2/);
	await page.click('[data-filter=late]');
	await until(() => page.locator('tr[data-target]').count(), 1);
	await row(dut01, 'hosp').locator('[data-ways]').click();
	await page.locator('[data-message=portal]').first().waitFor();
	// The newest is the reminder; the first was the warning itself.
	await page.locator('[data-message=portal]').last().locator('button').first().click();
	await until(() => text(page, '[data-message=portal] pre'), /网络与信息安全预警/);
	await dut01.picture('warnings-05-late');
	assert.deepEqual(await dut01.axe(), []);
	const calls = await page.evaluate((at) => fetch(at).then((answer) => answer.text()), await page.getAttribute('a[target=_blank]', 'href'));
	assert.ok(calls.includes(UNITS.hosp) && !calls.includes(UNITS.tax));
	assert.ok(!calls.includes('<img'), 'and it is text there, too');
});

step('a new edition takes two people, and it is lifted', async () => {
	const { dut01, dir01 } = people;
	await again(dir01);
	await compose(dut01);
	await does(dut01, 'update', { level: '3', measures: '保持监测' });
	assert.equal(await dut01.page.locator('[data-confirm=update]').count(), 0, 'who proposed does not confirm');
	await compose(dir01);
	assert.match(await text(dir01.page, '[data-proposal=update]'), /保持监测/);
	await dir01.page.click('[data-confirm=update]');
	await dir01.page.locator('dialog[open] button.first').click();
	await until(async () => (await asked(dir01, `/warning/${ref}`)).fields.edition, 2);
	await until(() => text(dir01.page, 'header .on-level-3'), /黄色/);
	await does(dir01, 'lift', { reason: '补丁已普遍安装' });
	await until(life, 'lifted');
	await board(dir01);
	await until(() => text(dir01.page, `tr[data-target="${UNITS.hosp}"]`), /未反馈结案/);
	await dir01.go('/warnings');
	await dir01.page.locator(`[data-section=ended] [data-row="${ref}"]`).waitFor();
	await dir01.picture('warnings-06-lifted');
});

step('a unit reads a bulletin and confirms it', async () => {
	const { uop_edu } = people;
	await again(uop_edu);
	await uop_edu.go('/unit');
	const mine = uop_edu.page.locator('[data-messages=bulletin] li').first();
	await until(() => mine.innerText(), /两周内更换口令/);
	await mine.locator('[data-move=read]').click();
	await until(() => uop_edu.page.locator('[data-messages=bulletin] li').count(), 0);
});

step('a bulletin is written side by side', async () => {
	const { dut01 } = people, { page } = dut01;
	await dut01.go('/warnings');
	await page.click('[data-make=bulletin]');
	await fill(page.locator('dialog[open]'), { type: 'info', title: '季度情况' });
	assert.equal(await send(page), undefined);
	await page.waitForURL('**/bulletin/*/compose');
	await dut01.settled();
	await page.fill('#compose-facts', '本季度弱口令登录增多');
	await page.fill('#compose-facts_en', 'More logins with weak passwords this quarter');
	await page.click('[data-save]');
	await until(async () => (await asked(dut01, `/bulletin/${(await newest(dut01, 'bulletin')).number}`)).fields.facts_en, /More logins/);
});
