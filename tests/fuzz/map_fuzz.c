#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "intake/dictionary.h"
#include "intake/intake.h"

/* Property: a mapping is refused with its place, or what it makes of a line has
 * names of the dictionary only. Mapping and line are parted by a NUL. A line that
 * brings fields of its own (JSON, CEF, a table, ...) has their names as well. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct event *e)
{
	static const char *const syslog[] = { "host",     "program",  "pid",    "msgid",
					      "facility", "severity", "message" };

	for (size_t i = 0; i < e->count; i++) {
		char name[64];
		bool known = false;

		if (e->fields[i].name_len >= sizeof(name))
			continue;
		memcpy(name, e->fields[i].name, e->fields[i].name_len);
		name[e->fields[i].name_len] = '\0';
		for (size_t k = 0; k < sizeof(syslog) / sizeof(*syslog); k++)
			known |= !strcmp(name, syslog[k]);
		if (!known && !dictionary_has(name) && !strchr(name, '.'))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *line = size ? memchr(text, '\0', size) : NULL;
	struct source source = { .name = "fuzz", .year = { .now = 1790000000000000 } };
	struct fault why = { 0 };
	struct event *e;
	struct maps *m;

	if (!line || size > 16384)
		return 0;
	m = maps_new();
	if (maps_add(m, "fuzz.yml", text, (size_t)(line - text), &why) < 0) {
		if (strncmp(why.text, "fuzz.yml:", 9))
			abort();
	} else {
		size_t len = size - (size_t)(line + 1 - text);

		e = event_new();
		if ((!len || line[1] != '{') &&
		    intake_line(m, &source, line + 1, len, 1790000000000000, e, &why) == 0 && !source.formats)
			check(e);
		event_free(e);
		source_fini(&source);
	}
	maps_free(m);
	return 0;
}
