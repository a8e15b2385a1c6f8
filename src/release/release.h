#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * release -- what in a text must not leave the house.
 *
 * Made once from the names of the register and from what was declared public,
 * then asked for each text. It reads no store and no clock. A text is looked at
 * as people read it: full-width and look-alike characters, invisible ones,
 * spacing tricks, escapes, defanged and encoded forms count as what they show.
 * It finds shapes and names, never opinions: the classes are a closed list.
 */
enum release_class {
	RELEASE_ADDRESS,  /* of a network: IPv4, IPv6, a network's range */
	RELEASE_MAC,      /* of an interface */
	RELEASE_MAIL,     /* mail address */
	RELEASE_CARD,     /* bank card, by its check digit */
	RELEASE_IDENTITY, /* identity card, by its check digit */
	RELEASE_ACCOUNT,  /* account name or number, password */
	RELEASE_PHONE,    /* telephone number */
	RELEASE_PERSON,   /* person of the register */
	RELEASE_UNIT,     /* unit of the register */
	RELEASE_SYSTEM,   /* system of the register */
	RELEASE_PATH,     /* path that names a person, a share */
	RELEASE_HOST,     /* host name that means something inside only */
	RELEASE_HASH,     /* digest of a file, of a password */
	RELEASE_SECRET,   /* token, key */
	RELEASE_CASE,     /* number of a record */
	RELEASE_LONG,     /* too long to be looked at */
	RELEASE__COUNT,
};

/* What a class is called: word for programs, and for people. */
const char *release_word(enum release_class of);
const char *release_zh(enum release_class of);
const char *release_en(enum release_class of);

/* Names and words to find. `allowed` ones may leave: what lies within one of
 * them is no finding, the longer name wins. */
struct release_name {
	const char *text; /* UTF-8; borrowed while the list is made */
	enum release_class of;
	bool allowed;
};

struct release_list {
	const struct release_name *names;
	size_t name_count;
	const char *const *domains; /* whose host names are internal: "corp.example" */
	size_t domain_count;
	const char *const *numbers; /* how numbers of records begin: "INC" */
	size_t number_count;
};

enum {
	RELEASE_NAMES_MOST = 200000,
	RELEASE_NAME_MOST = 128,       /* characters; longer names are found by their beginning */
	RELEASE_TEXT_MOST = 64 * 1024, /* bytes */
	RELEASE_FINDINGS_MOST = 200,   /* of one text */
};

struct release;

/* Shorter names (one Chinese character, two Latin letters) are left out: they
 * would be found everywhere. FAULT_LIMIT for more than RELEASE_NAMES_MOST. */
int release_new(const struct release_list *list, struct release **out, struct fault *why);
void release_free(struct release *release);

struct release_finding {
	enum release_class of;
	size_t from, to;  /* characters of the text, from 0; `to` is behind the last */
	const char *what; /* as it stands there; of the arena */
};

struct release_findings {
	struct release_finding at[RELEASE_FINDINGS_MOST];
	size_t count;
	bool more; /* than are told */
};

/* What must not leave, in the order of the text. Work grows with the length of
 * the text, not with the number of names. */
void release_check(const struct release *release, const char *text, struct arena *mem,
		   struct release_findings *out);
