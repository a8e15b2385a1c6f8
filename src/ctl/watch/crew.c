#include "ctl/watch/crew.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"

struct hand {
	struct crew *crew;
	pthread_t thread;
	bool runs;
	struct event *event;
	struct matcher *matcher;
};

struct crew {
	const struct maps *maps;
	struct detector *detector;
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	struct block *first, **last; /* submitted and not begun */
	unsigned submitted;          /* so far; to begin with */
	bool ends;
	unsigned count;
	struct hand hands[]; /* the first is the thread that calls */
};

static void work(struct hand *hand, struct block *b)
{
	block_work(b, hand->crew->maps, hand->event, hand->matcher);
}

/* With the lock, which is given up meanwhile. */
static void work_on_next(struct hand *hand)
{
	struct crew *crew = hand->crew;
	struct block *b = crew->first;

	crew->first = b->next;
	if (!crew->first)
		crew->last = &crew->first;
	pthread_mutex_unlock(&crew->lock);
	work(hand, b);
	pthread_mutex_lock(&crew->lock);
	b->done = true;
	pthread_cond_broadcast(&crew->done);
}

static void *run(void *who)
{
	struct hand *hand = who;
	struct crew *crew = hand->crew;

	pthread_mutex_lock(&crew->lock);
	while (!crew->ends) {
		if (crew->first)
			work_on_next(hand);
		else
			pthread_cond_wait(&crew->work, &crew->lock);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

static void ready(struct crew *crew, struct hand *hand)
{
	hand->crew = crew;
	hand->event = event_new();
	hand->matcher = matcher_new(detector_program(crew->detector));
}

struct crew *crew_new(unsigned threads, const struct maps *maps, struct detector *detector)
{
	struct crew *crew = must_alloc(sizeof(*crew) + threads * sizeof(*crew->hands));

	crew->maps = maps;
	crew->detector = detector;
	crew->count = threads;
	crew->last = &crew->first;
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->work, NULL);
	pthread_cond_init(&crew->done, NULL);
	ready(crew, &crew->hands[0]);
	return crew;
}

/* One that cannot be begun is missed by nobody: whoever waits works along. */
static void begin(struct crew *crew)
{
	for (unsigned i = 1; i < crew->count; i++) {
		struct hand *hand = &crew->hands[i];

		ready(crew, hand);
		hand->runs = pthread_create(&hand->thread, NULL, run, hand) == 0;
	}
}

static void dismiss(struct crew *crew, struct hand *hand)
{
	if (!hand->matcher)
		return;
	if (hand->runs)
		pthread_join(hand->thread, NULL);
	detector_count(crew->detector, matcher_counts(hand->matcher));
	matcher_free(hand->matcher);
	event_free(hand->event);
}

void crew_free(struct crew *crew)
{
	if (!crew)
		return;
	pthread_mutex_lock(&crew->lock);
	crew->ends = true;
	pthread_cond_broadcast(&crew->work);
	pthread_mutex_unlock(&crew->lock);
	for (unsigned i = 0; i < crew->count; i++)
		dismiss(crew, &crew->hands[i]);
	pthread_cond_destroy(&crew->work);
	pthread_cond_destroy(&crew->done);
	pthread_mutex_destroy(&crew->lock);
	free(crew);
}

void crew_submit(struct crew *crew, struct block *b)
{
	if (++crew->submitted == 2)
		begin(crew);
	pthread_mutex_lock(&crew->lock);
	b->next = NULL;
	*crew->last = b;
	crew->last = &b->next;
	pthread_cond_signal(&crew->work);
	pthread_mutex_unlock(&crew->lock);
}

void crew_wait(struct crew *crew, struct block *b)
{
	pthread_mutex_lock(&crew->lock);
	while (!b->done) {
		if (crew->first)
			work_on_next(&crew->hands[0]);
		else
			pthread_cond_wait(&crew->done, &crew->lock);
	}
	pthread_mutex_unlock(&crew->lock);
}

void crew_work_on(struct crew *crew, struct block *b, struct source *source)
{
	struct hand *hand = &crew->hands[0];

	block_work_on(b, source, crew->maps, hand->event, hand->matcher);
}
