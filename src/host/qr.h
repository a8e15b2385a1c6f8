#pragma once

#include <stdbool.h>

/*
 * qr -- a text as a QR code (ISO/IEC 18004), for a telephone to read.
 *
 * Made by libqrencode, where the program was built with it: whoever shows a
 * code shows the text beside it.
 */
enum {
	QR_WIDTH = 177, /* modules on a side, at most */
	QR_RIM = 4,     /* light modules around it, which a reader needs */
};

struct qr {
	int width; /* modules on a side, without the rim */
	bool dark[QR_WIDTH][QR_WIDTH];
};

/* False where the text is too long for a code, or there is no library. */
bool qr_make(const char *text, struct qr *out);
