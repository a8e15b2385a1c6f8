#include <stdlib.h>
#include <string.h>

#include "ctl/watch/show/report_private.h"
#include "ctl/watch/show/words.h"
#include "host/terminal.h"

/*
 * summary -- by rule: how often, from when to when, where, and whose rule it is;
 * then what was read, and what could not be.
 */
enum { HOSTS_SHOWN = 8 };

#define MARGIN "          "

/* A line of its own below the rule; what comes from outside cannot leave it. */
static void put_line(struct report *r, const struct buf *text)
{
	buf_text(&r->out, MARGIN);
	words_whole(&r->out, text->data, text->len);
	buf_char(&r->out, '\n');
}

static void put_times(struct report *r, const struct score *s)
{
	char first[STAMP_LEN], last[STAMP_LEN];
	struct buf text = { 0 };

	words_time(s->first, first);
	words_time(s->last, last);
	buf_format(&text,
		   in_language(r->settings, s->count == 1 ? "at %s UTC%.0s" : "from %s to %s UTC",
			       s->count == 1 ? "时间 %s（UTC）%.0s" : "自 %s 至 %s（UTC）"),
		   first, last);
	put_line(r, &text);
	buf_fini(&text);
}

static int by_count(const void *one, const void *other)
{
	const struct score_host *a = one, *b = other;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void put_hosts(struct report *r, const struct score *s)
{
	struct score_host hosts[SCORE_HOSTS];
	struct buf text = { 0 };
	size_t shown = s->host_count < HOSTS_SHOWN ? s->host_count : HOSTS_SHOWN;
	uint64_t more = s->elsewhere;

	if (!s->host_count)
		return;
	memcpy(hosts, s->hosts, sizeof(hosts));
	qsort(hosts, s->host_count, sizeof(*hosts), by_count);
	buf_text(&text, in_language(r->settings, "on ", "主机 "));
	for (size_t i = 0; i < s->host_count; i++) {
		if (i >= shown)
			more += hosts[i].count;
		else
			buf_format(&text, "%s%s (%llu)", i ? ", " : "", hosts[i].name,
				   (unsigned long long)hosts[i].count);
	}
	if (more)
		buf_format(&text, in_language(r->settings, ", elsewhere (%llu)", "，其他 (%llu)"),
			   (unsigned long long)more);
	put_line(r, &text);
	buf_fini(&text);
}

static void put_rule(struct report *r, const struct rule *rule)
{
	struct buf text = { 0 }, attack = { 0 };

	words_attack(&attack, rule);
	buf_format(&text, "%s%s", in_language(r->settings, "by ", "作者 "),
		   rule->author && *rule->author ? rule->author
						 : in_language(r->settings, "(nobody named)", "（未署名）"));
	if (attack.len)
		buf_format(&text, "%s%s", in_language(r->settings, "; ATT&CK ", "；ATT&CK "), attack.data);
	buf_format(&text, "%s%s", in_language(r->settings, "; ", "；"), rule->id);
	put_line(r, &text);
	buf_fini(&text);
	buf_fini(&attack);
}

static void put_score(struct report *r, const struct score *s)
{
	const struct rule *rule = s->rule;
	const char *level = words_level(rule->level, r->settings->chinese);

	if (r->colour)
		buf_text(&r->out, words_colour(rule->level));
	terminal_cell(&r->out, level, strlen(level), 13);
	if (r->colour)
		buf_text(&r->out, WORDS_PLAIN);
	buf_format(&r->out, " %7llu  ", (unsigned long long)s->count);
	words_whole(&r->out, rule->title, strlen(rule->title));
	buf_char(&r->out, '\n');
	put_times(r, s);
	put_hosts(r, s);
	put_rule(r, rule);
}

/* ---- what was read --------------------------------------------------------- */

static void put_number(const struct report *r, struct buf *out, uint64_t number, const char *one,
		       const char *many, const char *zh)
{
	buf_format(out, "%llu %s", (unsigned long long)number,
		   in_language(r->settings, number == 1 ? one : many, zh));
}

static void put_read(const struct report *r, const struct account *a, struct buf *out)
{
	const double seconds = (double)a->span / 1e6 + 1e-9;

	put_number(r, out, a->tally.received, "event", "events", "条事件");
	buf_text(out, in_language(r->settings, " of ", "，来自 "));
	put_number(r, out, a->inputs, "input", "inputs", "项输入");
	buf_format(out,
		   in_language(r->settings, ", %.1f MB in %.2f s (%.0f events/s, %.1f MB/s)\n",
			       "，%.1f MB，用时 %.2f 秒（%.0f 条/秒，%.1f MB/s）\n"),
		   (double)a->tally.bytes / 1e6, seconds, (double)a->tally.received / seconds,
		   (double)a->tally.bytes / 1e6 / seconds);
	if (!a->unread)
		return;
	put_number(r, out, a->unread, "input was", "inputs were", "项输入");
	buf_text(out, in_language(r->settings, " not read\n", "未读取\n"));
}

static void put_found(const struct report *r, const struct account *a, struct buf *out)
{
	put_number(r, out, r->scores.all, "alert", "alerts", "条告警");
	words_levels(out, r->scores.levels, r->settings->chinese, in_language(r->settings, ": ", "："));
	buf_text(out, in_language(r->settings, "; ", "；"));
	put_number(r, out, a->rules, "rule", "rules", "条规则");
	if (a->refused)
		buf_format(out, in_language(r->settings, ", %zu refused", "，%zu 条未采用"), a->refused);
	buf_char(out, '\n');
}

/* Bounds that struck: whoever reads the result must know what it lacks. */
static void put_alarms(const struct report *r, const struct account *a, struct buf *out)
{
	/* clang-format off */
	const struct {
		uint64_t count;
		const char *en, *zh;
	} alarms[] = {
		{ a->counts.late,           "hits that came too late for the window of their correlation (inputs that overlap in time?)", "晚于关联窗口的命中（各项输入的时间有重叠？）" },
		{ a->counts.groups_refused, "hits without room for another group of their correlation", "因关联分组已满而未计入的命中" },
		{ a->counts.groups_given_up, "groups of correlations that made room for those of another source", "为其他来源让位的关联分组" },
		{ a->counts.ahead,          "hits that happened long after they were received", "发生时间远晚于接收时间的命中" },
		{ a->counts.hits_dropped,   "hits dropped from groups that grew too large", "因分组过大而丢弃的命中" },
		{ a->counts.cut,            "events that asked for too much work, so that not all rules were tried", "工作量超限、未试完全部规则的事件" },
		{ a->counts.regex_limited,  "regular expressions that were stopped", "被中止的正则匹配" },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(alarms) / sizeof(*alarms); i++)
		if (alarms[i].count)
			buf_format(out, "%s: %llu\n", in_language(r->settings, alarms[i].en, alarms[i].zh),
				   (unsigned long long)alarms[i].count);
}

static void put_rejects(const struct report *r, const struct account *a, struct buf *out)
{
	if (!a->tally.malformed)
		return;
	put_number(r, out, a->tally.malformed, "line is no log line\n", "lines are no log lines\n",
		   "行不是日志\n");
	for (size_t i = 0; i < a->rejects->count; i++) {
		const struct reject *one = &a->rejects->kept[i];

		buf_text(out, "  ");
		words_whole(out, one->source, strlen(one->source));
		buf_format(out, ":%llu: %s", (unsigned long long)one->line, one->reason);
		if (*one->text) {
			buf_text(out, ": ");
			words_whole(out, one->text, strlen(one->text));
		}
		buf_char(out, '\n');
	}
}

void summary_account(const struct report *r, const struct account *a, struct buf *out)
{
	put_found(r, a, out);
	put_read(r, a, out);
	put_alarms(r, a, out);
	put_rejects(r, a, out);
}

void summary_put(struct report *r, const struct account *account)
{
	const struct score **ranked;
	const size_t count = scores_ranked(&r->scores, &ranked);

	for (size_t i = 0; i < count; i++)
		put_score(r, ranked[i]);
	if (count)
		buf_char(&r->out, '\n');
	summary_account(r, account, &r->out);
	free(ranked);
}
