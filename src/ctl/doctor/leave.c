#include <stdio.h>
#include <string.h>

#include "ctl/ctl_private.h"
#include "ctl/doctor/doctor_private.h"
#include "document/font.h"

/* leave -- what the house says to others: can its documents be drawn, do its messages get out? */

void examine_fonts(struct doctor *doctor, struct finding *out)
{
	char zh[FAULT_TOLD];
	struct fonts fonts;
	struct fault why;
	int ret = fonts_open(&fonts, doctor->mem, &why);

	fonts_close(&fonts);
	if (ret == 0) {
		found(out, HEALTH_GOOD, "all that a PDF is drawn with", "齐备，可生成 PDF");
		return;
	}
	fault_tell_zh(&why, zh, sizeof(zh));
	found(out, HEALTH_WARNING, "%.400s%.0s", "%.0s%.500s", why.text, zh);
	advise(out,
	       "apt install fonts-arphic-uming fonts-arphic-ukai fonts-wqy-microhei fonts-liberation "
	       "fontconfig-config",
	       "apt install fonts-arphic-uming fonts-arphic-ukai fonts-wqy-microhei fonts-liberation "
	       "fontconfig-config");
}

/* One channel more in the line. */
static void note(struct finding *out, const json_t *one, const char *en, const char *zh)
{
	const char *name = json_string_value(json_object_get(one, "name")),
		   *words = json_string_value(json_object_get(one, "words"));
	const long long waiting = (long long)json_integer_value(json_object_get(one, "waiting"));
	const size_t en_len = strlen(out->en), zh_len = strlen(out->zh);

	out->health = HEALTH_WARNING;
	snprintf(out->en + en_len, sizeof(out->en) - en_len, "%s%.40s %s, %lld waiting%s%.120s%s",
		 en_len ? "; " : "", name, en, waiting, words ? " (" : "", words ? words : "",
		 words ? ")" : "");
	snprintf(out->zh + zh_len, sizeof(out->zh) - zh_len, "%s%.40s %s，%lld 条待发%s%.120s%s",
		 zh_len ? "；" : "", name, zh, waiting, words ? "（" : "", words ? words : "",
		 words ? "）" : "");
}

static void note_gone(struct finding *out, const json_t *one)
{
	json_t *plain = json_copy((json_t *)one);

	json_object_del(plain, "words");
	note(out, plain, "not configured any more", "已不在配置中");
	json_decref(plain);
}

static json_t *channels_told(struct doctor *doctor)
{
	struct ctl ctl = { .mem = doctor->mem, .fd = -1, .patience_s = 5, .typed.data = doctor->folder };
	json_t *answer = NULL;

	if (doctor->status && talk_ask(&ctl, json_pack("{s:s}", "op", "channels"), &answer, NULL) < 0)
		answer = NULL;
	talk_end(&ctl);
	return answer;
}

/* Without a daemon, or without channels, there is nothing to say. */
void examine_channels(struct doctor *doctor, struct finding *out)
{
	json_t *answer = channels_told(doctor), *list = json_object_get(answer, "channels"), *one;
	size_t i;

	json_array_foreach(list, i, one) {
		const char *state = json_string_value(json_object_get(one, "state"));

		if (json_object_get(one, "because"))
			note_gone(out, one);
		else if (state && !strcmp(state, "trouble"))
			note(out, one, "in trouble", "故障");
		else if (state && !strcmp(state, "held"))
			note(out, one, "held by decision", "已人工暂停");
	}
	if (out->health != HEALTH_GOOD)
		advise(out,
		       "fengsui channel list; fengsui channel resume NAME where it was held; one that is not "
		       "configured: "
		       "into the channels file again, or fengsui channel give-up NAME REASON",
		       "fengsui channel list；人工暂停的用 fengsui channel resume 名称 "
		       "恢复；已不在配置中的写回渠道文件，"
		       "或用 fengsui channel give-up 名称 理由 放弃");
	else if (json_array_size(list))
		found(out, HEALTH_GOOD, "%zu, all open", "%zu 条，均畅通", json_array_size(list));
	json_decref(answer);
}
