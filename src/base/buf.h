#pragma once

#include <stddef.h>

/*
 * buf -- bytes that grow: output being written, a line being gathered.
 *
 * Inside a struct of the caller's: zero it (or buf_init), then buf_fini.
 * Always NUL-terminated once something was put.
 */
struct buf {
	char *data;
	size_t len, room;
};

void buf_init(struct buf *b);
void buf_fini(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory */
void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_text(struct buf *b, const char *text);
void buf_char(struct buf *b, char c);
void buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Drop the first `len` bytes. */
void buf_eat(struct buf *b, size_t len);
/* As text of HTML or XML, also between quotes of an attribute; NULL: nothing. */
void buf_markup(struct buf *b, const char *text);
/* As %XX of RFC 3986, but letters, digits and the characters of `as_is`; fits a filename* of RFC 8187 as
 * well. */
void buf_percent(struct buf *b, const char *text, const char *as_is);
/* A JSON string with quotes, escaped as RFC 8785 says; `text` is valid UTF-8. */
void buf_json_string(struct buf *b, const char *text, size_t len);
