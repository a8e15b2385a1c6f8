#include "deliver/pace.h"

#include <string.h>

#include "base/stamp.h"

#define FIRST_PAUSE (5 * STAMP_SECOND)
#define PAUSE_MOST (15 * STAMP_MINUTE)
#define FIRST_PROBE STAMP_SECOND
#define PROBE_MOST (10 * STAMP_SECOND)

static int64_t doubled(int64_t first, int times, int64_t most)
{
	while (times-- > 0 && first < most)
		first *= 2;
	return first < most ? first : most;
}

/* FNV-1a: spread, not secret. */
static uint32_t spread(const char *key)
{
	uint32_t hash = 2166136261U;

	for (const unsigned char *p = (const unsigned char *)key; *p; p++)
		hash = (hash ^ *p) * 16777619U;
	return hash;
}

static int64_t jittered(int64_t pause, const char *key)
{
	return pause - pause / 5 + (int64_t)(spread(key) % 1024) * (pause * 2 / 5) / 1024;
}

int64_t pace_pause(int refusals, const char *key)
{
	return jittered(doubled(FIRST_PAUSE, refusals - 1, PAUSE_MOST), key);
}

bool pace_held(const struct pace *pace) { return pace->troubles >= PACE_TROUBLES; }

static void in_trouble(struct pace *pace, const struct message *message, int64_t now)
{
	pace->troubles++;
	pace->trouble_at = now;
	pace->code = message->code;
	memcpy(pace->words, message->words, sizeof(pace->words));
	pace->probe_at = now + jittered(doubled(FIRST_PROBE, pace->troubles - PACE_TROUBLES, PROBE_MOST),
					message->key);
}

/* Does it refuse whoever comes? Then it is not the messages. */
static bool refuses_all(struct pace *pace, int64_t id)
{
	for (int i = 0; i < pace->refused_count; i++)
		if (pace->refused[i] == id)
			return pace->refused_count == PACE_TROUBLES;
	if (pace->refused_count < PACE_TROUBLES)
		pace->refused[pace->refused_count++] = id;
	return pace->refused_count == PACE_TROUBLES;
}

bool pace_note(struct pace *pace, const struct message *message, int64_t now)
{
	/* Refused before it was sent: that says nothing about the channel. */
	const bool unsent = message->outcome == MESSAGE_REFUSED && !message->code;

	if (message->outcome == MESSAGE_SENT) {
		pace->troubles = pace->refused_count = 0;
		pace->ok_at = now;
		return false;
	}
	if (unsent)
		return true;
	if (message->outcome == MESSAGE_REFUSED && !refuses_all(pace, message->id))
		return true;
	if (pace->troubles < PACE_TROUBLES && message->outcome == MESSAGE_REFUSED)
		pace->troubles = PACE_TROUBLES - 1;
	in_trouble(pace, message, now);
	return false;
}
