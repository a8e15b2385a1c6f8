#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "deliver/mailbox_name.h"
#include "deliver/message.h"

/* A letter as mail: nothing in it ends a line, begins a field or ends the message. */

static const struct channel channel = { .name = "mail",
					.kind = CHANNEL_MAIL,
					.from = "办公室 <office@example.org>",
					.from_address = "office@example.org" };

static void written(struct message *m, struct buf *out)
{
	struct fault why = { 0 };

	m->channel = &channel;
	if (message_mail(m, out, &why) < 0)
		fail_msg("%s", why.text);
	buf_char(out, '\0');
}

/* Every line ends in CRLF, is ASCII and at most 998 bytes (RFC 5322 2.1.1); none is a dot alone. */
static void assert_lines(const struct buf *mail)
{
	const char *line = mail->data;

	for (const char *p = mail->data; *p; p++) {
		assert_true((unsigned char)*p < 0x80);
		assert_true(*p != '\n' || p[-1] == '\r');
		assert_true(*p != '\r' || p[1] == '\n');
		if (*p != '\n')
			continue;
		assert_true(p - line < 998);
		assert_true(p - line != 2 || *line != '.');
		line = p + 1;
	}
}

static void nothing_rides_along(void **state)
{
	static const char *const evil[] = {
		"预警\r\nBcc: evil@example.org\r\n\r\nbody",
		"\n.\n",
		"\r\n.\r\nMAIL FROM:<a@b>",
		"=?UTF-8?Q?=0D=0ABcc:_x?=",
		"a\rBcc: x",
		"\x1b[31m",
		"\xc2\x85"
		"Bcc: x",
		"\xe2\x80\xa8"
		"Bcc: x",
		"\xff\xfe",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(evil) / sizeof(*evil); i++) {
		SCOPED(buf_fini) struct buf mail = { 0 };
		struct message m = { .key = "k-1", .address = "a@example.org", .zh = evil[i], .en = evil[i] };
		const char *heads;

		written(&m, &mail);
		assert_lines(&mail);
		heads = strstr(mail.data, "\r\n\r\n");
		assert_non_null(heads);
		for (const char *p = mail.data; p < heads; p = strstr(p, "\r\n") + 2)
			if (!strncasecmp(p, "bcc", 3) || !strncasecmp(p, "mail", 4))
				fail_msg("%s", p);
	}
}

static void a_long_subject_is_whole_characters(void **state)
{
	SCOPED(buf_fini) struct buf mail = { 0 };
	char long_text[4000];
	struct message m = { .key = "k-2", .address = "a@example.org", .zh = long_text, .en = "x" };

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(long_text); i += 3)
		memcpy(long_text + i, "警", 3);
	long_text[3999] = '\0';
	written(&m, &mail);
	assert_lines(&mail);
	assert_non_null(strstr(mail.data, "Message-ID: <k-2@example.org>\r\n"));
}

static void a_file_is_a_part_with_its_name_in_any_script(void **state)
{
	SCOPED(buf_fini) struct buf mail = { 0 };
	char path[] = "/tmp/fs-mime-XXXXXX";
	const int fd = mkstemp(path);
	struct message m = {
		.key = "k-3", .address = "a@example.org", .zh = "甲", .en = "a", .file_count = 1
	};

	(void)state;
	assert_int_equal(write(fd, "\0\xff.\r\n", 5), 5);
	close(fd);
	m.files[0] = (struct message_file){ "预警\"\r\nX: y.xml", "text/xml\r\nX: y", "d", path };
	written(&m, &mail);
	unlink(path);
	assert_lines(&mail);
	assert_non_null(strstr(mail.data, "filename*=UTF-8''%E9%A2%84%E8%AD%A6%22%20%20X%3A%20y.xml\r\n"));
	assert_non_null(strstr(mail.data, "Content-Type: application/octet-stream\r\n"));
	assert_null(strstr(mail.data, "\r\nX: y"));
	assert_non_null(strstr(mail.data, "\r\n----k-3----\r\n"));
}

static void addresses(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "a@example.org", true },
		{ "a.b+c@example.org", true },
		{ "a@localhost", true },
		{ "", false },
		{ "a", false },
		{ "@example.org", false },
		{ "a@", false },
		{ ".a@example.org", false },
		{ "a.@example.org", false },
		{ "a..b@example.org", false },
		{ "-a@example.org", false },
		{ "\"a b\"@example.org", false },
		{ "a@[127.0.0.1]", false },
		{ "a@-example.org", false },
		{ "a@example-.org", false },
		{ "a@example..org", false },
		{ "a b@example.org", false },
		{ "a@example.org\r\nRCPT TO:<b@c>", false },
		{ "a@example.org>", false },
		{ "<a@example.org", false },
		{ "a@b@example.org", false },
		{ "a,b@example.org", false },
		{ "警@example.org", false },
		{ "a@例子.org", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (mailbox_valid(cases[i].text) != cases[i].good)
			fail_msg("%s", cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_rides_along),
		cmocka_unit_test(a_long_subject_is_whole_characters),
		cmocka_unit_test(a_file_is_a_part_with_its_name_in_any_script),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
