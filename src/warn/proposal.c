#include "warn/proposal.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *severity;
	int level;
} levels[] = { { "Extreme", 5 }, { "Severe", 4 }, { "Moderate", 3 }, { "Minor", 2 } };

static const struct cap_info *part_of(const struct cap_message *message)
{
	for (size_t i = 0; i < message->info_count; i++)
		if (message->infos[i].language && !strncasecmp(message->infos[i].language, "zh", 2))
			return &message->infos[i];
	return message->info_count ? &message->infos[0] : NULL;
}

static int level_of(const struct cap_info *info)
{
	for (size_t i = 0; info && i < sizeof(levels) / sizeof(*levels); i++)
		if (!strcmp(levels[i].severity, info->severity))
			return levels[i].level;
	return 0;
}

static const char *first_said(const char *one, const char *two, const char *otherwise)
{
	if (one && !text_blank(one))
		return one;
	return two && !text_blank(two) ? two : otherwise;
}

struct proposal proposal_of(const struct cap_message *message, struct arena *mem)
{
	const struct cap_info *info = part_of(message);
	const bool lifts = !strcmp(message->type, "Cancel");

	return (struct proposal){
		.title = first_said(info ? info->headline : NULL, info ? info->event : NULL,
				    message->identifier),
		.hazard = first_said(info ? info->description : NULL, message->note,
				     first_said(info ? info->event : NULL, NULL, message->identifier)),
		.measures = info ? first_said(info->instruction, NULL, NULL) : NULL,
		.level = lifts ? 0 : level_of(info),
		.valid_to = info && info->expires ? text_collapse(info->expires, mem) : NULL,
		.reference = arena_text(mem, "%s,%s,%s", message->sender, message->identifier,
					text_collapse(message->sent, mem)),
		.earlier = message->references ? message->references : "",
		.status = message->status,
		.type = message->type,
	};
}
