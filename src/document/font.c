#include "document/font.h"

#include <fontconfig/fontconfig.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

/*
 * The fonts of GB/T 9704 belong to others and are not in Debian. A machine that
 * has them uses them; elsewhere free ones stand in (docs/decisions/0079).
 */
enum { ASKED_MOST = 8 };

static const struct {
	size_t own; /* so many of the list are what is asked for */
	const char *asked[ASKED_MOST];
	const char *package;
} faces[] = {
	[FACE_BODY] = { 3,
			{ "FangSong_GB2312", "FangSong", "FZFangSong-Z02", "AR PL UMing CN",
			  "Noto Serif CJK SC" },
			"fonts-arphic-uming" },
	[FACE_TITLE] = { 2,
			 { "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "AR PL UMing CN",
			   "Noto Serif CJK SC" },
			 "fonts-arphic-uming" },
	[FACE_HEADING] = { 1,
			   { "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK SC" },
			   "fonts-wqy-microhei" },
	[FACE_KAI] = { 2,
		       { "KaiTi_GB2312", "KaiTi", "AR PL UKai CN", "AR PL UMing CN", "Noto Serif CJK SC" },
		       "fonts-arphic-ukai" },
	[FACE_SERIF] = { 1, { "Times New Roman", "Liberation Serif", "DejaVu Serif" }, "fonts-liberation" },
	[FACE_SANS] = { 1, { "Arial", "Liberation Sans", "DejaVu Sans" }, "fonts-liberation" },
	[FACE_MONO] = { 1, { "Courier New", "Liberation Mono", "DejaVu Sans Mono" }, "fonts-liberation" },
};

_Static_assert(sizeof(faces) / sizeof(*faces) == FACE__COUNT, "every face has its row");

/* Drawn last, for letters of other scripts. */
static const char other_scripts[] = "DejaVu Sans";

struct fonts_drawn {
	FcCharSet *set;
};

/* The characters of a family, added to the set; false where it is not installed. */
static bool add_family(FcCharSet *set, const char *family)
{
	FcPattern *pattern = FcPatternBuild(NULL, FC_FAMILY, FcTypeString, family, FC_SCALABLE, FcTypeBool,
					    FcTrue, (char *)NULL);
	FcObjectSet *wanted = FcObjectSetBuild(FC_FAMILY, FC_CHARSET, (char *)NULL);
	FcFontSet *found = FcFontList(NULL, pattern, wanted);
	const bool there = found && found->nfont > 0;
	FcCharSet *has;

	if (there && FcPatternGetCharSet(found->fonts[0], FC_CHARSET, 0, &has) == FcResultMatch)
		FcCharSetMerge(set, has, NULL);
	if (found)
		FcFontSetDestroy(found);
	FcObjectSetDestroy(wanted);
	FcPatternDestroy(pattern);
	return there;
}

static bool find_face(struct fonts *fonts, enum face face)
{
	for (size_t i = 0; i < ASKED_MOST && faces[face].asked[i]; i++) {
		if (!add_family(fonts->drawn->set, faces[face].asked[i]))
			continue;
		fonts->family[face] = faces[face].asked[i];
		fonts->stands_in[face] = i >= faces[face].own;
		return true;
	}
	return false;
}

static int no_font(enum face face, struct fault *why)
{
	return fault_say(
		why, FAULT_ABSENT,
		"a PDF cannot be drawn: no font '%s' or one that stands in for it is installed here; "
		"install the Debian package %s, or take DOCX or HTML",
		"无法生成 PDF：本机没有字体“%s”及其替代字体；请安装 Debian 软件包 %s，或改用 DOCX、HTML",
		faces[face].asked[0], faces[face].package);
}

int fonts_open(struct fonts *fonts, struct arena *mem, struct fault *why)
{
	const char *hidden = NULL;

	*fonts = (struct fonts){ .drawn = arena_take(mem, sizeof(*fonts->drawn)) };
	fonts->drawn->set = FcCharSetCreate();
#ifdef FENGSUI_TEST_HOOKS
	hidden = getenv("FENGSUI_TEST_NO_FONT");
#endif
	if (!FcInit())
		return fault_say(why, FAULT_ABSENT, "fontconfig has no configuration; install the package %s",
				 "fontconfig 没有配置；请安装软件包 %s", "fontconfig-config");
	for (int face = 0; face < FACE__COUNT; face++)
		if (!find_face(fonts, (enum face)face) || (hidden && !strcmp(faces[face].package, hidden)))
			return no_font((enum face)face, why);
	add_family(fonts->drawn->set, other_scripts);
	for (int face = 0; face < FACE__COUNT; face++) {
		const enum face east = face == FACE_SANS ? FACE_HEADING : FACE_BODY;

		fonts->list[face] = face < FACE_SERIF ? arena_text(mem, "%s,%s,%s,%s", fonts->family[face],
								   fonts->family[FACE_BODY],
								   fonts->family[FACE_SERIF], other_scripts)
						      : arena_text(mem, "%s,%s,%s,%s", fonts->family[face],
								   fonts->family[east],
								   fonts->family[FACE_BODY], other_scripts);
	}
	return 0;
}

void fonts_close(struct fonts *fonts)
{
	if (fonts->drawn && fonts->drawn->set)
		FcCharSetDestroy(fonts->drawn->set);
	fonts->drawn = NULL;
}

/* White space, and what joins its neighbours, is drawn as nothing. */
static bool draws_nothing(uint32_t c) { return c <= ' ' || c == 0x3000 || c == 0x200c || c == 0x200d; }

const char *fonts_text(const struct fonts *fonts, struct arena *mem, const char *text)
{
	const char *p = text, *const end = text + strlen(text), *made;
	struct buf out = { 0 };
	bool all = true;

	while (p < end) {
		const char *from = p;
		const uint32_t c = utf8_next(&p, end);

		if (draws_nothing(c) || FcCharSetHasChar(fonts->drawn->set, c)) {
			buf_put(&out, from, (size_t)(p - from));
		} else {
			buf_format(&out, "[U+%04X]", c);
			all = false;
		}
	}
	made = all ? text : arena_copy_bytes(mem, out.data, out.len);
	buf_fini(&out);
	return made;
}
