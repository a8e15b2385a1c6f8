#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/clock.h"
#include "record/verify.h"

/* How many entries a second does verify check, from the store's bytes to a
 * verdict? On a folder that is there: bench_append leaves one.
 *
 *     bench_verify FOLDER [ROUNDS]
 */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double once(struct store *store, const char *folder, struct verdict *verdict)
{
	const struct verify_options options = { 0 };
	int64_t start = clock_steady();
	struct fault why;

	if (verify_folder(store, folder, &options, verdict, &why) < 0) {
		fprintf(stderr, "bench_verify: %s\n", why.text);
		exit(1);
	}
	return (double)(verdict->logs[0].entries + verdict->logs[1].entries) /
	       ((double)(clock_steady() - start) / 1e6);
}

int main(int argc, char **argv)
{
	long rounds = argc > 2 ? atol(argv[2]) : 5;
	struct verdict *verdict = malloc(sizeof(*verdict));
	double speed[64];
	struct store *store;
	struct fault why;
	char path[4096];

	if (argc < 2 || rounds < 1 || rounds > 64 || !verdict) {
		fprintf(stderr, "bench_verify FOLDER [ROUNDS]\n");
		return 64;
	}
	snprintf(path, sizeof(path), "%s/fengsui.db", argv[1]);
	if (store_open(&store_sqlite, path, STORE_READ, &store, &why) < 0) {
		fprintf(stderr, "bench_verify: %s\n", why.text);
		return 1;
	}
	for (long i = 0; i < rounds; i++)
		speed[i] = once(store, argv[1], verdict);
	qsort(speed, (size_t)rounds, sizeof(*speed), by_value);
	printf("verify          %8.0f entries/s (median of %ld; %" PRIu64 " entries, %" PRIu64
	       " texts, exit %d)\n",
	       speed[rounds / 2], rounds, verdict->logs[0].entries + verdict->logs[1].entries,
	       verdict->logs[0].texts + verdict->logs[1].texts, verdict_exit(verdict));
	store_close(store);
	free(verdict);
	return 0;
}
