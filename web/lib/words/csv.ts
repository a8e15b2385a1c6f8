/*
 * csv -- rows as a file for a spreadsheet (RFC 4180), in UTF-8 with its mark.
 *
 * A cell that a spreadsheet would take for a formula gets an apostrophe in front
 * (OWASP, CSV injection): what a stranger wrote in a report is text there too.
 */
const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

function cell(value: unknown): string {
	const text = value === undefined || value === null ? '' : String(value);
	const safe = FORMULA.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
	return /[",\r\n']/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

export const csv_line = (cells: unknown[]): string => cells.map(cell).join(',') + '\r\n';

export function csv_save(name: string, lines: string[]): void {
	const url = URL.createObjectURL(new Blob(['\ufeff', ...lines], { type: 'text/csv;charset=utf-8' }));
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
