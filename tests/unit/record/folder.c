#include "folder.h"

static char *store_path(const struct folder *f)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/fengsui.db", f->path);
	return path;
}

int folder_open(struct folder *f)
{
	int ret = store_open(&store_sqlite, store_path(f), STORE_WRITE, &f->store, &f->why);

	return ret < 0 ? ret : record_open(f->store, f->path, &f->record, &f->why);
}

void folder_close(struct folder *f)
{
	record_close(f->record);
	store_close(f->store);
	f->record = NULL;
	f->store = NULL;
}

int folder_setup(void **state)
{
	struct folder *f = calloc(1, sizeof(*f));

	*state = f;
	strcpy(f->path, "/tmp/record-test-XXXXXX");
	f->mem = arena_new();
	if (!mkdtemp(f->path) ||
	    store_open(&store_sqlite, store_path(f), STORE_WRITE, &f->store, &f->why) < 0 ||
	    store_schema(f->store, &f->why) < 0 ||
	    record_create(f->store, f->path, "test.example/2026", false, FOLDER_NOW, &f->why) < 0 ||
	    record_open(f->store, f->path, &f->record, &f->why) < 0) {
		fprintf(stderr, "%s\n", f->why.text);
		return -1;
	}
	return 0;
}

int folder_teardown(void **state)
{
	struct folder *f = *state;
	char command[96];

	folder_close(f);
	arena_free(f->mem);
	snprintf(command, sizeof(command), "rm -rf %s", f->path);
	free(f);
	return system(command);
}

int folder_entry(struct folder *f, enum record_space space, int64_t object, const char *type, json_t *change,
		 struct record_place *out)
{
	struct record_entry entry = {
		.space = space,
		.object = object,
		.kind = object ? "incident" : "house",
		.type = type,
		.actor = "person:5",
		.unit = "unit:3",
		.recorded_at = FOLDER_NOW,
		.change = change,
	};
	int ret = record_next_act(f->record, &entry.act, &f->why);

	if (ret == 0)
		ret = record_append(f->record, &entry, out, &f->why);
	json_decref(change);
	return ret;
}

struct record_place folder_append(struct folder *f, enum record_space space, int64_t object, const char *type,
				  json_t *change)
{
	struct record_place place = { 0 };
	struct store_txn *txn;

	assert_int_equal(store_begin(f->store, &txn, &f->why), 0);
	record_remember(f->record);
	assert_int_equal(folder_entry(f, space, object, type, change, &place), 0);
	assert_int_equal(store_commit(&txn, &f->why), 0);
	record_settle(f->record);
	return place;
}

void folder_erase(struct folder *f, uint64_t seq, unsigned part)
{
	json_t *change = json_pack("{s:{s:I,s:i}}", "erase", "seq", (json_int_t)seq, "part", (int)part);
	struct record_place place;
	struct store_txn *txn;

	assert_int_equal(store_begin(f->store, &txn, &f->why), 0);
	record_remember(f->record);
	assert_int_equal(folder_entry(f, RECORD_REAL, 0, "record.erase", change, &place), 0);
	assert_int_equal(record_erase(f->record, RECORD_REAL, seq, part, place.seq, &f->why), 0);
	assert_int_equal(store_commit(&txn, &f->why), 0);
	record_settle(f->record);
}

char *folder_sign(struct folder *f, enum record_space space)
{
	struct store_txn *txn;
	char *note = NULL;

	assert_int_equal(store_begin(f->store, &txn, &f->why), 0);
	assert_int_equal(record_checkpoint(f->record, space, f->mem, &note, &f->why), 0);
	assert_int_equal(store_commit(&txn, &f->why), 0);
	record_settle(f->record);
	return note;
}

void folder_sql(struct folder *f, const char *sql)
{
	struct store_txn *txn;

	assert_int_equal(store_begin(f->store, &txn, &f->why), 0);
	if (store_run(f->store, sql, NO_VALUES, NULL, &f->why) < 0)
		fail_msg("%s", f->why.text);
	assert_int_equal(store_commit(&txn, &f->why), 0);
}

struct verdict *folder_verify(struct folder *f, const char *const *against, size_t count)
{
	struct verify_options options = { .against = against, .against_count = count };
	struct verdict *verdict = arena_take(f->mem, sizeof(*verdict));

	if (verify_folder(f->store, f->path, &options, verdict, &f->why) < 0)
		fail_msg("%s", f->why.text);
	return verdict;
}

bool verdict_has(const struct verdict *verdict, enum finding_code code) { return verdict->counts[code] > 0; }
