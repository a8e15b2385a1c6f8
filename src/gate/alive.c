#include "gate/gate_private.h"

#include "host/file.h"

/*
 * alive -- what tells whether the house is safe and well: its backup, its room.
 */
enum { WORD_MOST = 64 * 1024 };

json_t *alive_backup(const struct gate *gate)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	json_t *value = NULL;
	char *text;
	size_t len;

	if (file_read(arena_text(mem, "%s/backup.json", house_folder(gate->house)), WORD_MOST, mem, &text,
		      &len, NULL) == 0)
		value = json_loadb(text, len, 0, NULL);
	return value ? value : json_null();
}
