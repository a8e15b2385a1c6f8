// types -- the plan as TypeScript: kinds, moves, fields, states, codes, roles.
//
//     fengsui api PACK | node web/tools/types.mjs > web/lib/plan/made.ts
//
// Pages name them; a word that the daemon does not know does not compile.
import { readFileSync } from 'node:fs';

const api = JSON.parse(readFileSync(0, 'utf8'));
const schemas = api.components.schemas;
const word = (name) => JSON.stringify(name);
const union = (names) => (names.length ? names.map(word).join(' | ') : 'never');
const named = (ref) => ref.split('/').at(-1);

const SHOWN = {
	'shown.text': 'string', 'shown.word': 'string', 'shown.number': 'number', 'shown.yes': 'boolean',
	'shown.time': 'string', 'shown.enum': 'string', 'shown.ref': 'Ref', 'shown.blob': 'string',
	'shown.scores': 'Record<string, number>',
};

/* One field as it is shown; each may be left open instead. */
function shown(schema) {
	if (schema.$ref) return SHOWN[named(schema.$ref)] ?? 'unknown';
	const list = (schema.anyOf ?? []).find((one) => one.type === 'array');
	return list ? `${shown(list.items)}[]` : 'unknown';
}

const part = (name, key) =>
	(schemas[name]?.allOf ?? []).map((one) => one.properties?.[key]).find((found) => found) ?? {};

const kinds = api.tags.map((tag) => tag.name).filter((name) => schemas[`${name}.record`]);
const moves = Object.fromEntries(kinds.map((kind) => [kind, []]));
const roles = new Set();
for (const path of Object.values(api.paths))
	for (const operation of Object.values(path)) {
		const [kind, move] = (operation.operationId ?? '').split('.');
		if (moves[kind] && operation['x-roles']) moves[kind].push(move);
		for (const who of operation['x-roles'] ?? [])
			for (const role of Object.values(who).flat()) if (/^[A-Z]{2,3}$/.test(role)) roles.add(role);
	}

const out = ['// Made from the plan pack by web/tools/types.mjs; not to be edited.', '',
	'export interface Ref {', '\tid: number;', '\tkind: string;', '\tnumber?: string;', '\ttitle?: string;', '}', '',
	'export interface Plan {'];
for (const kind of kinds) {
	const fields = part(`${kind}.record`, 'fields').properties ?? {};
	const states = schemas[`${kind}.states`]?.properties ?? {};
	out.push(`\t${kind}: {`, `\t\tmove: ${union(moves[kind])};`, '\t\tfields: {',
		...Object.entries(fields).map(([name, schema]) => `\t\t\t${word(name)}: ${shown(schema)};`), '\t\t};', '\t\tstates: {',
		...Object.entries(states).map(([name, schema]) => `\t\t\t${word(name)}: ${union(schema.enum ?? [])};`), '\t\t};', '\t};');
}
out.push('}', '', `export type Role = ${union([...roles].sort())};`, '');
process.stdout.write(out.join('\n'));
