#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * font -- which fonts a PDF is drawn with.
 *
 * For each face the first of a list that is installed: the one that the layout
 * asks for, then free ones that stand in for it. What none of them can draw is
 * written by its number, never as a box.
 */
enum face {
	FACE_BODY,    /* 仿宋 */
	FACE_TITLE,   /* 小标宋 */
	FACE_HEADING, /* 黑体 */
	FACE_KAI,     /* 楷体 */
	FACE_SERIF,   /* for Latin letters */
	FACE_SANS,
	FACE_MONO,
	FACE__COUNT,
};

struct fonts {
	const char *family[FACE__COUNT]; /* what is there */
	const char *list[FACE__COUNT];   /* with what comes after it where a character is missing */
	bool stands_in[FACE__COUNT];     /* it is not the one that the layout asks for */
	struct fonts_drawn *drawn;       /* the characters they have */
};

/* FAULT_ABSENT where a face has no font: the package to install is named.
 * fonts_close in either case. */
int fonts_open(struct fonts *fonts, struct arena *mem, struct fault *why);
void fonts_close(struct fonts *fonts);
/* The text with every character that no font has as "[U+1F600]". */
const char *fonts_text(const struct fonts *fonts, struct arena *mem, const char *text);
