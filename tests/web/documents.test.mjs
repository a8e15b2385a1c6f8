// Documents of a record in the page: what can be made is what the interface says, the preview is the document, in both
// languages, and nothing in it runs; a file is taken whole, and a refusal is said and not saved.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test, { after, before } from 'node:test';
import { asked, text, until } from './hands.mjs';
import { Stage } from './stage.mjs';

let stage;
before(async () => (stage = await Stage.open('report_city.py')));
after(() => stage.close());

const preview = '[data-template=case_report] button[aria-expanded]';
const english = 'button:text-is("English")';

test('what can be made is listed, looked at in either language, and taken as a file of that kind', async () => {
	const person = await stage.person('dir01', { lang: 'en' });
	const { grave } = stage.told.cases;
	await person.go(`/case/${grave}?tab=documents`);
	const told = (await asked(person, `/documents?ref=${grave}`)).documents;
	const listed = await person.page.locator('[data-template]').evaluateAll((all) => all.map((one) => one.dataset.template));
	assert.deepEqual(listed, told.map((one) => one.template));
	await person.page.click(preview);
	const page = person.page.frameLocator('iframe');
	assert.match(await page.locator('h1').first().innerText(), /Incident-handling report/);
	await person.picture('document-preview');
	// What lies under the head of the page, scrolled as it is, is no finding.
	await person.page.evaluate(() => scrollTo(0, 0));
	assert.deepEqual(await person.axe(), []);
	await person.page.click('button:text-is("Chinese")');
	await page.getByText('事件处理报告').or(page.getByText('的处理报告')).first().waitFor();
	await person.page.click(english);
	for (const [format, begins] of [['docx', 'PK'], ['pdf', '%PDF-'], ['md', ''], ['html', '<!']]) {
		const [file] = await Promise.all([
			person.page.waitForEvent('download'),
			person.page.locator('[data-template=case_report] button').filter({ hasText: { docx: 'DOCX', pdf: 'PDF', md: 'Markdown', html: 'HTML' }[format] }).click(),
		]);
		assert.equal(file.suggestedFilename(), `${grave}-case_report.en.${format}`);
		const bytes = fs.readFileSync(await file.path());
		assert.ok(bytes.subarray(0, 9).toString('latin1').startsWith(begins), `${format}: ${bytes.subarray(0, 9)}`);
	}
	const [tab] = await Promise.all([person.context.waitForEvent('page'), person.page.locator('[data-template=case_report] a[target=_blank]').click()]);
	await tab.getByText('Incident-handling report').first().waitFor();
	await tab.close();
});

test('a hostile title stands in the preview as its letters and does nothing', async () => {
	const person = await stage.person('dir01', { lang: 'en' });
	const { hostile } = stage.told.cases;
	await person.go(`/case/${hostile}?tab=documents`);
	const title = await person.page.title();
	await person.page.click(preview);
	const page = person.page.frameLocator('iframe');
	await page.getByText("document.title='taken'").first().waitFor();
	assert.equal(await page.locator('script, img, iframe, object, embed, link, form').count(), 0, 'no element came of it');
	const frame = person.page.frames().find((one) => one.url().includes('/document/'));
	const box = await person.page.locator('iframe').evaluate((one) => ({ sandbox: one.getAttribute('sandbox'), inside: one.contentDocument === null }));
	assert.deepEqual(box, { sandbox: '', inside: true }, 'nothing is let through the frame, and it is of no origin');
	const policy = (await (await person.context.request.get(frame.url())).headers())['content-security-policy'];
	assert.match(policy, /^sandbox; default-src 'none';/);
	await person.page.waitForTimeout(300);
	assert.equal(await person.page.title(), title, 'nothing ran');
});

test('the frame of the page takes nothing that is not of this house', async () => {
	const person = await stage.person('dir01');
	await person.go('/');
	const blocked = await person.page.evaluate(
		() =>
			new Promise((done) => {
				document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
				const frame = document.createElement('iframe');
				frame.src = 'data:text/html,<p>x';
				document.body.append(frame);
				setTimeout(() => done('let through'), 2000);
			}),
	);
	assert.equal(blocked, 'frame-src');
	stage.complaints = stage.complaints.filter((one) => !/frame-src|Framing 'data:'|Content Security Policy/.test(one));
});

test('a file that is refused is said and not saved', async () => {
	const person = await stage.person('dir01', { lang: 'en' });
	await person.go(`/case/${stage.told.cases.grave}?tab=documents`);
	await person.page.route('**/document/**', (route) => route.fulfill({ status: 404, contentType: 'application/problem+json', body: JSON.stringify({ fault: 'absent', zh: '没有字体', en: 'no font to draw a PDF with' }) }));
	await person.page.locator('[data-template=case_report] button').filter({ hasText: 'PDF' }).click();
	await until(() => text(person.page, '.problem'), /no font to draw a PDF with/);
	await person.page.click(preview);
	await until(() => person.page.locator('.problem').count(), 2);
	await person.page.unroute('**/document/**');
	await person.page.locator('[data-template=case_report] .problem button').click();
	await person.page.waitForSelector('iframe');
});

test('a record of any kind with a template has its documents, and one without has none', async () => {
	const person = await stage.person('dir01');
	const { warning } = stage.told.cases;
	await person.go(`/record/warning/${warning}`);
	await person.page.waitForSelector('[data-template=warning]');
	await until(() => person.page.locator('[role=region] tbody tr').count(), (await asked(person, `/warning/${warning}?with=linked`)).linked.filter((one) => one.kind === 'issued_document').length);
	await person.go(`/record/unit/${stage.told.units.edu.slice(1)}`);
	assert.equal(await person.page.locator('[data-template]').count(), 0);
	await person.go(`/record/warning/${warning}`);
	await person.page.setViewportSize({ width: 390, height: 844 });
	assert.ok((await person.page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
	await person.picture('documents-phone');
});
