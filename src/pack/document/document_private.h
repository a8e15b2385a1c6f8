#pragma once

#include "pack/document/document.h"
#include "pack/pack_private.h"

/*
 * document_private -- what the files of this folder share.
 */

/* `budget` is how many blocks may still come; `inside`: in an each. */
struct part *read_parts(struct reader *r, const struct yaml_node *node, const struct yaml_node *around,
			size_t *budget, bool inside, size_t *count);
