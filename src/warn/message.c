#include "warn/message.h"

#include <string.h>

#include "base/utf8.h"
#include "warn/schema.h"

/* ---- from the file ------------------------------------------------------------- */

static size_t count_of(const struct node *parent, const char *name)
{
	size_t count = 0;

	for (const struct node *n = node_child(parent, name); n; n = node_again(n))
		count++;
	return count;
}

static struct cap_words words_of(const struct node *parent, const char *name, struct arena *mem)
{
	const char **at = arena_many(mem, count_of(parent, name) + 1, sizeof(*at));
	size_t count = 0;

	for (const struct node *n = node_child(parent, name); n; n = node_again(n))
		at[count++] = n->text;
	return (struct cap_words){ .at = at, .count = count };
}

static struct cap_pairs pairs_of(const struct node *parent, const char *name, struct arena *mem)
{
	struct cap_pair *at = arena_many(mem, count_of(parent, name) + 1, sizeof(*at));
	size_t count = 0;

	for (const struct node *n = node_child(parent, name); n; n = node_again(n))
		at[count++] = (struct cap_pair){ node_text(n, "valueName"), node_text(n, "value") };
	return (struct cap_pairs){ .at = at, .count = count };
}

static void take_resources(const struct node *info, struct cap_info *out, struct arena *mem)
{
	struct cap_resource *at = arena_many(mem, count_of(info, "resource") + 1, sizeof(*at));

	for (const struct node *n = node_child(info, "resource"); n; n = node_again(n))
		at[out->resource_count++] = (struct cap_resource){
			.description = node_text(n, "resourceDesc"),
			.type = node_text(n, "mimeType"),
			.size = node_text(n, "size"),
			.uri = node_text(n, "uri"),
			.deref_uri = node_text(n, "derefUri"),
			.digest = node_text(n, "digest"),
		};
	out->resources = at;
}

static void take_areas(const struct node *info, struct cap_info *out, struct arena *mem)
{
	struct cap_area *at = arena_many(mem, count_of(info, "area") + 1, sizeof(*at));

	for (const struct node *n = node_child(info, "area"); n; n = node_again(n))
		at[out->area_count++] = (struct cap_area){
			.description = node_text(n, "areaDesc"),
			.polygons = words_of(n, "polygon", mem),
			.circles = words_of(n, "circle", mem),
			.geocodes = pairs_of(n, "geocode", mem),
			.altitude = node_text(n, "altitude"),
			.ceiling = node_text(n, "ceiling"),
		};
	out->areas = at;
}

static struct cap_info info_of(const struct node *info, struct arena *mem)
{
	struct cap_info out = {
		.language = node_text(info, "language"),
		.categories = words_of(info, "category", mem),
		.event = node_text(info, "event"),
		.responses = words_of(info, "responseType", mem),
		.urgency = node_text(info, "urgency"),
		.severity = node_text(info, "severity"),
		.certainty = node_text(info, "certainty"),
		.audience = node_text(info, "audience"),
		.event_codes = pairs_of(info, "eventCode", mem),
		.effective = node_text(info, "effective"),
		.onset = node_text(info, "onset"),
		.expires = node_text(info, "expires"),
		.sender_name = node_text(info, "senderName"),
		.headline = node_text(info, "headline"),
		.description = node_text(info, "description"),
		.instruction = node_text(info, "instruction"),
		.web = node_text(info, "web"),
		.contact = node_text(info, "contact"),
		.parameters = pairs_of(info, "parameter", mem),
	};

	take_resources(info, &out, mem);
	take_areas(info, &out, mem);
	return out;
}

const struct cap_message *message_of(const struct node *alert, struct arena *mem)
{
	struct cap_message *out = arena_take(mem, sizeof(*out));
	struct cap_info *infos = arena_many(mem, count_of(alert, "info") + 1, sizeof(*infos));

	*out = (struct cap_message){
		.identifier = node_text(alert, "identifier"),
		.sender = node_text(alert, "sender"),
		.sent = node_text(alert, "sent"),
		.status = node_text(alert, "status"),
		.type = node_text(alert, "msgType"),
		.source = node_text(alert, "source"),
		.scope = node_text(alert, "scope"),
		.restriction = node_text(alert, "restriction"),
		.addresses = node_text(alert, "addresses"),
		.codes = words_of(alert, "code", mem),
		.note = node_text(alert, "note"),
		.references = node_text(alert, "references"),
		.incidents = node_text(alert, "incidents"),
		.infos = infos,
	};
	for (const struct node *n = node_child(alert, "info"); n; n = node_again(n))
		infos[out->info_count++] = info_of(n, mem);
	return out;
}

const char *pairs_value(const struct cap_pairs *pairs, const char *name)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (!strcmp(pairs->at[i].name, name))
			return pairs->at[i].value;
	return NULL;
}

/* ---- into a file --------------------------------------------------------------- */

/* What a reader would change or not take is written as a reference, or left out. */
static void put_character(struct buf *out, const char *at, size_t len, bool quoted)
{
	const unsigned char c = (unsigned char)*at;

	if (c == '<' || c == '&' || c == '>')
		buf_text(out, c == '<' ? "&lt;" : c == '&' ? "&amp;" : "&gt;");
	else if (c == '\r')
		buf_text(out, "&#13;");
	else if (quoted && (c == '"' || c == '\t' || c == '\n'))
		buf_format(out, "&#%d;", c);
	else if (c >= ' ' || c == '\t' || c == '\n')
		buf_put(out, at, len);
}

static bool of_xml(uint32_t c) { return c != 0xfffe && c != 0xffff; }

void xml_text(struct buf *out, const char *text, bool quoted)
{
	const char *end = text + strlen(text);

	while (text < end) {
		const char *at = text;
		const uint32_t c = utf8_next(&text, end);
		char replaced[4];

		if (c == 0xfffd)
			buf_put(out, replaced, utf8_put(c, replaced));
		else if (of_xml(c))
			put_character(out, at, (size_t)(text - at), quoted);
	}
}

static void put(struct buf *out, int depth, const char *name, const char *text)
{
	if (!text)
		return;
	buf_format(out, "%*s<%s>", depth * 2, "", name);
	xml_text(out, text, false);
	buf_format(out, "</%s>\n", name);
}

static void put_words(struct buf *out, int depth, const char *name, const struct cap_words *words)
{
	for (size_t i = 0; i < words->count; i++)
		put(out, depth, name, words->at[i]);
}

static void put_pairs(struct buf *out, int depth, const char *name, const struct cap_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		buf_format(out, "%*s<%s>\n", depth * 2, "", name);
		put(out, depth + 1, "valueName", pairs->at[i].name);
		put(out, depth + 1, "value", pairs->at[i].value);
		buf_format(out, "%*s</%s>\n", depth * 2, "", name);
	}
}

static void put_resource(struct buf *out, const struct cap_resource *r)
{
	buf_text(out, "    <resource>\n");
	put(out, 3, "resourceDesc", r->description);
	put(out, 3, "mimeType", r->type);
	put(out, 3, "size", r->size);
	put(out, 3, "uri", r->uri);
	put(out, 3, "derefUri", r->deref_uri);
	put(out, 3, "digest", r->digest);
	buf_text(out, "    </resource>\n");
}

static void put_area(struct buf *out, const struct cap_area *a)
{
	buf_text(out, "    <area>\n");
	put(out, 3, "areaDesc", a->description);
	put_words(out, 3, "polygon", &a->polygons);
	put_words(out, 3, "circle", &a->circles);
	put_pairs(out, 3, "geocode", &a->geocodes);
	put(out, 3, "altitude", a->altitude);
	put(out, 3, "ceiling", a->ceiling);
	buf_text(out, "    </area>\n");
}

static void put_info(struct buf *out, const struct cap_info *i)
{
	buf_text(out, "  <info>\n");
	put(out, 2, "language", i->language);
	put_words(out, 2, "category", &i->categories);
	put(out, 2, "event", i->event);
	put_words(out, 2, "responseType", &i->responses);
	put(out, 2, "urgency", i->urgency);
	put(out, 2, "severity", i->severity);
	put(out, 2, "certainty", i->certainty);
	put(out, 2, "audience", i->audience);
	put_pairs(out, 2, "eventCode", &i->event_codes);
	put(out, 2, "effective", i->effective);
	put(out, 2, "onset", i->onset);
	put(out, 2, "expires", i->expires);
	put(out, 2, "senderName", i->sender_name);
	put(out, 2, "headline", i->headline);
	put(out, 2, "description", i->description);
	put(out, 2, "instruction", i->instruction);
	put(out, 2, "web", i->web);
	put(out, 2, "contact", i->contact);
	put_pairs(out, 2, "parameter", &i->parameters);
	for (size_t k = 0; k < i->resource_count; k++)
		put_resource(out, &i->resources[k]);
	for (size_t k = 0; k < i->area_count; k++)
		put_area(out, &i->areas[k]);
	buf_text(out, "  </info>\n");
}

void message_write(const struct cap_message *m, struct buf *out)
{
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert xmlns=\"" CAP_SPACE "\">\n");
	put(out, 1, "identifier", m->identifier);
	put(out, 1, "sender", m->sender);
	put(out, 1, "sent", m->sent);
	put(out, 1, "status", m->status);
	put(out, 1, "msgType", m->type);
	put(out, 1, "source", m->source);
	put(out, 1, "scope", m->scope);
	put(out, 1, "restriction", m->restriction);
	put(out, 1, "addresses", m->addresses);
	put_words(out, 1, "code", &m->codes);
	put(out, 1, "note", m->note);
	put(out, 1, "references", m->references);
	put(out, 1, "incidents", m->incidents);
	for (size_t i = 0; i < m->info_count; i++)
		put_info(out, &m->infos[i]);
	buf_text(out, "</alert>\n");
}
