#include "pack/document/document.h"
#include "pack/show/tell.h"

/* A block of a document in words: two blocks are the same when they read the same. */

/* clang-format off */
static const struct words forms[PART__COUNT] = {
	[PART_HEADING]    = { "标题", "heading" },
	[PART_PARAGRAPH]  = { "段落", "paragraph" },
	[PART_NOTE]       = { "附注", "note" },
	[PART_SIGNATURE]  = { "落款", "signature" },
	[PART_TEXT]       = { "正文", "text" },
	[PART_FACTS]      = { "要素", "facts" },
	[PART_TABLE]      = { "表格", "table" },
	[PART_LIST]       = { "列表", "list" },
	[PART_EACH]       = { "逐条", "each" },
	[PART_TIMELINE]   = { "经过", "timeline" },
	[PART_CLOCKS]     = { "时限", "clocks" },
	[PART_BREAK]      = { "换页", "page break" },
	[PART_CHECKPOINT] = { "检查点", "checkpoint" },
};
/* clang-format on */

static void tell_told(struct buf *out, const char *name, const char *said)
{
	if (said)
		buf_format(out, "; %s %s", name, said);
}

void tell_part(struct buf *out, const struct part *part, bool chinese)
{
	buf_text(out, tell_label(&forms[part->form], chinese));
	if (part->level > 1)
		buf_format(out, " %d", part->level);
	if (part->words.zh)
		buf_format(out, " “%s / %s”", part->words.zh, part->words.en);
	if (part->of.count)
		buf_char(out, ' '), tell_names(out, &part->of);
	if (part->paths.count)
		buf_char(out, ' '), tell_names(out, &part->paths);
	tell_told(out, "en", part->text_en);
	tell_told(out, "through", part->through);
	if (part->empty.zh)
		tell_told(out, chinese ? "无则" : "else", tell_label(&part->empty, chinese));
	if (part->in.count)
		buf_text(out, "; in "), tell_names(out, &part->in);
	if (part->decisions)
		buf_text(out, chinese ? "；仅决定" : "; decisions only");
	if (part->when)
		buf_text(out, chinese ? "；当 " : "; when "), tell_guard(out, part->when, chinese);
	for (size_t i = 0; i < part->part_count; i++)
		buf_text(out, i ? ", " : ": "), tell_part(out, &part->parts[i], chinese);
}
