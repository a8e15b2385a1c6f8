#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "release/release.h"

/* Property: whatever the text, findings lie within it, in order, the same twice;
 * and an address on a line of its own behind it is found. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct release *made(void)
{
	static const struct release_name names[] = { { "市中心医院", RELEASE_UNIT, false },
						     { "Central Hospital", RELEASE_UNIT, false },
						     { "市信息产业局", RELEASE_UNIT, true },
						     { "zhangjg", RELEASE_ACCOUNT, false } };
	static const char *const domains[] = { "gov-jn.example" }, *const numbers[] = { "INC" };
	const struct release_list list = { names, 4, domains, 1, numbers, 1 };
	static struct release *release;

	if (!release && release_new(&list, &release, NULL) < 0)
		abort();
	return release;
}

static void in_order(const struct release_findings *found, size_t len)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct release_finding *one = &found->at[i];

		if (one->from > one->to || one->to > len || (i && one->from < found->at[i - 1].from))
			abort();
	}
}

static bool has_address(const struct release_findings *found)
{
	for (size_t i = 0; i < found->count; i++)
		if (found->at[i].of == RELEASE_ADDRESS && strstr(found->at[i].what, "10.1.2.3"))
			return true;
	return found->more || found->count == RELEASE_FINDINGS_MOST;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct release_findings *one = arena_take(mem, sizeof(*one)), *two = arena_take(mem, sizeof(*two));
	char *text = arena_take(mem, size + 32);

	if (size > RELEASE_TEXT_MOST / 4)
		return 0;
	memcpy(text, data, size);
	release_check(made(), text, mem, one);
	release_check(made(), text, mem, two);
	in_order(one, strlen(text));
	if (one->count != two->count || one->more != two->more)
		abort();
	strcat(text, "\n主机 10.1.2.3 。");
	release_check(made(), text, mem, one);
	if (!has_address(one))
		abort();
	return 0;
}
