#include "ctl/watch/rejects.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "intake/event.h"

int rejects_open(struct rejects *r, const char *path, struct fault *why)
{
	*r = (struct rejects){ .path = path };
	if (path && !(r->file = fopen(path, "we")))
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

/* The fault says "SOURCE:LINE: reason"; place and reason stand apart here. */
static const char *reason_of(const struct source *source, const struct fault *why)
{
	char place[512];
	const size_t len = (size_t)snprintf(place, sizeof(place), "%s:%llu: ", source->name,
					    (unsigned long long)source->lines);

	return len < sizeof(place) && !strncmp(why->text, place, len) ? why->text + len : why->text;
}

static void write_one(struct rejects *r, const struct source *source, const char *reason, const char *text,
		      size_t len)
{
	/* A character that is not UTF-8 takes three bytes where one came. */
	char room[3 * 4096 + 1];
	struct buf out = { 0 };

	buf_text(&out, "{\"source\":");
	buf_json_string(&out, room, clean(source->name, strlen(source->name), room, sizeof(room)));
	buf_format(&out, ",\"line\":%llu,\"reason\":", (unsigned long long)source->lines);
	buf_json_string(&out, reason, strlen(reason));
	if (text) {
		buf_text(&out, ",\"raw\":");
		buf_json_string(&out, room, clean(text, len, room, sizeof(room)));
	}
	buf_text(&out, "}\n");
	fwrite(out.data, 1, out.len, r->file);
	buf_fini(&out);
}

void rejects_add(struct rejects *r, unsigned *kept_of_it, const struct source *source, const char *text,
		 size_t len, const struct fault *why)
{
	const char *reason = reason_of(source, why);
	struct reject *kept;

	if (r->file)
		write_one(r, source, reason, text, len);
	if (r->count == REJECTS_KEPT || *kept_of_it == REJECTS_OF_ONE)
		return;
	(*kept_of_it)++;
	kept = &r->kept[r->count++];
	kept->source = source->name;
	kept->line = source->lines;
	clean(reason, strlen(reason), kept->reason, sizeof(kept->reason));
	clean(text ? text : "", text ? len : 0, kept->text, sizeof(kept->text));
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
