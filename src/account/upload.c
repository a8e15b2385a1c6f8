#include "account/upload.h"

#include <stdio.h>
#include <string.h>

#include "account/account_private.h"
#include "host/random.h"
#include "seal/hex.h"

enum { STALE_MOST = 500 };

static void take_row(struct rows *rows, struct upload *out)
{
	*out = (struct upload){ .person = rows_int(rows, 1),
				.size_bytes = rows_int(rows, 2),
				.at = rows_int(rows, 3),
				.touched_at = rows_int(rows, 4) };
	snprintf(out->id, sizeof(out->id), "%s", rows_text(rows, 0, NULL));
}

int upload_make(struct accounts *accounts, int64_t person, int64_t size_bytes, int64_t now,
		struct upload *out, struct fault *why)
{
	struct upload upload = { .person = person, .size_bytes = size_bytes, .at = now, .touched_at = now };
	unsigned char bytes[(UPLOAD_ID - 1) / 2];
	int64_t open;
	int ret;

	if ((ret = store_int(accounts->store, "SELECT count(*) FROM uploads WHERE person = $1",
			     VALUES(value_int(person)), &open, why)) < 0)
		return ret;
	if (open >= UPLOAD_MOST)
		return fault_say(why, FAULT_LIMIT, "%d uploads of this person are open already",
				 "此人已有 %d 个未完成的上传", UPLOAD_MOST);
	random_fill(bytes, sizeof(bytes));
	hex_write(bytes, sizeof(bytes), upload.id);
	if ((ret = store_run(
		     accounts->store,
		     "INSERT INTO uploads(id, person, size, at, touched_at) VALUES($1, $2, $3, $4, $4)",
		     VALUES(value_text(upload.id), value_int(person), value_int(size_bytes), value_int(now)),
		     NULL, why)) < 0)
		return ret;
	*out = upload;
	return 0;
}

int upload_find(struct accounts *accounts, int64_t person, const char *id, struct upload *out,
		struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = store_query(
		     accounts->store,
		     "SELECT id, person, size, at, touched_at FROM uploads WHERE id = $1 AND person = $2",
		     VALUES(value_text(id), value_int(person)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) < 0)
		return ret;
	if (!ret)
		return fault_say(why, FAULT_ABSENT, "there is no upload '%.40s'", "没有上传“%.40s”", id);
	take_row(rows, out);
	return 0;
}

int upload_known(struct accounts *accounts, const char *id, bool *out, struct fault *why)
{
	int64_t count = 0;
	int ret = store_int(accounts->store, "SELECT count(*) FROM uploads WHERE id = $1",
			    VALUES(value_text(id)), &count, why);

	*out = count > 0;
	return ret;
}

int upload_touch(struct accounts *accounts, const char *id, int64_t now, struct fault *why)
{
	return store_run(accounts->store, "UPDATE uploads SET touched_at = $1 WHERE id = $2",
			 VALUES(value_int(now), value_text(id)), NULL, why);
}

int upload_remove(struct accounts *accounts, const char *id, struct fault *why)
{
	return store_run(accounts->store, "DELETE FROM uploads WHERE id = $1", VALUES(value_text(id)), NULL,
			 why);
}

int upload_stale(struct accounts *accounts, int64_t before, struct arena *mem, struct upload **out,
		 size_t *count, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct upload *list = arena_many(mem, STALE_MOST, sizeof(*list));
	size_t n = 0;
	int ret;

	if ((ret = store_query(accounts->store,
			       "SELECT id, person, size, at, touched_at FROM uploads WHERE touched_at < $1"
			       " ORDER BY touched_at, id LIMIT $2",
			       VALUES(value_int(before), value_int(STALE_MOST)), &rows, why)) < 0)
		return ret;
	while ((ret = rows_next(rows, why)) == 1)
		take_row(rows, &list[n++]);
	*out = list;
	*count = n;
	return ret;
}
