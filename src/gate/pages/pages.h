#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "gate/http/call.h"
#include "seal/digest.h"

/*
 * pages -- the files of the command centre, all in memory since the start.
 *
 * A request looks up a table; no path of a request ever reaches the disk.
 */
enum { PAGES_MOST = 500, PAGE_BYTES = 4 * 1024 * 1024, PAGES_BYTES = 16 * 1024 * 1024 };

struct pages;

/* The bytes as they are sent; the tag is their SHA-256, in quotes. */
struct page_form {
	const char *bytes; /* NULL: there is no such form */
	size_t len;
	char tag[2 * DIGEST_LEN + 3];
};

struct page {
	const char *path; /* as it is asked for: "/assets/index-1f0c.js" */
	const char *type;
	struct page_form plain, packed; /* packed: gzip, where it is text and that is shorter */
};

/* Read all files of a folder, which must have an index.html; names with a dot in front are left out.
 * FAULT_LIMIT and FAULT_INVALID name the file and what is right. */
int pages_open(const char *folder, struct pages **out, struct fault *why);
void pages_free(struct pages *pages); /* takes NULL */
/* The file of this path; NULL: none. */
const struct page *pages_find(const struct pages *pages, const char *path);

/* page.c: a file with its type and tags; `bytes` stays in `mem`. */
struct page page_make(const char *path, const char *bytes, size_t len, struct arena *mem);

/* visit.c: is a path that no route has an address of the command centre? */
bool visit_fits(const struct call *call, const char *path);
int visit_page(struct call *call, struct fault *why);
