#include "gate/lines/lanes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { BLOCK_BYTES = 32 * 1024, SPARE_MOST = 64, BUCKETS = 1024 };

struct head {
	int64_t at;
	uint32_t len, whole; /* `whole`: with this head, and so that the next one is aligned */
};

struct block {
	struct lane *lane;
	struct block *next;
	size_t room, used, read;
	uint64_t lines, overflow;
	_Alignas(struct head) char bytes[];
};

struct lane {
	struct block *first, *last;
	size_t held; /* bytes of its blocks */
	uint64_t lines, overflow;
	void *mark;
	struct lane *next_ready, *next_of_name;
	bool ready;
	char name[];
};

struct lanes {
	pthread_mutex_t lock;
	struct lanes_limits limits;
	size_t held, count;
	uint64_t lines;
	struct lane *first, *last; /* those that have lines, by their turn */
	struct lane *names[BUCKETS];
	struct block *spare;
	unsigned spare_count;
};

struct lanes *lanes_new(struct lanes_limits limits)
{
	struct lanes *lanes = must_alloc(sizeof(*lanes));

	*lanes = (struct lanes){ .limits = limits };
	pthread_mutex_init(&lanes->lock, NULL);
	return lanes;
}

static void free_blocks(struct block *block)
{
	for (struct block *next; block; block = next) {
		next = block->next;
		free(block);
	}
}

void lanes_free(struct lanes *lanes)
{
	if (!lanes)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct lane *lane = lanes->names[i], *next; lane; lane = next) {
			next = lane->next_of_name;
			free_blocks(lane->first);
			free(lane);
		}
	free_blocks(lanes->spare);
	pthread_mutex_destroy(&lanes->lock);
	free(lanes);
}

static size_t bucket_of(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h % BUCKETS;
}

static struct lane *find_or_make(struct lanes *lanes, const char *name)
{
	struct lane **bucket = &lanes->names[bucket_of(name)], *lane = *bucket;
	const size_t size = strlen(name) + 1;

	while (lane && strcmp(lane->name, name) != 0)
		lane = lane->next_of_name;
	if (lane)
		return lane;
	if (lanes->count >= LANES_MOST && strcmp(name, "others") != 0)
		return find_or_make(lanes, "others");
	lane = must_alloc(sizeof(*lane) + size);
	*lane = (struct lane){ .next_of_name = *bucket };
	memcpy(lane->name, name, size);
	*bucket = lane;
	lanes->count++;
	return lane;
}

struct lane *lanes_open(struct lanes *lanes, const char *name)
{
	struct lane *lane;

	pthread_mutex_lock(&lanes->lock);
	lane = find_or_make(lanes, name);
	pthread_mutex_unlock(&lanes->lock);
	return lane;
}

const char *lane_name(const struct lane *lane) { return lane->name; }

/* ---- putting in ------------------------------------------------------------ */

/* A lane in which nothing waits always gets a block: so nobody is shut out, and
 * what overflows is counted when the block before it is taken. */
static bool may_hold(const struct lanes *lanes, const struct lane *lane, size_t more)
{
	if (!lane->first)
		return true;
	return lane->held + more <= lanes->limits.lane_bytes && lanes->held + more <= lanes->limits.all_bytes;
}

static struct block *new_block(struct lanes *lanes, size_t room)
{
	struct block *block = lanes->spare;

	if (block && room == BLOCK_BYTES) {
		lanes->spare = block->next;
		lanes->spare_count--;
	} else {
		block = must_alloc(sizeof(*block) + room);
	}
	*block = (struct block){ .room = room };
	return block;
}

static struct block *block_for(struct lanes *lanes, struct lane *lane, size_t whole, bool must)
{
	const size_t room = whole > BLOCK_BYTES ? whole : BLOCK_BYTES;
	struct block *block = lane->last;

	if (block && block->used + whole <= block->room)
		return block;
	if (!must && !may_hold(lanes, lane, room))
		return NULL;
	block = new_block(lanes, room);
	block->lane = lane;
	if (lane->last)
		lane->last->next = block;
	else
		lane->first = block;
	lane->last = block;
	lane->held += room;
	lanes->held += room;
	return block;
}

static void make_ready(struct lanes *lanes, struct lane *lane)
{
	if (lane->ready)
		return;
	lane->ready = true;
	lane->next_ready = NULL;
	if (lanes->last)
		lanes->last->next_ready = lane;
	else
		lanes->first = lane;
	lanes->last = lane;
}

bool lanes_put(struct lanes *lanes, struct lane *lane, const char *line, size_t len, int64_t at, bool must)
{
	const size_t whole = (sizeof(struct head) + len + 7) / 8 * 8;
	const struct head head = { at, (uint32_t)len, (uint32_t)whole };
	struct block *block;

	pthread_mutex_lock(&lanes->lock);
	if ((block = block_for(lanes, lane, whole, must))) {
		memcpy(block->bytes + block->used, &head, sizeof(head));
		if (len)
			memcpy(block->bytes + block->used + sizeof(head), line, len);
		block->used += whole;
		block->lines++;
		lane->lines++;
		lanes->lines++;
		make_ready(lanes, lane);
	} else {
		lane->overflow++;
	}
	pthread_mutex_unlock(&lanes->lock);
	return block != NULL;
}

bool lanes_fits(struct lanes *lanes, const struct lane *lane)
{
	bool fits;

	pthread_mutex_lock(&lanes->lock);
	fits = may_hold(lanes, lane, BLOCK_BYTES);
	pthread_mutex_unlock(&lanes->lock);
	return fits;
}

bool lanes_roomy(struct lanes *lanes, const struct lane *lane)
{
	bool roomy;

	pthread_mutex_lock(&lanes->lock);
	roomy = !lane->first ||
		(lane->held < lanes->limits.lane_bytes / 2 && lanes->held < lanes->limits.all_bytes);
	pthread_mutex_unlock(&lanes->lock);
	return roomy;
}

uint64_t lanes_waiting(struct lanes *lanes)
{
	uint64_t lines;

	pthread_mutex_lock(&lanes->lock);
	lines = lanes->lines;
	pthread_mutex_unlock(&lanes->lock);
	return lines;
}

/* ---- taking out ------------------------------------------------------------ */

static struct lane *next_lane(struct lanes *lanes)
{
	struct lane *lane = lanes->first;

	if (!lane)
		return NULL;
	lanes->first = lane->next_ready;
	if (!lanes->first)
		lanes->last = NULL;
	lane->ready = false;
	return lane;
}

/* The memory of a block counts until it is given back. */
struct block *lanes_take(struct lanes *lanes)
{
	struct block *block = NULL;
	struct lane *lane;

	pthread_mutex_lock(&lanes->lock);
	if ((lane = next_lane(lanes))) {
		block = lane->first;
		lane->first = block->next;
		if (lane->first)
			make_ready(lanes, lane);
		else
			lane->last = NULL;
		lane->lines -= block->lines;
		lanes->lines -= block->lines;
		block->next = NULL;
		block->overflow = lane->overflow;
		lane->overflow = 0;
	}
	pthread_mutex_unlock(&lanes->lock);
	return block;
}

void lanes_done(struct lanes *lanes, struct block *block)
{
	pthread_mutex_lock(&lanes->lock);
	block->lane->held -= block->room;
	lanes->held -= block->room;
	if (block->room == BLOCK_BYTES && lanes->spare_count < SPARE_MOST) {
		block->next = lanes->spare;
		lanes->spare = block;
		lanes->spare_count++;
		block = NULL;
	}
	pthread_mutex_unlock(&lanes->lock);
	free(block);
}

struct lane *block_lane(const struct block *block) { return block->lane; }
uint64_t block_overflow(const struct block *block) { return block->overflow; }

bool block_next(struct block *block, const char **line, size_t *len, int64_t *at)
{
	struct head head;

	if (block->read >= block->used)
		return false;
	memcpy(&head, block->bytes + block->read, sizeof(head));
	*line = block->bytes + block->read + sizeof(head);
	*len = head.len;
	*at = head.at;
	block->read += head.whole;
	return true;
}

void *lane_mark(const struct lane *lane) { return lane->mark; }
void lane_set_mark(struct lane *lane, void *mark) { lane->mark = mark; }
