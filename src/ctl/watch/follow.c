#include "ctl/watch/follow.h"

#include <stdlib.h>

#include "base/arena.h"
#include "host/clock.h"
#include "intake/stream/tail.h"

struct followed {
	struct follow *follow;
	const struct input *input;
	struct tail *tail;
	struct source source;
	unsigned rejected;
	bool failed; /* and that was said */
};

struct follow {
	const struct lane_owner *owner;
	struct event *event;
	int64_t now;
	bool (*wanted)(void *who);
	size_t count;
	struct followed files[];
};

struct follow *follow_new(const struct lane_owner *owner, const struct input *inputs, size_t count)
{
	struct follow *f = must_alloc(sizeof(*f) + count * sizeof(*f->files));

	f->owner = owner;
	f->event = event_new();
	f->count = count;
	for (size_t i = 0; i < count; i++)
		f->files[i] = (struct followed){ .follow = f,
						 .input = &inputs[i],
						 .tail = tail_new(inputs[i].path, LINE_LIMIT),
						 .source = { .name = inputs[i].path,
							     .product = owner->settings->product,
							     .year = owner->settings->year } };
	return f;
}

void follow_free(struct follow *f)
{
	for (size_t i = 0; i < f->count; i++) {
		struct followed *one = &f->files[i];

		f->owner->ended(f->owner->who, one->input, &one->source);
		tail_free(one->tail);
		source_fini(&one->source);
	}
	event_free(f->event);
	free(f);
}

static void reject(struct followed *one, const struct block_reject *what)
{
	rejects_add(one->follow->owner->rejects, one->input->number, &one->rejected, one->source.name, what);
}

static bool take_line(void *who, const char *line, size_t len)
{
	struct followed *one = who;
	struct follow *f = one->follow;
	struct fault why;
	const int ret = intake_line(f->owner->maps, &one->source, line, len, f->now, f->event, &why);

	if (ret == 0)
		detector_feed(f->owner->detector, f->event);
	else if (ret != -FAULT_ABSENT)
		reject(one, &(struct block_reject){ one->source.lines, why.text, line, len });
	return f->wanted(f->owner->who);
}

static void take_loss(void *who)
{
	struct followed *one = who;

	intake_lost(&one->source);
	reject(one, &(struct block_reject){ .line = one->source.lines, .reason = block_too_long });
}

/* A file that cannot be read is tried again and again; that is said once. */
static bool poll_one(struct followed *one)
{
	struct follow *f = one->follow;
	struct fault why;
	int ret;

	if (!one->source.year.year)
		one->source.year.now = f->now;
	ret = tail_poll(one->tail, f->now, take_line, take_loss, one, &why);
	if (ret < 0 && !one->failed)
		f->owner->failed(f->owner->who, one->input, ret, &why);
	one->failed = ret < 0;
	return ret > 0;
}

bool follow_poll(struct follow *f, bool (*wanted)(void *who))
{
	bool more = false;

	f->wanted = wanted;
	f->now = clock_wall();
	for (size_t i = 0; i < f->count && wanted(f->owner->who); i++)
		more |= poll_one(&f->files[i]);
	return more;
}

struct tally follow_tally(const struct follow *f)
{
	struct tally all = { 0 };

	for (size_t i = 0; i < f->count; i++)
		tally_add(&all, &f->files[i].source.tally);
	return all;
}
