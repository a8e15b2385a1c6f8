#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "intake/mail/mail.h"

/* Property: a message is refused, or every text of it is clean UTF-8 within its
 * limit and every file lies within what may be decoded; and it reads the same twice. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void clean(const char *text, size_t most, bool line)
{
	const size_t len = strlen(text);

	if (len > most || utf8_valid(text, len) != len)
		abort();
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 && (line || (*c != '\n' && *c != '\t')))
			abort();
}

static void check(const struct mail *mail)
{
	size_t all = 0;

	clean(mail->id, MAIL_LINE_MOST, true);
	clean(mail->sender, MAIL_LINE_MOST, true);
	clean(mail->name, MAIL_LINE_MOST, true);
	clean(mail->subject, MAIL_LINE_MOST, true);
	clean(mail->text, MAIL_TEXT_MOST, false);
	if (!*mail->sender || mail->file_count > MAIL_FILES_MOST)
		abort();
	for (size_t i = 0; i < mail->file_count; i++) {
		clean(mail->files[i].name, MAIL_LINE_MOST, true);
		all += mail->files[i].len;
	}
	if (all > MAIL_BYTES_MOST)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct mail one = { 0 }, two = { 0 };
	struct fault why = { 0 };
	int ret;

	mail_start();
	ret = mail_read((const char *)data, size, mem, &one, &why);
	if (ret != mail_read((const char *)data, size, mem, &two, NULL))
		abort();
	if (ret == 0) {
		check(&one);
		if (strcmp(one.text, two.text) || one.file_count != two.file_count)
			abort();
	} else if (!why.text[0] || !why.zh[0]) {
		abort();
	}
	return 0;
}
