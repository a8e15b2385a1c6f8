#include "oracle.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TABLES SOURCE_ROOT "/../shared/requirements/"

struct pack *pack;
static size_t wrong;

void differs(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("    ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	wrong++;
}

void none_differs(void)
{
	size_t count = wrong;

	wrong = 0;
	if (count)
		fail_msg("%zu differences from the tables", count);
}

int oracle_load(void **state)
{
	struct problems problems;
	struct fault why = { 0 };

	(void)state;
	problems_init(&problems);
	if (pack_load(DEFAULT_PACK, &pack, &problems, &why) < 0)
		fail_msg("%s", why.text);
	problems_fini(&problems);
	return 0;
}

int oracle_unload(void **state)
{
	(void)state;
	pack_drop(&pack);
	return 0;
}

void table(struct tsv *out, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s", TABLES, name);
	if (tsv_open(out, path) == 0)
		return;
	if (getenv("CI") && !strcmp(getenv("CI"), "true"))
		fail_msg("%s is not there", path);
	print_message("skipped: the tables of the requirements (%s) are not at hand\n", path);
	skip();
}

void markdown(struct tsv *out, const char *headline)
{
	if (tsv_open_markdown(out, TABLES "requirements.md", headline) == 0)
		return;
	if (getenv("CI") && !strcmp(getenv("CI"), "true"))
		fail_msg("requirements.md is not there");
	print_message("skipped: the tables of the requirements are not at hand\n");
	skip();
}

bool same_word(const char *lower, const char *upper)
{
	for (; *lower && *upper; lower++, upper++)
		if (*lower != tolower((unsigned char)*upper))
			return false;
	return !*lower && !*upper;
}

const struct move *carrier(const char *row, size_t *kind, size_t *at)
{
	for (; *kind < pack->kind_count; (*kind)++, *at = 0)
		while (*at < pack->kinds[*kind].move_count) {
			const struct move *move = pack->kinds[*kind].moves[(*at)++];

			if (names_have(&move->rows, row))
				return move;
		}
	return NULL;
}
