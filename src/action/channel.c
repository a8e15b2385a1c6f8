/* What people do with channels and messages: hold, resume, try again, test the path. */

#include "action/action_private.h"

#include <inttypes.h>
#include <string.h>

#include "action/letter.h"
#include "deliver/channels.h"

static const char *const holders[] = { "DIR", "DUT" };

/* NULL answer: the asker may. The house itself, and the owner of its folder, may. */
static int may(struct house *house, const struct asker *asker, int64_t now, json_t **answer,
	       struct fault *why)
{
	struct deed deed;
	int ret = 0;

	*answer = NULL;
	if (!asker->person)
		return 0;
	deed_open(&deed, house, asker, now);
	if ((ret = staff_of(house, asker->person, &deed.staff, why)) == 0 &&
	    !staff_holds_for_all(&deed, holders, sizeof(holders) / sizeof(*holders))) {
		refuse(&deed, "N21", "渠道由办公室主任和值班员掌管",
		       "channels are for the Office director and the duty officer", NULL);
		*answer = refusal_answer(&deed, house->pack);
	}
	deed_close(&deed);
	return ret;
}

static int note(struct house *house, const char *type, const struct asker *asker, json_t *fact, int64_t now,
		struct fault *why)
{
	int ret = house_note(house, type, asker, fact, now, why);

	json_decref(fact);
	return ret;
}

static int known(struct house *house, const char *name, struct fault *why)
{
	if (channels_find(house->channels, name))
		return 0;
	return fault_say(why, FAULT_ABSENT, "there is no channel '%.40s'", "没有渠道“%.40s”", name);
}

int house_channel_hold(struct house *house, const struct asker *asker, const char *name, const char *reason,
		       int64_t now, json_t **answer, struct fault *why)
{
	int ret = may(house, asker, now, answer, why);

	if (ret < 0 || *answer)
		return ret;
	if ((ret = known(house, name, why)) < 0) {
		*answer = fault_answer(why);
		return 0;
	}
	if ((ret = store_run(
		     house->store,
		     "INSERT INTO held_channels(name, person, at, reason) VALUES($1, $2, $3, $4)"
		     " ON CONFLICT(name) DO UPDATE SET person = $2, at = $3, reason = $4",
		     VALUES(value_text(name), value_int(asker->person), value_int(now), value_text(reason)),
		     NULL, why)) < 0 ||
	    (ret = note(house, "channel.held", asker,
			json_pack("{s:s, s:{s:s}}", "channel", name, "reason", "$", reason), now, why)) < 0)
		return ret;
	*answer = json_pack("{s:b, s:s, s:s}", "ok", 1, "channel", name, "state", "held");
	return 0;
}

int house_channel_resume(struct house *house, const struct asker *asker, const char *name, int64_t now,
			 json_t **answer, struct fault *why)
{
	int ret = may(house, asker, now, answer, why);

	if (ret < 0 || *answer)
		return ret;
	if ((ret = known(house, name, why)) < 0) {
		*answer = fault_answer(why);
		return 0;
	}
	if ((ret = store_run(house->store, "DELETE FROM held_channels WHERE name = $1",
			     VALUES(value_text(name)), NULL, why)) < 0 ||
	    (ret = note(house, "channel.resumed", asker, json_pack("{s:s}", "channel", name), now, why)) < 0)
		return ret;
	*answer = json_pack("{s:b, s:s, s:s}", "ok", 1, "channel", name, "state", "open");
	return 0;
}

int house_message_retry(struct house *house, const struct asker *asker, int64_t id, int64_t now,
			json_t **answer, struct fault *why)
{
	int64_t changed = 0;
	int ret = may(house, asker, now, answer, why);

	if (ret < 0 || *answer)
		return ret;
	if ((ret = store_run(house->store,
			     "UPDATE outbox SET state = 'waiting', next_at = 0, refused = 0"
			     " WHERE id = $1 AND state IN ('waiting', 'failed')",
			     VALUES(value_int(id)), &changed, why)) < 0)
		return ret;
	if (!changed) {
		fault_say(why, FAULT_CONFLICT, "message %" PRId64 " is not one that waits or failed",
			  "消息 %" PRId64 " 既非待发送也非失败", id);
		*answer = fault_answer(why);
		return 0;
	}
	house->posted = true;
	if ((ret = note(house, "message.retried", asker, json_pack("{s:I}", "message", (json_int_t)id), now,
			why)) < 0)
		return ret;
	*answer = json_pack("{s:b, s:I, s:s}", "ok", 1, "message", (json_int_t)id, "state", "waiting");
	return 0;
}

/* ---- channels that the file does not name any more ------------------------------------ */

static const char gone_en[] = "the channel is not configured any more", gone_zh[] = "渠道已不在配置中";

bool channel_gone(const struct house *house, const char *name)
{
	return channel_leaves(name) && !channels_find(house->channels, name);
}

json_t *channel_gone_said(void) { return json_pack("{s:s, s:s}", "zh", gone_zh, "en", gone_en); }

/* What waits for them waits until they come back, or somebody gives it up. */
int house_channels_gone(struct house *house, json_t *list, struct fault *why)
{
	struct rows *rows;
	int got;

	if (store_query(house->store,
			"SELECT channel, count(*) FROM outbox WHERE state = 'waiting' GROUP BY channel"
			" ORDER BY channel",
			NO_VALUES, &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1) {
		const char *name = rows_text(rows, 0, NULL);

		if (channel_gone(house, name))
			json_array_append_new(list,
					      json_pack("{s:s, s:s, s:s, s:I, s:i, s:i, s:o, s:s++}", "name",
							name, "kind", "none", "state", "held", "waiting",
							(json_int_t)rows_int(rows, 1), "sending", 0, "failed",
							0, "because", channel_gone_said(), "words", gone_en,
							" / ", gone_zh));
	}
	rows_close(rows);
	return got;
}

enum { GIVEN_UP_MOST = 200 }; /* at once: each is an entry of the record, and may tell a next contact */

static int waiting_on(struct house *house, const char *name, int64_t ids[static GIVEN_UP_MOST], size_t *count,
		      struct fault *why)
{
	struct rows *rows;
	int got;

	*count = 0;
	if (store_query(house->store,
			"SELECT id FROM outbox WHERE channel = $1 AND state = 'waiting' ORDER BY id LIMIT $2",
			VALUES(value_text(name), value_int(GIVEN_UP_MOST)), &rows, why) < 0)
		return -why->code;
	while ((got = rows_next(rows, why)) == 1)
		ids[(*count)++] = rows_int(rows, 0);
	rows_close(rows);
	return got;
}

static int give_up(struct house *house, const struct asker *asker, const char *name, const char *reason,
		   int64_t now, json_t **answer, struct fault *why)
{
	int64_t ids[GIVEN_UP_MOST], left = 0;
	size_t count;
	int ret = waiting_on(house, name, ids, &count, why);

	for (size_t i = 0; ret == 0 && i < count; i++)
		ret = message_fail(house, ids[i], reason, now, why);
	if (ret < 0 ||
	    (ret = store_int(house->store,
			     "SELECT count(*) FROM outbox WHERE channel = $1 AND state = 'waiting'",
			     VALUES(value_text(name)), &left, why)) < 0 ||
	    (ret = note(house, "channel.given_up", asker,
			json_pack("{s:s, s:I, s:{s:s}}", "channel", name, "messages", (json_int_t)count,
				  "reason", "$", reason),
			now, why)) < 0)
		return ret;
	*answer = json_pack("{s:b, s:s, s:I, s:I}", "ok", 1, "channel", name, "given_up", (json_int_t)count,
			    "waiting", (json_int_t)left);
	return 0;
}

int house_channel_give_up(struct house *house, const struct asker *asker, const char *name,
			  const char *reason, int64_t now, json_t **answer, struct fault *why)
{
	int ret = may(house, asker, now, answer, why);

	if (ret < 0 || *answer)
		return ret;
	if (channel_gone(house, name))
		return give_up(house, asker, name, reason, now, answer, why);
	fault_say(why, FAULT_CONFLICT,
		  "'%.40s' is a channel of this house; what waits for a channel is given up only where the "
		  "channels file does not name it any more",
		  "“%.40s”是现有渠道；仅渠道已不在配置中时方可放弃其待发消息", name);
	*answer = fault_answer(why);
	return 0;
}

/* ---- the real path, tried -------------------------------------------------------- */

/* One message by each channel that the file lists an address `test` for. */
int channels_test(struct deed *deed, struct object *shift, int *count, struct fault *why)
{
	const struct channels *channels = deed->house->channels;
	const struct letter *letter = NULL;
	const struct channel *channel;

	(void)why;
	*count = 0;
	for (size_t i = 0; (channel = channels_at(channels, i)); i++) {
		if (!channels_listed(channels, "test", channel->name))
			continue;
		letter = letter ? letter : letter_about(deed, shift, "channel_test");
		outbox_row(deed, shift, letter, channel->name, "test", "word:test");
		++*count;
	}
	return 0;
}

static int test_now(struct deed *deed, int *count, struct fault *why)
{
	struct object *shift = staff_shift_now(deed);

	if (!shift)
		return fault_say(why, FAULT_ABSENT, "there is no duty shift on which a test could stand",
				 "没有可记录测试的值班");
	change_of(deed, shift, "channel.test");
	if (channels_test(deed, shift, count, why) == 0 && *count)
		return 0;
	return fault_say(why, FAULT_CONFLICT, "the channels file lists no recipient 'test' for any channel",
			 "渠道文件没有为任何渠道列出接收方 test");
}

int house_channel_test(struct house *house, const struct asker *asker, int64_t now, json_t **answer,
		       struct fault *why)
{
	struct fault mine = { 0 };
	struct deed deed;
	int count = 0, ret = may(house, asker, now, answer, why);

	if (ret < 0 || *answer)
		return ret;
	if ((ret = deed_begin(&deed, house, asker, now, &mine)) == 0) {
		ret = test_now(&deed, &count, &mine);
		ret = deed_end(&deed, ret, &mine);
	}
	if (ret == 0)
		*answer = json_pack("{s:b, s:i}", "ok", 1, "messages", count);
	else
		*answer = fault_answer(&mine);
	deed_close(&deed);
	return 0;
}
