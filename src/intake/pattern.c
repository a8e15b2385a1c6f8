#include <arpa/inet.h>
#include <string.h>

#include "intake/dictionary.h"
#include "intake/map_private.h"
#include "intake/moment.h"

/* pattern -- a line with holes: reading it, and fitting a text into it. */

/* clang-format off */
static const struct {
	const char *word;
	enum piece_kind kind;
} kinds[] = {
	{ "word", PIECE_WORD },     { "number", PIECE_NUMBER }, { "ip", PIECE_IP },
	{ "text", PIECE_TEXT },     { "quoted", PIECE_QUOTED }, { "uri", PIECE_URI },
	{ "clf", PIECE_CLF },       { "ctime", PIECE_CTIME },
	{ "iso", PIECE_ISO },
};
/* clang-format on */

static bool kind_of(const char *word, size_t len, enum piece_kind *out)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strlen(kinds[i].word) == len && !memcmp(kinds[i].word, word, len)) {
			*out = kinds[i].kind;
			return true;
		}
	return false;
}

/* "{name:kind}"; *p behind the '{', afterwards behind the '}'. */
static int read_piece(struct arena *mem, const char *file, const struct tree *at, const char **p,
		      const struct logsource *place, struct piece *out, struct fault *why)
{
	const char *close = strchr(*p, '}'), *colon;
	char *name;

	if (!close)
		return tree_fault(why, file, at, "'{%.20s' has no '}'", *p);
	colon = memchr(*p, ':', (size_t)(close - *p));
	if (!colon || !kind_of(colon + 1, (size_t)(close - colon - 1), &out->kind))
		return tree_fault(why, file, at,
				  "'{%.*s}' should be {name:kind} with word, number, ip, text, quoted, uri, "
				  "clf, ctime or iso as kind",
				  (int)(close - *p), *p);
	name = arena_copy_bytes(mem, *p, (size_t)(colon - *p));
	*p = close + 1;
	if (!strcmp(name, "_"))
		return 0;
	if (!dictionary_has(name))
		return tree_fault(why, file, at, "N33: '%s' is not a field of the dictionary", name);
	if (!dictionary_allows(name, place))
		return tree_fault(why, file, at, "N33: '%s' is not for logs of this log source", name);
	out->name = name;
	out->name_len = strlen(name);
	out->number = name_number(name, out->name_len);
	return 0;
}

/* One open-ended capture at most may have others behind it: the search for its
 * end stays linear. */
static int check(const char *file, const struct tree *at, const struct pattern *p, struct fault *why)
{
	size_t open = 0;

	for (size_t i = 0; i < p->count; i++) {
		bool last = i + 1 == p->count;

		if (!last && !p->pieces[i].then_len)
			return tree_fault(why, file, at, "two captures stand side by side; put text between");
		open += p->pieces[i].kind == PIECE_TEXT && !(last && !p->pieces[i].then_len);
	}
	if (open > 1)
		return tree_fault(why, file, at, "only one {...:text} may have something behind it");
	return 0;
}

int pattern_read(struct arena *mem, const char *file, const struct tree *at, const struct logsource *place,
		 struct pattern *out, struct fault *why)
{
	const char *p, *stop;
	int ret;

	if (at->kind != TREE_SCALAR || strlen(at->text) != at->len)
		return tree_fault(why, file, at, "a pattern is text without NUL");
	p = at->text;
	stop = strchrnul(p, '{');
	out->first = arena_copy_bytes(mem, p, (size_t)(stop - p));
	out->first_len = (size_t)(stop - p);
	for (p = stop; *p; p = stop) {
		struct piece *piece = &out->pieces[out->count];

		if (out->count == PATTERN_PIECES)
			return tree_fault(why, file, at, "more than %d captures", PATTERN_PIECES);
		p++;
		if ((ret = read_piece(mem, file, at, &p, place, piece, why)) < 0)
			return ret;
		stop = strchrnul(p, '{');
		piece->then = arena_copy_bytes(mem, p, (size_t)(stop - p));
		piece->then_len = (size_t)(stop - p);
		out->count++;
	}
	return check(file, at, out, why);
}

struct start pattern_start(const struct pattern *p)
{
	struct start out = { 0 };
	const size_t len = p->first_len < sizeof(out.text) ? p->first_len : sizeof(out.text);

	memcpy(&out.text, p->first, len);
	memset(&out.mask, 0xff, len);
	return out;
}

uint64_t pattern_head(const char *text, size_t len)
{
	uint64_t head = 0;

	memcpy(&head, text, len < sizeof(head) ? len : sizeof(head));
	return head;
}

static bool is_ip(const char *text, size_t len)
{
	char copy[INET6_ADDRSTRLEN + 1];
	unsigned char bytes[16];

	if (!len || len >= sizeof(copy) || memchr(text, '\0', len))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return inet_pton(AF_INET, copy, bytes) == 1 || inet_pton(AF_INET6, copy, bytes) == 1;
}

static bool is_number(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && text[i] >= '0' && text[i] <= '9')
		i++;
	return (i && i == len) || (len == 1 && *text == '-');
}

static bool suits(const struct piece *piece, const char *text, size_t len)
{
	int64_t moment;

	switch (piece->kind) {
	case PIECE_WORD:
	case PIECE_URI:
		return len && !memchr(text, ' ', len);
	case PIECE_NUMBER:
		return is_number(text, len);
	case PIECE_IP:
		return is_ip(text, len);
	case PIECE_CLF:
		return moment_clf(text, len, &moment) == len;
	case PIECE_CTIME:
		return moment_ctime(text, len, 0, &moment) == len;
	case PIECE_ISO:
		return moment_iso(text, len, 0, &moment) == len;
	default:
		return true;
	}
}

/* Does what stands behind the capture stand here? */
static bool is_here(const char *at, const char *end, const struct piece *piece)
{
	return (size_t)(end - at) >= piece->then_len && *at == *piece->then &&
	       !memcmp(at, piece->then, piece->then_len);
}

static const char *find(const char *text, const char *end, const struct piece *piece)
{
	const char *space;

	if (!piece->then_len)
		return end;
	/* All but text end at a space at the latest; looking no further keeps a
	 * long hostile line cheap. */
	if (piece->kind == PIECE_WORD || piece->kind == PIECE_NUMBER || piece->kind == PIECE_IP ||
	    piece->kind == PIECE_URI) {
		space = memchr(text, ' ', (size_t)(end - text));
		if (*piece->then == ' ')
			return space && is_here(space, end, piece) ? space : NULL;
		if (space && (size_t)(end - space) > piece->then_len)
			end = space + piece->then_len;
	}
	return memmem(text, (size_t)(end - text), piece->then, piece->then_len);
}

/* The end of a quoted capture: its quote is the first byte behind it, and one
 * after a backslash is not the end. */
static const char *find_quote(const char *text, const char *end, const struct piece *piece)
{
	for (const char *p = text; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (is_here(p, end, piece))
			return p;
	}
	return NULL;
}

struct found {
	const char *at;
	size_t len;
};

static bool fit(const struct pattern *p, size_t i, const char *text, const char *end, struct found *found);

/* From the right: what stands behind the capture must fit up to the end. */
static bool fit_text(const struct pattern *p, size_t i, const char *text, const char *end,
		     struct found *found)
{
	const struct piece *piece = &p->pieces[i];
	const char *at = end - piece->then_len + 1;

	while ((at = memrchr(text, *piece->then, (size_t)(at - text)))) {
		if (!is_here(at, end, piece) || !fit(p, i + 1, at + piece->then_len, end, found))
			continue;
		found[i] = (struct found){ text, (size_t)(at - text) };
		return true;
	}
	return false;
}

static bool fit(const struct pattern *p, size_t i, const char *text, const char *end, struct found *found)
{
	const struct piece *piece = &p->pieces[i];
	const char *stop;

	if (i == p->count)
		return text == end;
	if (piece->kind == PIECE_TEXT && (size_t)(end - text) >= piece->then_len && piece->then_len)
		return fit_text(p, i, text, end, found);
	stop = piece->kind == PIECE_QUOTED && piece->then_len ? find_quote(text, end, piece)
							      : find(text, end, piece);
	if (!stop || !suits(piece, text, (size_t)(stop - text)))
		return false;
	found[i] = (struct found){ text, (size_t)(stop - text) };
	return fit(p, i + 1, stop + piece->then_len, end, found);
}

static void add_uri(struct event *e, const struct found *f)
{
	const char *query = memchr(f->at, '?', f->len);
	size_t stem = query ? (size_t)(query - f->at) : f->len;

	event_add_text(e, "cs-uri-stem", f->at, stem);
	if (query)
		event_add_text(e, "cs-uri-query", query + 1, f->len - stem - 1);
}

static void keep(const struct piece *piece, const struct found *f, struct event *e)
{
	if (piece->kind == PIECE_CLF)
		e->timed |= moment_clf(f->at, f->len, &e->time) > 0;
	else if (piece->kind == PIECE_CTIME)
		e->timed |= moment_ctime(f->at, f->len, 0, &e->time) > 0;
	else if (piece->kind == PIECE_ISO)
		e->timed |= moment_iso(f->at, f->len, 0, &e->time) > 0;
	if (!piece->name)
		return;
	event_put(e, piece->name, piece->name_len, piece->number, f->at, f->len,
		  piece->kind == PIECE_NUMBER ? FIELD_NUMBER : FIELD_TEXT);
	if (piece->kind == PIECE_URI)
		add_uri(e, f);
}

bool pattern_apply(const struct pattern *p, const char *text, size_t len, struct event *e)
{
	struct found found[PATTERN_PIECES];

	if (len < p->first_len || memcmp(text, p->first, p->first_len) ||
	    !fit(p, 0, text + p->first_len, text + len, found))
		return false;
	for (size_t i = 0; i < p->count; i++)
		keep(&p->pieces[i], &found[i], e);
	for (size_t i = 0; i < p->set_count; i++)
		event_put(e, p->sets[i].name, p->sets[i].name_len, p->sets[i].number, p->sets[i].text,
			  p->sets[i].text_len, FIELD_TEXT);
	return true;
}

/* ---- all of a mapping ---------------------------------------------------------- */

bool pattern_gives(const struct pattern *p, const char *field)
{
	for (size_t i = 0; i < p->set_count; i++)
		if (!strcmp(p->sets[i].name, field))
			return true;
	for (size_t i = 0; i < p->count; i++) {
		const char *name = p->pieces[i].name;

		if (name && !strcmp(name, field))
			return true;
		/* An URI brings its stem and its query with it. */
		if (name && p->pieces[i].kind == PIECE_URI &&
		    (!strcmp(field, "cs-uri-stem") || !strcmp(field, "cs-uri-query")))
			return true;
	}
	return false;
}

/* One that begins with a capture may fit whatever comes. */
void patterns_note(struct map *m, size_t i)
{
	const struct pattern *p = &m->patterns[i];

	m->starts[i] = pattern_start(p);
	for (size_t k = 0; k < INITIALS; k++)
		if (!p->first_len || map_initial(p->first, p->first_len) == k)
			m->may_fit[k][i / 64] |= UINT64_C(1) << i % 64;
}

bool patterns_apply(const struct map *m, const char *text, size_t len, struct event *e)
{
	const uint64_t head = pattern_head(text, len);
	const uint64_t *may_fit = m->pattern_count ? m->may_fit[map_initial(text, len)] : NULL;

	for (size_t k = 0; k * 64 < m->pattern_count; k++)
		for (uint64_t left = may_fit[k]; left; left &= left - 1) {
			const size_t i = k * 64 + (size_t)__builtin_ctzll(left);

			if (start_suits(&m->starts[i], head) && pattern_apply(&m->patterns[i], text, len, e))
				return true;
		}
	return false;
}
