#include "warn/feed.h"

#include <string.h>

#include "base/stamp.h"
#include "warn/check.h"
#include "warn/message.h"
#include "warn/schema.h"

/* ---- writing ---------------------------------------------------------------------- */

static void put(struct buf *out, int depth, const char *name, const char *text)
{
	if (!text)
		return;
	buf_format(out, "%*s<%s>", depth * 2, "", name);
	xml_text(out, text, false);
	buf_format(out, "</%s>\n", name);
}

static void put_link(struct buf *out, int depth, const char *rel, const char *type, const char *href)
{
	buf_format(out, "%*s<link rel=\"%s\" type=\"%s\" href=\"", depth * 2, "", rel, type);
	xml_text(out, href, true);
	buf_text(out, "\"/>\n");
}

static void put_entry(struct buf *out, const struct atom_entry *entry)
{
	buf_text(out, "  <entry");
	if (entry->language) {
		buf_text(out, " xml:lang=\"");
		xml_text(out, entry->language, true);
		buf_char(out, '"');
	}
	buf_text(out, ">\n");
	put(out, 2, "id", entry->id);
	put(out, 2, "title", entry->title);
	put(out, 2, "updated", entry->updated);
	put(out, 2, "published", entry->published);
	put(out, 2, "summary", entry->summary);
	put_link(out, 2, "alternate", "application/cap+xml", entry->href);
	if (entry->category) {
		buf_text(out, "    <category term=\"");
		xml_text(out, entry->category, true);
		buf_text(out, "\"/>\n");
	}
	put(out, 2, "cap:expires", entry->expires);
	buf_text(out, "  </entry>\n");
}

void feed_write(const struct atom_feed *feed, struct buf *out)
{
	buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"" ATOM_SPACE
		      "\" xmlns:cap=\"" CAP_SPACE "\" xml:lang=\"zh-CN\">\n");
	put(out, 1, "id", feed->id);
	put(out, 1, "title", feed->title);
	put(out, 1, "updated", feed->updated);
	buf_text(out, "  <author>\n");
	put(out, 2, "name", feed->author);
	buf_text(out, "  </author>\n");
	put_link(out, 1, "self", "application/atom+xml", feed->self);
	for (size_t i = 0; i < feed->count; i++)
		put_entry(out, &feed->entries[i]);
	buf_text(out, "</feed>\n");
}

/* ---- checking --------------------------------------------------------------------- */

enum { COMPARED_MOST = 500 };

struct check {
	struct arena *mem;
	struct findings *found;
};

static void say(struct check *c, enum rule rule, const struct node *node, const char *what)
{
	finding_add(c->found, rule, node->line, node_path(node, c->mem), what);
}

static void check_once(struct check *c, const struct node *parent, const char *name)
{
	const struct node *node = node_child(parent, name);

	if (!node || node_again(node))
		say(c, RULE_FEED_ONCE, node ? node_again(node) : parent, name);
	else if (!strcmp(name, "id") && text_blank(node->text))
		say(c, RULE_FEED_ONCE, node, name);
}

static void check_time(struct check *c, const struct node *parent, const char *name)
{
	const struct node *node = node_child(parent, name);
	const char *text = node ? text_collapse(node->text, c->mem) : "";
	int64_t moment;

	if (node && stamp_parse(text, strlen(text), &moment, NULL) < 0)
		say(c, RULE_FEED_TIME, node, text);
}

/* Of Atom's own namespace only what RFC 4287 names; others may add of theirs. */
static void check_known(struct check *c, const struct node *parent, const char *const *known)
{
	for (const struct node *child = parent->first; child; child = child->next) {
		const char *const *name = known;

		if (strcmp(child->space, ATOM_SPACE))
			continue;
		while (*name && strcmp(*name, child->name))
			name++;
		if (!*name)
			say(c, RULE_FEED_ELEMENT, child, child->name);
	}
}

static const struct node *author_of(const struct node *node)
{
	const struct node *author = node_child(node, "author");

	return author && node_child(author, "name") ? author : NULL;
}

/* Does a link say where the thing itself is? */
static bool check_links(struct check *c, const struct node *parent)
{
	bool alternate = false;

	for (const struct node *n = node_child(parent, "link"); n; n = node_again(n)) {
		const char *rel = node_attribute(n, "rel");

		if (!node_attribute(n, "href"))
			say(c, RULE_FEED_LINK, n, "href");
		alternate = alternate || !rel || !strcmp(rel, "alternate");
	}
	return alternate;
}

static void check_person_and_times(struct check *c, const struct node *node)
{
	static const char *const once[] = { "id", "title", "updated" };

	for (size_t i = 0; i < 3; i++)
		check_once(c, node, once[i]);
	check_time(c, node, "updated");
	check_time(c, node, "published");
}

/* A message may stand in the entry itself. */
static void check_content(struct check *c, const struct node *entry)
{
	const struct node *content = node_child(entry, "content");

	for (const struct node *child = content ? content->first : NULL; child; child = child->next)
		if (node_is(child, CAP_SPACE, "alert"))
			check_alert(child, c->mem, c->found);
		else if (check_other_version(child))
			say(c, RULE_ADVICE_VERSION, child, child->space);
}

static void check_entry(struct check *c, const struct node *entry, bool author)
{
	static const char *const known[] = { "author", "category",  "content", "contributor", "id",
					     "link",   "published", "rights",  "source",      "summary",
					     "title",  "updated",   NULL };
	const bool linked = check_links(c, entry);

	check_known(c, entry, known);
	check_person_and_times(c, entry);
	check_content(c, entry);
	if (!author && !author_of(entry))
		say(c, RULE_FEED_AUTHOR, entry, "");
	if (!linked && !node_child(entry, "content"))
		say(c, RULE_FEED_LINK, entry, "");
}

/* RFC 4287 4.1.1: entries of one id differ in their time. */
static void check_same(struct check *c, const struct node *feed)
{
	size_t compared = 0;

	for (const struct node *a = node_child(feed, "entry"); a && compared++ < COMPARED_MOST;
	     a = node_again(a))
		for (const struct node *b = node_again(a); b; b = node_again(b)) {
			const char *id = node_text(a, "id"), *other = node_text(b, "id");
			const char *at = node_text(a, "updated"), *then = node_text(b, "updated");

			if (id && other && at && then && !strcmp(id, other) && !strcmp(at, then)) {
				say(c, RULE_FEED_SAME_ID, b, other);
				return;
			}
		}
}

void feed_check_node(const struct node *root, struct arena *mem, struct findings *found)
{
	static const char *const known[] = { "author",   "category", "contributor", "entry", "generator",
					     "icon",     "id",       "link",        "logo",  "rights",
					     "subtitle", "title",    "updated",     NULL };
	struct check c = { .mem = mem, .found = found };

	if (!strcmp(root->name, "entry")) {
		check_entry(&c, root, false);
		return;
	}
	check_known(&c, root, known);
	check_person_and_times(&c, root);
	check_links(&c, root);
	for (const struct node *n = node_child(root, "entry"); n; n = node_again(n))
		check_entry(&c, n, author_of(root) != NULL);
	check_same(&c, root);
}

const struct node *feed_check(const char *bytes, size_t len, struct arena *mem, struct findings *found)
{
	const struct node *root = xml_read(bytes, len, mem, found);

	if (!root)
		return NULL;
	if (!node_is(root, ATOM_SPACE, "feed") && !node_is(root, ATOM_SPACE, "entry")) {
		finding_add(found, RULE_NOT_FEED, root->line, root->name, root->space);
		return NULL;
	}
	feed_check_node(root, mem, found);
	return root;
}
