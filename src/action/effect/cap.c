/* The edition as a CAP file, signed and kept: what leaves is fixed in the act that publishes it. */

#include "action/cap/cap.h"

#include <string.h>

#include "base/stamp.h"

/* The edition that is open now, the last that was made. */
static int newest_edition(struct deed *deed, struct object *warning, struct object **out, struct fault *why)
{
	struct objects editions = { 0 };
	int ret = 0;

	if (pack_kind(warning->pack, "edition"))
		ret = world_linked(deed, warning, "edition", "warning", &editions, why);
	*out = editions.count ? editions.at[editions.count - 1] : NULL;
	return ret;
}

/* What the plan says of this level (publication.yml). A pack that says nothing warns in blue. */
const struct colour *cap_level(const struct object *warning, int64_t level)
{
	static const struct colour unsaid = { "blue", { "蓝色", "Blue" }, "IV", "Unknown" };

	if (level < 1 || level > 5 || !warning->pack->colours[level].name)
		return &unsaid;
	return &warning->pack->colours[level];
}

static void set_time(struct deed *deed, struct object *object, const char *field, int64_t moment)
{
	char text[STAMP_LEN];

	stamp_format(moment, text);
	change_set(deed, object, field, json_string(text));
}

static void set_text(struct deed *deed, struct object *object, const char *field, const char *text)
{
	change_set(deed, object, field, json_string(text));
}

static void keep_on_edition(struct deed *deed, const struct cap_about *about, const char *digest)
{
	struct object *edition = about->edition;

	if (about->cancel) {
		set_text(deed, edition, "cap_cancel", digest);
		set_text(deed, edition, "cap_cancel_id", about->identifier);
		return;
	}
	set_text(deed, edition, "cap_file", digest);
	set_text(deed, edition, "cap_id", about->identifier);
	set_text(deed, edition, "cap_reference", cap_reference_of(deed, about));
	set_text(deed, edition, "cap_scope", about->scope);
	set_time(deed, edition, "cap_ends", about->ends);
}

static int keep_file(struct deed *deed, struct cap_about *about, struct fault *why)
{
	char digest[BLOB_NAME];
	const char *bytes;
	size_t len;
	int ret;

	/* 0: none is made of this. */
	if ((ret = cap_plan(deed, about, why)) <= 0 || (ret = cap_make(deed, about, &bytes, &len, why)) < 0 ||
	    (ret = house_keep(deed->house, bytes, len, deed->now, digest, why)) < 0)
		return ret;
	keep_on_edition(deed, about, digest);
	return 0;
}

static int run(struct deed *deed, struct object *subject, const struct effect_use *use, struct fault *why)
{
	struct cap_about about = { .warning = subject,
				   .cancel = use->value && !strcmp(use->value, "cancel") };
	int64_t level;
	int ret;

	if (use->value && !strcmp(use->value, "taken"))
		return cap_taken(deed, subject, why);
	if ((ret = newest_edition(deed, subject, &about.edition, why)) < 0)
		return ret;
	/* A pack whose editions do not keep it has no CAP files. */
	if (!about.edition || !kind_field(about.edition->kind, "cap_file"))
		return 0;
	level = value_level(json_object_get(about.edition->body, "level"));
	about.colour = cap_level(subject, level);
	return keep_file(deed, &about, why);
}

/* For letters: what this warning said last, as a file. */
bool cap_enclosure(struct deed *deed, struct object *warning, struct enclosure *out)
{
	struct object *edition = NULL;
	const char *lifted, *issued;
	struct fault why;

	if (newest_edition(deed, warning, &edition, &why) < 0 || !edition)
		return false;
	lifted = cap_text(edition, "cap_cancel");
	issued = cap_text(edition, "cap_file");
	if (!lifted && !issued)
		return false;
	out->digest = lifted ? lifted : issued;
	out->name = arena_text(deed->mem, "%s.xml", cap_text(edition, lifted ? "cap_cancel_id" : "cap_id"));
	out->type = "application/cap+xml";
	return true;
}

const struct effect effect_cap = {
	.name = "cap",
	.en = "makes the signed CAP file of the edition or its lifting, or notes one that was taken",
	.zh = "生成版次或其解除的 CAP 签名文件，或登记导入的文件",
	.run = run,
};
