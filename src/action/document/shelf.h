#pragma once

#include "archive/package.h"
#include "action/document/making.h"

/*
 * shelf -- the documents that go into the archive package of a case.
 *
 * Of each record in it, every document that the plan archives, in both
 * languages: as it was kept when it was approved or sent, else as it is now.
 */
enum { SHELF_MOST = 2000 };

int shelf_fill(struct deed *deed, const int64_t *ids, size_t count, struct package_plan *plan,
	       struct fault *why);
