#include "../action/small.h"

#include <stdio.h>
#include <string.h>

#include "account/account.h"

/* What is no view stays as it is when the views are made anew. */

static const char *const rows[] = {
	"INSERT INTO accounts VALUES(5, 1, 'h', 1, 0, 0, 3, 1, x'00', NULL, -1, 0)",
	"INSERT INTO recovery_codes VALUES(5, x'01')",
	"INSERT INTO invitations VALUES(5, x'02', 6, 1, 2, 0)",
	"INSERT INTO breakglass VALUES(7, 5, 6, 1)",
	"INSERT INTO sessions VALUES(7, x'03', 5, 'a', 'b', 1, 1, 1, 2)",
	"INSERT INTO tokens VALUES(7, x'04', 5, '', 'n', 1, '', 5, 1, 2, 0, 0)",
	"INSERT INTO throttles VALUES(x'05', 3, 1, 2)",
	"INSERT INTO known_places VALUES(5, x'06', 1)",
	"INSERT INTO saved_views VALUES(5, 'n', '{}', 1)",
	"INSERT INTO uploads VALUES('i', 5, 1, 1, 1)",
};

static void a_rebuild_leaves_accounts_alone(void **state)
{
	struct small small;
	struct store *store;
	struct store_txn *txn = NULL;
	struct fault why = { 0 };
	int64_t differing;

	(void)state;
	small_open(&small, NULL);
	store = house_store(small.house);
	small_make(&small, "unit", "{\"name\":\"市教育局\",\"type\":\"bureau\",\"bound\":true}");
	assert_int_equal(store_begin(store, &txn, &why), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (store_run(store, rows[i], NO_VALUES, NULL, &why) < 0)
			fail_msg("%s: %s", rows[i], why.text);
	assert_int_equal(store_commit(&txn, &why), 0);
	if (house_rebuild(small.house, false, &differing, &why) < 0)
		fail_msg("%s", why.text);
	assert_int_equal(
		small_count(&small,
			    "SELECT (SELECT count(*) FROM accounts WHERE password = 'h' AND failures = 3)"
			    " + (SELECT count(*) FROM recovery_codes) + (SELECT count(*) FROM invitations)"
			    " + (SELECT count(*) FROM breakglass) + (SELECT count(*) FROM sessions)"
			    " + (SELECT count(*) FROM tokens) + (SELECT count(*) FROM throttles)"
			    " + (SELECT count(*) FROM known_places) + (SELECT count(*) FROM saved_views)"
			    " + (SELECT count(*) FROM uploads)"),
		sizeof(rows) / sizeof(*rows));
	assert_true(small_count(&small, "SELECT count(*) FROM objects") > 0);
	small_close(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_rebuild_leaves_accounts_alone) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
