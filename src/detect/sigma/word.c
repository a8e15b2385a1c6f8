#include "base/buf.h"
#include "detect/sigma/rule_private.h"
#include "pack/nearest.h"

/* word -- a word that is not known: which was meant, or which there are. */

static const char *list_of(struct arena *mem, const char *const *known, size_t count)
{
	struct buf list = { 0 };
	const char *copy;

	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_text(&list, i + 1 == count ? " or " : ", ");
		buf_text(&list, known[i]);
	}
	copy = arena_copy(mem, list.data ? list.data : "");
	buf_fini(&list);
	return copy;
}

int unknown_word(struct rule_reading *r, const struct tree *at, const char *noun, const char *word,
		 const char *const *known, size_t count)
{
	const char *near = nearest(word, known, count);

	if (near)
		return tree_say(r->why, r->file, at, "unknown %s '%.80s'; did you mean '%s'?",
				"未知的 %s“%.80s”；是否指“%s”？", noun, word, near);
	return tree_say(r->why, r->file, at, "unknown %s '%.80s'; %s", "未知的 %s“%.80s”；可用：%s", noun,
			word, list_of(r->mem, known, count));
}
