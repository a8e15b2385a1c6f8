#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "seal/base64.h"
#include "seal/hex.h"
#include "warn/check.h"
#include "warn/moment.h"

/*
 * check_rules -- what the prose of CAP 1.2 (3.2) asks and its schema cannot.
 */
enum { SHA1_LEN = 20, CROSSING_MOST = 500, COMPARED_MOST = 64 };

struct rules {
	const struct node *alert;
	struct arena *mem;
	struct findings *found;
	int64_t sent;
};

static void say(struct rules *r, enum rule rule, const struct node *node, const char *what)
{
	finding_add(r->found, rule, node->line, node_path(node, r->mem), what);
}

static const char *said(const struct rules *r, const char *name)
{
	const char *text = node_text(r->alert, name);

	return text ? text : "";
}

/* ---- the envelope ------------------------------------------------------------------ */

static void check_words(struct rules *r)
{
	static const char *const names[] = { "identifier", "sender" };

	for (size_t i = 0; i < 2; i++) {
		const struct node *node = node_child(r->alert, names[i]);

		if (!*node->text)
			say(r, RULE_EMPTY, node, "");
		else if (node->text[strcspn(node->text, " \t\r\n,<&")])
			say(r, RULE_WORD_CHARACTERS, node, node->text);
	}
}

static bool one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(word, *words))
			return true;
	return false;
}

/* One group says which message; false where the groups end. */
static bool check_reference(struct rules *r, const struct node *node, const char **at, bool *any)
{
	const char *from = *at;
	struct reference ref;
	const int got = reference_next(at, r->mem, &ref);

	if (!got)
		return false;
	*any = true;
	if (got < 0)
		say(r, RULE_REFERENCES_FORM, node,
		    text_collapse(arena_copy_bytes(r->mem, from, (size_t)(*at - from)), r->mem));
	else if (!strcmp(ref.identifier, said(r, "identifier")) && !strcmp(ref.sender, said(r, "sender")))
		say(r, RULE_REFERENCES_SELF, node, ref.identifier);
	return true;
}

static void check_references(struct rules *r)
{
	static const char *const needing[] = { "Update", "Cancel", "Ack", "Error", NULL };
	const struct node *node = node_child(r->alert, "references");
	const char *at = node ? node->text : "";
	bool any = false;

	while (check_reference(r, node, &at, &any))
		;
	if (!any && one_of(said(r, "msgType"), needing))
		say(r, RULE_REFERENCES_MISSING, node ? node : node_child(r->alert, "msgType"),
		    said(r, "msgType"));
	else if (node && !any)
		say(r, RULE_REFERENCES_FORM, node, "");
}

static void check_quotes(struct rules *r, const char *name)
{
	const struct node *node = node_child(r->alert, name);
	size_t count = 0;

	for (const char *at = node ? node->text : ""; *at; at++)
		count += *at == '"';
	if (count % 2)
		say(r, RULE_QUOTES, node, node->text);
}

static void check_scope(struct rules *r)
{
	const struct node *scope = node_child(r->alert, "scope");
	const struct node *restriction = node_child(r->alert, "restriction");
	const struct node *addresses = node_child(r->alert, "addresses");
	const bool restricted = !strcmp(scope->text, "Restricted");

	/* Agencies send empty ones: those say nothing. */
	if (restriction && !text_blank(restriction->text) && !restricted)
		say(r, RULE_RESTRICTION_SCOPE, restriction, scope->text);
	if (restricted && (!restriction || text_blank(restriction->text)))
		say(r, RULE_ADVICE_RESTRICTION, restriction ? restriction : scope, "");
	if (!strcmp(scope->text, "Private") && (!addresses || text_blank(addresses->text)))
		say(r, RULE_ADDRESSES_MISSING, addresses ? addresses : scope, "");
	else if (addresses && text_blank(addresses->text))
		say(r, RULE_ADVICE_ADDRESSES, addresses, "");
	check_quotes(r, "addresses");
	check_quotes(r, "incidents");
}

static void check_note(struct rules *r)
{
	const char *note = said(r, "note");

	if (text_blank(note) &&
	    (!strcmp(said(r, "status"), "Exercise") || !strcmp(said(r, "msgType"), "Error")))
		say(r, RULE_ADVICE_NOTE, node_child(r->alert, "status"), "");
	if (!strcmp(said(r, "msgType"), "Alert") && !node_child(r->alert, "info"))
		say(r, RULE_ADVICE_INFO, r->alert, "");
}

/* ---- info ---------------------------------------------------------------------------- */

static int64_t moment_of(const struct node *info, const char *name, int64_t otherwise)
{
	const char *text = node_text(info, name);
	int64_t moment;

	return text && moment_read(text, &moment) ? moment : otherwise;
}

static void check_times(struct rules *r, const struct node *info)
{
	const struct node *expires = node_child(info, "expires");
	const int64_t effective = moment_of(info, "effective", r->sent);
	const int64_t end = moment_of(info, "expires", 0);

	if (!expires)
		say(r, RULE_ADVICE_EXPIRES, info, "");
	else if (end <= effective || end <= r->sent)
		say(r, RULE_EXPIRES_EARLY, expires, expires->text);
}

/* "<b>" or "&amp;" as somebody meant it for a browser. */
static bool has_markup(const char *text)
{
	for (const char *at = text; (at = strpbrk(at, "<&")); at++) {
		const char *name = at + 1 + (at[1] == '/');
		const size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (len && (*at == '<' ? name[len] == '>' || name[len] == '/' : name[len] == ';'))
			return true;
	}
	return false;
}

static void check_texts(struct rules *r, const struct node *info)
{
	static const char *const texts[] = { "headline", "description", "instruction" };
	const struct node *event = node_child(info, "event");
	const char *language = node_text(info, "language");

	if (text_blank(event->text))
		say(r, RULE_EMPTY, event, "");
	if (!language || !*language)
		say(r, RULE_ADVICE_LANGUAGE, info, "");
	for (size_t i = 0; i < 3; i++) {
		const struct node *node = node_child(info, texts[i]);

		if (node && has_markup(node->text))
			say(r, RULE_ADVICE_MARKUP, node, "");
	}
}

static void check_pairs(struct rules *r, const struct node *info)
{
	static const char *const lists[] = { "eventCode", "parameter", "geocode" };

	for (size_t i = 0; i < 3; i++)
		for (const struct node *n = node_child(info, lists[i]); n; n = node_again(n))
			if (text_blank(node_text(n, "valueName")))
				say(r, RULE_EMPTY, node_child(n, "valueName"), "");
}

/* With a scheme: "http://…", "geo:…". */
static bool absolute(const char *uri)
{
	const size_t len = strspn(uri, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

	return len && uri[len] == ':';
}

static void check_web(struct rules *r, const struct node *info)
{
	const struct node *web = node_child(info, "web");

	if (web && !text_blank(web->text) && !absolute(text_collapse(web->text, r->mem)))
		say(r, RULE_URI_RELATIVE, web, web->text);
}

/* ---- resources -------------------------------------------------------------------------- */

static void check_enclosed(struct rules *r, const struct node *resource, const unsigned char *bytes,
			   size_t len)
{
	const struct node *size = node_child(resource, "size"), *digest = node_child(resource, "digest");
	unsigned char sha1[EVP_MAX_MD_SIZE], expected[SHA1_LEN];
	char *hex;

	if (size && strtoull(text_collapse(size->text, r->mem), NULL, 10) != len)
		say(r, RULE_SIZE_DIFFERS, size, size->text);
	if (!digest)
		return;
	hex = arena_copy(r->mem, text_collapse(digest->text, r->mem));
	for (char *at = hex; *at; at++)
		*at = (char)(*at >= 'A' && *at <= 'F' ? *at + 'a' - 'A' : *at);
	if (strlen(hex) == 2 * SHA1_LEN && hex_read(hex, SHA1_LEN, expected) &&
	    EVP_Digest(bytes, len, sha1, NULL, EVP_sha1(), NULL) == 1 &&
	    memcmp(sha1, expected, SHA1_LEN) != 0)
		say(r, RULE_DIGEST_DIFFERS, digest, digest->text);
}

static void check_deref(struct rules *r, const struct node *resource, const struct node *deref)
{
	char *text = arena_take(r->mem, strlen(deref->text) + 1);
	size_t len = 0, got;
	unsigned char *bytes;

	for (const char *at = deref->text; *at; at++)
		if (!strchr(" \t\r\n", *at))
			text[len++] = *at;
	bytes = arena_take(r->mem, len + 1);
	if (!len || !base64_read(text, len, bytes, len, &got))
		say(r, RULE_DEREF_FORM, deref, "");
	else
		check_enclosed(r, resource, bytes, got);
}

static void check_digest(struct rules *r, const struct node *digest)
{
	const char *text = text_collapse(digest->text, r->mem);

	if (strlen(text) != 2 * SHA1_LEN || strspn(text, "0123456789abcdefABCDEF") != 2 * SHA1_LEN)
		say(r, RULE_DIGEST_FORM, digest, text);
}

static void check_resource(struct rules *r, const struct node *resource)
{
	const struct node *size = node_child(resource, "size"), *deref = node_child(resource, "derefUri");
	const struct node *uri = node_child(resource, "uri"), *digest = node_child(resource, "digest");
	const struct node *type = node_child(resource, "mimeType");

	if (text_blank(type->text))
		say(r, RULE_EMPTY, type, "");
	if (size && strchr(size->text, '-') &&
	    strspn(text_collapse(size->text, r->mem), "-0") < strlen(text_collapse(size->text, r->mem)))
		say(r, RULE_SIZE_NEGATIVE, size, size->text);
	/* Relative it names what is enclosed. */
	if (uri && !deref && !absolute(text_collapse(uri->text, r->mem)))
		say(r, RULE_URI_RELATIVE, uri, uri->text);
	if (digest)
		check_digest(r, digest);
	if (deref)
		check_deref(r, resource, deref);
}

/* ---- areas --------------------------------------------------------------------------------- */

struct pair {
	double lat, lon;
};

static bool degrees(const char *text, char **end, double most, double *out)
{
	if (!strchr("+-.0123456789", *text) || !*text ||
	    strspn(text, "+-.0123456789") != strcspn(text, ", \t\r\n"))
		return false;
	*out = strtod(text, end);
	return *end != text && fabs(*out) <= most;
}

/* "lat,lon" at *at, which moves past it; `good` is false where it is none. False at the end. */
static bool pair_next(const char **at, struct pair *out, bool *good)
{
	const char *text = *at + strspn(*at, " \t\r\n");
	const size_t len = strcspn(text, " \t\r\n");
	char *end = NULL;

	*at = text + len;
	if (!len)
		return false;
	*good = degrees(text, &end, 90, &out->lat) && *end == ',' && degrees(end + 1, &end, 180, &out->lon) &&
		end == text + len;
	return true;
}

static double side(const struct pair *a, const struct pair *b, const struct pair *c)
{
	return (b->lat - a->lat) * (c->lon - a->lon) - (b->lon - a->lon) * (c->lat - a->lat);
}

static bool crosses(const struct pair *a, const struct pair *b)
{
	return side(a, a + 1, b) * side(a, a + 1, b + 1) < 0 && side(b, b + 1, a) * side(b, b + 1, a + 1) < 0;
}

/* Only small ones: it costs the square of the pairs. */
static bool crosses_itself(const struct pair *at, size_t count)
{
	for (size_t i = 0; count <= CROSSING_MOST && i + 1 < count; i++)
		for (size_t k = i + 2; k + 1 < count; k++)
			if (crosses(&at[i], &at[k]))
				return true;
	return false;
}

static void check_polygon(struct rules *r, const struct node *node)
{
	struct pair *at = arena_many(r->mem, strlen(node->text) / 4 + 1, sizeof(*at)), pair;
	const char *text = node->text;
	size_t count = 0;
	bool good;

	while (pair_next(&text, &pair, &good)) {
		if (!good) {
			say(r, RULE_COORDINATE, node, text_collapse(node->text, r->mem));
			return;
		}
		at[count++] = pair;
	}
	if (count < 4)
		say(r, RULE_POLYGON_PAIRS, node, text_collapse(node->text, r->mem));
	if (count && (at[0].lat != at[count - 1].lat || at[0].lon != at[count - 1].lon))
		say(r, RULE_POLYGON_OPEN, node, "");
	else if (crosses_itself(at, count))
		say(r, RULE_ADVICE_CROSSING, node, "");
}

static void check_circle(struct rules *r, const struct node *node)
{
	const char *at = text_collapse(node->text, r->mem);
	struct pair centre;
	char *end = NULL;
	double radius;
	bool good = false;

	if (!pair_next(&at, &centre, &good) || *at != ' ' || !at[1] ||
	    strspn(at + 1, ".0123456789") != strlen(at + 1))
		say(r, RULE_CIRCLE_FORM, node, node->text);
	else if (!good)
		say(r, RULE_COORDINATE, node, node->text);
	else if (radius = strtod(at + 1, &end), *end || end == at + 1 || !isfinite(radius))
		say(r, RULE_CIRCLE_FORM, node, node->text);
}

static void check_area(struct rules *r, const struct node *area)
{
	const struct node *altitude = node_child(area, "altitude"), *ceiling = node_child(area, "ceiling");

	if (text_blank(node_text(area, "areaDesc")))
		say(r, RULE_EMPTY, node_child(area, "areaDesc"), "");
	for (const struct node *n = node_child(area, "polygon"); n; n = node_again(n))
		check_polygon(r, n);
	for (const struct node *n = node_child(area, "circle"); n; n = node_again(n))
		check_circle(r, n);
	check_pairs(r, area);
	if (ceiling && !altitude)
		say(r, RULE_CEILING_ALONE, ceiling, ceiling->text);
	else if (ceiling && strtod(text_collapse(ceiling->text, r->mem), NULL) <=
				    strtod(text_collapse(altitude->text, r->mem), NULL))
		say(r, RULE_CEILING_LOW, ceiling, ceiling->text);
}

/* ---- all of it -------------------------------------------------------------------------------- */

static const char *language_of(const struct node *info)
{
	const char *language = node_text(info, "language");

	return language && *language ? language : "en-US";
}

/* Somebody forgot to translate. */
static void check_same_text(struct rules *r, const struct node *info)
{
	const char *text = node_text(info, "description");
	size_t compared = 0;

	if (!text || text_blank(text))
		return;
	for (const struct node *n = node_again(info); n && compared++ < COMPARED_MOST; n = node_again(n)) {
		const char *other = node_text(n, "description");

		if (other && !strcmp(text, other) && strcmp(language_of(info), language_of(n)))
			say(r, RULE_ADVICE_SAME_TEXT, node_child(n, "description"), language_of(n));
	}
}

static void check_info(struct rules *r, const struct node *info)
{
	check_times(r, info);
	check_texts(r, info);
	check_same_text(r, info);
	check_pairs(r, info);
	check_web(r, info);
	for (const struct node *n = node_child(info, "resource"); n; n = node_again(n))
		check_resource(r, n);
	for (const struct node *n = node_child(info, "area"); n; n = node_again(n))
		check_area(r, n);
}

void check_rules(const struct node *alert, struct arena *mem, struct findings *found)
{
	struct rules r = { .alert = alert, .mem = mem, .found = found };

	moment_read(node_text(alert, "sent"), &r.sent);
	check_words(&r);
	check_references(&r);
	check_scope(&r);
	check_note(&r);
	for (const struct node *info = node_child(alert, "info"); info; info = node_again(info))
		check_info(&r, info);
}
