#pragma once

#include <jansson.h>
#include <stdint.h>

#include "action/action.h"
#include "base/arena.h"
#include "base/fault.h"
#include "pack/pack.h"
#include "pack/scenario.h"

/*
 * stage -- where one scenario of a plan is played: a house for demonstration.
 *
 * Its store is in memory, its folder a temporary one that goes with it, its
 * time is given. Acts take the same trip through the runner as any other.
 */
struct stage_name {
	const char *name;
	int64_t id;
};

struct stage {
	struct house *house;
	const struct pack *pack;
	struct arena *mem;
	char folder[256];
	int64_t now;
	struct stage_name *names; /* what people and records are called in the scenario */
	size_t name_count, name_room;
};

/* The pack is read from `path` again, checked and put in force at `now`. */
int stage_open(struct stage *stage, const char *path, const struct pack *pack, int64_t now,
	       struct fault *why);
void stage_close(struct stage *stage); /* also one whose opening failed */

/* Each answers as house_do does: 0 also for a refusal. */
int stage_do(struct stage *stage, const struct scenario_step *step, json_t **answer, struct fault *why);
/* A person with roles and, where asked, a shift; the first answer that is not ok, else the last. */
int stage_enter(struct stage *stage, const struct scenario_person *person, json_t **answer,
		struct fault *why);
int stage_pass(struct stage *stage, int64_t span, struct fault *why);

/* The record a step is about: the one it names, else the newest of the kind; 0 for none. */
int64_t stage_subject(struct stage *stage, const struct scenario_step *step);
void stage_name(struct stage *stage, const char *name, int64_t id);
int stage_show(struct stage *stage, int64_t id, json_t **answer, struct fault *why);
