#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "intake/mail/bounce.h"
#include "intake/mail/mail.h"

/* Property: whatever a server reports, what is read of it is whole: an action, a status of its class, an
 * address, clean words within their limit; and it reads the same twice. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void clean(const char *text, size_t most)
{
	const size_t len = strlen(text);

	if (len > most || utf8_valid(text, len) != len)
		abort();
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20)
			abort();
}

static void check(const struct bounce_recipient *one)
{
	static const char *const classes[] = {
		[BOUNCE_FAILED] = "45", [BOUNCE_DELAYED] = "4", [BOUNCE_DELIVERED] = "2"
	};

	if (!strchr(classes[one->action], one->status[0]) || one->status[1] != '.' ||
	    one->status[strspn(one->status, "0123456789.")] || (!*one->final && !*one->original))
		abort();
	clean(one->final, MAIL_LINE_MOST);
	clean(one->original, MAIL_LINE_MOST);
	clean(one->words, BOUNCE_WORDS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct bounce one = { .id = "" }, two = { .id = "" };
	const char *id = bounce_returned((const char *)data, size, mem);

	clean(id, MAIL_LINE_MOST);
	if (id[strcspn(id, "> ")])
		abort();
	bounce_fields((const char *)data, size, mem, &one);
	bounce_fields((const char *)data, size, mem, &two);
	if (one.count > BOUNCE_RECIPIENTS_MOST || one.count != two.count)
		abort();
	for (size_t i = 0; i < one.count; i++) {
		check(&one.recipients[i]);
		if (strcmp(one.recipients[i].final, two.recipients[i].final) != 0)
			abort();
	}
	return 0;
}
