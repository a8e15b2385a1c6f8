#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * rules -- what a CAP file or a feed can be refused for: each with its code and its words.
 *
 * A code is stable: scripts and other centres may rely on it. What stands in
 * the OASIS schema (CAP 1.2, 3.4) and what only its prose says (3.2) are kept
 * apart, for a file may be right by the one and wrong by the other.
 */
enum stage {
	STAGE_READ,    /* we do not take it, whatever it says: limits, DTD, encoding */
	STAGE_FORM,    /* it is no well-formed XML */
	STAGE_SCHEMA,  /* the OASIS schema refuses it */
	STAGE_RULE,    /* the prose of the standard refuses it */
	STAGE_PROFILE, /* it breaks the profile that it says it follows */
	STAGE_ADVICE,  /* it is taken; better said otherwise */
	STAGE__COUNT,
};

enum rule {
	RULE_SIZE,
	RULE_DEPTH,
	RULE_ELEMENTS,
	RULE_ATTRIBUTES,
	RULE_NAMESPACES,
	RULE_DOCTYPE,
	RULE_ENCODING,
	RULE_NAMESPACE,
	RULE_XSI_TYPE,
	RULE_OTHER_VERSION,
	RULE_NOT_CAP,
	RULE_NOT_FEED,
	RULE_NUL,
	RULE_BYTES,
	RULE_MALFORMED,
	RULE_UNEXPECTED,
	RULE_MISSING,
	RULE_ATTRIBUTE,
	RULE_TEXT_BETWEEN,
	RULE_CHILD,
	RULE_ENUMERATION,
	RULE_DATE_TIME,
	RULE_LANGUAGE,
	RULE_URI,
	RULE_INTEGER,
	RULE_DECIMAL,
	RULE_SIGNATURE_PLACE,
	RULE_EMPTY,
	RULE_WORD_CHARACTERS,
	RULE_REFERENCES_MISSING,
	RULE_REFERENCES_FORM,
	RULE_REFERENCES_SELF,
	RULE_EXPIRES_EARLY,
	RULE_RESTRICTION_SCOPE,
	RULE_ADDRESSES_MISSING,
	RULE_QUOTES,
	RULE_POLYGON_PAIRS,
	RULE_POLYGON_OPEN,
	RULE_COORDINATE,
	RULE_CIRCLE_FORM,
	RULE_CEILING_ALONE,
	RULE_CEILING_LOW,
	RULE_URI_RELATIVE,
	RULE_SIZE_NEGATIVE,
	RULE_DEREF_FORM,
	RULE_SIZE_DIFFERS,
	RULE_DIGEST_FORM,
	RULE_DIGEST_DIFFERS,
	RULE_PROFILE_IDENTIFIER,
	RULE_PROFILE_LANGUAGES,
	RULE_PROFILE_CATEGORY,
	RULE_PROFILE_EVENT_CODE,
	RULE_PROFILE_PARAMETER,
	RULE_PROFILE_EXPIRES,
	RULE_PROFILE_GEOCODE,
	RULE_PROFILE_NOTE,
	RULE_FEED_ONCE,
	RULE_FEED_AUTHOR,
	RULE_FEED_LINK,
	RULE_FEED_TIME,
	RULE_FEED_ELEMENT,
	RULE_FEED_SAME_ID,
	RULE_ADVICE_EXPIRES,
	RULE_ADVICE_RESTRICTION,
	RULE_ADVICE_ADDRESSES,
	RULE_ADVICE_LANGUAGE,
	RULE_ADVICE_SAME_TEXT,
	RULE_ADVICE_MARKUP,
	RULE_ADVICE_INFO,
	RULE_ADVICE_NOTE,
	RULE_ADVICE_CROSSING,
	RULE_ADVICE_VERSION,
	RULE__COUNT,
};

const char *rule_code(enum rule rule); /* "references-self" */
const char *rule_en(enum rule rule);
const char *rule_zh(enum rule rule);
enum stage rule_stage(enum rule rule);
const char *rule_stage_name(enum stage stage); /* "schema" */

enum { FINDINGS_MOST = 64, FINDING_TEXT = 96 };

struct finding {
	enum rule rule;
	unsigned line;              /* 1..; 0: the file as a whole */
	char element[FINDING_TEXT]; /* "info.expires"; "" for the file as a whole */
	char what[FINDING_TEXT];    /* the value, or what was expected; may be empty */
};

/* What was found in one file; those beyond FINDINGS_MOST are counted only. */
struct findings {
	struct finding at[FINDINGS_MOST];
	size_t count;   /* kept */
	size_t beyond;  /* not kept */
	size_t refused; /* how many of all refuse the file: everything but advice */
};

/* Strings are cut to fit, at the end of a character. */
void finding_add(struct findings *found, enum rule rule, unsigned line, const char *element,
		 const char *what);
/* The first that refuses it; NULL: it is taken. */
const struct finding *findings_first(const struct findings *found);
/* Does something of this stage stand against it? */
bool findings_of(const struct findings *found, enum stage stage);
