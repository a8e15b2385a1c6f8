#include "ctl/credential/account.h"
#include "ctl/ctl_private.h"
#include "ctl/remote/remote.h"

/*
 * listing -- a list that the daemon gives over the network, as a table.
 */

static struct table *headed(struct ctl *ctl, const struct listing *what)
{
	struct table *table;
	size_t columns = 0;

	while (columns < LISTING_COLUMNS && what->heads[columns].en)
		columns++;
	table = table_new(ctl, columns);
	for (size_t i = 0; i < columns; i++)
		table_put(table, in_words(ctl, what->heads[i].en, what->heads[i].zh));
	return table;
}

static void say_table(struct ctl *ctl, const struct listing *what, const json_t *answer)
{
	const json_t *rows = json_object_get(answer, "rows"), *row;
	const char *after = json_string_value(json_object_get(answer, "after"));
	struct table *table = headed(ctl, what);
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
		what->put_row(ctl, table, row);
	if (!rows)
		what->put_row(ctl, table, answer);
	if (rows && !json_array_size(rows))
		puts(in_words(ctl, "None.", "没有。"));
	else
		table_print(table);
	if (after)
		printf(in_words(ctl, "More: --after %s\n", "还有更多：--after %s\n"), after);
}

int listing_say(struct ctl *ctl, const struct listing *what, const char *path)
{
	json_t *answer;
	int ret = remote_or_say(ctl, "GET", path, NULL, &answer);

	if (ret)
		return ret;
	if (ctl->typed.json)
		say_json(answer);
	else
		say_table(ctl, what, answer);
	json_decref(answer);
	return 0;
}
