#include "host/qr.h"

#ifdef FENGSUI_QR
#include <qrencode.h>

bool qr_make(const char *text, struct qr *out)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);

	if (!code)
		return false;
	out->width = code->width;
	for (int y = 0; y < code->width; y++)
		for (int x = 0; x < code->width; x++)
			out->dark[y][x] = code->data[y * code->width + x] & 1;
	QRcode_free(code);
	return true;
}
#else
bool qr_make(const char *text, struct qr *out)
{
	(void)text, (void)out;
	return false;
}
#endif
