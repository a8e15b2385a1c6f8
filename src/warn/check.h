#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "warn/rules.h"
#include "warn/xml.h"

/*
 * check -- may this be taken for a CAP 1.2 message? By the schema, and by what the schema cannot say.
 *
 * Where the schema refuses, the rules of the prose are not asked: they would
 * speak of elements that are not what they seem.
 */
#define CAP_PROFILE "profile:CSIRT-CN-CYBER:1.0"

/* The document element; NULL where the bytes are no alert of CAP 1.2 at all.
 * It is taken when found->refused is 0. Lives in `mem`. */
const struct node *check_message(const char *bytes, size_t len, struct arena *mem, struct findings *found);

/* The same of an alert that stands in another document: schema, rules, profile. */
void check_alert(const struct node *alert, struct arena *mem, struct findings *found);
/* Is it an alert of CAP 1.0 or 1.1? */
bool check_other_version(const struct node *node);

/* check_rules.c, check_profile.c: what check_message calls, of an alert that the schema takes. */
void check_rules(const struct node *alert, struct arena *mem, struct findings *found);
void check_profile(const struct node *alert, struct arena *mem, struct findings *found);

/* A group "sender,identifier,sent" of references. */
struct reference {
	const char *sender, *identifier, *sent;
	int64_t sent_at;
};
/* The next group behind *at, which moves past it. 1, 0 at the end, -1: it is none. In `mem`. */
int reference_next(const char **at, struct arena *mem, struct reference *out);
