#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "account/token.h"
#include "base/stamp.h"
#include "gate/http/parts.h"
#include "gate/http/route.h"
#include "record/record.h"

/*
 * events -- the live stream: what was committed, told to whoever listens and may see it.
 *
 * The record is the queue. A listener is a place in it, so a slow or returning
 * one costs nothing while it is away and misses nothing; what happened last is
 * kept ready in memory, for thousands may want it at once.
 */
enum {
	KEPT = 4096,          /* newest entries of each log in memory */
	BEHIND_MOST = 100000, /* entries; then it reads the lists anew */
	ROUND = 256,          /* entries told to one listener before the next has its turn */
	FULL = 64 * 1024,     /* bytes not taken; it is told more when they are */
	HEARTBEAT_MS = 15000,
	CHECKS_A_SECOND = 200, /* listeners whose session is looked at */
	MEMO = 8,
	KINDS_MOST = 512,
	LOGS = 2,
};

#define TURN_NS (5 * UINT64_C(1000000))

static const enum record_space spaces[LOGS] = { RECORD_REAL, RECORD_DRILL };

/* An entry as it is told. Who may see it is asked once for each of the few who listen. */
struct entry {
	int64_t object; /* 0: nobody is told */
	char kind[40];
	char *data;
	uint64_t generation;
	struct {
		int64_t person;
		bool sees;
	} memo[MEMO];
	unsigned memo_count;
};

struct log {
	uint64_t first, end; /* entries `first` up to before `end` are in the ring */
	struct entry ring[KEPT];
};

struct listener {
	struct call *call;
	uint64_t next[LOGS];
	uint64_t said_ms;
	char *kinds; /* ",incident,tasking,", or NULL: all */
	bool behind, blocked, ended;
	TAILQ_ENTRY(listener) link;
};

TAILQ_HEAD(listeners, listener);

struct events {
	struct web *web;
	struct log logs[LOGS];
	struct listeners idle, behind;
	unsigned count;
	uint64_t generation; /* of permissions: each commit may change them */
	uv_timer_t beat;
};

static struct house *house_of(const struct events *events) { return events->web->gate->house; }
static struct record *record_of(const struct events *events) { return house_record(house_of(events)); }

/* ---- entries -------------------------------------------------------------- */

static void entry_fini(struct entry *entry)
{
	free(entry->data);
	*entry = (struct entry){ 0 };
}

static char *number_of(struct events *events, int64_t object, struct arena *mem)
{
	char *number = NULL;

	store_text(house_store(house_of(events)), "SELECT coalesce(number, '') FROM objects WHERE id = $1",
		   VALUES(value_int(object)), mem, &number, NULL);
	return number && *number ? number : NULL;
}

static void render(struct events *events, int log, const struct record_read *read, struct arena *mem,
		   struct entry *out)
{
	char at[STAMP_LEN];
	json_t *data;

	*out = (struct entry){ .object = read->object };
	if (!read->object || !read->kind)
		return;
	snprintf(out->kind, sizeof(out->kind), "%.*s", (int)strcspn(read->kind, ":"), read->kind);
	stamp_format(read->recorded_at, at);
	data = json_pack("{s:s, s:I, s:s*, s:I, s:s, s:s, s:s}", "kind", out->kind, "id",
			 (json_int_t)read->object, "number", number_of(events, read->object, mem), "version",
			 (json_int_t)read->oseq + 1, "space", log ? "drill" : "real", "type", read->type,
			 "at", at);
	out->data = json_dumps(data, JSON_COMPACT);
	json_decref(data);
}

typedef bool take_fn(struct events *events, int log, struct entry *entry, uint64_t seq, void *who);

/* Entries from `from` on until `take` has enough; it owns what it takes. */
static void scan(struct events *events, int log, uint64_t from, take_fn *take, void *who)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct record_cursor *cursor = NULL;
	struct record_read read;
	struct entry entry;

	if (record_scan(record_of(events), spaces[log], from, 0, &cursor, NULL) < 0)
		return;
	while (record_step_head(cursor, mem, &read, NULL) == 1) {
		render(events, log, &read, mem, &entry);
		if (!take(events, log, &entry, read.seq, who))
			break;
	}
	record_cursor_close(cursor);
}

/* Who has left hears no more, whoever noted it and however many listen. */
static void person_changed(struct events *events, int64_t person)
{
	if (house_active(house_of(events), person))
		return;
	events_revoke(events, ASKS_BY_SESSION, 0, person);
	events_revoke(events, ASKS_BY_TOKEN, 0, person);
}

static bool keep(struct events *events, int log, struct entry *entry, uint64_t seq, void *who)
{
	struct log *kept = &events->logs[log];

	(void)who;
	entry_fini(&kept->ring[seq % KEPT]);
	kept->ring[seq % KEPT] = *entry;
	kept->end = seq + 1;
	if (kept->end - kept->first > KEPT)
		kept->first = kept->end - KEPT;
	if (!strcmp(entry->kind, "person"))
		person_changed(events, entry->object);
	return true;
}

static void read_new(struct events *events)
{
	for (int log = 0; log < LOGS; log++) {
		struct log *kept = &events->logs[log];
		const uint64_t size = record_size(record_of(events), spaces[log]);

		if (kept->end == size)
			continue;
		if (size - kept->end > KEPT)
			kept->first = kept->end = size - KEPT;
		scan(events, log, kept->end, keep, NULL);
	}
}

/* ---- who may see it ------------------------------------------------------- */

static bool sees(struct events *events, struct entry *entry, int64_t person)
{
	const struct asker asker = { .person = person };
	bool may;

	if (entry->generation != events->generation)
		entry->memo_count = 0;
	entry->generation = events->generation;
	for (unsigned i = 0; i < entry->memo_count; i++)
		if (entry->memo[i].person == person)
			return entry->memo[i].sees;
	may = house_sees(house_of(events), &asker, entry->object);
	if (entry->memo_count < MEMO) {
		entry->memo[entry->memo_count].person = person;
		entry->memo[entry->memo_count++].sees = may;
	}
	return may;
}

static bool wanted(const struct listener *listener, const struct entry *entry)
{
	char name[44];

	if (!entry->object)
		return false;
	if (!listener->kinds)
		return true;
	snprintf(name, sizeof(name), ",%s,", entry->kind);
	return strstr(listener->kinds, name) != NULL;
}

/* ---- telling -------------------------------------------------------------- */

struct telling {
	struct listener *listener;
	struct buf out;
	unsigned round;
};

#ifdef FENGSUI_TEST_HOOKS
/* The fault that the crash campaign must catch: ids run ahead of what was said. */
static uint64_t ahead(void) { return getenv("FENGSUI_TEST_EVENT_AHEAD") ? 1 : 0; }
#else
#define ahead() 0
#endif

static void put_id(struct buf *out, const struct listener *listener)
{
	buf_format(out, "id: %" PRIu64 ".%" PRIu64 "\n", listener->next[0] + ahead(), listener->next[1]);
}

static void tell_entry(struct events *events, struct telling *telling, int log, struct entry *entry,
		       uint64_t seq)
{
	struct listener *listener = telling->listener;

	listener->next[log] = seq + 1;
	telling->round++;
	if (!wanted(listener, entry) || !sees(events, entry, listener->call->who.person))
		return;
	put_id(&telling->out, listener);
	buf_format(&telling->out, "event: change\ndata: %s\n\n", entry->data);
}

static bool tell_old(struct events *events, int log, struct entry *entry, uint64_t seq, void *who)
{
	struct telling *telling = who;

	tell_entry(events, telling, log, entry, seq);
	entry_fini(entry);
	return telling->round < ROUND;
}

/* It was away too long, or knows another record than this one. */
static void tell_resume(struct events *events, struct telling *telling, int log)
{
	telling->listener->next[log] = events->logs[log].end;
	put_id(&telling->out, telling->listener);
	buf_text(&telling->out, "event: resume\ndata: {}\n\n");
}

static void tell_log(struct events *events, struct telling *telling, int log)
{
	struct log *kept = &events->logs[log];
	uint64_t *next = &telling->listener->next[log];

	if (*next > kept->end || kept->end - *next > BEHIND_MOST)
		tell_resume(events, telling, log);
	if (*next < kept->first)
		scan(events, log, *next, tell_old, telling);
	while (*next >= kept->first && *next < kept->end && telling->round < ROUND)
		tell_entry(events, telling, log, &kept->ring[*next % KEPT], *next);
}

static bool caught_up(const struct events *events, const struct listener *listener)
{
	return listener->next[0] == events->logs[0].end && listener->next[1] == events->logs[1].end;
}

static void move_to(struct events *events, struct listener *listener, bool behind)
{
	TAILQ_REMOVE(listener->behind ? &events->behind : &events->idle, listener, link);
	TAILQ_INSERT_TAIL(behind ? &events->behind : &events->idle, listener, link);
	listener->behind = behind;
}

static void tell(struct events *events, struct listener *listener)
{
	struct telling telling = { .listener = listener };

	for (int log = 0; !listener->ended && log < LOGS; log++)
		tell_log(events, &telling, log);
	listener->blocked = false;
	if (telling.out.len) {
		listener->said_ms = uv_now(&events->web->gate->loop);
		/* Cut off where it takes nothing: `over` has been called by then, or will be. */
		if (!http_stream_say(listener->call->exchange, telling.out.data, telling.out.len)) {
			buf_fini(&telling.out);
			listener->ended = true;
			move_to(events, listener, false);
			return;
		}
		listener->blocked = http_stream_waiting(listener->call->exchange) > FULL;
	}
	buf_fini(&telling.out);
	move_to(events, listener, !listener->blocked && !listener->ended && !caught_up(events, listener));
}

void events_committed(struct events *events)
{
	struct listener *listener, *next;

	events->generation++;
	read_new(events);
	for (listener = TAILQ_FIRST(&events->idle); listener; listener = next) {
		next = TAILQ_NEXT(listener, link);
		if (!listener->blocked && !listener->ended && !caught_up(events, listener))
			move_to(events, listener, true);
	}
}

bool events_turn(struct events *events)
{
	const uint64_t until = uv_hrtime() + TURN_NS;
	struct listener *listener;

	while ((listener = TAILQ_FIRST(&events->behind))) {
		tell(events, listener);
		if (uv_hrtime() > until)
			break;
	}
	return !TAILQ_EMPTY(&events->behind);
}

/* ---- listening ------------------------------------------------------------ */

/* "R.D": the places in the two logs after the last one that was heard. */
static int read_last_id(struct call *call, struct listener *listener, struct fault *why)
{
	const char *said = http_header(call->exchange, "last-event-id");
	const struct events *events = call->web->events;
	char *dot, *end;

	for (int log = 0; log < LOGS; log++)
		listener->next[log] = events->logs[log].end;
	if (!said || !*said)
		return 0;
	listener->next[0] = strtoull(said, &dot, 10);
	listener->next[1] = *dot == '.' ? strtoull(dot + 1, &end, 10) : 0;
	if (dot == said || *dot != '.' || end == dot + 1 || *end || *said == '-' || dot[1] == '-')
		return fault_say(why, FAULT_INVALID, "Last-Event-ID is the id of an event, such as 4711.12",
				 "“Last-Event-ID”应为事件的 id，如“4711.12”");
	return 0;
}

static char *kinds_of(const char *said)
{
	char *kinds;

	if (!said)
		return NULL;
	kinds = must_alloc(strlen(said) + 3);
	snprintf(kinds, strlen(said) + 3, ",%s,", said);
	return kinds;
}

static void greet(struct call *call, struct listener *listener)
{
	SCOPED(buf_fini) struct buf out = { 0 };

	call_header(call, "Content-Type", "text/event-stream");
	call_header(call, "Cache-Control", "no-store");
	call_header(call, "X-Content-Type-Options", "nosniff");
	call_header(call, "X-Accel-Buffering", "no"); /* a proxy passes it on at once */
	http_stream(call->exchange, 200, call->headers, call->header_count);
	buf_text(&out, "retry: 2000\n");
	put_id(&out, listener);
	buf_text(&out, "event: hello\ndata: {}\n\n");
	http_stream_say(call->exchange, out.data, out.len);
}

/* What the request needed is not needed while it listens. */
static void slim(struct call *call)
{
	arena_free(call->mem);
	call->mem = NULL;
	call->who.page_token = NULL;
	memset(call->words, 0, sizeof(call->words));
	call->header_count = 0;
}

int events_listen(struct call *call, struct fault *why)
{
	static const char *const names[] = { "kind", NULL };
	struct events *events = call->web->events;
	struct listener *listener;
	const char *said[1];
	int ret;

	if ((ret = call_query(call, names, said, why)) < 0)
		return ret;
	if (said[0] && strlen(said[0]) > KINDS_MOST)
		return fault_say(why, FAULT_INVALID, "'kind' has at most %d bytes", "“kind”最多 %d 字节",
				 KINDS_MOST);
	listener = must_alloc(sizeof(*listener));
	*listener = (struct listener){ .call = call };
	if ((ret = read_last_id(call, listener, why)) < 0) {
		free(listener);
		return ret;
	}
	listener->kinds = kinds_of(said[0]);
	listener->said_ms = uv_now(&events->web->gate->loop);
	listener->behind = !caught_up(events, listener);
	call->matter = listener;
	TAILQ_INSERT_TAIL(listener->behind ? &events->behind : &events->idle, listener, link);
	events->count++;
	greet(call, listener);
	slim(call);
	if (listener->behind)
		gate_wake(events->web->gate);
	return 0;
}

static struct listener *listener_of(struct call *call)
{
	return call && call->route && call->route->run == events_listen ? call->matter : NULL;
}

void events_over(struct call *call)
{
	struct events *events = call->web->events;
	struct listener *listener = listener_of(call);

	if (!listener)
		return;
	TAILQ_REMOVE(listener->behind ? &events->behind : &events->idle, listener, link);
	events->count--;
	free(listener->kinds);
	free(listener);
	call->matter = NULL;
}

void events_drained(struct call *call)
{
	struct listener *listener = listener_of(call);
	struct events *events = call ? call->web->events : NULL;

	if (!listener || !listener->blocked || listener->ended)
		return;
	listener->blocked = false;
	if (!caught_up(events, listener)) {
		move_to(events, listener, true);
		gate_wake(events->web->gate);
	}
}

/* ---- ending --------------------------------------------------------------- */

static void end(struct listener *listener)
{
	static const char bye[] = "event: end\ndata: {\"fault\":\"unauthenticated\"}\n\n";

	if (listener->ended)
		return;
	listener->ended = true;
	http_stream_say(listener->call->exchange, bye, sizeof(bye) - 1);
	http_stream_end(listener->call->exchange);
}

static bool concerns(const struct listener *listener, enum asking way, int64_t id, int64_t person)
{
	const struct identity *who = &listener->call->who;

	return who->way == way && (!id || who->id == id) && (!person || who->person == person);
}

void events_revoke(struct events *events, enum asking way, int64_t id, int64_t person)
{
	struct listeners *const lists[] = { &events->idle, &events->behind };

	for (size_t i = 0; i < 2; i++)
		for (struct listener *one = TAILQ_FIRST(lists[i]), *next; one; one = next) {
			next = TAILQ_NEXT(one, link);
			if (concerns(one, way, id, person))
				end(one);
		}
}

unsigned events_listening(const struct events *events) { return events->count; }

/* ---- each second ---------------------------------------------------------- */

static bool goes_on(struct events *events, const struct listener *listener)
{
	const struct identity *who = &listener->call->who;
	const int64_t now = call_now(listener->call);
	struct accounts *accounts = events->web->accounts;
	struct session session;
	struct token token;

	if (!house_active(house_of(events), who->person))
		return false;
	if (who->way == ASKS_BY_SESSION)
		return session_show(accounts, who->id, now, &session, NULL) == 0;
	return token_show(accounts, who->id, &token, NULL) == 0 && !token.revoked_at &&
	       now < token.expires_at;
}

/* Those that are idle come round; the checked ones go to the end of the line. */
static void check_some(struct events *events)
{
	for (unsigned i = 0; i < CHECKS_A_SECOND && i < events->count; i++) {
		struct listener *listener = TAILQ_FIRST(&events->idle);

		if (!listener)
			return;
		move_to(events, listener, false);
		if (!goes_on(events, listener))
			end(listener);
	}
}

static void on_beat(uv_timer_t *timer)
{
	struct events *events = timer->data;
	const uint64_t now = uv_now(timer->loop);
	struct listener *one, *next;

	check_some(events);
	for (one = TAILQ_FIRST(&events->idle); one; one = next) {
		next = TAILQ_NEXT(one, link);
		if (one->ended || now - one->said_ms < HEARTBEAT_MS)
			continue;
		one->said_ms = now;
		http_stream_say(one->call->exchange, ":\n\n", 3);
	}
}

struct events *events_new(struct web *web)
{
	struct events *events = must_alloc(sizeof(*events));

	memset(events, 0, sizeof(*events));
	events->web = web;
	TAILQ_INIT(&events->idle);
	TAILQ_INIT(&events->behind);
	for (int log = 0; log < LOGS; log++)
		events->logs[log].first = events->logs[log].end = record_size(record_of(events), spaces[log]);
	uv_timer_init(&web->gate->loop, &events->beat);
	events->beat.data = events;
	uv_timer_start(&events->beat, on_beat, 1000, 1000);
	return events;
}

static void on_closed(uv_handle_t *handle) { handle->data = NULL; }

void events_free(struct events *events)
{
	uv_loop_t *loop;

	if (!events)
		return;
	loop = events->beat.loop;
	uv_close((uv_handle_t *)&events->beat, on_closed);
	while (events->beat.data) /* the handle lives in what is freed */
		uv_run(loop, UV_RUN_NOWAIT);
	for (int log = 0; log < LOGS; log++)
		for (size_t i = 0; i < KEPT; i++)
			entry_fini(&events->logs[log].ring[i]);
	free(events);
}
