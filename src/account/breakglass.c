#include "account/breakglass.h"

#include <inttypes.h>

#include "account/account_private.h"

enum { LIST_MOST = 500 };

static int may_open(struct accounts *accounts, int64_t person, int64_t by, struct fault *why)
{
	struct account_row row;
	int ret;

	if (!by)
		return fault_say(why, FAULT_INVALID, "break-glass is opened by a person",
				 "应急放行须由人员发起");
	if (person == by)
		return fault_say(why, FAULT_REFUSED, "nobody opens break-glass for himself",
				 "不能为自己发起应急放行");
	if ((ret = account_need(accounts, person, &row, why)) < 0)
		return ret;
	if (row.disabled_at)
		return fault_say(why, FAULT_CONFLICT, "the account of person %" PRId64 " is disabled",
				 "人员 %" PRId64 " 的账户已停用", person);
	return 0;
}

static void take_row(struct rows *rows, struct breakglass *out)
{
	*out = (struct breakglass){ .id = rows_int(rows, 0),
				    .person = rows_int(rows, 1),
				    .opened_by = rows_int(rows, 2),
				    .opened_at = rows_int(rows, 3) };
	out->until = out->opened_at + BREAKGLASS_OPEN;
}

/* What nobody confirmed in time is no reason to refuse a new one. */
static int drop_late(struct accounts *accounts, int64_t person, int64_t now, struct fault *why)
{
	return store_run(accounts->store, "DELETE FROM breakglass WHERE person = $1 AND opened_at <= $2",
			 VALUES(value_int(person), value_int(now - BREAKGLASS_OPEN)), NULL, why);
}

int breakglass_open(struct accounts *accounts, int64_t person, int64_t by, int64_t now,
		    struct breakglass *out, struct fault *why)
{
	static const char sql[] =
		"INSERT INTO breakglass(id, person, opened_by, opened_at) VALUES($1, $2, $3, $4)"
		" ON CONFLICT(person) DO NOTHING";
	const int64_t id = account_draw_id();
	int64_t made;
	int ret;

	if ((ret = may_open(accounts, person, by, why)) < 0 ||
	    (ret = drop_late(accounts, person, now, why)) < 0 ||
	    (ret = store_run(accounts->store, sql,
			     VALUES(value_int(id), value_int(person), value_int(by), value_int(now)), &made,
			     why)) < 0)
		return ret;
	if (!made)
		return fault_say(why, FAULT_CONFLICT, "break-glass for person %" PRId64 " is open already",
				 "人员 %" PRId64 " 的应急放行已发起", person);
	*out = (struct breakglass){
		.id = id, .person = person, .opened_by = by, .opened_at = now, .until = now + BREAKGLASS_OPEN
	};
	return 0;
}

static int find(struct accounts *accounts, int64_t id, int64_t now, struct breakglass *out, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	int ret;

	if ((ret = store_query(accounts->store,
			       "SELECT id, person, opened_by, opened_at FROM breakglass WHERE id = $1"
			       " AND opened_at > $2",
			       VALUES(value_int(id), value_int(now - BREAKGLASS_OPEN)), &rows, why)) < 0 ||
	    (ret = rows_next(rows, why)) < 0)
		return ret;
	if (!ret)
		return fault_say(why, FAULT_ABSENT, "no break-glass %" PRId64 " is open",
				 "没有待确认的应急放行 %" PRId64, id);
	take_row(rows, out);
	return 0;
}

static int drop(struct accounts *accounts, int64_t id, struct fault *why)
{
	return store_run(accounts->store, "DELETE FROM breakglass WHERE id = $1", VALUES(value_int(id)), NULL,
			 why);
}

int breakglass_confirm(struct accounts *accounts, int64_t id, int64_t by, int64_t now, struct breakglass *out,
		       struct invitation *code, struct fault *why)
{
	struct breakglass found;
	int ret;

	if ((ret = find(accounts, id, now, &found, why)) < 0)
		return ret;
	if (!by || by == found.opened_by || by == found.person)
		return fault_say(why, FAULT_REFUSED,
				 "break-glass is confirmed by a second person, who is not the one it is for",
				 "应急放行须由发起人和当事人以外的第二人确认");
	if ((ret = drop(accounts, id, why)) < 0 ||
	    (ret = invitation_put(accounts, found.person, by, now, now + BREAKGLASS_LIFE, true, code, why)) <
		    0)
		return ret;
	*out = found;
	return 0;
}

int breakglass_withdraw(struct accounts *accounts, int64_t id, int64_t now, struct breakglass *out,
			struct fault *why)
{
	struct breakglass found;
	int ret;

	if ((ret = find(accounts, id, now, &found, why)) < 0 || (ret = drop(accounts, id, why)) < 0)
		return ret;
	*out = found;
	return 0;
}

int breakglass_list(struct accounts *accounts, int64_t now, struct arena *mem, struct breakglass **out,
		    size_t *count, struct fault *why)
{
	SCOPED(rows_drop) struct rows *rows = NULL;
	struct breakglass *list = arena_many(mem, LIST_MOST, sizeof(*list));
	size_t n = 0;
	int ret;

	if ((ret = store_query(accounts->store,
			       "SELECT id, person, opened_by, opened_at FROM breakglass WHERE opened_at > $1"
			       " ORDER BY opened_at, id LIMIT $2",
			       VALUES(value_int(now - BREAKGLASS_OPEN), value_int(LIST_MOST)), &rows, why)) <
	    0)
		return ret;
	while ((ret = rows_next(rows, why)) == 1)
		take_row(rows, &list[n++]);
	*out = list;
	*count = n;
	return ret;
}
