import { words } from '../words/lang.svelte';

export const w = words({
	title: { zh: '可生成的文件', en: 'Documents that can be made' },
	note: { zh: '按记录现状生成，只含您可见的内容。', en: 'Made from the record as it stands, with what you may see of it.' },
	none: { zh: '按目前状态没有可生成的文件。', en: 'In its present state no document can be made of it.' },
	language: { zh: '文件语言', en: 'Language of the document' },
	zh: { zh: '中文', en: 'Chinese' },
	en: { zh: '英文', en: 'English' },
	preview: { zh: '预览', en: 'Preview' },
	preview_of: { zh: '预览：{what}', en: 'Preview: {what}' },
	shut: { zh: '收起预览', en: 'Close the preview' },
	print: { zh: '打开打印', en: 'Open to print' },
	print_why: { zh: '在新标签页打开，用浏览器打印', en: 'opens in a tab of its own; print it from the browser' },
	download: { zh: '下载“{what}”，{format}', en: "Download '{what}' as {format}" },
	making: { zh: '正在生成…', en: 'Being made…' },
	saved: { zh: '已下载 {name}', en: 'Downloaded: {name}' },
	kept: { zh: '定稿留存的文件', en: 'Documents that were issued and kept' },
	kept_note: { zh: '批准、发送或归档时的原样，以后不再改动。', en: 'As approved, sent or archived; they do not change any more.' },
	file: { zh: '文件', en: 'File' },
	issued: { zh: '定稿时间', en: 'Issued' },
	digest: { zh: 'SHA-256 摘要', en: 'SHA-256 digest' },
	all: { zh: '显示全部 {n} 份', en: 'Show all {n}' },
});

/* What a format is called; the same everywhere but for the last. */
export const formats = words({
	docx: { zh: 'DOCX', en: 'DOCX' },
	pdf: { zh: 'PDF', en: 'PDF' },
	html: { zh: 'HTML', en: 'HTML' },
	md: { zh: 'Markdown', en: 'Markdown' },
});
