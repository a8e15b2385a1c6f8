#include "ctl/watch/show/score.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

void scores_init(struct scores *scores, const struct ruleset *set, bool with_hosts)
{
	*scores = (struct scores){ .rule_count = ruleset_count(set), .with_hosts = with_hosts };
	scores->of = must_alloc((scores->rule_count + 1) * sizeof(*scores->of));
}

static void free_score(struct score *score)
{
	for (size_t i = 0; score && i < score->host_count; i++)
		free(score->hosts[i].name);
	if (score)
		alert_frame_fini(&score->frame);
	free(score);
}

void scores_fini(struct scores *scores)
{
	for (size_t i = 0; i < scores->rule_count; i++)
		free_score(scores->of[i]);
	free(scores->of);
}

const struct field *score_host_of(const struct alert *a)
{
	static const char *const names[] = { "host", "Computer", "hostname", "Hostname" };
	const struct field *found = NULL;

	for (size_t i = 0; !found && i < sizeof(names) / sizeof(*names); i++)
		found = event_find(a->event, names[i]);
	return found;
}

static void add_host(struct score *score, const struct field *host)
{
	const size_t len = host->len > SCORE_HOST_BYTES ? SCORE_HOST_BYTES : host->len;
	struct score_host *h = score->hosts;
	size_t i;

	for (i = 0; i < score->host_count; i++)
		if (strlen(h[i].name) == len && !memcmp(h[i].name, host->text, len))
			break;
	if (i == SCORE_HOSTS) {
		score->elsewhere++;
		return;
	}
	if (i == score->host_count) {
		h[i].name = must_alloc(len + 1);
		memcpy(h[i].name, host->text, len);
		score->host_count++;
	}
	h[i].count++;
}

static struct score *score_of(struct scores *scores, const struct alert *a)
{
	struct score **score = &scores->of[a->number];

	if (!*score) {
		*score = must_alloc(sizeof(**score));
		(*score)->rule = a->rule;
	}
	return *score;
}

struct score *scores_add(struct scores *scores, const struct alert *a)
{
	struct score *score = score_of(scores, a);
	const struct field *host = scores->with_hosts ? score_host_of(a) : NULL;

	if (!score->count || a->time < score->first)
		score->first = a->time;
	if (!score->count || a->time > score->last)
		score->last = a->time;
	score->count++;
	scores->levels[a->rule->level]++;
	scores->all++;
	if (host)
		add_host(score, host);
	return score;
}

static int by_rank(const void *one, const void *other)
{
	const struct score *a = *(const struct score *const *)one, *b = *(const struct score *const *)other;

	if (a->rule->level != b->rule->level)
		return a->rule->level > b->rule->level ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return strcmp(a->rule->id, b->rule->id);
}

size_t scores_ranked(const struct scores *scores, const struct score ***out)
{
	const struct score **list = must_alloc((scores->rule_count + 1) * sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < scores->rule_count; i++)
		if (scores->of[i])
			list[count++] = scores->of[i];
	qsort(list, count, sizeof(*list), by_rank);
	*out = list;
	return count;
}
