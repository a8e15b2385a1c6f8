#include "pack/show.h"

#include <string.h>

#include "pack/show/tell.h"

static const char *pick(bool chinese, const char *zh, const char *en) { return chinese ? zh : en; }

/* One aspect of a move on a line of its own; an empty one is left out. */
static void aspect(struct buf *out, const char *name, const struct buf *text)
{
	if (text->len)
		buf_format(out, "        %s %s\n", name, text->data);
}

static void rows_of(struct buf *out, const struct move *move)
{
	for (size_t i = 0; i < move->rows.count; i++)
		buf_format(out, " %s", move->rows.at[i]);
}

static void show_aspects(struct buf *out, const struct pack *pack, const struct move *move, bool chinese)
{
	struct buf t = { 0 };

	tell_who(&t, pack, move, chinese);
	aspect(out, pick(chinese, "由谁：", "who:   "), &t);
	buf_clear(&t);
	if (move->step_up)
		buf_text(&t, pick(chinese, "经网络办理前再次验证身份",
				  "proven anew when signed in over the network"));
	aspect(out, pick(chinese, "身份：", "proof: "), &t);
	buf_clear(&t);
	tell_by_itself(&t, move, chinese);
	aspect(out, pick(chinese, "自动：", "auto:  "), &t);
	buf_clear(&t);
	tell_guards(&t, &move->by, chinese);
	aspect(out, pick(chinese, "本人：", "by:    "), &t);
	buf_clear(&t);
	tell_wants(&t, move->needs, move->need_count, chinese);
	aspect(out, pick(chinese, "须有：", "needs: "), &t);
	buf_clear(&t);
	tell_wants(&t, move->asks, move->ask_count, chinese);
	aspect(out, pick(chinese, "填写：", "asks:  "), &t);
	buf_clear(&t);
	tell_guards(&t, &move->conditions, chinese);
	aspect(out, pick(chinese, "条件：", "if:    "), &t);
	buf_clear(&t);
	tell_clock_ops(&t, pack, move, chinese);
	aspect(out, pick(chinese, "时钟：", "clocks:"), &t);
	buf_clear(&t);
	tell_effects(&t, move, chinese);
	aspect(out, pick(chinese, "效果：", "does:  "), &t);
	buf_fini(&t);
}

static void show_move(struct buf *out, const struct pack *pack, const struct move *move, bool chinese)
{
	buf_text(out, "    ");
	if (move->form == MOVE_CHANGE) {
		tell_from(out, move, chinese);
		buf_format(out, " → %s  ", move->to ? tell_label(&move->to->label, chinese) : "");
	} else if (move->form == MOVE_CREATE && move->to) {
		buf_format(out, "● → %s  ", tell_label(&move->to->label, chinese));
	} else if (move->form == MOVE_CREATE) {
		buf_text(out, "●  ");
	}
	buf_format(out, "[%s %s]", tell_label(&move->label, chinese), move->name);
	rows_of(out, move);
	buf_char(out, '\n');
	show_aspects(out, pack, move, chinese);
}

static void show_states(struct buf *out, const struct region *region, bool chinese)
{
	for (size_t i = 0; i < region->state_count; i++) {
		const struct state *state = &region->states[i];

		buf_format(out, "    %s %s (%s)\n",
			   state == region->start ? "●"
			   : state->end           ? "◎"
						  : "○",
			   tell_label(&state->label, chinese), state->name);
	}
}

static void show_region(struct buf *out, const struct pack *pack, const struct kind *kind,
			const struct region *region, bool chinese)
{
	buf_format(out, "\n  %s %s%s%s\n", pick(chinese, "状态机", "Machine"), region->name,
		   region->machine ? " = " : "", region->machine ? region->machine : "");
	show_states(out, region, chinese);
	for (size_t i = 0; i < kind->move_count; i++)
		if (kind->moves[i]->region == region)
			show_move(out, pack, kind->moves[i], chinese);
}

static void show_kind(struct buf *out, const struct pack *pack, const struct kind *kind, bool chinese)
{
	bool first = true;

	buf_format(out, "%s (%s)%s%s\n", tell_label(&kind->label, chinese), kind->name,
		   kind->number ? "  " : "", kind->number ? kind->number : "");
	for (size_t i = 0; i < kind->move_count; i++)
		if (!kind->moves[i]->region && kind->moves[i]->form == MOVE_CREATE)
			show_move(out, pack, kind->moves[i], chinese);
	for (size_t i = 0; i < kind->region_count; i++)
		show_region(out, pack, kind, &kind->regions[i], chinese);
	for (size_t i = 0; i < kind->move_count; i++) {
		if (kind->moves[i]->form != MOVE_ACT)
			continue;
		if (first)
			buf_format(out, "\n  %s\n",
				   pick(chinese, "不改变状态的行为", "Acts that change no state"));
		first = false;
		show_move(out, pack, kind->moves[i], chinese);
	}
	for (size_t i = 0; i < kind->always_count; i++)
		buf_format(out, "%s  %s %s [%s]\n", i ? "" : "\n", pick(chinese, "始终：", "Always:"),
			   tell_label(&kind->always[i].say, chinese), kind->always[i].refuse);
}

void show_machines(struct buf *out, const struct pack *pack, const struct kind *kind, bool chinese)
{
	for (size_t i = 0; i < pack->kind_count; i++) {
		if (kind && kind != &pack->kinds[i])
			continue;
		if (out->len)
			buf_char(out, '\n');
		show_kind(out, pack, &pack->kinds[i], chinese);
	}
}

/* Mermaid reads a quote or a newline in a label as its end. */
static void quoted(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_char(out, *text == '"' || *text == '\n' || *text == ':' || *text == ';' ? ' ' : *text);
}

static void mermaid_move(struct buf *out, const struct move *move, bool chinese)
{
	for (size_t i = 0; i < move->from_count && move->to; i++) {
		buf_format(out, "  %s --> %s : ", move->from[i]->name, move->to->name);
		quoted(out, tell_label(&move->label, chinese));
		rows_of(out, move);
		buf_char(out, '\n');
	}
}

static void mermaid_region(struct buf *out, const struct kind *kind, const struct region *region,
			   bool chinese)
{
	buf_format(out, "%%%% %s.%s\nstateDiagram-v2\n", kind->name, region->name);
	for (size_t i = 0; i < region->state_count; i++) {
		buf_text(out, "  state \"");
		quoted(out, tell_label(&region->states[i].label, chinese));
		buf_format(out, "\" as %s\n", region->states[i].name);
	}
	buf_format(out, "  [*] --> %s\n", region->start->name);
	for (size_t i = 0; i < kind->move_count; i++)
		if (kind->moves[i]->region == region && kind->moves[i]->form == MOVE_CHANGE)
			mermaid_move(out, kind->moves[i], chinese);
	for (size_t i = 0; i < region->state_count; i++)
		if (region->states[i].end)
			buf_format(out, "  %s --> [*]\n", region->states[i].name);
}

void show_mermaid(struct buf *out, const struct pack *pack, const struct kind *kind, bool chinese)
{
	for (size_t i = 0; i < pack->kind_count; i++)
		for (size_t k = 0; k < pack->kinds[i].region_count; k++)
			if (!kind || kind == &pack->kinds[i])
				mermaid_region(out, &pack->kinds[i], &pack->kinds[i].regions[k], chinese);
}

static size_t rows_before(const struct kind *kind, size_t move, const char *row)
{
	for (size_t i = 0; i < move; i++)
		if (names_have(&kind->moves[i]->rows, row))
			return 1;
	return 0;
}

/* A row with several outcomes counts once. */
static size_t count_rows(const struct pack *pack)
{
	size_t rows = 0;

	for (size_t i = 0; i < pack->kind_count; i++)
		for (size_t k = 0; k < pack->kinds[i].move_count; k++)
			for (size_t n = 0; n < pack->kinds[i].moves[k]->rows.count; n++)
				rows += !rows_before(&pack->kinds[i], k, pack->kinds[i].moves[k]->rows.at[n]);
	return rows;
}

void show_counts(struct buf *out, const struct pack *pack, bool chinese)
{
	size_t regions = 0, states = 0, moves = 0;

	for (size_t i = 0; i < pack->kind_count; i++) {
		regions += pack->kinds[i].region_count;
		moves += pack->kinds[i].move_count;
		for (size_t k = 0; k < pack->kinds[i].region_count; k++)
			states += pack->kinds[i].regions[k].state_count;
	}
	buf_format(out,
		   pick(chinese,
			"%zu类记录，%zu个状态机，%zu个状态，%zu个动作（含%zu行转换），%zu个时钟，%zu个角色，%"
			"zu个专项预案，%zu项上报规则",
			"%zu kinds, %zu machines, %zu states, %zu moves with %zu rows, %zu clocks, %zu "
			"roles, %zu special plans, %zu reporting duties"),
		   pack->kind_count, regions, states, moves, count_rows(pack), pack->clock_count,
		   pack->role_count, pack->plan_count, pack->regime_count);
}
