#include "pack/unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A plan pack as one file: what is taken, and what an archive must not do. */

enum { BLOCK = 512 };

static char archive[64 * BLOCK];
static size_t length;
static char names[1024];

static void sign(char *header)
{
	unsigned sum = 0;

	memset(header + 148, ' ', 8);
	for (int i = 0; i < BLOCK; i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
}

static char *add(const char *name, char type, const char *text)
{
	char *header = archive + length;
	size_t len = strlen(text);

	memset(header, 0, (size_t)BLOCK * 2);
	snprintf(header, 100, "%s", name);
	snprintf(header + 124, 12, "%011zo", len);
	header[156] = type;
	memcpy(header + 257, "ustar\00000", 8);
	sign(header);
	memcpy(header + BLOCK, text, len);
	length += BLOCK + (len ? BLOCK : 0);
	return header;
}

static int note(void *with, const char *name, const char *bytes, size_t len, struct fault *why)
{
	(void)with, (void)why;
	snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s=%.*s;", name, (int)len, bytes);
	return 0;
}

static int fresh(void **state)
{
	(void)state;
	memset(archive, 0, sizeof(archive));
	length = 0;
	names[0] = '\0';
	return 0;
}

static int read_all(struct fault *why)
{
	return unpack_each(archive, length + (size_t)BLOCK * 2, note, NULL, why);
}

static void taken(const char *wanted)
{
	struct fault why = { 0 };

	if (read_all(&why) < 0)
		fail_msg("%s", why.text);
	assert_string_equal(names, wanted);
}

static void refused(const char *says)
{
	struct fault why = { 0 };

	assert_int_equal(read_all(&why), -FAULT_INVALID);
	if (!strstr(why.text, says))
		fail_msg("'%s' does not say '%s'", why.text, says);
}

static void from_the_top(void **state)
{
	(void)state;
	add("pack.yml", '0', "pack: a");
	add("kinds", '5', "");
	add("kinds/incident.yml", '0', "kind");
	taken("pack.yml=pack: a;kinds/incident.yml=kind;");
}

static void from_its_folder(void **state)
{
	(void)state;
	add("./kinds/incident.yml", '0', "kind");
	add("./pack.yml", '0', "pack: a");
	taken("kinds/incident.yml=kind;pack.yml=pack: a;");
	fresh(NULL);
	add("jinan/pack.yml", '\0', "pack: a");
	taken("pack.yml=pack: a;");
}

static void leads_out(void **state)
{
	static const char *const bad[] = { "../evil.yml",       "/etc/cron.yml",  "kinds/../../evil.yml",
					   "kinds/.hidden.yml", "a/b/c.yml",      "kinds//evil.yml",
					   "kinds/e vil.yml",   "kinds\\evil.yml" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		fresh(NULL);
		add("pack.yml", '0', "pack: a");
		add(bad[i], '0', "x");
		refused("no name of a file of a pack");
	}
}

static void no_plain_file(void **state)
{
	static const char types[] = "123467S";

	(void)state;
	for (const char *type = types; *type; type++) {
		fresh(NULL);
		add("pack.yml", '0', "pack: a");
		add("kinds/incident.yml", *type, "");
		refused("no plain file");
	}
}

static void damaged(void **state)
{
	char *header;

	(void)state;
	add("pack.yml", '0', "pack: a")[3] = 'K';
	refused("no tar archive");
	fresh(NULL);
	header = add("pack.yml", '0', "pack: a");
	memcpy(header + 124, "77777777777", 12);
	sign(header);
	refused("no tar archive");
	fresh(NULL);
	header = add("pack.yml", '0', "pack: a");
	memcpy(header + 124, "00000777777", 12);
	sign(header);
	refused("ends within pack.yml");
	fresh(NULL);
	add("enums.yml", '0', "enums: {}");
	refused("no pack.yml");
}

#define CASE(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(from_the_top),  CASE(from_its_folder), CASE(leads_out),
		CASE(no_plain_file), CASE(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
