/* cell -- a value of a list as plain text: for a file, a title, a sentence. */
import { code_name, type Field } from './catalogue.svelte';
import { often } from '../words/often';
import { say } from '../words/lang.svelte';

export function cell_text(field: Field, value: unknown): string {
	if (value === undefined || value === null) return '';
	if (Array.isArray(value)) return value.map((one) => cell_text(field, one)).join('; ');
	if (typeof value === 'object') {
		const open = value as Record<string, unknown>;
		if ('unknown' in open) return say(often.unknown_because, { reason: String(open.unknown) });
		if ('none' in open) return say(often.none_because, { reason: String(open.none) });
		if ('title' in open || 'number' in open) return [open.number, open.title].filter(Boolean).join(' ');
		return JSON.stringify(value);
	}
	if (field.type === 'enum') return code_name(field.of, value);
	if (field.type === 'yes') return say(value ? often.yes : often.no);
	return String(value);
}
