/* The versions of the plan that were published here: each is kept under its digest (pack/keep.h). */

#include "action/action_private.h"

#include "base/stamp.h"

static json_t *told(struct rows *rows)
{
	char at[STAMP_LEN];

	stamp_format(rows_int(rows, 3), at);
	return json_pack("{s:s, s:s, s:s, s:s, s:b}", "digest", rows_text(rows, 0, NULL), "id",
			 rows_text(rows, 1, NULL), "version", rows_text(rows, 2, NULL), "at", at, "in_force",
			 (int)rows_int(rows, 4));
}

int house_versions(struct house *house, json_t **out, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	json_t *list = json_array();
	int ret = store_query(house->store,
			      "SELECT digest, id, version, at, in_force FROM packs"
			      " ORDER BY in_force DESC, at DESC, digest",
			      NO_VALUES, &rows, why);

	while (ret == 0 && (ret = rows_next(rows, why)) > 0) {
		json_array_append_new(list, told(rows));
		ret = 0;
	}
	if (ret == 0)
		*out = list;
	else
		json_decref(list);
	return ret;
}

int house_version(struct house *house, const char *digest, const struct pack **out, struct fault *why)
{
	struct fault mine = { 0 };
	int64_t any = 0;
	int ret = store_int(house->store, "SELECT count(*) FROM packs WHERE digest = $1",
			    VALUES(value_text(digest)), &any, why);

	if (ret < 0)
		return ret;
	/* Asked of the store before the disk: no path is made of what somebody says. */
	if (!any)
		return fault_say(why, FAULT_ABSENT, "no version of the plan with the digest '%.64s' is kept here",
				 "这里没有保存摘要为“%.64s”的预案版本", digest);
	if ((*out = house_pack_by(house, digest, &mine)))
		return 0;
	return fault_say(why, FAULT_CORRUPT, "the version %.12s cannot be read as it was published",
			 "版本 %.12s 已无法按发布时的内容读取", digest);
}
