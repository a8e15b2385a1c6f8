#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "gate/gate_private.h"
#include "gate/lines/listen.h"
#include "gate/lines/quarantine.h"
#include "gate/mail/mailbox.h"
#include "pack/pack.h"
#include "record/record.h"

/*
 * operation -- what each operation of the socket asks of the house.
 *
 * A fault of the request is its answer; only a fault of the house is returned,
 * because then the whole batch has to be dropped.
 */

int operation_tick(struct gate *gate, int64_t now, struct fault *why)
{
	int ret;

	if (now < gate->now)
		now = gate->now;
	/* The house fires a bounded number at a time. */
	do {
		if ((ret = house_tick(gate->house, now, &gate->next_due, why)) < 0)
			return fault_within(why, "what is due");
	} while (gate->next_due && gate->next_due <= now);
	gate->now = now;
	return 0;
}

/* The moment of a request; time that it moves forward passes before it acts. */
static int arrive(struct gate *gate, struct job *job, int64_t *now, struct fault *why)
{
	struct fault mine = { 0 };

	if (asker_time(gate, job, now, &mine) < 0) {
		job->answer = answer_fault(&mine);
		return 1;
	}
	return *now > gate->now ? operation_tick(gate, *now, why) : 0;
}

static int late_entry(const struct ask *ask, int64_t now, int64_t *out, struct fault *why)
{
	const char *text = ask_text(ask, SAYS_OCCURRED);
	struct fault mine;

	*out = 0;
	if (!text)
		return 0;
	if (stamp_parse(text, strlen(text), out, &mine) < 0)
		return fault_say(why, FAULT_INVALID, "occurred: %s%.0s", "发生时间（occurred）：%.0s%s",
				 mine.text, mine.zh);
	if (*out > now)
		return fault_say(why, FAULT_INVALID, "occurred: %.40s has not come yet",
				 "发生时间（occurred）：“%.40s”尚未到来", text);
	return 0;
}

static int do_move(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	const struct ask *ask = &job->ask;
	struct request request = {
		.kind = ask_text(ask, SAYS_KIND),
		.move = ask_text(ask, SAYS_MOVE),
		.ref = ask_text(ask, SAYS_REF),
		.input = ask->says[SAYS_INPUT],
		.key = ask_text(ask, SAYS_KEY),
		.seen = ask_number(ask, SAYS_SEEN, -1),
		.space = (int)ask_number(ask, SAYS_SPACE, 0),
		.now = now,
	};
	struct fault mine = { 0 };

	if (asker_of(gate, job, &request.asker, &mine) < 0 ||
	    late_entry(ask, now, &request.occurred_at, &mine) < 0) {
		job->answer = answer_fault(&mine);
		return 0;
	}
	return house_do(gate->house, &request, &job->answer, why);
}

static int withdraw(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct fault mine = { 0 };
	struct asker asker;

	if (asker_of(gate, job, &asker, &mine) < 0) {
		job->answer = answer_fault(&mine);
		return 0;
	}
	return house_withdraw(gate->house, &asker, ask_number(&job->ask, SAYS_PROPOSAL, 0), now, &job->answer,
			      why);
}

/* In a real folder asker_time has refused before this. */
static int tick(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	(void)why;
	job->answer = answer_ok();
	answer_moment(job->answer, "now", now);
	answer_moment(job->answer, "next", gate->next_due);
	return 0;
}

static int ingest(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct fault mine = { 0 };

	(void)now;
	if (asker_operates(gate, job, &mine) < 0) {
		job->answer = answer_fault(&mine);
		return 0;
	}
	return ingest_lines(gate, ask_text(&job->ask, SAYS_SOURCE), job->ask.says[SAYS_LINES], &job->answer,
			    why);
}

static int blob(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	(void)now;
	return upload_step(gate, job, why);
}

static int checkpoint(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	const int64_t space = ask_number(&job->ask, SAYS_SPACE, RECORD_REAL);
	SCOPED(arena_drop) struct arena *mem = arena_new();
	char *note;
	int ret;

	(void)now;
	if ((ret = record_checkpoint(house_record(gate->house), (enum record_space)space, mem, &note, why)) <
	    0)
		return ret;
	job->answer = json_pack("{s:b, s:s}", "ok", 1, "checkpoint", note);
	return 0;
}

static int publish(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct fault mine = { 0 };
	struct asker asker;

	if (asker_of(gate, job, &asker, &mine) < 0) {
		job->answer = answer_fault(&mine);
		return 0;
	}
	return house_publish(gate->house, &asker, ask_text(&job->ask, SAYS_PACK), now, &job->answer, why);
}

/* clang-format off */
static int (*const writers[ASK__COUNT])(struct gate *, struct job *, int64_t, struct fault *) = {
	[ASK_DO]         = do_move,
	[ASK_WITHDRAW]   = withdraw,
	[ASK_TICK]       = tick,
	[ASK_BLOB]       = blob,
	[ASK_INGEST]     = ingest,
	[ASK_CHECKPOINT] = checkpoint,
	[ASK_PUBLISH]    = publish,
	[ASK_ACCOUNT]    = account_do,
	[ASK_CHANNEL]    = channel_do,
	[ASK_DOCUMENT]   = document_asked,
};
/* clang-format on */

int operation_write(struct gate *gate, struct job *job, struct fault *why)
{
	struct fault full;
	int64_t now;
	int ret;

	if (alive_refuses(gate, &job->ask, &full) < 0) {
		job->answer = answer_fault(&full);
		return 0;
	}
	if ((ret = arrive(gate, job, &now, why)))
		return ret < 0 ? ret : 0;
	return job->act ? job->act(gate, job, now, why) : writers[job->ask.op](gate, job, now, why);
}

/* What no page can hold is refused below, with the number that was said as far as it goes. */
static int list_limit(int64_t said) { return said > INT_MAX ? INT_MAX : said < 1 ? -1 : (int)said; }

/* A moment that a field says; `otherwise` where it says none. */
static int moment_of(const struct ask *ask, enum ask_field field, const char *name, int64_t otherwise,
		     int64_t *out, struct fault *why)
{
	const char *text = ask_text(ask, field);
	struct fault mine;

	*out = otherwise;
	if (text && stamp_parse(text, strlen(text), out, &mine) < 0)
		return fault_say(why, FAULT_INVALID, "%s: %s%.0s", "%s：%.0s%s", name, mine.text, mine.zh);
	return 0;
}

static int list(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		struct fault *why)
{
	struct list_ask wanted = {
		.kind = ask_text(ask, SAYS_KIND),
		.where = ask_text(ask, SAYS_WHERE),
		.after = ask_text(ask, SAYS_AFTER),
		.order = ask_text(ask, SAYS_ORDER),
		.limit = list_limit(ask_number(ask, SAYS_LIMIT, 100)),
		.space = (int)ask_number(ask, SAYS_SPACE, 1),
	};
	const int ret = moment_of(ask, SAYS_SINCE, "since", 0, &wanted.since, why);

	return ret < 0 ? ret : house_list(gate->house, asker, &wanted, out, why);
}

static int show(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		struct fault *why)
{
	return house_show(gate->house, asker, ask_text(ask, SAYS_KIND), ask_text(ask, SAYS_REF),
			  ask_text(ask, SAYS_WITH), gate->demo ? gate->now : gate->clock(), out, why);
}

static int history(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		   struct fault *why)
{
	return house_history(gate->house, asker, ask_text(ask, SAYS_KIND), ask_text(ask, SAYS_REF), out, why);
}

static int clocks(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		  struct fault *why)
{
	struct due_ask wanted = {
		.state = ask_text(ask, SAYS_STATE),
		.limit = list_limit(ask_number(ask, SAYS_LIMIT, 100)),
		.space = (int)ask_number(ask, SAYS_SPACE, 1),
	};
	const int ret = moment_of(ask, SAYS_BEFORE, "before", INT64_MAX, &wanted.before, why);

	return ret < 0 ? ret : house_due(gate->house, asker, &wanted, out, why);
}

static int deadlines(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		     struct fault *why)
{
	const struct deadline_ask wanted = {
		.state = ask_text(ask, SAYS_STATE),
		.limit = list_limit(ask_number(ask, SAYS_LIMIT, 100)),
		.space = (int)ask_number(ask, SAYS_SPACE, 1),
		.now = gate->demo ? gate->now : gate->clock(),
	};

	return house_deadlines(gate->house, asker, &wanted, out, why);
}

static int counts(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		  struct fault *why)
{
	const struct list_ask wanted = {
		.kind = ask_text(ask, SAYS_KIND),
		.where = ask_text(ask, SAYS_WHERE),
		.space = (int)ask_number(ask, SAYS_SPACE, 1),
	};

	return house_count(gate->house, asker, &wanted, ask_text(ask, SAYS_BY), out, why);
}

static int statistics(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		      struct fault *why)
{
	struct statistic_ask wanted = {
		.kind = ask_text(ask, SAYS_KIND),
		.by = ask_text(ask, SAYS_BY),
		.step = ask_text(ask, SAYS_STEP),
		.space = (int)ask_number(ask, SAYS_SPACE, 1),
	};
	int ret;

	if ((ret = moment_of(ask, SAYS_FROM, "from", 0, &wanted.from, why)) < 0 ||
	    (ret = moment_of(ask, SAYS_TO, "to", 0, &wanted.to, why)) < 0)
		return ret;
	return house_statistic(gate->house, asker, &wanted, out, why);
}

static int entries(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		   struct fault *why)
{
	const struct entries_ask wanted = {
		.after = ask_text(ask, SAYS_AFTER),
		.before = ask_text(ask, SAYS_BEFORE),
		.type = ask_text(ask, SAYS_TYPE),
		.actor = ask_text(ask, SAYS_ACTOR),
		.kind = ask_text(ask, SAYS_KIND),
		.order = ask_text(ask, SAYS_ORDER),
		.limit = list_limit(ask_number(ask, SAYS_LIMIT, 100)),
		.space = (int)ask_number(ask, SAYS_SPACE, RECORD_REAL),
	};

	return house_entries(gate->house, asker, &wanted, out, why);
}

static int catalogue(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		     struct fault *why)
{
	(void)ask;
	(void)asker;
	return house_catalogue(gate->house, out, why);
}

static int whoami(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		  struct fault *why)
{
	(void)ask;
	return house_who(gate->house, asker, out, why);
}

static int messages(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		    struct fault *why)
{
	const struct messages_ask wanted = {
		.kind = ask_text(ask, SAYS_KIND),
		.ref = ask_text(ask, SAYS_REF),
		.state = ask_text(ask, SAYS_STATE),
		.channel = ask_text(ask, SAYS_CHANNEL),
		.before = ask_number(ask, SAYS_MESSAGE, 0),
		.limit = list_limit(ask_number(ask, SAYS_LIMIT, 100)),
		.space = (int)ask_number(ask, SAYS_SPACE, 1),
	};

	return house_messages(gate->house, asker, &wanted, out, why);
}

static int message(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		   struct fault *why)
{
	return ask_text(ask, SAYS_DIGEST)
		       ? enclosed_asked(gate, asker, ask_number(ask, SAYS_MESSAGE, 0),
					ask_text(ask, SAYS_DIGEST), out, why)
		       : house_message(gate->house, asker, ask_number(ask, SAYS_MESSAGE, 0), out, why);
}

static int calls(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		 struct fault *why)
{
	return house_calls(gate->house, asker, ask_text(ask, SAYS_REF), out, why);
}

static int preview(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		   struct fault *why)
{
	return house_preview(gate->house, asker, ask_text(ask, SAYS_REF), ask->says[SAYS_INPUT],
			     gate->demo ? gate->now : gate->clock(), out, why);
}

/* What a channel is called and how it is doing is no secret among staff; addresses stand elsewhere. */
static int channels(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		    struct fault *why)
{
	json_t *list = courier_status(gate->courier, why);

	(void)ask;
	(void)asker;
	if (!list)
		return -why->code;
	if (house_channels_gone(gate->house, list, why) < 0) {
		json_decref(list);
		return -why->code;
	}
	*out = json_pack("{s:b, s:o}", "ok", 1, "channels", list);
	return 0;
}

static json_t *record_status(struct record *record, enum record_space space)
{
	return json_pack("{s:s, s:I}", "origin", record_origin(record, space), "entries",
			 (json_int_t)record_size(record, space));
}

static json_t *pack_status(const struct pack *pack)
{
	return json_pack("{s:s, s:s, s:s}", "id", pack->id, "version", pack->version, "digest", pack->digest);
}

static int status(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		  struct fault *why)
{
	json_t *answer = answer_ok();

	(void)ask;
	(void)asker;
	(void)why;
	json_object_set_new(answer, "version", json_string(FENGSUI_VERSION));
	json_object_set_new(answer, "folder", json_string(house_folder(gate->house)));
	json_object_set_new(answer, "pid", json_integer(getpid()));
	json_object_set_new(answer, "demo", json_boolean(gate->demo));
	json_object_set_new(answer, "pack", pack_status(house_pack(gate->house)));
	json_object_set_new(answer, "record", record_status(house_record(gate->house), RECORD_REAL));
	json_object_set_new(answer, "drill", record_status(house_record(gate->house), RECORD_DRILL));
	json_object_set_new(answer, "connections", json_integer(gate->client_count));
	json_object_set_new(answer, "turned_away", json_integer((json_int_t)gate->refused_clients));
	json_object_set_new(answer, "requests", json_integer((json_int_t)gate->requests));
	json_object_set_new(answer, "batches", json_integer((json_int_t)gate->batches));
	json_object_set_new(answer, "sources", ingest_status(gate->ingest, house_store(gate->house)));
	json_object_set_new(answer, "detection", ingest_detection(gate->ingest));
	json_object_set_new(answer, "intake", listen_status(gate));
	json_object_set_new(answer, "backup", alive_backup(gate));
	json_object_set_new(answer, "room", alive_room(gate));
	json_object_set_new(answer, "ways", alive_ways(gate));
	if (gate->options->heartbeat)
		json_object_set_new(answer, "heartbeat", gate->options->heartbeat(gate->options->living));
	if (gate->options->past)
		json_object_set(answer, "before", (json_t *)gate->options->past);
	if (gate->mailbox)
		json_object_set_new(answer, "mail", mailbox_status(gate->mailbox));
	answer_moment(answer, "now", gate->demo ? gate->now : gate->clock());
	answer_moment(answer, "next_due", gate->next_due);
	answer_moment(answer, "started_at", gate->started_at);
	*out = answer;
	return 0;
}

static int rebuild(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		   struct fault *why)
{
	const bool check = json_is_true(ask->says[SAYS_CHECK]);
	int64_t differing = 0;
	int ret;

	(void)asker;
	if ((ret = house_rebuild(gate->house, check, &differing, why)) < 0)
		return ret;
	*out = json_pack("{s:b, s:b, s:I}", "ok", 1, "checked_only", check, "differing",
			 (json_int_t)differing);
	return 0;
}

static int bundle(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		  struct fault *why)
{
	(void)asker;
	return bundle_cases(gate, ask, out, why);
}

static int public_asked(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
			struct fault *why)
{
	(void)asker;
	return public_export(gate, ask_text(ask, SAYS_DIR), out, why);
}

static int stop(struct gate *gate, const struct ask *ask, const struct asker *asker, json_t **out,
		struct fault *why)
{
	(void)ask;
	(void)asker;
	(void)why;
	gate->stopping = true;
	*out = json_pack("{s:b, s:b}", "ok", 1, "stopping", 1);
	return 0;
}

/* clang-format off */
static const struct {
	bool operates; /* for the user that runs the daemon */
	bool anybody;  /* whoever can open the socket */
	int (*run)(struct gate *, const struct ask *, const struct asker *, json_t **, struct fault *);
} readers[ASK__COUNT] = {
	[ASK_LIST]      = { false, false, list },
	[ASK_SHOW]      = { false, false, show },
	[ASK_HISTORY]   = { false, false, history },
	[ASK_CLOCKS]    = { false, false, clocks },
	[ASK_DEADLINES] = { false, false, deadlines },
	[ASK_COUNTS]    = { false, false, counts },
	[ASK_STATISTICS] = { false, false, statistics },
	[ASK_RECORD]    = { false, false, entries },
	[ASK_CATALOGUE] = { false, true,  catalogue },
	[ASK_STATUS]    = { false, true,  status },
	[ASK_QUARANTINE] = { false, false, quarantine_asked },
	[ASK_WHOAMI]    = { false, false, whoami },
	[ASK_MESSAGES]  = { false, false, messages },
	[ASK_MESSAGE]   = { false, false, message },
	[ASK_CALLS]     = { false, false, calls },
	[ASK_PREVIEW]   = { false, false, preview },
	[ASK_CHANNELS]  = { false, false, channels },
	[ASK_BUNDLE]    = { true,  true,  bundle },
	[ASK_REBUILD]   = { true,  true,  rebuild },
	[ASK_PUBLIC]    = { true,  true,  public_asked },
	[ASK_STOP]      = { true,  true,  stop },
};
/* clang-format on */

static int read_op(struct gate *gate, struct job *job, json_t **out, struct fault *why)
{
	const enum ask_op op = job->ask.op;
	struct asker asker = { 0 };
	int ret;

	if ((readers[op].operates && (ret = asker_operates(gate, job, why)) < 0) ||
	    (!readers[op].anybody && (ret = asker_of(gate, job, &asker, why)) < 0))
		return ret;
	if (readers[op].operates)
		return readers[op].run(gate, &job->ask, &asker, out, why);
	/* What only looks sees one state of the store. */
	if ((ret = store_look(house_store(gate->house), why)) < 0)
		return ret;
	ret = readers[op].run(gate, &job->ask, &asker, out, why);
	store_look_end(house_store(gate->house));
	return ret;
}

void operation_read(struct gate *gate, struct job *job)
{
	struct fault why = { 0 };
	json_t *result = NULL;

	if (read_op(gate, job, &result, &why) < 0) {
		job->answer = answer_fault(&why);
		return;
	}
	job->answer = result;
}
