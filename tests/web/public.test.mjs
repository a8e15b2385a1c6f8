// A warning for everybody, by clicks: a planted internal address is found and refused (N12), mended; the authorisation is
// recorded and the warning approved by another than its author, published, and read by somebody who has no account; a unit says
// that it is not affected; it is changed and lifted, and stays readable as what it was.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { asked, does, fill, newest, send, states, text, until } from './hands.mjs';
import { Story } from './story.mjs';

const INNER = '10.20.1.11';
const UNITS = { edu: '市教育局信息中心', bank: '市商业银行' };
const story = new Story('public');
const { as, step, shown } = story;
let stage, ref, stranger;

before(async () => {
	stage = await story.open();
	stranger = await stage.person(null);
});
after(() => story.close());

const life = async () => (await states(await as('dut01'), ref, 'warning')).life;
const compose = async (person) => (await person.go(`/warning/${ref}/compose`), person);
/* The page that everybody may read, as it is served now. */
async function read(name = 'index.html') {
	await stranger.page.goto(`${stage.base}/public/${name}`);
	return text(stranger.page, 'body');
}

step('it is written for everybody, with an internal address in it that the check finds', async () => {
	const duty = await as('dut01'), { page } = duty;
	await duty.go('/warnings');
	await page.click('[data-make=warning]');
	await fill(page.locator('dialog[open]'), { title: '边界网关漏洞', hazard: '可远程执行代码' });
	assert.equal(await send(page), undefined);
	await page.waitForURL('**/warning/*/compose');
	ref = (await newest(duty, 'warning')).number;
	await page.selectOption('#compose-level', '4');
	await page.selectOption('#compose-marking', 'public');
	await page.selectOption('#compose-category', 'vulnerability');
	await page.fill('#compose-starts_at', '2026-03-02 08:00');
	for (const [name, said] of Object.entries({
		measures: `升级至最新版本，封锁 ${INNER}`, scope: '使用该网关的用户', matters: '发现异常登录应立即核查', title_en: 'A flaw of border gateways', hazard_en: 'It lets others run code from afar',
		measures_en: 'Upgrade to the newest version', scope_en: 'Users of this gateway', matters_en: 'Look into logins that you do not know',
	})) await page.fill(`#compose-${name}`, said);
	await page.locator('#compose-measures-found [data-found=address]').waitFor();
	assert.deepEqual(await duty.axe(), []);
	await shown('dut01', '01-found');
	await page.click('[data-save]');
	await until(async () => (await asked(duty, `/warning/${ref}`)).fields.category, 'vulnerability');
	for (const name of Object.values(UNITS)) {
		await page.click('[data-make=warning_target]');
		await fill(page.locator('dialog[open]'), { unit: { ref: name } });
		assert.equal(await send(page), undefined);
		await page.locator(`[data-target="${name}"]`).waitFor();
	}
	await does(duty, 'review');
});

/* It is not there to be approved, for this reason, and who insists is refused. */
async function not_approved(director, code, why) {
	const { page } = director;
	assert.equal(await page.locator('[data-move=approve]').count(), 0);
	await page.locator('section[aria-labelledby=next-h] details:not([open]) > summary').click();
	await until(() => page.locator('section[aria-labelledby=next-h] li', { has: page.locator('b', { hasText: '批准' }) }).first().innerText(), why);
	const forced = await stage.act('dir01', 'POST', `/warning/${ref}/approve`, { input: {} });
	assert.equal(forced.body.refusals?.[0]?.code, code, JSON.stringify(forced.body));
	await compose(director);
}

step('nobody approves it before an authorisation is on record, nor while the address stands in it (N12)', async () => {
	const director = await compose(await as('dir01'));
	await not_approved(director, 'N11', /授权/);
	await does(director, 'record_authorisation', { authorised_by: { ref: UNITS.edu }, authorisation: '鲁网〔2026〕8号' });
	await until(() => text(director.page, 'fieldset'), /授权：市教育局信息中心，鲁网〔2026〕8号/);
	await not_approved(director, 'N12', /不得公开的信息/);
	await until(() => text(director.page, '#compose-measures-found'), new RegExp(`网络地址.*${INNER.replaceAll('.', '\\.')}`));
	await shown('dir01', '02-refused');
	assert.equal(await life(), 'review');
	assert.ok(!(await read()).includes('边界网关漏洞'), 'nothing of it is public');
});

step('its author mends it, and may not approve it himself; another person does, and it is published', async () => {
	const duty = await compose(await as('dut01')), { page } = duty;
	await page.fill('#compose-measures', '升级至最新版本');
	await until(() => page.locator('[data-found]').count(), 0);
	await page.click('[data-save]');
	await until(async () => (await asked(duty, `/warning/${ref}`)).fields.measures, '升级至最新版本');
	await until(() => page.locator('[data-save]').isDisabled(), true);
	assert.equal(await page.locator('[data-move=approve], [data-move=publish]').count(), 0);
	await shown('dut01', '03-mended');
	const director = await compose(await as('dir01'));
	await does(director, 'approve');
	assert.equal(await life(), 'approved');
	assert.ok(!(await read()).includes('边界网关漏洞'), 'approved is not published');
	await does(director, 'publish');
	assert.equal(await life(), 'published');
	await shown('dir01', '04-published');
});

step('somebody without an account reads it, in either language, and nothing that is not for everybody', async () => {
	await until(() => read(), /边界网关漏洞/);
	for (const [lang, words] of [['', ['橙色', '边界网关漏洞', '可远程执行代码', '升级至最新版本', '使用该网关的用户', '发现异常登录应立即核查']],
		['.en', ['A flaw of border gateways', 'Upgrade to the newest version', 'Users of this gateway']]]) {
		assert.match(await read(`index${lang}.html`), new RegExp(words[lang ? 0 : 1]));
		await stranger.page.locator(`a[href*="${ref}-1"]`).first().click();
		const page = await text(stranger.page, 'body');
		for (const word of words) assert.ok(page.includes(word), `${word} in ${page}`);
		for (const word of [INNER, '鲁网〔2026〕8号', ...Object.values(UNITS)]) assert.ok(!page.includes(word), word);
		assert.deepEqual(await stranger.axe(), []);
		await stranger.picture(`public-05-page${lang}`);
	}
	assert.equal((await stranger.context.cookies()).length, 0);
	const answer = await stranger.context.request.get(`${stage.base}/api/v1/warning`);
	assert.equal(answer.status(), 401, 'all else wants a sign-in');
});

step('a unit says that it is not affected, and why; the board shows it, and it is not silent', async () => {
	const unit = await as('uop_bank');
	await unit.go('/unit');
	const mine = unit.page.locator(`[data-messages=warning] li[data-row="${ref}"]`);
	await mine.scrollIntoViewIfNeeded();
	for (const name of ['ack', 'unaffected']) await mine.locator(`[data-move=${name}]`).click();
	const form = unit.page.locator('dialog[open]');
	await form.locator('form').waitFor();
	assert.ok(await send(unit.page), 'not without a reason');
	await fill(form, { reason: '本单位不使用该网关' });
	await shown('uop_bank', '06-not-affected');
	assert.equal(await send(unit.page), undefined);
	await until(() => mine.count(), 0, 'it is answered and leaves the list');
	const duty = await as('dut01');
	await duty.go(`/warning/${ref}/board`);
	await until(() => text(duty.page, `tr[data-target="${UNITS.bank}"]`), /不涉及.*平台.*本单位不使用该网关/);
	assert.match(await text(duty.page, 'main dl'), /不涉及\s*1/);
	await shown('dut01', '07-board');
});

step('a second edition takes two; lifted, both stay readable as what they were, with the reason', async () => {
	const duty = await compose(await as('dut01'));
	await does(duty, 'update', { level: '3', measures: '升级后重启' });
	const director = await compose(await as('dir01'));
	await director.page.click('[data-confirm=update]');
	await director.page.locator('dialog[open] button.first').click();
	await until(() => text(director.page, 'header .on-level-3'), /黄色/);
	await until(() => read(`${ref}-2.html`), /黄色.*升级后重启/);
	await compose(director);
	await does(director, 'lift', { reason: '漏洞已普遍修复' });
	assert.equal(await life(), 'lifted');
	await until(() => read(`${ref}-2.html`), /漏洞已普遍修复/);
	await stranger.picture('public-08-lifted');
	assert.match(await read(`${ref}-1.html`), /橙色.*升级至最新版本/);
	await director.go(`/warning/${ref}/board`);
	await until(() => text(director.page, `tr[data-target="${UNITS.bank}"]`), /不涉及/, 'its answer stands');
	await shown('dir01', '09-lifted');
});
