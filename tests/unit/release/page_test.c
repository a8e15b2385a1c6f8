#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "release/page.h"

/* The page of a notice whose only text is this one. */
static void write_with(const char *text, struct buf *out)
{
	const struct page_row row = { .label_zh = "措施", .label_en = "What to do", .zh = text, .en = text };
	const struct page page = { .name = "NOT-2026-0001-1",
				   .kind_zh = "公告",
				   .kind_en = "Public notice",
				   .title_zh = "标题",
				   .title_en = "Title",
				   .state_zh = "已发布",
				   .state_en = "published",
				   .published_at = "2026-03-02T08:00:00Z",
				   .rows = &row,
				   .row_count = 1 };

	page_write(&page, false, false, out);
	buf_char(out, '\0');
}

static void what_cannot_be_seen_is_seen(void **state)
{
	static const struct {
		const char *sign;
		bool shown; /* as it stands */
		const char *why;
	} cases[] = {
		{ "\xe2\x80\x8b", false, "U+200B, a space of no width" },
		{ "\xd8\x9c", false, "U+061C, the mark of Arabic letters" },
		{ "\xe2\x81\xa0", false, "U+2060, joins words" },
		{ "\xef\xbb\xbf", false, "U+FEFF, a space of no width" },
		{ "\xc2\xad", false, "U+00AD, a soft hyphen" },
		{ "\xe1\xa0\x8e", false, "U+180E, a Mongolian mark" },
		{ "\xe2\x80\xae", false, "U+202E, turns what follows" },
		{ "\xe2\x81\xa6", false, "U+2066, isolates what follows" },
		{ "\xf3\xa0\x81\x81", false, "U+E0041, a tag" },
		{ "\x07", false, "a control" },
		{ "\xe2\x80\x8d", true, "U+200D joins letters of scripts that need it" },
		{ "\xf3\xa0\x84\x80", true, "U+E0100 chooses a form of a Chinese character" },
		{ "\xe3\x80\x80", true, "U+3000, the space of Chinese" },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out = { 0 };

		snprintf(text, sizeof(text), "ad%smin", cases[i].sign);
		write_with(text, &out);
		if (cases[i].shown != !strstr(out.data, "ad\xef\xbf\xbdmin") ||
		    cases[i].shown != !!strstr(out.data, text))
			fail_msg("%s", cases[i].why);
		buf_fini(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_cannot_be_seen_is_seen) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
