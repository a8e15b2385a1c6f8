#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "action/action_private.h"
#include "base/stamp.h"

/*
 * small -- a small house for tests: the default plan pack, records put straight into it.
 *
 * What is made here does not ask the plan: a record stands in whatever state
 * the test wants, so that one guard or one effect can be looked at alone.
 */
struct small {
	struct house *house;
	char folder[64];
};

/* Every house begins at this moment, a Friday. */
#define SMALL_START 1772784000000000LL /* 2026-03-06T08:00:00Z */

void small_open(struct small *small, const struct store_driver *driver);
void small_close(struct small *small);

/* A record with this body (JSON, formatted); gives its id. */
int64_t small_make(struct small *small, const char *kind, const char *body, ...)
	__attribute__((format(printf, 3, 4)));
/* Put it into a state, past every guard. */
void small_state(struct small *small, int64_t id, const char *region, const char *state);
/* A number that the store tells. */
int64_t small_count(struct small *small, const char *sql);

/* A literal list of names. */
#define NAMES(...)                                                                                           \
	{                                                                                                    \
		(const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)    \
	}
