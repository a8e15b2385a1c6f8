#include "warn/schema.h"

#include <string.h>

#include <libxml/uri.h>

#include "warn/moment.h"

enum type { STRING, CHOICE, TIME, LANGUAGE, URI, INTEGER, DECIMAL, PARTS };

struct part {
	const char *name;
	bool must, many;
	enum type type;
	const char *const *choices; /* of a CHOICE */
	const struct part *parts;   /* of PARTS; ends without a name */
};

enum { DIGITS_MOST = 24 };

/* clang-format off */
static const char *const statuses[] = { "Actual", "Exercise", "System", "Test", "Draft", NULL };
static const char *const types[] = { "Alert", "Update", "Cancel", "Ack", "Error", NULL };
static const char *const scopes[] = { "Public", "Restricted", "Private", NULL };
static const char *const categories[] = { "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env",
	"Transport", "Infra", "CBRNE", "Other", NULL };
static const char *const responses[] = { "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess",
	"AllClear", "None", NULL };
static const char *const urgencies[] = { "Immediate", "Expected", "Future", "Past", "Unknown", NULL };
static const char *const severities[] = { "Extreme", "Severe", "Moderate", "Minor", "Unknown", NULL };
static const char *const certainties[] = { "Observed", "Likely", "Possible", "Unlikely", "Unknown", NULL };

static const struct part pair[] = {
	{ "valueName",    true,  false, STRING,   NULL, NULL },
	{ "value",        true,  false, STRING,   NULL, NULL },
	{ 0 }
};

static const struct part resource[] = {
	{ "resourceDesc", true,  false, STRING,   NULL, NULL },
	{ "mimeType",     true,  false, STRING,   NULL, NULL },
	{ "size",         false, false, INTEGER,  NULL, NULL },
	{ "uri",          false, false, URI,      NULL, NULL },
	{ "derefUri",     false, false, STRING,   NULL, NULL },
	{ "digest",       false, false, STRING,   NULL, NULL },
	{ 0 }
};

static const struct part area[] = {
	{ "areaDesc",     true,  false, STRING,   NULL, NULL },
	{ "polygon",      false, true,  STRING,   NULL, NULL },
	{ "circle",       false, true,  STRING,   NULL, NULL },
	{ "geocode",      false, true,  PARTS,    NULL, pair },
	{ "altitude",     false, false, DECIMAL,  NULL, NULL },
	{ "ceiling",      false, false, DECIMAL,  NULL, NULL },
	{ 0 }
};

static const struct part info[] = {
	{ "language",     false, false, LANGUAGE, NULL, NULL },
	{ "category",     true,  true,  CHOICE,   categories, NULL },
	{ "event",        true,  false, STRING,   NULL, NULL },
	{ "responseType", false, true,  CHOICE,   responses, NULL },
	{ "urgency",      true,  false, CHOICE,   urgencies, NULL },
	{ "severity",     true,  false, CHOICE,   severities, NULL },
	{ "certainty",    true,  false, CHOICE,   certainties, NULL },
	{ "audience",     false, false, STRING,   NULL, NULL },
	{ "eventCode",    false, true,  PARTS,    NULL, pair },
	{ "effective",    false, false, TIME,     NULL, NULL },
	{ "onset",        false, false, TIME,     NULL, NULL },
	{ "expires",      false, false, TIME,     NULL, NULL },
	{ "senderName",   false, false, STRING,   NULL, NULL },
	{ "headline",     false, false, STRING,   NULL, NULL },
	{ "description",  false, false, STRING,   NULL, NULL },
	{ "instruction",  false, false, STRING,   NULL, NULL },
	{ "web",          false, false, URI,      NULL, NULL },
	{ "contact",      false, false, STRING,   NULL, NULL },
	{ "parameter",    false, true,  PARTS,    NULL, pair },
	{ "resource",     false, true,  PARTS,    NULL, resource },
	{ "area",         false, true,  PARTS,    NULL, area },
	{ 0 }
};

static const struct part alert[] = {
	{ "identifier",   true,  false, STRING,   NULL, NULL },
	{ "sender",       true,  false, STRING,   NULL, NULL },
	{ "sent",         true,  false, TIME,     NULL, NULL },
	{ "status",       true,  false, CHOICE,   statuses, NULL },
	{ "msgType",      true,  false, CHOICE,   types, NULL },
	{ "source",       false, false, STRING,   NULL, NULL },
	{ "scope",        true,  false, CHOICE,   scopes, NULL },
	{ "restriction",  false, false, STRING,   NULL, NULL },
	{ "addresses",    false, false, STRING,   NULL, NULL },
	{ "code",         false, true,  STRING,   NULL, NULL },
	{ "note",         false, false, STRING,   NULL, NULL },
	{ "references",   false, false, STRING,   NULL, NULL },
	{ "incidents",    false, false, STRING,   NULL, NULL },
	{ "info",         false, true,  PARTS,    NULL, info },
	{ 0 }
};

/* What the schema declares for itself: such an element is checked also inside a signature. */
static const struct part globals[] = {
	{ "alert",        true,  false, PARTS,    NULL, alert },
	{ "valueName",    true,  false, STRING,   NULL, NULL },
	{ "value",        true,  false, STRING,   NULL, NULL },
	{ 0 }
};
/* clang-format on */

struct check {
	struct arena *mem;
	struct findings *found;
};

static void say(struct check *c, enum rule rule, const struct node *node, const char *what)
{
	finding_add(c->found, rule, node->line, node_path(node, c->mem), what);
}

/* ---- values ------------------------------------------------------------------- */

static bool digit(char c) { return c >= '0' && c <= '9'; }
static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool chosen(const char *text, const char *const *choices)
{
	for (; *choices; choices++)
		if (!strcmp(text, *choices))
			return true;
	return false;
}

/* RFC 3066: parts of 1 to 8 letters, behind the first also digits. */
static bool language_good(const char *text)
{
	for (bool first = true;; first = false) {
		size_t len = 0;

		while (letter(text[len]) || (!first && digit(text[len])))
			len++;
		if (len < 1 || len > 8)
			return false;
		text += len;
		if (!*text)
			return true;
		if (*text++ != '-')
			return false;
	}
}

/* What a URI does not take as it stands it takes escaped: so the schema's type. */
bool uri_good(const char *text, struct arena *mem)
{
	char *plain = arena_copy(mem, text_collapse(text, mem));
	xmlURI *uri;

	if (!*plain)
		return true;
	for (unsigned char *at = (unsigned char *)plain; *at; at++)
		if (*at < 32 || *at >= 127 || strchr("<>\"{}|\\^` ", *at))
			*at = '_';
	uri = xmlParseURI(plain);
	xmlFreeURI(uri);
	return uri != NULL;
}

static bool number_good(const char *text, bool point)
{
	size_t before = 0, behind = 0, zeros;

	text += *text == '-' || *text == '+';
	zeros = strspn(text, "0");
	for (text += zeros; digit(*text); text++)
		before++;
	if (point && *text == '.')
		for (text++; digit(*text); text++)
			behind++;
	return !*text && zeros + before + behind > 0 && before + behind <= DIGITS_MOST;
}

static bool value_good(struct check *c, const struct part *part, const struct node *node, enum rule *rule)
{
	const char *text = node->text;
	const char *plain = text_collapse(text, c->mem);
	int64_t moment;

	switch (part->type) {
	case CHOICE:
		return *rule = RULE_ENUMERATION, chosen(text, part->choices);
	case TIME:
		return *rule = RULE_DATE_TIME, moment_read(text, &moment);
	/* An empty one is the schema's default, en-US; libxml2 holds an empty CDATA for a value. */
	case LANGUAGE:
		return *rule = RULE_LANGUAGE, (!*text && !node->stray) || language_good(plain);
	case URI:
		return *rule = RULE_URI, uri_good(text, c->mem);
	case INTEGER:
		return *rule = RULE_INTEGER, number_good(plain, false);
	case DECIMAL:
		return *rule = RULE_DECIMAL, number_good(plain, true);
	default:
		return true;
	}
}

/* ---- elements ----------------------------------------------------------------- */

static void check_node(struct check *c, const struct node *node, const struct part *part);

/* Where a schema lies is a hint that nobody follows; everything else is refused. */
static void check_attributes(struct check *c, const struct node *node)
{
	for (const struct attribute *a = node->attributes; a; a = a->next)
		if (strcmp(a->space, "http://www.w3.org/2001/XMLSchema-instance") ||
		    (strcmp(a->name, "schemaLocation") && strcmp(a->name, "noNamespaceSchemaLocation")))
			say(c, RULE_ATTRIBUTE, node, a->name);
}

static void check_value(struct check *c, const struct node *node, const struct part *part)
{
	enum rule rule = RULE_ENUMERATION;

	if (node->first)
		say(c, RULE_CHILD, node, node->first->name);
	else if (!value_good(c, part, node, &rule))
		say(c, rule, node, node->text);
}

static const struct part *part_named(const struct part *parts, const struct node *node)
{
	if (strcmp(node->space, CAP_SPACE))
		return NULL;
	for (; parts->name; parts++)
		if (!strcmp(parts->name, node->name))
			return parts;
	return NULL;
}

/* Inside a signature anything may stand; what the schema knows is checked all the same. */
static void check_lax(struct check *c, const struct node *node)
{
	const struct part *part = part_named(globals, node);

	if (part) {
		check_node(c, node, part);
		return;
	}
	for (const struct node *child = node->first; child; child = child->next)
		check_lax(c, child);
}

static bool comes_later(const struct node *node, const char *name)
{
	for (; node; node = node->next)
		if (node_is(node, CAP_SPACE, name))
			return true;
	return false;
}

/* Those that must stand between `from` and `to` and do not. True: one of them
 * stands further down, so that it is the order that is wrong. */
static bool check_passed(struct check *c, const struct node *parent, const struct node *child,
			 const struct part *from, const struct part *to, bool had)
{
	bool order = false;

	for (const struct part *part = from; part != to; part++) {
		if (!part->must || (part == from && had))
			continue;
		if (child && comes_later(child, part->name))
			order = true;
		else
			finding_add(c->found, RULE_MISSING, child ? child->line : parent->line,
				    node_path(parent, c->mem), part->name);
	}
	return order;
}

struct place {
	const struct part *part; /* the last that was seen, or the first */
	bool had;                /* it was */
	bool signatures;         /* only these may come now */
};

static void check_child(struct check *c, const struct node *child, const struct part *parts,
			struct place *place)
{
	const struct part *part = part_named(parts, child);
	const bool signature = parts == alert && !strcmp(child->space, DSIG_SPACE);

	if (signature) {
		place->signatures = true;
		check_lax(c, child);
	} else if (part && place->signatures && part->many && part >= place->part) {
		say(c, RULE_SIGNATURE_PLACE, child, child->name);
		check_node(c, child, part);
	} else if (!part || place->signatures || part < place->part ||
		   (part == place->part && place->had && !part->many)) {
		say(c, RULE_UNEXPECTED, child, child->name);
	} else {
		if (check_passed(c, child->parent, child, place->part, part, place->had))
			say(c, RULE_UNEXPECTED, child, child->name);
		*place = (struct place){ .part = part, .had = true };
		check_node(c, child, part);
	}
}

static void check_parts(struct check *c, const struct node *node, const struct part *parts)
{
	struct place place = { .part = parts };
	const struct part *end = parts;

	while (end->name)
		end++;
	for (const struct node *child = node->first; child; child = child->next)
		check_child(c, child, parts, &place);
	check_passed(c, node, NULL, place.part, end, place.had);
	if (node->stray)
		say(c, RULE_TEXT_BETWEEN, node, text_collapse(node->text, c->mem));
}

static void check_node(struct check *c, const struct node *node, const struct part *part)
{
	check_attributes(c, node);
	if (part->type == PARTS)
		check_parts(c, node, part->parts);
	else
		check_value(c, node, part);
}

void schema_check(const struct node *root, struct arena *mem, struct findings *found)
{
	struct check c = { .mem = mem, .found = found };

	check_node(&c, root, globals);
}
