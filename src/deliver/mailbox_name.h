#pragma once

#include <stdbool.h>

#include "base/arena.h"

/*
 * mailbox_name -- an address of mail, taken strictly, so that nothing else rides in it.
 *
 * LOCAL@DOMAIN of RFC 5321's plain form in ASCII: no quoted local parts, no comments,
 * no address literals, no blanks, no controls. 254 bytes at most.
 */
bool mailbox_valid(const char *address);

/* The address in "Office <office@example.org>" or "office@example.org"; NULL. */
const char *mailbox_address(const char *sender, struct arena *mem);
/* What stands before it, without quotes; "" where there is nothing. */
const char *mailbox_words(const char *sender, struct arena *mem);
