// words -- no text outside the catalogue of words, and no page that names what the plan has not.
//
//     node web/tools/words.mjs            exit status 1 with file and line of each
//
// A text in a component is a call of say(); what stands there as letters is found by
// parsing. Chinese in a script belongs into words().  A page.json names moves that are.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'svelte/compiler';

const root = fileURLToPath(new URL('..', import.meta.url));
const SAID = ['aria-label', 'title', 'placeholder', 'alt', 'label', 'aria-description', 'nothing', 'submit'];
const LETTERS = /[A-Za-z\u4e00-\u9fff]{2,}/;
const CHINESE = /[\u4e00-\u9fff]/;
// What reads the same in every language: keys, the name of the other language.
const SAME = new Set(['Ctrl K', 'EN', 'Enter', 'Esc', 'Ctrl', 'Tab']);
const found = [];

function files(at, end, out = []) {
	for (const entry of readdirSync(at, { withFileTypes: true })) {
		if (['node_modules', 'dist', 'tools'].includes(entry.name)) continue;
		const path = join(at, entry.name);
		if (entry.isDirectory()) files(path, end, out);
		else if (entry.name.endsWith(end)) out.push(path);
	}
	return out;
}
const line_of = (text, at) => text.slice(0, at).split('\n').length;
const say = (path, line, what) => found.push(`${relative(root, path)}:${line}: ${what}`);

function walk(node, visit) {
	if (!node || typeof node !== 'object') return;
	if (Array.isArray(node)) return node.forEach((one) => walk(one, visit));
	if (typeof node.type === 'string') visit(node);
	for (const [key, value] of Object.entries(node)) if (key !== 'parent' && key !== 'loc') walk(value, visit);
}

function component(path) {
	const text = readFileSync(path, 'utf8');
	const tree = parse(text, { modern: true });
	walk(tree.fragment, (node) => {
		if (node.type === 'Text' && LETTERS.test(node.data) && !SAME.has(node.data.trim()) && !attributes.has(node))
			say(path, line_of(text, node.start), `text outside the catalogue: '${node.data.trim().slice(0, 40)}'`);
		if (node.type !== 'Attribute' || !Array.isArray(node.value)) return;
		for (const part of node.value) {
			attributes.add(part);
			if (SAID.includes(node.name) && part.type === 'Text' && LETTERS.test(part.data))
				say(path, line_of(text, node.start), `${node.name} outside the catalogue: '${part.data.slice(0, 40)}'`);
		}
	});
	chinese(path, text);
}
const attributes = new Set();

/* Chinese stands only in pairs. */
function chinese(path, text) {
	text.split('\n').forEach((line, i) => {
		const code = line.replace(/\/\*.*?\*\/|\/\/.*$|^\s*\*.*$/g, '');
		const outside = code.replace(/\bzh: (['"`]).*?\1/g, '').replace(/\/\[.*?\]\//g, '').replace(/\/.*?\/g/g, '');
		if (CHINESE.test(outside) && !/\ben: /.test(code)) say(path, i + 1, `Chinese outside a pair: '${code.trim().slice(0, 40)}'`);
	});
}

function page(path, moves) {
	const told = JSON.parse(readFileSync(path, 'utf8'));
	for (const language of ['zh', 'en']) if (!told.label?.[language]) say(path, 1, `the label lacks ${language}`);
	for (const use of told.uses ?? []) {
		const [kind, name] = use.split('.');
		if (!moves.get(kind)?.includes(name)) say(path, 1, `the plan has no '${use}'`);
	}
}

function plan_moves() {
	const made = readFileSync(join(root, 'lib/plan/made.ts'), 'utf8');
	const moves = new Map();
	for (const [, kind, union] of made.matchAll(/^\t(\w+): \{\n\t\tmove: (.*);$/gm)) moves.set(kind, union.match(/\w+/g));
	return moves;
}

files(root, '.svelte').forEach(component);
files(root, '.ts').filter((path) => !path.endsWith('made.ts')).forEach((path) => chinese(path, readFileSync(path, 'utf8')));
const moves = plan_moves();
files(join(root, 'page'), 'page.json').forEach((path) => page(path, moves));
if (found.length) {
	console.error(found.join('\n'));
	process.exit(1);
}
