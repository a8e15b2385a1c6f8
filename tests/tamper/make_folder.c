#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "record/bundle.h"

/*
 * make_folder -- a small record to tamper with, made by the product itself.
 *
 *     make_folder FOLDER SEED COUNT [BUNDLES]
 *
 * Makes the folder, or goes on in it: COUNT entries about a few objects, real
 * and drill, with texts of which some are erased, checkpoints on the way and at
 * the end. The last checkpoints are printed: what somebody might have kept.
 * BUNDLES gets a bundle of the whole log, one of two objects, one without texts.
 */

static uint64_t dice;
static int64_t now = INT64_C(1772352000000000);

/* SplitMix64: the same folder for the same seed, but for keys and salts. */
static unsigned roll(unsigned sides)
{
	uint64_t n = dice += UINT64_C(0x9E3779B97F4A7C15);

	n = (n ^ n >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	n = (n ^ n >> 27) * UINT64_C(0x94D049BB133111EB);
	return (unsigned)((n ^ n >> 31) >> 16) % sides;
}

static void stop_on(int ret, const struct fault *why)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "make_folder: %s\n", why->text);
	exit(1);
}

static json_t *text(void)
{
	static const char *const words[] = { "web shell 于 03:12 发现", "主机已隔离", "\"quoted\"\n", "",
					     "called the unit" };
	char line[96];

	snprintf(line, sizeof(line), "%s %u", words[roll(5)], roll(100000));
	return json_pack("{s:s}", "$", line);
}

static json_t *change(unsigned texts)
{
	json_t *value = json_pack("{s:i,s:{s:s}}", "level", (int)roll(5), "states", "handling",
				  roll(2) ? "verify" : "contain");

	if (texts > 0)
		json_object_set_new(value, "note", text());
	if (texts > 1)
		json_object_set_new(value, "reason", text());
	return value;
}

static void append(struct record *record, enum record_space space, int64_t object, const char *type,
		   json_t *value, struct record_place *out)
{
	static const char *const kinds[] = { "incident", "tasking", "evidence" };
	struct record_entry entry = {
		.space = space,
		.object = object,
		.kind = object ? kinds[object % 3] : "house",
		.type = type,
		.actor = roll(3) ? "person:5" : "timer",
		.unit = roll(2) ? "unit:3" : NULL,
		.session = roll(4) ? NULL : "s:4711",
		.recorded_at = now += 1000000,
		.change = value,
	};
	struct fault why;

	stop_on(record_next_act(record, &entry.act, &why), &why);
	stop_on(record_append(record, &entry, out, &why), &why);
	json_decref(value);
}

struct told {
	uint64_t seq[64];
	size_t count;
};

static void one(struct record *record, struct told *told)
{
	enum record_space space = roll(8) ? RECORD_REAL : RECORD_DRILL;
	int64_t object = 1 + roll(7) + (space == RECORD_DRILL ? 100 : 0);
	unsigned texts = roll(3);
	struct record_place place;

	append(record, space, object, "incident.note", change(texts), &place);
	if (space == RECORD_REAL && texts && told->count < 64)
		told->seq[told->count++] = place.seq;
}

static void erase(struct record *record, struct told *told)
{
	uint64_t seq = told->seq[--told->count];
	struct record_place place;
	struct fault why;

	append(record, RECORD_REAL, 0, "record.erase",
	       json_pack("{s:{s:i,s:I},s:s}", "erase", "part", 0, "seq", (json_int_t)seq, "basis",
			 "decision-1"),
	       &place);
	stop_on(record_erase(record, RECORD_REAL, seq, 0, place.seq, &why), &why);
}

static void sign(struct record *record, struct arena *mem, bool print)
{
	struct fault why;
	char *note;

	for (int space = RECORD_REAL; space <= RECORD_DRILL; space++) {
		stop_on(record_checkpoint(record, (enum record_space)space, mem, &note, &why), &why);
		if (print)
			printf("%s\n", note);
	}
}

static void fill(struct store *store, struct record *record, unsigned count)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct told told = { 0 };
	struct store_txn *txn;
	struct fault why;

	now += (int64_t)record_size(record, RECORD_REAL) * 1000000000;
	stop_on(store_begin(store, &txn, &why), &why);
	record_remember(record);
	for (unsigned i = 1; i <= count; i++) {
		if (told.count > 2 && !roll(12))
			erase(record, &told);
		else
			one(record, &told);
		if (i % 16 == 0)
			sign(record, mem, false);
	}
	sign(record, mem, true);
	stop_on(store_commit(&txn, &why), &why);
	record_settle(record);
}

static void bundle(const struct bundle_order *order, const char *folder, const char *name)
{
	struct bundle_made made;
	struct fault why;
	char dir[4096];

	snprintf(dir, sizeof(dir), "%s/%s", folder, name);
	stop_on(bundle_write(order, dir, &made, &why), &why);
}

static void bundles(struct store *store, struct record *record, const char *folder)
{
	static const struct bundle_file files[] = {
		{ "evidence/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", NULL, "abc",
		  3 },
		{ "index.en.html", NULL, "<p>index", 8 },
	};
	static const int64_t objects[] = { 1, 2 };
	struct bundle_order order = {
		.store = store, .space = RECORD_REAL, .files = files, .file_count = 2, .signer = record
	};

	mkdir(folder, 0755);
	bundle(&order, folder, "whole");
	order.objects = objects;
	order.object_count = 2;
	bundle(&order, folder, "case");
	order.withhold_texts = true;
	bundle(&order, folder, "withheld");
}

int main(int argc, char **argv)
{
	struct store *store = NULL;
	struct record *record = NULL;
	struct fault why;
	char path[4096], origin[64];
	bool fresh;

	if (argc < 4 || argc > 5) {
		fprintf(stderr, "make_folder FOLDER SEED COUNT [BUNDLES]\n");
		return 64;
	}
	fresh = mkdir(argv[1], 0755) == 0;
	dice = strtoull(argv[2], NULL, 10) + (fresh ? 0 : 1000);
	snprintf(path, sizeof(path), "%s/fengsui.db", argv[1]);
	snprintf(origin, sizeof(origin), "tamper.example/%.20s", argv[2]);
	stop_on(store_open(&store_sqlite, path, STORE_WRITE, &store, &why), &why);
	stop_on(store_schema(store, &why), &why);
	if (fresh)
		stop_on(record_create(store, argv[1], origin, false, now, &why), &why);
	stop_on(record_open(store, argv[1], &record, &why), &why);
	fill(store, record, (unsigned)strtoul(argv[3], NULL, 10));
	if (argc == 5)
		bundles(store, record, argv[4]);
	record_close(record);
	store_close(store);
	return 0;
}
