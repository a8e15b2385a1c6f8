#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "host/file.h"
#include "record/bundle.h"
#include "record/manifest.h"

/*
 * A sound bundle of which one file is any bytes: it cannot be looked at, with a
 * reason, or the verdict says what is wrong. Only the bytes that stood there
 * are as they should be.
 *
 * The first byte says which file; 'm' and 't' try a manifest alone and a tar.
 * Keys and salts are new each time, so that most inputs begin with what stands
 * there now.
 */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);

static const char *const names[] = { "records.jsonl", "payloads.jsonl", "proofs.jsonl", "manifest.json",
				     "checkpoint",    "vkey",           "index.zh.html" };
enum { NAMES = sizeof(names) / sizeof(*names), AT = 1790000000 };

static char folder[] = "/tmp/bundle-fuzz-XXXXXX";
static char *sound[NAMES];
static size_t sound_len[NAMES];
static struct arena *mem;

static char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void must(int ret, const struct fault *why)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "%s\n", why->text);
	exit(1);
}

static void append(struct record *record, int n, struct fault *why)
{
	struct record_entry entry = { .space = RECORD_REAL,
				      .object = 1 + n % 2,
				      .kind = "incident",
				      .type = "incident.note",
				      .actor = "person:5",
				      .recorded_at = AT * INT64_C(1000000) };
	struct record_place place;

	entry.change = json_pack("{s:i, s:{s:s}}", "n", n, "note", "$", "一 \"quoted\"");
	must(record_next_act(record, &entry.act, why), why);
	must(record_append(record, &entry, &place, why), why);
	json_decref(entry.change);
}

static struct record *fill(struct store *store, struct fault *why)
{
	struct record *record;
	struct store_txn *txn;
	char *note;

	must(record_create(store, folder, "fuzz.example", false, AT * INT64_C(1000000), why), why);
	must(record_open(store, folder, &record, why), why);
	must(store_begin(store, &txn, why), why);
	record_remember(record);
	for (int n = 0; n < 5; n++)
		append(record, n, why);
	must(record_checkpoint(record, RECORD_REAL, mem, &note, why), why);
	must(store_commit(&txn, why), why);
	record_settle(record);
	return record;
}

static void bundle(struct store *store, struct record *record, struct fault *why)
{
	static const struct bundle_file page = { "index.zh.html", NULL, "<p>", 3 };
	static const int64_t object = 1;
	const struct bundle_order order = { .store = store,
					    .space = RECORD_REAL,
					    .objects = &object,
					    .object_count = 1,
					    .files = &page,
					    .file_count = 1,
					    .signer = record };
	struct bundle_made made;

	must(bundle_write(&order, path_of("b"), &made, why), why);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct fault why = { 0 };
	struct record *record;
	struct store *store;
	char name[64];

	(void)argc, (void)argv;
	mem = arena_new();
	if (!mkdtemp(folder))
		exit(1);
	must(store_open(&store_sqlite, path_of("fengsui.db"), STORE_WRITE, &store, &why), &why);
	must(store_schema(store, &why), &why);
	record = fill(store, &why);
	bundle(store, record, &why);
	record_close(record);
	store_close(store);
	for (size_t i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "b/%s", names[i]);
		if (file_read(path_of(name), 1 << 20, mem, &sound[i], &sound_len[i], &why) < 0)
			sound[i] = NULL; /* this kind of bundle has no such file */
	}
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	size_t i = seed / 4 % NAMES;

	if (seed % 4 == 0 || !sound[i] || sound_len[i] >= most)
		return LLVMFuzzerMutate(data, size, most);
	data[0] = (uint8_t)i;
	memcpy(data + 1, sound[i], sound_len[i]);
	return 1 + LLVMFuzzerMutate(data + 1, sound_len[i], most - 1);
}

static void put(const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(bytes, 1, len, file) != len || fclose(file))
		exit(1);
}

/* Is it as it should be? */
static int look(const char *path)
{
	const struct verify_options options = { 0 };
	static struct verdict verdict;
	struct fault why = { 0 };

	memset(&verdict, 0, sizeof(verdict));
	if (verify_bundle(path, &options, &verdict, &why) < 0) {
		if (!why.text[0])
			abort();
		return 0;
	}
	if (verdict_exit(&verdict) == 1 && !verdict.kept)
		abort();
	return verdict_exit(&verdict) == 0;
}

static void one_file(size_t i, const void *bytes, size_t len)
{
	char name[64], *path;
	int good;

	if (!sound[i])
		return;
	snprintf(name, sizeof(name), "b/%s", names[i]);
	path = path_of(name);
	put(path, bytes, len);
	good = look(path_of("b"));
	put(path_of(name), sound[i], sound_len[i]);
	/* A checkpoint may carry the signatures of others. */
	if (good != (len == sound_len[i] && !memcmp(bytes, sound[i], len)) && strcmp(names[i], "checkpoint"))
		abort();
}

static void manifest_alone(const char *bytes, size_t len)
{
	SCOPED(arena_drop) struct arena *own = arena_new();
	struct manifest manifest;
	const char *what = NULL;

	if (!manifest_read(bytes, len, own, &manifest, &what) && !what)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	if (data[0] == 'm') {
		manifest_alone((const char *)data + 1, size - 1);
	} else if (data[0] == 't') {
		put(path_of("b.tar"), data + 1, size - 1);
		look(path_of("b.tar"));
	} else {
		one_file(data[0] % NAMES, data + 1, size - 1);
	}
	return 0;
}
