#include "ctl/credential/account.h"

#ifdef FENGSUI_QR
#include <qrencode.h>

/*
 * qr -- a QR code for a telephone to read from the terminal.
 *
 * A character is two modules, one above the other; light ones are drawn, as the
 * ground of a terminal is dark. Around it the rim of four that ISO/IEC 18004 asks for.
 */
enum { RIM = 4 };

static bool light(const QRcode *code, int x, int y)
{
	const bool inside = x >= 0 && y >= 0 && x < code->width && y < code->width;

	return !inside || !(code->data[y * code->width + x] & 1);
}

bool qr_draw(const char *text, int columns, struct buf *out)
{
	static const char *const halves[] = { " ", "▄", "▀", "█" };
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	const bool fits = code && code->width + 2 * RIM <= columns;

	for (int y = -RIM; fits && y < code->width + RIM; y += 2) {
		for (int x = -RIM; x < code->width + RIM; x++)
			buf_text(out, halves[2 * light(code, x, y) + light(code, x, y + 1)]);
		buf_char(out, '\n');
	}
	QRcode_free(code);
	return fits;
}
#else
bool qr_draw(const char *text, int columns, struct buf *out)
{
	(void)text, (void)columns, (void)out;
	return false;
}
#endif
