#include "ctl/watch/lane.h"

#include <stdlib.h>

#include "base/arena.h"
#include "ctl/watch/block.h"
#include "host/clock.h"
#include "intake/frame.h"
#include "intake/stream/records.h"

struct lane {
	const struct lane_owner *owner;
	const struct input *inputs;
	size_t count, next;        /* inputs, and those that were begun */
	const struct input *input; /* the one that is being read; NULL: none */
	struct inlet *inlet;       /* NULL: it was read to its end */
	struct frame frame;
	struct records records;
	struct source source; /* as far as it was carried out */
	uint64_t lines_read;
	unsigned rejected; /* of this input, as far as they were kept */
	int64_t time;

	struct block *block;      /* the one whose lines, or marks, are being gone through */
	size_t at;                /* in it */
	size_t offset;            /* with a crew: in its notes */
	struct event *event;      /* without a crew */
	struct block *ahead;      /* with one: read, and behind `block` */
	struct block **ahead_end; /* of that list, which goes by `then` */
	size_t ahead_count;
	struct block *spare;
};

struct lane *lane_new(const struct lane_owner *owner, const struct input *first, size_t count)
{
	struct lane *lane = must_alloc(sizeof(*lane));

	*lane = (struct lane){ .owner = owner, .inputs = first, .count = count, .time = INT64_MIN };
	lane->event = owner->crew ? NULL : event_new();
	lane->block = block_new();
	lane->ahead_end = &lane->ahead;
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

static struct block *next_ahead(struct lane *lane)
{
	struct block *b = lane->ahead;

	lane->ahead = b->then;
	if (!lane->ahead)
		lane->ahead_end = &lane->ahead;
	lane->ahead_count--;
	if (!b->in_order)
		crew_wait(lane->owner->crew, b);
	return b;
}

void lane_free(struct lane *lane)
{
	if (!lane)
		return;
	while (lane->ahead)
		block_free(next_ahead(lane));
	if (lane->input)
		forget(lane);
	inlet_close(lane->inlet);
	block_free(lane->block);
	for (struct block *b; (b = lane->spare);) {
		lane->spare = b->then;
		block_free(b);
	}
	event_free(lane->event);
	free(lane);
}

int64_t lane_time(const struct lane *lane) { return lane->time; }
uint64_t lane_position(const struct lane *lane) { return lane->inlet ? inlet_position(lane->inlet) : 0; }
const struct tally *lane_tally(const struct lane *lane) { return &lane->source.tally; }

void lane_wait(const struct lane *lane, int milliseconds, const sigset_t *let_in)
{
	if (lane->inlet)
		inlet_wait(lane->inlet, milliseconds, let_in);
}

static void reject(struct lane *lane, const struct block_reject *one)
{
	rejects_add(lane->owner->rejects, lane->input->number, &lane->rejected, lane->source.name, one);
}

/* ---- lines, without a crew ------------------------------------------------------ */

static void lose(struct lane *lane)
{
	intake_lost(&lane->source);
	reject(lane, &(struct block_reject){ .line = lane->source.lines, .reason = block_too_long });
}

/* The next line of the block; true when it is an event. */
static bool look_at_line(struct lane *lane)
{
	struct block *b = lane->block;
	const struct block_line line = b->lines[lane->at++];
	const char *text;
	struct fault why;
	int ret;

	if (line.len == PASSED_OVER) {
		lose(lane);
		return false;
	}
	text = block_text(b, line);
	ret = intake_line(lane->owner->maps, &lane->source, text, line.len, b->now, lane->event, &why);
	if (ret < 0 && ret != -FAULT_ABSENT)
		reject(lane, &(struct block_reject){ lane->source.lines, why.text, text, line.len });
	if (ret == 0 && lane->event->timed && lane->event->time > lane->time)
		lane->time = lane->event->time;
	return ret == 0;
}

static bool next_line(struct lane *lane)
{
	while (lane->at < lane->block->count)
		if (look_at_line(lane))
			return true;
	return false;
}

/* ---- what the crew found ---------------------------------------------------------- */

static void adopt(struct lane *lane, struct block *b)
{
	struct block_reject one;

	if (block_fits(b, &lane->source))
		block_join(b, &lane->source);
	else
		crew_work_on(lane->owner->crew, b, &lane->source);
	for (size_t at = 0; block_next_reject(b, &at, &one);)
		reject(lane, &one);
	lane->block = b;
	lane->at = lane->offset = 0;
}

static void note_time(struct lane *lane, int64_t time)
{
	if (time > lane->time)
		lane->time = time;
}

static bool next_mark(struct lane *lane)
{
	struct block *b = lane->block;

	for (;;) {
		if (lane->at < b->mark_count) {
			lane->offset = lane->at ? b->marks[lane->at - 1].end : 0;
			note_time(lane, b->marks[lane->at++].time);
			return true;
		}
		note_time(lane, b->time);
		block_clear(b);
		lane->at = 0;
		/* Ahead of all else something to do for the crew. */
		if (!lane->ahead || (lane->inlet && lane->ahead_count < lane->owner->ahead))
			return false;
		b->then = lane->spare;
		lane->spare = b;
		adopt(lane, b = next_ahead(lane));
	}
}

void lane_feed(struct lane *lane)
{
	const struct block *b = lane->block;
	struct notes one = { .events = 1 };

	if (!lane->owner->crew) {
		detector_feed(lane->owner->detector, lane->event);
		return;
	}
	one.bytes.data = b->notes.bytes.data + lane->offset;
	one.bytes.len = b->marks[lane->at - 1].end - lane->offset;
	detector_replay(lane->owner->detector, &one);
}

/* ---- reading ------------------------------------------------------------------ */

static bool put_line(void *who, const char *line, size_t len)
{
	block_put_line(who, line, len);
	return true;
}

static void put_loss(void *who) { block_put_loss(who); }

struct reading {
	struct lane *lane;
	struct block *to;
};

static bool put_bytes(void *who, const char *bytes, size_t len)
{
	const struct reading *r = who;

	return records_feed(&r->lane->records, bytes, len, put_line, put_loss, r->to);
}

/* It has been read; its last line may lack its end. */
static void shut(struct lane *lane, struct block *to)
{
	records_end(&lane->records, put_line, put_loss, to);
	inlet_close(lane->inlet);
	lane->inlet = NULL;
}

/* Lines of a source that said something for those behind them wait for their turn. */
static void hand_over(struct lane *lane, struct block *b)
{
	b->before = (struct source){ .name = lane->source.name,
				     .product = lane->source.product,
				     .year = lane->source.year,
				     .lines = lane->lines_read };
	b->before.year.now = b->now;
	lane->lines_read += b->count;
	b->in_order = lane->source.formats != NULL;
	b->then = NULL;
	*lane->ahead_end = b;
	lane->ahead_end = &b->then;
	lane->ahead_count++;
	if (!b->in_order)
		crew_submit(lane->owner->crew, b);
}

static struct block *empty_block(struct lane *lane)
{
	struct block *b = lane->owner->crew ? lane->spare : lane->block;

	if (!b)
		return block_new();
	if (lane->owner->crew)
		lane->spare = b->then;
	block_clear(b);
	lane->at = lane->offset = 0;
	return b;
}

void lane_read(struct lane *lane)
{
	struct block *b = empty_block(lane);
	struct fault why;
	int ret = inlet_read(lane->inlet, b->read, put_bytes, &(struct reading){ lane, b }, &why);

	b->now = clock_wall();
	if (!lane->source.year.year)
		lane->source.year.now = b->now;
	if (!lane->owner->crew)
		lane->source.hint = 0; /* as block_work_on() does */
	if (ret < 0)
		lane->owner->failed(lane->owner->who, lane->input, ret, &why);
	if (ret <= 0)
		shut(lane, b);
	if (lane->owner->crew)
		hand_over(lane, b);
}

bool lane_is_reading(const struct lane *lane) { return lane->input != NULL; }

size_t lane_finish(struct lane *lane)
{
	const size_t unread = lane->count - lane->next;
	struct block *b;

	lane->count = lane->next;
	if (!lane->inlet)
		return unread;
	b = empty_block(lane);
	shut(lane, b);
	b->now = clock_wall();
	if (lane->owner->crew)
		hand_over(lane, b);
	return unread;
}

/* ---- one input behind the other ------------------------------------------------ */

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
	lane->lines_read = 0;
	lane->source = (struct source){ .name = input_name(input),
					.product = lane->owner->settings->product,
					.year = lane->owner->settings->year };
	frame_init(&lane->frame, FRAME_LINES, LINE_LIMIT);
	records_init(&lane->records, &lane->frame, LINE_LIMIT);
}

static void end(struct lane *lane)
{
	lane->owner->ended(lane->owner->who, lane->input, &lane->source);
	forget(lane);
}

enum lane_state lane_next(struct lane *lane)
{
	for (;;) {
		if (lane->owner->crew ? next_mark(lane) : next_line(lane))
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
