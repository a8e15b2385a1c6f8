/* A signed link by which a unit acknowledges a warning: whoever has the mail may say that it came. */

#include "action/action_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/stamp.h"
#include "deliver/channels.h"
#include "deliver/link_token.h"
#include "host/file.h"
#include "host/random.h"
#include "seal/hex.h"
#include "seal/mac.h"

#define LINK_LIVES (30 * STAMP_DAY)

/* ---- the key: made at need, the data folder's own ------------------------------ */

static int key_of(struct house *house, unsigned char out[static DIGEST_LEN], struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	const char *path = arena_text(mem, "%s/keys/link.key", house->folder);
	char hex[2 * DIGEST_LEN + 2], *text;
	size_t len;
	int ret;

	if (house->link_known) {
		memcpy(out, house->link_key, DIGEST_LEN);
		return 0;
	}
	ret = file_read(path, 4096, mem, &text, &len, why);
	if (ret == -FAULT_ABSENT) {
		random_fill(out, DIGEST_LEN);
		hex_write(out, DIGEST_LEN, hex);
		strcat(hex, "\n");
		ret = file_write(path, 0600, hex, strlen(hex), why);
	} else if (ret == 0 &&
		   (len < LINK_MAC || !hex_read(arena_copy_bytes(mem, text, LINK_MAC), DIGEST_LEN, out))) {
		ret = fault_set(why, FAULT_CORRUPT, "%s is no key", path);
	}
	if (ret < 0)
		return ret;
	memcpy(house->link_key, out, DIGEST_LEN);
	house->link_known = true;
	return 0;
}

static int mac_of(struct house *house, int64_t target, int64_t unit, int64_t until_s,
		  char out[static LINK_MAC + 1], struct fault *why)
{
	unsigned char key[DIGEST_LEN], mac[DIGEST_LEN];
	struct mac_key ready;
	struct mac m;
	char text[96];
	int ret = key_of(house, key, why);

	if (ret < 0)
		return ret;
	snprintf(text, sizeof(text), "acknowledge\n%" PRId64 "-%" PRId64 "-%" PRId64, target, unit, until_s);
	mac_key_init(&ready, key);
	mac_init(&m, &ready);
	mac_put(&m, text, strlen(text));
	mac_end(&m, mac);
	hex_write(mac, sizeof(mac), out);
	return 0;
}

const char *link_for(struct house *house, int64_t target, int64_t unit, int64_t at, struct arena *mem)
{
	const char *site = channels_site(house->channels);
	struct link_token link = { target, unit, (at + LINK_LIVES) / STAMP_SECOND, "" };
	char token[LINK_TOKEN];
	struct fault why;

	if (!site)
		return NULL;
	if (mac_of(house, target, unit, link.until_s, link.mac, &why) < 0) {
		fprintf(stderr, "fengsui: no link to acknowledge by: %s\n", why.text);
		return NULL;
	}
	link_token_write(&link, token);
	return arena_text(mem, "%s/ack/%s", site, token);
}

/* ---- used --------------------------------------------------------------------------- */

static bool same(const char *a, const char *b)
{
	unsigned char apart = 0;

	for (size_t i = 0; i < LINK_MAC; i++)
		apart |= (unsigned char)(a[i] ^ b[i]);
	return !apart;
}

static int check_link(struct house *house, const char *token, int64_t now, struct link_token *out,
		      struct fault *why)
{
	char mac[LINK_MAC + 1];
	int ret;

	if (!link_token_read(token, out))
		return fault_say(why, FAULT_ABSENT, "this link is not one of ours", "该链接不是本系统发出的");
	if ((ret = mac_of(house, out->target, out->unit, out->until_s, mac, why)) < 0)
		return ret;
	if (!same(mac, out->mac))
		return fault_say(why, FAULT_ABSENT, "this link is not one of ours", "该链接不是本系统发出的");
	if (now / STAMP_SECOND > out->until_s)
		return fault_say(why, FAULT_REFUSED,
				 "this link has expired; please sign in, or call the duty officer",
				 "该链接已过期，请登录系统或致电值班员");
	return 0;
}

/* The unit of the link is still that of the target, or the link was made for another. */
static int target_of(struct deed *deed, const struct link_token *link, struct object **out, struct fault *why)
{
	struct object *target = world_get(deed, link->target, why);

	if (!target || strcmp(target->kind->name, "warning_target") != 0 ||
	    world_ref(deed, target, "unit") != link->unit)
		return fault_say(why, FAULT_REFUSED, "this link is for another warning or unit",
				 "该链接属于其他预警或单位");
	*out = target;
	return 0;
}

static const char *word_at(struct deed *deed, struct object *target, const char *path)
{
	const char *text = json_string_value(world_value(deed, target, path, NULL));

	return text ? text : "";
}

static json_t *told_of(struct deed *deed, struct object *target)
{
	const char *state = state_of(target, target->kind->regions[0].name);
	const struct state *now = region_state(&target->kind->regions[0], state);
	struct fault why;
	int64_t warning = world_ref(deed, target, "warning");
	struct object *of = warning ? world_get(deed, warning, &why) : NULL;

	return json_pack("{s:b, s:s, s:s*, s:s*, s:s, s:s, s:s}", "ok", 1, "state", state, "zh",
			 now->label.zh, "en", now->label.en, "unit", word_at(deed, target, "unit.name"),
			 "number", of ? object_name(deed, of) : "", "title",
			 word_at(deed, target, "warning.title"));
}

int house_link_show(struct house *house, const char *token, int64_t now, json_t **answer, struct fault *why)
{
	struct object *target = NULL;
	struct link_token link;
	struct deed deed;
	int ret = check_link(house, token, now, &link, why);

	if (ret < 0)
		return ret;
	deed_open(&deed, house, NULL, now);
	if ((ret = target_of(&deed, &link, &target, why)) == 0)
		*answer = told_of(&deed, target);
	deed_close(&deed);
	return ret;
}

/* Who opened the mail has it: it was delivered, whatever its server said. */
static int acknowledge(struct deed *deed, const struct link_token *link, struct object **target,
		       struct fault *why)
{
	int ret = target_of(deed, link, target, why);

	if (ret == 0)
		ret = trigger_name(deed, *target, TRIGGER_SIGNAL, "channel_delivered", why);
	if (ret == 0)
		ret = trigger_name(deed, *target, TRIGGER_SIGNAL, "link_acknowledged", why);
	if (ret == 0 && (*target)->change)
		json_object_set_new(change_of(deed, *target, NULL), "link",
				    json_pack("{s:I, s:s}", "unit", (json_int_t)link->unit, "way", "mail"));
	return ret;
}

int house_link_use(struct house *house, const char *token, int64_t now, json_t **answer, struct fault *why)
{
	const struct asker asker = { .machine = "link" };
	struct object *target = NULL;
	struct link_token link;
	struct deed deed;
	int ret = check_link(house, token, now, &link, why);

	if (ret < 0)
		return ret;
	if ((ret = deed_begin(&deed, house, &asker, now, why)) == 0) {
		ret = acknowledge(&deed, &link, &target, why);
		ret = deed_end(&deed, ret, why);
	}
	if (ret == 0 && deed.missing)
		ret = fault_say(why, FAULT_REFUSED, "%s%.0s", "%.0s%s", deed.missing->en, deed.missing->zh);
	if (ret == 0)
		*answer = told_of(&deed, target);
	deed_close(&deed);
	return ret;
}
