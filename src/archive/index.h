#pragma once

#include "archive/package.h"
#include "base/buf.h"

/*
 * index -- the pages of a package that a person opens first.
 */

/* What is in the package, as one page of HTML in `lang` (zh, en). */
void index_page(struct buf *out, const struct package_plan *plan, const char *lang);

/* The page that a person opens first: which language, and the documents in both. */
void index_front(struct buf *out, const struct package_plan *plan);

/* A page that checks the package in a browser, also from a disk without a network. */
void index_verifier(struct buf *out);
