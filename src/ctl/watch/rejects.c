#include "ctl/watch/rejects.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "intake/event.h"

int rejects_open(struct rejects *r, const char *path, bool goes_on, struct fault *why)
{
	*r = (struct rejects){ .path = path };
	if (path && !(r->file = fopen(path, goes_on ? "ae" : "we")))
		return fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	return 0;
}

/* Bytes that are no UTF-8 become U+FFFD each; what does not fit is cut off. */
static size_t clean(const char *text, size_t len, char *out, size_t room)
{
	size_t n = 0;

	for (const char *at = text, *end = text + len; at < end;) {
		char bytes[4];
		uint32_t c = utf8_next(&at, end);
		const size_t more = utf8_put(c, bytes);

		if (n + more >= room)
			break;
		memcpy(out + n, bytes, more);
		n += more;
	}
	out[n] = '\0';
	return n;
}

/* What is said begins with "SOURCE:LINE: "; place and reason stand apart here. */
static const char *reason_of(const char *source, const struct block_reject *one)
{
	char place[512];
	const size_t len =
		(size_t)snprintf(place, sizeof(place), "%s:%llu: ", source, (unsigned long long)one->line);

	return len < sizeof(place) && !strncmp(one->reason, place, len) ? one->reason + len : one->reason;
}

static void write_one(struct rejects *r, const char *source, const char *reason,
		      const struct block_reject *one)
{
	/* A character that is not UTF-8 takes three bytes where one came. */
	char room[3 * 4096 + 1];
	struct buf out = { 0 };

	buf_text(&out, "{\"source\":");
	buf_json_string(&out, room, clean(source, strlen(source), room, sizeof(room)));
	buf_format(&out, ",\"line\":%llu,\"reason\":", (unsigned long long)one->line);
	buf_json_string(&out, reason, strlen(reason));
	if (one->text) {
		buf_text(&out, ",\"raw\":");
		buf_json_string(&out, room, clean(one->text, one->len, room, sizeof(room)));
	}
	buf_text(&out, "}\n");
	fwrite(out.data, 1, out.len, r->file);
	buf_fini(&out);
}

/* A place in the order of inputs; NULL when there is none so far behind. */
static struct reject *room_for(struct rejects *r, size_t input)
{
	size_t at = r->count;

	while (at && r->kept[at - 1].input > input)
		at--;
	if (at == REJECTS_KEPT)
		return NULL;
	r->count += r->count < REJECTS_KEPT;
	memmove(&r->kept[at + 1], &r->kept[at], (r->count - 1 - at) * sizeof(*r->kept));
	return &r->kept[at];
}

void rejects_add(struct rejects *r, size_t input, unsigned *kept_of_it, const char *source,
		 const struct block_reject *one)
{
	const char *reason = reason_of(source, one);
	struct reject *kept;

	if (r->file)
		write_one(r, source, reason, one);
	if (*kept_of_it == REJECTS_OF_ONE || !(kept = room_for(r, input)))
		return;
	(*kept_of_it)++;
	kept->input = input;
	kept->source = source;
	kept->line = one->line;
	clean(reason, strlen(reason), kept->reason, sizeof(kept->reason));
	clean(one->text ? one->text : "", one->text ? one->len : 0, kept->text, sizeof(kept->text));
}

void rejects_flush(struct rejects *r)
{
	if (r->file)
		fflush(r->file);
}

int rejects_close(struct rejects *r, struct fault *why)
{
	bool lost;

	if (!r->file)
		return 0;
	lost = ferror(r->file);
	lost |= fclose(r->file) != 0;
	return lost ? fault_set(why, FAULT_IO, "%s: not everything could be written", r->path) : 0;
}
