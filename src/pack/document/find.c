#include "pack/document/document.h"

#include <string.h>

const struct itself document_itself[] = {
	{ "number", { "编号", "Number" } },
	{ "created_at", { "建立时间", "Created at" } },
	{ "updated_at", { "更新时间", "Updated at" } },
	{ NULL, { NULL, NULL } },
};

const struct itself *document_itself_of(const char *name)
{
	for (const struct itself *at = document_itself; at->name; at++)
		if (!strcmp(at->name, name))
			return at;
	return NULL;
}

const struct document_template *pack_document(const struct pack *pack, const char *id)
{
	for (size_t i = 0; id && i < pack->document_count; i++)
		if (!strcmp(pack->documents[i].id, id))
			return &pack->documents[i];
	return NULL;
}

const char *document_slot(const char *p, size_t *len)
{
	while ((p = strchr(p, '{'))) {
		*len = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz0123456789_.") + 2;
		if (*len > 2 && p[*len - 1] == '}')
			return p;
		p++;
	}
	return NULL;
}
