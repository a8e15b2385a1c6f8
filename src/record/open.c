#include "record/record_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/file.h"

/* Making the logs of a new folder, and opening them again. */

static const char drill_mark[] = "/drill", demo_mark[] = "demo.";

int record_origins(const char *origin, char out[static SPACES][LEAF_ORIGIN + 1], struct fault *why)
{
	size_t len = strlen(origin);

	if (len + sizeof(drill_mark) - 1 > LEAF_ORIGIN || !leaf_origin(origin, len))
		return fault_set(why, FAULT_INVALID,
				 "origin '%.80s': 1 to %zu printable ASCII characters without "
				 "blank, '+', '\"' and '\\' are taken, such as fengsui.example/2026",
				 origin, LEAF_ORIGIN - sizeof(drill_mark) + 1);
	snprintf(out[0], LEAF_ORIGIN + 1, "%s", origin);
	snprintf(out[1], LEAF_ORIGIN + 1, "%s%s", origin, drill_mark);
	return 0;
}

void record_key_path(const char *folder, struct buf *out) { buf_format(out, "%s/keys/record.key", folder); }

/* Given time exists only where the origin shows it to every reader. */
static int origin_fits(const char *origin, bool given_time, struct fault *why)
{
	bool demo = !strncmp(origin, demo_mark, sizeof(demo_mark) - 1);

	if (demo == given_time)
		return 0;
	return fault_set(why, FAULT_INVALID,
			 "origin '%.80s': the origin of a folder with given time begins with "
			 "'%s', that of a real one does not",
			 origin, demo_mark);
}

static void take_key(struct log *log, struct key *key)
{
	log->key = *key;
	frontier_key(key, &log->frontier_key);
	key_wipe(key);
}

/* A folder of which the making was cut off has its key and no log yet. */
static int make_keys(struct record *record, struct fault *why)
{
	struct key keys[SPACES] = { 0 };
	struct buf path = { 0 };
	int ret = 0;

	record_key_path(record->folder, &path);
	for (int i = 0; i < SPACES && ret == 0; i++)
		ret = key_make(record->logs[i].origin, &keys[i], why);
	if (ret == 0 && (ret = key_save(path.data, keys, SPACES, why)) == -FAULT_CONFLICT)
		ret = key_load(path.data, keys, SPACES, why);
	for (int i = 0; i < SPACES; i++) {
		if (ret == 0 && strcmp(keys[i].name, record->logs[i].origin))
			ret = fault_set(why, FAULT_CONFLICT, "%s holds the key of '%s'; it is not replaced",
					path.data, keys[i].name);
		take_key(&record->logs[i], &keys[i]);
	}
	buf_fini(&path);
	return ret;
}

static int load_keys(struct record *record, struct fault *why)
{
	struct key keys[SPACES];
	struct buf path = { 0 };
	int ret;

	/* Without its key a record is not new, it is damaged. */
	record_key_path(record->folder, &path);
	if ((ret = key_load(path.data, keys, SPACES, why)) == -FAULT_ABSENT)
		ret = fault_set(why, FAULT_CORRUPT, "%s: the key of this record is not there", path.data);
	if (ret == 0)
		for (int i = 0; i < SPACES; i++)
			take_key(&record->logs[i], &keys[i]);
	buf_fini(&path);
	return ret;
}

static int store_log(struct record *record, enum record_space space, struct fault *why)
{
	static const char log_sql[] = "INSERT INTO logs(id, origin, vkey, given_time) VALUES($1, $2, $3, $4)";
	static const char frontier_sql[] = "INSERT INTO frontier(log, size, hashes) VALUES($1, 0, $2)";
	struct log *log = log_of(record, space);
	char vkey[KEY_TEXT];
	int ret;

	key_write(&log->key, vkey);
	if ((ret = store_run(record->store, log_sql,
			     VALUES(value_int(space), value_text(log->origin), value_text(vkey),
				    value_int(record->given_time)),
			     NULL, why)) < 0)
		return ret;
	return store_run(record->store, frontier_sql, VALUES(value_int(space), value_blob("", 0)), NULL, why);
}

static int first_entry(struct record *record, enum record_space space, int64_t act, int64_t now,
		       struct fault *why)
{
	json_t *change =
		json_pack("{s:b, s:s}", "given_time", (int)record->given_time, "version", FENGSUI_VERSION);
	const struct record_entry entry = {
		.space = space,
		.act = act,
		.kind = "house",
		.type = "log.open",
		.actor = "system",
		.recorded_at = now,
		.change = change,
	};
	int ret = record_append(record, &entry, NULL, why);

	json_decref(change);
	return ret;
}

static int fill(struct record *record, int64_t now, struct fault *why)
{
	SCOPED(store_txn_drop) struct store_txn *txn = NULL;
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char *note;
	int64_t act;
	int ret;

	if ((ret = store_begin(record->store, &txn, why)) < 0 ||
	    (ret = record_next_act(record, &act, why)) < 0)
		return ret;
	for (int space = RECORD_REAL; space <= RECORD_DRILL; space++)
		if ((ret = store_log(record, space, why)) < 0 ||
		    (ret = first_entry(record, space, act, now, why)) < 0 ||
		    (ret = record_checkpoint(record, space, mem, &note, why)) < 0)
			return ret;
	return store_commit(&txn, why);
}

static struct record *record_new(struct store *store, const char *folder)
{
	struct record *record = must_alloc(sizeof(*record));

	record->store = store;
	record->folder = must_copy(folder);
	record->next_act = 1;
	payload_init(&record->payload);
	return record;
}

void record_close(struct record *record)
{
	if (!record)
		return;
	for (int i = 0; i < SPACES; i++) {
		key_wipe(&record->logs[i].key);
		buf_fini(&record->logs[i].fresh);
	}
	payload_fini(&record->payload);
	buf_fini(&record->leaf);
	free(record->marks);
	free(record->folder);
	free(record);
}

static void record_drop(struct record **record) { record_close(*record); }

static int count_logs(struct store *store, int64_t *out, struct fault *why)
{
	return store_int(store, "SELECT count(*) FROM logs", NO_VALUES, out, why);
}

/* What was signed stands beside the key and outlives a store that is lost: a
 * new record would then pass for the old one, with nothing in it. */
static int nothing_signed(const struct record *record, struct fault *why)
{
	struct buf path = { 0 };
	struct stat is;
	int ret = 0;

	signed_path(record->folder, RECORD_REAL, &path);
	if (stat(path.data, &is) == 0)
		ret = fault_set(why, FAULT_CORRUPT,
				"%s shows that a record was kept in %s, but its store (fengsui.db) is empty; "
				"put the store back from a backup, or begin with a new folder",
				path.data, record->folder);
	buf_fini(&path);
	return ret;
}

int record_create(struct store *store, const char *folder, const char *origin, bool given_time, int64_t now,
		  struct fault *why)
{
	SCOPED(record_drop) struct record *record = record_new(store, folder);
	char origins[SPACES][LEAF_ORIGIN + 1];
	struct buf keys = { 0 };
	int64_t logs = 0;
	int ret;

	if ((ret = count_logs(store, &logs, why)) < 0)
		return ret;
	if (logs)
		return fault_set(why, FAULT_CONFLICT, "%s has a record already", folder);
	if ((ret = origin_fits(origin, given_time, why)) < 0 ||
	    (ret = record_origins(origin, origins, why)) < 0 || (ret = nothing_signed(record, why)) < 0)
		return ret;
	for (int i = 0; i < SPACES; i++)
		memcpy(record->logs[i].origin, origins[i], sizeof(origins[i]));
	record->given_time = given_time;
	buf_format(&keys, "%s/keys", folder);
	ret = file_make_folder(keys.data, 0700, why);
	buf_fini(&keys);
	if (ret < 0 || (ret = make_keys(record, why)) < 0 || (ret = fill(record, now, why)) < 0)
		return ret;
	record_settle(record);
	return 0;
}

static int read_log(struct record *record, enum record_space space, struct fault *why)
{
	static const char sql[] = "SELECT origin, vkey, given_time FROM logs WHERE id = $1";
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct log *log = log_of(record, space);
	char vkey[KEY_TEXT];
	const char *stored;
	int ret;

	if ((ret = store_query(record->store, sql, VALUES(value_int(space)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) < 0)
		return ret;
	if (!ret)
		return fault_set(why, FAULT_CORRUPT, "%s has no log %d", record->folder, space);
	snprintf(log->origin, sizeof(log->origin), "%s", rows_text(rows, 0, NULL));
	key_write(&log->key, vkey);
	stored = rows_text(rows, 1, NULL);
	if (strcmp(log->origin, log->key.name) || strcmp(stored, vkey))
		return fault_set(why, FAULT_CORRUPT,
				 "log %d of the store has the key %.300s; %s/keys/record.key is %s", space,
				 stored, record->folder, vkey);
	record->given_time = rows_int(rows, 2) != 0;
	return 0;
}

int record_open(struct store *store, const char *folder, struct record **out, struct fault *why)
{
	SCOPED(record_drop) struct record *record = record_new(store, folder);
	int64_t logs = 0;
	int ret;

	if ((ret = count_logs(store, &logs, why)) < 0)
		return ret;
	if (logs != SPACES)
		return fault_set(why, logs ? FAULT_CORRUPT : FAULT_ABSENT,
				 "%s has %" PRId64 " logs, %d are wanted", folder, logs, SPACES);
	if ((ret = load_keys(record, why)) < 0)
		return ret;
	for (int space = RECORD_REAL; space <= RECORD_DRILL; space++)
		if ((ret = read_log(record, space, why)) < 0 || (ret = log_resume(record, space, why)) < 0)
			return ret;
	*out = record;
	record = NULL;
	return 0;
}
