#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/stamp.h"
#include "oracle.h"

/*
 * Rows, states and clocks of the default pack against the tables.
 */

static const struct region *machine(const char *name)
{
	for (size_t i = 0; i < pack->kind_count; i++)
		for (size_t k = 0; k < pack->kinds[i].region_count; k++)
			if (pack->kinds[i].regions[k].machine &&
			    !strcmp(pack->kinds[i].regions[k].machine, name))
				return &pack->kinds[i].regions[k];
	return NULL;
}

/* ---- states and rows ----------------------------------------------------- */

/* Headline words that carry a mark of the table and not of the plan. */
static const char *without_mark(const char *text, char out[static 256])
{
	const char *mark = strstr(text, " **[P]**");

	snprintf(out, 256, "%.*s", (int)(mark ? mark - text : (long)strlen(text)), text);
	return out;
}

static const struct state *state_of(const struct region *region, const char *upper)
{
	for (size_t i = 0; i < region->state_count; i++)
		if (same_word(region->states[i].name, upper))
			return &region->states[i];
	return NULL;
}

static void every_state_stands_in_its_machine(void **state)
{
	struct tsv states;
	char en[256];

	(void)state;
	table(&states, "states.tsv");
	assert_int_equal(states.count, 118);
	for (size_t i = 0; i < states.count; i++) {
		const char **cell = states.rows[i].cell;
		const struct region *region = machine(cell[0]);
		const struct state *found = region ? state_of(region, cell[1]) : NULL;

		if (!found) {
			differs("%s %s is missing", cell[0], cell[1]);
			continue;
		}
		without_mark(cell[3], en);
		if (strcmp(found->label.zh, cell[2]))
			differs("%s %s zh: '%s', the table says '%s'", cell[0], cell[1], found->label.zh,
				cell[2]);
		if (strcmp(found->label.en, en))
			differs("%s %s en: '%s', the table says '%s'", cell[0], cell[1], found->label.en, en);
		if (found->end != !!strstr(cell[4], "end"))
			differs("%s %s: end is %s", cell[0], cell[1], found->end ? "yes" : "no");
		if ((found == region->start) != !!strstr(cell[4], "start"))
			differs("%s %s: start is '%s'", cell[0], cell[1], region->start->name);
	}
	tsv_close(&states);
	none_differs();
}

static size_t states_of(const struct tsv *states, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < states->count; i++)
		count += !strcmp(states->rows[i].cell[0], name);
	return count;
}

static void no_machine_has_a_state_more(void **state)
{
	struct tsv states;

	(void)state;
	table(&states, "states.tsv");
	for (size_t i = 0; i < pack->kind_count; i++)
		for (size_t k = 0; k < pack->kinds[i].region_count; k++) {
			const struct region *region = &pack->kinds[i].regions[k];

			if (region->machine && region->state_count != states_of(&states, region->machine))
				differs("%s has %zu states, the table %zu", region->machine,
					region->state_count, states_of(&states, region->machine));
		}
	tsv_close(&states);
	none_differs();
}

static bool goes(const struct move *move, const char *from, const char *to)
{
	if (!move->to || !same_word(move->to->name, to))
		return false;
	if (!strcmp(from, "(new)"))
		return move->form == MOVE_CREATE;
	for (size_t i = 0; i < move->from_count; i++)
		if (same_word(move->from[i]->name, from))
			return true;
	return false;
}

/* A create that stands outside the regions puts the record into the start state. */
static bool creates(const struct move *move, const struct region *region, const char *from, const char *to)
{
	return move->form == MOVE_CREATE && !move->region && !strcmp(from, "(new)") && region &&
	       region == &move->kind->regions[0] && same_word(region->start->name, to);
}

static void every_row_is_carried_as_it_stands(void **state)
{
	struct tsv rows;

	(void)state;
	table(&rows, "transitions.tsv");
	assert_int_equal(rows.count, 156);
	for (size_t i = 0; i < rows.count; i++) {
		const char **cell = rows.rows[i].cell;
		const struct region *region = machine(cell[1]);
		const struct move *move;
		size_t kind = 0, at = 0, carriers = 0;

		for (; (move = carrier(cell[0], &kind, &at)); carriers++) {
			if (creates(move, region, cell[2], cell[3]))
				continue;
			if (!move->region || move->region != region)
				differs("%s stands in %s.%s, not in machine %s", cell[0], move->kind->name,
					move->name, cell[1]);
			else if (!goes(move, cell[2], cell[3]))
				differs("%s.%s does not go %s -> %s as %s", move->kind->name, move->name,
					cell[2], cell[3], cell[0]);
		}
		if (!carriers)
			differs("%s (%s %s -> %s) is carried by no move", cell[0], cell[1], cell[2], cell[3]);
	}
	tsv_close(&rows);
	none_differs();
}

static bool row_from(const struct tsv *rows, const struct move *move, const struct state *from)
{
	for (size_t i = 0; i < rows->count; i++)
		if (names_have(&move->rows, rows->rows[i].cell[0]) &&
		    same_word(from->name, rows->rows[i].cell[2]))
			return true;
	return false;
}

/* A move that carries rows may start nowhere but where they start; and no move
 * carries a row that is not there. */
static void no_row_starts_elsewhere(void **state)
{
	struct tsv rows;

	(void)state;
	table(&rows, "transitions.tsv");
	for (size_t i = 0; i < pack->kind_count; i++)
		for (size_t k = 0; k < pack->kinds[i].move_count; k++) {
			const struct move *move = pack->kinds[i].moves[k];

			for (size_t n = 0; move->rows.count && n < move->from_count; n++)
				if (!row_from(&rows, move, move->from[n]))
					differs("%s.%s also starts from '%s', which none of its rows does",
						move->kind->name, move->name, move->from[n]->name);
			for (size_t n = 0; n < move->rows.count; n++) {
				size_t r = 0;

				while (r < rows.count && strcmp(rows.rows[r].cell[0], move->rows.at[n]))
					r++;
				if (r == rows.count)
					differs("%s.%s carries %s, which is no row", move->kind->name,
						move->name, move->rows.at[n]);
			}
		}
	tsv_close(&rows);
	none_differs();
}

/* ---- clocks --------------------------------------------------------------- */

/* clang-format off */
/* Where the pack starts or stops a clock elsewhere (docs/decisions/0010, 0014). */
static const struct {
	const char *row, *op, *clock, *why;
} elsewhere[] = {
	{ "T007", "start", "CK12", "starts on each report duty that the row opens, whose rule gives its length" },
	{ "T014", "start", "CK09", "starts on each system as it enters recovery" },
	{ "T016", "stop",  "CK09", "stops on each system at its sign-off or write-off" },
	{ "T100", "stop",  "CK10", "stops at submission: a warning that nobody opens would never be late" },
	{ "T100", "start", "CK10", "starts at submission" },
	{ "T213", "start", "CK26", "starts on the rectifications themselves, when they are made" },
	{ "T213", "start", "CK27", "starts on the proposals themselves, when they are made" },
};
/* clang-format on */

static bool is_elsewhere(const char *row, const char *op, const char *clock)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		if (!strcmp(elsewhere[i].row, row) && !strcmp(elsewhere[i].op, op) &&
		    !strcmp(elsewhere[i].clock, clock))
			return true;
	return false;
}

static const char *const ops[] = { [CLOCK_START] = "start",
				   [CLOCK_STOP] = "stop",
				   [CLOCK_PAUSE] = "pause",
				   [CLOCK_RESUME] = "resume",
				   [CLOCK_RESTART] = "restart" };

/* CK10 is CK10 or one of its intervals, like CK10_review. */
static bool same_clock(const char *code, const char *table)
{
	size_t len = strlen(table);

	return !strncmp(code, table, len) && (!code[len] || code[len] == '_');
}

static bool has_op(const struct move *move, const char *op, const char *clock)
{
	for (size_t i = 0; i < move->clock_count; i++)
		if (!strcmp(ops[move->clocks[i].op], op) && same_clock(move->clocks[i].code, clock))
			return true;
	return false;
}

/* A clock that runs in states which the move leaves is stopped by leaving them. */
static bool ends_by_leaving(const struct move *move, const char *clock)
{
	for (size_t i = 0; i < pack->clock_count; i++) {
		const struct clock_def *def = &pack->clocks[i];

		if (same_clock(def->code, clock) && def->runs_kind && move->region && move->to &&
		    !strcmp(def->runs_kind, move->kind->name) &&
		    !strcmp(def->runs_region, move->region->name) &&
		    !names_have(&def->runs_in, move->to->name))
			return true;
	}
	return false;
}

static void row_clock(const char *row, const char *op, const char *clock)
{
	const struct move *move;
	size_t kind = 0, at = 0;
	bool done = false;

	while ((move = carrier(row, &kind, &at)))
		if (has_op(move, op, clock) || (!strcmp(op, "stop") && ends_by_leaving(move, clock)))
			done = true;
	if (done && is_elsewhere(row, op, clock))
		differs("%s does %s %s now; strike it from the deviations", row, op, clock);
	if (!done && !is_elsewhere(row, op, clock))
		differs("%s: the table says %s %s", row, op, clock);
}

/* "stop CK05; start CK06, CK12" */
static void row_clocks(const char *row, const char *text)
{
	char op[16] = "", word[32];
	const char *p = text;

	while (*p) {
		size_t len = strcspn(p, " ,;()");

		snprintf(word, sizeof(word), "%.*s", (int)len, p);
		for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
			if (!strcmp(word, ops[i]))
				strcpy(op, word);
		if (!strncmp(word, "CK", 2) && *op)
			row_clock(row, op, word);
		else if (!strcmp(word, "ack") || !strcmp(word, "due"))
			row_clock(row, op, word);
		p += len;
		p += strspn(p, " ,;()");
	}
}

static void every_clock_of_a_row_is_touched(void **state)
{
	struct tsv rows;

	(void)state;
	table(&rows, "transitions.tsv");
	for (size_t i = 0; i < rows.count; i++)
		row_clocks(rows.rows[i].cell[0], rows.rows[i].cell[8]);
	tsv_close(&rows);
	none_differs();
}

/* One length of a table cell, in microseconds; -1 where there is none or it is words. */
static int64_t span_of(const char *text)
{
	char word[64];
	int64_t span;
	size_t len;

	while (*text == ' ')
		text++;
	len = strcspn(text, "/;(");
	if (strstr(text, " by ") && len > (size_t)(strstr(text, " by ") - text))
		len = (size_t)(strstr(text, " by ") - text);
	while (len && text[len - 1] == ' ')
		len--;
	snprintf(word, sizeof(word), "%.*s", (int)len, text);
	if (!strcmp(word, "monthly batch"))
		return 31 * STAMP_DAY;
	if (!strcmp(word, "0"))
		return 0;
	return stamp_parse_span(word, &span, NULL) == 0 ? span : -1;
}

/* "30 min / 1 h / 2 h / 8 h / 24 h": levels 5 to 1. */
static void five_lengths(const char *code, const char *text)
{
	const struct clock_def *clock = pack_clock(pack, code);

	for (int level = 5; level >= 1; level--) {
		int64_t span = span_of(text);

		if (clock->length[level] != span)
			differs("%s level %d: %lld s, the table says %lld s", code, level,
				(long long)(clock->length[level] / STAMP_SECOND),
				(long long)(span / STAMP_SECOND));
		text = strchr(text, '/');
		text = text ? text + 1 : "";
	}
}

static size_t count_of(const char *text, char c)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == c;
	return count;
}

static void every_clock_has_its_word_and_length(void **state)
{
	struct tsv clocks;

	(void)state;
	table(&clocks, "clocks.tsv");
	assert_int_equal(clocks.count, 28);
	for (size_t i = 0; i < clocks.count; i++) {
		const char **cell = clocks.rows[i].cell;
		const struct clock_def *clock = pack_clock(pack, cell[0]);
		size_t word = strcspn(cell[1], "(");

		if (!clock) {
			differs("%s is missing", cell[0]);
			continue;
		}
		while (word && cell[1][word - 1] == ' ')
			word--;
		if (word && (!clock->word || strncmp(clock->word, cell[1], word)))
			differs("%s word: '%s', the table says '%s'", cell[0], clock->word ? clock->word : "",
				cell[1]);
		if (count_of(cell[4], '/') == 4)
			five_lengths(cell[0], cell[4]);
		else if (span_of(cell[4]) > 0 && clock->length[0] != span_of(cell[4]))
			differs("%s: %lld s, the table says %s", cell[0],
				(long long)(clock->length[0] / STAMP_SECOND), cell[4]);
		if (strstr(cell[4], "working days") && !clock->working_days)
			differs("%s counts working days", cell[0]);
	}
	tsv_close(&clocks);
	none_differs();
}

/* ---- the pack as a whole --------------------------------------------------- */

static void the_pack_is_sound(void **state)
{
	struct buf said = { 0 };

	(void)state;
	packs_judge(DEFAULT_PACK, &said);
	if (said.data)
		fail_msg("%s", said.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pack_is_sound),
		cmocka_unit_test(every_state_stands_in_its_machine),
		cmocka_unit_test(no_machine_has_a_state_more),
		cmocka_unit_test(every_row_is_carried_as_it_stands),
		cmocka_unit_test(no_row_starts_elsewhere),
		cmocka_unit_test(every_clock_of_a_row_is_touched),
		cmocka_unit_test(every_clock_has_its_word_and_length),
	};

	return cmocka_run_group_tests_name("rows, states and clocks against the tables", tests, oracle_load,
					   oracle_unload);
}
