#include "intake/stream/folder.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { LOOKS_MOST = 5 };

static void forget(struct folder *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->list[i].name);
	free(f->list);
	f->list = NULL;
	f->count = f->room = 0;
}

void folder_close(struct folder *f)
{
	forget(f);
	closedir(f->dir);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static void read_entries(struct folder *f)
{
	rewinddir(f->dir);
	for (const struct dirent *d; (d = readdir(f->dir));) {
		if (f->count == f->room) {
			f->room = f->room ? 2 * f->room : 64;
			f->list = must_grow(f->list, f->room * sizeof(*f->list));
		}
		f->list[f->count++] = (struct entry){ must_copy(d->d_name), d->d_ino };
	}
	if (f->count)
		qsort(f->list, f->count, sizeof(*f->list), by_name);
}

static bool is_own(const struct folder *f, const char *name)
{
	return !strncmp(name, f->base, strlen(f->base));
}

bool folder_is_beside(const struct folder *f, const char *name)
{
	return is_own(f, name) && strcmp(name, f->base) != 0;
}

/* The next one from `i` on that begins as the log's name does. */
static const struct entry *next_own(const struct folder *f, size_t *i)
{
	while (*i < f->count && !is_own(f, f->list[*i].name))
		++*i;
	return *i < f->count ? &f->list[(*i)++] : NULL;
}

static bool is_same(const struct folder *a, const struct folder *b)
{
	size_t i = 0, k = 0;

	for (;;) {
		const struct entry *x = next_own(a, &i), *y = next_own(b, &k);

		if (!x || !y)
			return x == y;
		if (x->inode != y->inode || strcmp(x->name, y->name) != 0)
			return false;
	}
}

bool folder_moved(struct folder *f)
{
	struct folder now = { .dir = f->dir, .base = f->base };
	bool moved;

	read_entries(&now);
	moved = !is_same(f, &now);
	forget(&now);
	return moved;
}

bool folder_open(const char *path, struct folder *out)
{
	const char *slash = strrchr(path, '/');
	char *name = strndup(path, slash ? (size_t)(slash - path) + 1 : 0);

	*out = (struct folder){ .base = slash ? slash + 1 : path };
	out->dir = name ? opendir(*name ? name : ".") : NULL;
	free(name);
	if (!out->dir)
		return false;
	out->fd = dirfd(out->dir);
	read_entries(out);
	for (int i = 0; i < LOOKS_MOST && folder_moved(out); i++) {
		forget(out);
		read_entries(out);
	}
	return true;
}

uint64_t folder_own_inode(const struct folder *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (!strcmp(f->list[i].name, f->base))
			return f->list[i].inode;
	return 0;
}
