#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * page -- the public page: one file for each edition and language, an index, a style.
 *
 * Nothing but what it is given stands on it; no script, no request to any other
 * host. Whatever a text holds shows as text.
 */
struct page_row {
	const char *label_zh, *label_en;
	const char *zh, *en; /* en may be NULL: the Chinese text stands there, marked as such */
};

enum page_standing { PAGE_CURRENT, PAGE_REPLACED, PAGE_WITHDRAWN, PAGE_FINAL };

struct page {
	const char *name;              /* "NOT-2026-0001-1": letters, digits, '-' and '.' */
	const char *kind_zh, *kind_en; /* "公告", "Public notice" */
	const char *title_zh, *title_en;
	const char *state_zh, *state_en;
	const char *published_at;
	const char *colour; /* blue yellow orange red, or NULL */
	enum page_standing standing;
	const char *reason; /* why it was withdrawn, or NULL */
	const struct page_row *rows;
	size_t row_count;
};

extern const char page_style[]; /* style.css */

/* `demo`: nothing of it is real, which stands at the head of each. */
void page_write(const struct page *page, bool zh, bool demo, struct buf *out);
void page_index(const struct page *pages, size_t count, bool zh, bool demo,
		struct buf *out); /* in this order */
