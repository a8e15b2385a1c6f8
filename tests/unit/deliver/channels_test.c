#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "deliver/channels.h"

/* What is wrong with a channels file, in Chinese, behind its place. */
static const char *said_of(const char *text, struct fault *why)
{
	char path[] = "/tmp/fs-channels-XXXXXX";
	struct channels *channels;
	const int fd = mkstemp(path);
	const char *colon;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_true(channels_read(path, &channels, why) < 0);
	unlink(path);
	assert_non_null(colon = strstr(why->zh, path));
	colon += strlen(path);
	return colon + strspn(colon, ":0123456789");
}

/* Words of the file stay as they are written; what is said about them is Chinese. */
static void what_is_wrong_is_said_in_chinese(void **state)
{
	static const struct {
		const char *text, *zh;
	} cases[] = {
		{ "chanels: {}\n", "渠道文件没有“chanels”这一项" },
		{ "channels:\n  mail:\n    kind: mail\n    secret_file: x\n",
		  "邮件渠道“mail”没有“secret_file”这一项" },
		{ "channels:\n  w:\n    kind: webhook\n    server: x\n",
		  "网络推送渠道“w”没有“server”这一项" },
		{ "channels:\n  sms:\n    kind: command\n    tls: x\n", "程序渠道“sms”没有“tls”这一项" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fault why;
		const char *zh = said_of(cases[i].text, &why);

		assert_non_null(strstr(zh, cases[i].zh));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_wrong_is_said_in_chinese) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
