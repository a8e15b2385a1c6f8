#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "pack/nearest.h"
#include "pack/pack_private.h"

void wrong(const struct reader *r, const struct yaml_node *at, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	problem_add(r->problems, at->at, NULL, "%s", text);
}

const char *did_you_mean(const struct reader *r, const char *word, const char *const *words, size_t count)
{
	const char *near = nearest(word, words, count);

	return near ? arena_text(r->scratch, "; did you mean '%s'?", near) : "";
}

static size_t words_count(const char *const *words)
{
	size_t n = 0;

	while (words[n])
		n++;
	return n;
}

/* "a, b, c" for a sentence that lists what would be right. */
static const char *listed(const struct reader *r, const char *const *words)
{
	const char *text = words[0];

	for (size_t i = 1; words[i]; i++)
		text = arena_text(r->scratch, "%s, %s", text, words[i]);
	return text;
}

bool read_map(const struct reader *r, const struct yaml_node *node, const char *what, const char *const *keys)
{
	const char *hint;

	if (node->form != YAML_MAP) {
		wrong(r, node, "%s is a map with the keys %s", what, listed(r, keys));
		return false;
	}
	for (const struct yaml_node *key = node->first; key; key = key->next) {
		size_t i = 0;

		while (keys[i] && strcmp(keys[i], key->text))
			i++;
		if (keys[i])
			continue;
		hint = did_you_mean(r, key->text, keys, words_count(keys));
		wrong(r, key, "unknown key '%.60s' in %s%s%s", key->text, what, *hint ? hint : "; keys are ",
		      *hint ? "" : listed(r, keys));
	}
	return true;
}

const char *read_scalar(const struct reader *r, const struct yaml_node *node, const char *what)
{
	if (node->form != YAML_TEXT) {
		wrong(r, node, "%s is a single text, not a %s", what,
		      node->form == YAML_LIST ? "list" : "map");
		return NULL;
	}
	if (!*node->text) {
		wrong(r, node, "%s is empty", what);
		return NULL;
	}
	return node->text;
}

const char *read_text(const struct reader *r, const struct yaml_node *map, const char *key, bool wanted)
{
	const struct yaml_node *node = yaml_get(map, key);

	if (node)
		return read_scalar(r, node, key);
	if (wanted)
		wrong(r, map, "'%s' is missing", key);
	return NULL;
}

bool read_yes(const struct reader *r, const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_get(map, key);

	if (!node)
		return false;
	if (node->form == YAML_TEXT && !strcmp(node->text, "yes"))
		return true;
	if (node->form != YAML_TEXT || strcmp(node->text, "no"))
		wrong(r, node, "'%s' is yes or no", key);
	return false;
}

int read_number(const struct reader *r, const struct yaml_node *node, const char *what, int least, int most,
		int otherwise)
{
	char *rest;
	long n;

	if (node->form == YAML_TEXT && *node->text) {
		n = strtol(node->text, &rest, 10);
		if (!*rest && n >= least && n <= most)
			return (int)n;
	}
	wrong(r, node, "%s is a number from %d to %d", what, least, most);
	return otherwise;
}

int64_t read_span(const struct reader *r, const struct yaml_node *node, const char *what)
{
	struct fault why;
	int64_t span;

	if (node->form == YAML_TEXT && stamp_parse_span(node->text, &span, &why) == 0)
		return span;
	wrong(r, node, "%s is a span like '30 min', '4 h' or '90 d'", what);
	return 0;
}

struct words read_words(const struct reader *r, const struct yaml_node *node, const char *what)
{
	static const char *const keys[] = { "zh", "en", NULL };
	struct words words = { "", "" };
	const char *text;

	if (!read_map(r, node, what, keys))
		return words;
	if ((text = read_text(r, node, "zh", true)))
		words.zh = text;
	if ((text = read_text(r, node, "en", true)))
		words.en = text;
	return words;
}

struct words read_label(const struct reader *r, const struct yaml_node *map, const char *what)
{
	const struct yaml_node *node = yaml_get(map, "label");

	if (node)
		return read_words(r, node, "label");
	wrong(r, map, "%s has no label; write label: {zh: …, en: …}", what);
	return (struct words){ "", "" };
}

struct names read_names(const struct reader *r, const struct yaml_node *node, const char *what)
{
	struct names names = { 0 };
	const char *text;

	if (!node)
		return names;
	names.at = arena_many(r->mem, node->form == YAML_LIST ? node->count : 1, sizeof(*names.at));
	if (node->form != YAML_LIST) {
		if ((text = read_scalar(r, node, what)))
			names.at[names.count++] = text;
		return names;
	}
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		if (!(text = read_scalar(r, item, what)))
			continue;
		if (names_have(&names, text))
			wrong(r, item, "'%.60s' stands twice in %s", text, what);
		else
			names.at[names.count++] = text;
	}
	return names;
}

int read_choice(const struct reader *r, const struct yaml_node *node, const char *what,
		const char *const *words)
{
	const char *text = read_scalar(r, node, what);

	if (!text)
		return -1;
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	wrong(r, node, "%s '%.60s' is not known; it is one of %s", what, text, listed(r, words));
	return -1;
}

size_t children(const struct yaml_node *node) { return node ? node->count : 0; }
