#include "ctl/credential/account.h"

#include "host/qr.h"

/*
 * qr -- a QR code for a telephone to read from the terminal.
 *
 * A character is two modules, one above the other; light ones are drawn, as the
 * ground of a terminal is dark.
 */

static bool light(const struct qr *code, int x, int y)
{
	const bool inside = x >= 0 && y >= 0 && x < code->width && y < code->width;

	return !inside || !code->dark[y][x];
}

bool qr_draw(const char *text, int columns, struct buf *out)
{
	static const char *const halves[] = { " ", "▄", "▀", "█" };
	struct qr code;

	if (!qr_make(text, &code) || code.width + 2 * QR_RIM > columns)
		return false;
	for (int y = -QR_RIM; y < code.width + QR_RIM; y += 2) {
		for (int x = -QR_RIM; x < code.width + QR_RIM; x++)
			buf_text(out, halves[2 * light(&code, x, y) + light(&code, x, y + 1)]);
		buf_char(out, '\n');
	}
	return true;
}
