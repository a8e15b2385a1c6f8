#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * letter -- what is said to everybody who is told of one act, kept once.
 *
 * Made while the act is carried out, in both languages, from the forms of the
 * plan; it leaves as it was then, however often and whenever it is sent. Each
 * message of the outbox refers to one.
 */
struct deed;
struct effect_use;
struct letter;
struct object;

/* The letter of this act about `about`. `form` names a text of the plan; NULL:
 * the one called KIND_STATE by the state that `about` now has, or KIND where the
 * record is new or is being delivered, else a line that says what happened. The
 * same letter for the same form; lives as long as the deed. */
struct letter *letter_about(struct deed *deed, struct object *about, const char *form);
struct letter *letter_delivered(struct deed *deed, struct object *about, const char *form);
/* What such a letter would say now, {"zh","en"}; nothing is kept. NULL where the
 * plan has no form of this name. */
json_t *letter_draft(struct deed *deed, struct object *about, const char *form);
int64_t letter_id(const struct letter *letter);

enum { LETTER_FILES = 8 };
/* Enclose a file of this data folder: `digest` in hex, `name` as its receiver
 * sees it, `type` such as "application/cap+xml". Before the deed is written.
 * FAULT_LIMIT beyond LETTER_FILES. Twice the same is once. */
int letter_attach(struct letter *letter, const char *digest, const char *name, const char *type,
		  struct fault *why);
