#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/verify.h"
#include "host/file.h"

/*
 * verify_many -- the verifier on many folders and bundles, in one process.
 *
 * A line in: PATH, tab, file of a checkpoint kept elsewhere or nothing, tab,
 * "each" or nothing. A line out: the verdict as JSON; with "each", too, the exit
 * status with each check left out in turn that found something, which is the
 * control experiment (leaving out one that found nothing takes nothing away).
 */

static char *read_against(const char *path, struct arena *mem)
{
	struct fault why;
	char *text;
	size_t len;

	if (!*path)
		return NULL;
	if (file_read(path, 1024 * 1024, mem, &text, &len, &why) < 0) {
		fprintf(stderr, "verify_many: %s\n", why.text);
		exit(1);
	}
	return text;
}

static int judge(const char *path, const char *against, uint32_t without, struct verdict *out)
{
	const struct verify_options options = { .without = without,
						.against = &against,
						.against_count = against != NULL };
	struct fault why;

	if (verify_path(path, &options, out, &why) == 0)
		return verdict_exit(out);
	*out = (struct verdict){ .subject = "nothing" };
	return why.code == FAULT_INVALID ? 66 : fault_exit(why.code);
}

static json_t *counts_of(const struct verdict *verdict)
{
	json_t *counts = json_object();

	for (int i = 0; i < FOUND__COUNT; i++)
		if (verdict->counts[i])
			json_object_set_new(counts, finding_word((enum finding_code)i),
					    json_integer((json_int_t)verdict->counts[i]));
	return counts;
}

static uint32_t checks_of(const struct verdict *verdict)
{
	uint32_t checks = 0;

	for (int i = 0; i < FOUND__COUNT; i++)
		if (verdict->counts[i])
			checks |= 1U << finding_check((enum finding_code)i);
	return checks;
}

static void answer(const char *path, const char *against, bool each, struct verdict *verdict)
{
	int exit_status = judge(path, against, 0, verdict);
	json_t *line =
		json_pack("{s:s,s:i,s:o}", "path", path, "exit", exit_status, "counts", counts_of(verdict));

	if (each) {
		json_t *without = json_object();
		uint32_t found = checks_of(verdict);

		for (int i = 0; i < CHECK__COUNT; i++)
			json_object_set_new(without, check_name((enum check_kind)i),
					    json_integer(found & 1U << i
								 ? judge(path, against, 1U << i, verdict)
								 : exit_status));
		json_object_set_new(line, "without", without);
	}
	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(line);
}

int main(void)
{
	struct verdict *verdict = malloc(sizeof(*verdict));
	char line[8192];

	while (verdict && fgets(line, sizeof(line), stdin)) {
		SCOPED(arena_drop) struct arena *mem = arena_new();
		char *rest = line, *path, *against, *mode;

		line[strcspn(line, "\n")] = '\0';
		path = strsep(&rest, "\t");
		against = rest ? strsep(&rest, "\t") : "";
		mode = rest ? rest : "";
		answer(path, read_against(against, mem), !strcmp(mode, "each"), verdict);
	}
	free(verdict);
	return 0;
}
