#include "ctl/watch/lane.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "host/clock.h"

#define PASSED_OVER SIZE_MAX

/* Lines that were read and are still to be looked at: of one input, in order. */
struct block {
	struct buf bytes;
	size_t *lens; /* or PASSED_OVER: one that was too long */
	size_t count, room;
	size_t at, offset; /* of the next */
};

struct lane {
	const struct lane_owner *owner;
	const struct input *inputs;
	size_t count, next;        /* inputs, and those that were begun */
	const struct input *input; /* the one that is being read; NULL: none */
	struct inlet *inlet;       /* NULL: it was read to its end */
	struct frame frame;
	struct records records;
	struct block block;
	struct source source;
	unsigned rejected; /* of this input, as far as they were kept */
	struct event *event;
	int64_t now, time;
};

struct lane *lane_new(const struct lane_owner *owner, const struct input *first, size_t count)
{
	struct lane *lane = must_alloc(sizeof(*lane));

	*lane = (struct lane){ .owner = owner, .inputs = first, .count = count, .time = INT64_MIN };
	lane->event = event_new();
	return lane;
}

/* What is known of the input that was read. */
static void forget(struct lane *lane)
{
	records_fini(&lane->records);
	frame_fini(&lane->frame);
	source_fini(&lane->source);
	lane->source = (struct source){ 0 };
	lane->input = NULL;
}

void lane_free(struct lane *lane)
{
	if (!lane)
		return;
	if (lane->input)
		forget(lane);
	inlet_close(lane->inlet);
	buf_fini(&lane->block.bytes);
	free(lane->block.lens);
	event_free(lane->event);
	free(lane);
}

const struct event *lane_event(const struct lane *lane) { return lane->event; }
int64_t lane_time(const struct lane *lane) { return lane->time; }
uint64_t lane_position(const struct lane *lane) { return lane->inlet ? inlet_position(lane->inlet) : 0; }
const struct tally *lane_tally(const struct lane *lane) { return &lane->source.tally; }

void lane_wait(const struct lane *lane, int milliseconds, const sigset_t *let_in)
{
	if (lane->inlet)
		inlet_wait(lane->inlet, milliseconds, let_in);
}

/* ---- lines that were read ---------------------------------------------------- */

static void put_len(struct block *b, size_t len)
{
	if (b->count == b->room) {
		b->room = b->room ? 2 * b->room : 4096;
		b->lens = must_grow(b->lens, b->room * sizeof(*b->lens));
	}
	b->lens[b->count++] = len;
}

static bool put_line(void *who, const char *line, size_t len)
{
	struct lane *lane = who;

	buf_put(&lane->block.bytes, line, len);
	put_len(&lane->block, len);
	return true;
}

static void put_loss(void *who) { put_len(&((struct lane *)who)->block, PASSED_OVER); }

static bool put_bytes(void *who, const char *bytes, size_t len)
{
	struct lane *lane = who;

	return records_feed(&lane->records, bytes, len, put_line, put_loss, lane);
}

static void reject(struct lane *lane, const char *line, size_t len, const struct fault *why)
{
	rejects_add(lane->owner->rejects, &lane->rejected, &lane->source, line, len, why);
}

static void lose(struct lane *lane)
{
	struct fault why;

	intake_lost(&lane->source);
	fault_set(&why, FAULT_LIMIT, "longer than %d bytes", LINE_LIMIT);
	reject(lane, NULL, 0, &why);
}

/* The next line of the block; true when it is an event. */
static bool look_at_next(struct lane *lane)
{
	struct block *b = &lane->block;
	const size_t len = b->lens[b->at++];
	const char *line = b->bytes.data + b->offset;
	struct fault why;
	int ret;

	if (len == PASSED_OVER) {
		lose(lane);
		return false;
	}
	b->offset += len;
	ret = intake_line(lane->owner->maps, &lane->source, line, len, lane->now, lane->event, &why);
	if (ret < 0 && ret != -FAULT_ABSENT)
		reject(lane, line, len, &why);
	if (ret == 0 && lane->event->timed)
		lane->time = lane->event->time;
	return ret == 0;
}

static void empty(struct block *b)
{
	buf_clear(&b->bytes);
	b->count = b->at = b->offset = 0;
}

/* ---- one input behind the other ---------------------------------------------- */

static void begin(struct lane *lane)
{
	const struct input *input = &lane->inputs[lane->next++];
	struct fault why;
	int ret;

	if ((ret = inlet_open(input->path, &lane->inlet, &why)) < 0) {
		lane->owner->failed(lane->owner->who, input, ret, &why);
		return;
	}
	lane->input = input;
	lane->rejected = 0;
	lane->source = (struct source){ .name = input_name(input),
					.product = lane->owner->settings->product,
					.year = lane->owner->settings->year };
	frame_init(&lane->frame, FRAME_LINES, LINE_LIMIT);
	records_init(&lane->records, &lane->frame, LINE_LIMIT);
}

/* It has been read; its last line may lack its end. */
static void shut(struct lane *lane)
{
	records_end(&lane->records, put_line, put_loss, lane);
	inlet_close(lane->inlet);
	lane->inlet = NULL;
}

static void end(struct lane *lane)
{
	lane->owner->ended(lane->owner->who, lane->input, &lane->source);
	forget(lane);
}

enum lane_state lane_next(struct lane *lane)
{
	for (;;) {
		while (lane->block.at < lane->block.count)
			if (look_at_next(lane))
				return LANE_EVENT;
		if (lane->inlet)
			return LANE_HUNGRY;
		if (lane->input)
			end(lane);
		if (lane->next == lane->count)
			return LANE_END;
		begin(lane);
	}
}

void lane_read(struct lane *lane)
{
	struct fault why;
	int ret;

	empty(&lane->block);
	ret = inlet_read(lane->inlet, put_bytes, lane, &why);
	lane->now = clock_wall();
	if (!lane->source.year.year)
		lane->source.year.now = lane->now;
	if (ret < 0)
		lane->owner->failed(lane->owner->who, lane->input, ret, &why);
	if (ret <= 0)
		shut(lane);
}

size_t lane_finish(struct lane *lane)
{
	const size_t unread = lane->count - lane->next;

	if (lane->inlet)
		shut(lane);
	lane->count = lane->next;
	return unread;
}
