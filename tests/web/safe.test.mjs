// What a stranger writes is text. A corpus of markup goes into every text field of what a unit and the desk can write; each
// page that shows it is opened in both languages: nothing runs, nothing is asked of elsewhere, the policy is not even called
// upon, and what was written stands there letter by letter.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { Stage } from './stage.mjs';

const CORPUS = [
	'<script>window.broken=1</script>',
	'<img src=x onerror="window.broken=1">',
	'"><svg onload=window.broken=1>',
	"'-window.broken=1-'",
	'{@html "<b>bold</b>"} {window.broken=1} ${window.broken=1}',
	'</textarea></script><iframe srcdoc="<script>parent.broken=1</script>">',
	'javascript:window.broken=1//',
	'<a href="javascript:window.broken=1">here</a>',
	'<math><mtext></form><form><mglyph><style></math><img src onerror=window.broken=1>',
	'=HYPERLINK("http://192.0.2.1/","x")',
	'\u202Egpj.exe\u2066 <b>\u0000</b>'.replace('\u0000', ''),
	'<style>*{display:none}</style><link rel=stylesheet href=http://192.0.2.1/x.css>',
];
const ALL = CORPUS.join('\n');
let stage, report, incident;

before(async () => {
	stage = await Stage.open();
	const unit = Number(stage.told.units.edu.slice(1));
	const made = await stage.act('uop_edu', 'POST', '/report', {
		input: { unit, aware_at: '2026-03-02T07:55:00Z', reporter: CORPUS[1], contact: CORPUS[0], what: ALL, content: ALL, sender: CORPUS[2] },
	});
	assert.equal(made.status, 201, JSON.stringify(made.body));
	report = made.body.number;
	await stage.act('uop_edu', 'POST', `/report/${report}/submit`, { input: {} });
	const opened = await stage.act('dut01', 'POST', '/incident', {
		input: { title: CORPUS[1] + CORPUS[2], reporter: CORPUS[3], unit, aware_at: '2026-03-02T07:55:00Z', what: ALL },
	});
	assert.equal(opened.status, 201, JSON.stringify(opened.body));
	incident = opened.body.number;
});
after(() => stage.close());

const PAGES = () => ['/', '/desk', '/wall', '/handover', '/list/report', '/list/incident', `/record/report/${report}`, `/case/${incident}`,
	`/case/${incident}?tab=record`, `/new/report?what=${encodeURIComponent(ALL)}`];

test('nothing that was written runs, on any page, in either language', async () => {
	const person = await stage.person('dut01');
	let dialogs = 0;
	person.page.on('dialog', (dialog) => (dialogs++, dialog.dismiss()));
	for (const lang of ['zh', 'en'])
		for (const at of PAGES()) {
			await person.page.evaluate((to) => localStorage.setItem('fengsui.lang', to), lang);
			await person.go(at);
			assert.equal(await person.page.evaluate(() => window.broken), undefined, at);
			assert.equal(await person.page.locator('iframe, object, embed, main script, main style, main link').count(), 0, at);
		}
	assert.equal(dialogs, 0);
});

test('it stands there letter by letter', async () => {
	const person = await stage.person('uop_edu');
	await person.go(`/record/report/${report}`);
	const text = await person.page.textContent('main');
	for (const one of CORPUS) assert.ok(text.includes(one), `${one} in ${text}`);
});

test('a spreadsheet gets text where somebody wrote a formula', async () => {
	const person = await stage.person('dut01');
	await person.go('/list/report');
	const saved = person.page.waitForEvent('download');
	await person.page.getByRole('button', { name: /CSV/ }).click();
	const stream = await (await saved).createReadStream();
	let text = '';
	for await (const bytes of stream) text += bytes;
	assert.ok(text.startsWith('\ufeff'));
	const cells = text.split('\r\n').slice(1).join('\r\n').match(/"(?:[^"]|"")*"|[^,\r\n]+/g);
	for (const cell of cells) assert.ok(!/^"?[=+\-@\t]/.test(cell), `no cell begins a formula: ${cell.slice(0, 40)}`);
});

test('an address of a page that carries markup is no way in', async () => {
	const person = await stage.person('dut01');
	for (const at of ['/list/incident?where=' + encodeURIComponent('<img src=x onerror=window.broken=1>'), '/case/' + encodeURIComponent('<img src=x onerror=window.broken=1>'),
		'/list/' + encodeURIComponent('"><script>window.broken=1')]) {
		await person.go(at);
		assert.equal(await person.page.evaluate(() => window.broken), undefined, at);
	}
});
