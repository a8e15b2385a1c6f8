#pragma once

#include "ctl/watch/block.h"
#include "detect/detector.h"

/*
 * crew -- threads that work on blocks, in any order.
 *
 * Whoever waits for a block works along. The threads begin with the second block:
 * a short file is not worth them.
 */
struct crew;

/* `threads` with the one that calls. What is given outlives the crew. */
struct crew *crew_new(unsigned threads, const struct maps *maps, struct detector *detector);
/* Nothing may be submitted any more that was not waited for. What the matchers
 * counted goes to the detector. */
void crew_free(struct crew *crew);

void crew_submit(struct crew *crew, struct block *b);
void crew_wait(struct crew *crew, struct block *b);
/* By the thread that calls, from `source` on. */
void crew_work_on(struct crew *crew, struct block *b, struct source *source);
