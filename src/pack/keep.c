#include "pack/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "pack/pack_private.h"

static int io_fault(const char *what, struct fault *why)
{
	return fault_set(why, FAULT_IO, "%s: %s", what, strerror(errno));
}

static int write_all(int fd, const char *bytes, size_t len)
{
	ssize_t n;

	for (; len; bytes += n, len -= (size_t)n) {
		while ((n = write(fd, bytes, len)) < 0 && errno == EINTR)
			;
		if (n < 0)
			return -1;
	}
	return 0;
}

static int write_file(int folder, const struct source *file, struct fault *why)
{
	int fd = openat(folder, file->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool ok;

	if (fd < 0)
		return io_fault(file->name, why);
	ok = write_all(fd, file->bytes, file->len) == 0 && fsync(fd) == 0;
	if (!ok)
		io_fault(file->name, why);
	close(fd);
	return ok ? 0 : -FAULT_IO;
}

static int sync_folder(int at, const char *name, struct fault *why)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return io_fault(name, why);
	if (fsync(fd) < 0)
		ret = io_fault(name, why);
	close(fd);
	return ret;
}

/* kinds/, plans/ and the like are made as the files want them. */
static int make_folder_of(int at, const char *name, struct arena *mem, struct fault *why)
{
	const char *slash = strchr(name, '/'), *folder;

	if (!slash)
		return 0;
	folder = arena_copy_bytes(mem, name, (size_t)(slash - name));
	return mkdirat(at, folder, 0755) < 0 && errno != EEXIST ? io_fault(folder, why) : 0;
}

static int write_files(const struct reader *r, int at, struct fault *why)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < r->file_count; i++)
		if ((ret = make_folder_of(at, r->files[i].name, r->scratch, why)) == 0)
			ret = write_file(at, &r->files[i], why);
	for (size_t i = 0; ret == 0 && i < r->file_count; i++) {
		const char *slash = strchr(r->files[i].name, '/');

		if (slash)
			ret = sync_folder(at,
					  arena_copy_bytes(r->scratch, r->files[i].name,
							   (size_t)(slash - r->files[i].name)),
					  why);
	}
	return ret == 0 ? sync_folder(at, ".", why) : ret;
}

/* What an earlier attempt left behind when it was cut off. */
static void clear_away(const struct reader *r, int packs, const char *name)
{
	int at = openat(packs, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (at < 0)
		return;
	for (size_t i = 0; i < r->file_count; i++)
		unlinkat(at, r->files[i].name, 0);
	for (size_t i = 0; i < r->file_count; i++) {
		const char *slash = strchr(r->files[i].name, '/');

		if (slash)
			unlinkat(at,
				 arena_copy_bytes(r->scratch, r->files[i].name,
						  (size_t)(slash - r->files[i].name)),
				 AT_REMOVEDIR);
	}
	close(at);
	unlinkat(packs, name, AT_REMOVEDIR);
}

/* Written beside, synced, then renamed: the folder of a digest is whole or
 * not there. */
static int place_files(const struct reader *r, int packs, const char *digest, struct fault *why)
{
	const char *beside = arena_text(r->scratch, "%s.new", digest);
	int at, ret;

	clear_away(r, packs, beside);
	if (mkdirat(packs, beside, 0755) < 0)
		return io_fault(beside, why);
	at = openat(packs, beside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = at < 0 ? io_fault(beside, why) : write_files(r, at, why);
	if (at >= 0)
		close(at);
	if (ret == 0 && renameat(packs, beside, packs, digest) < 0)
		ret = errno == EEXIST || errno == ENOTEMPTY ? 0 : io_fault(digest, why);
	clear_away(r, packs, beside);
	return ret == 0 ? sync_folder(packs, ".", why) : ret;
}

static int open_packs(const char *data, struct arena *mem, struct fault *why)
{
	const char *path = arena_text(mem, "%s/packs", data);
	int packs;

	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return io_fault(path, why);
	packs = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return packs < 0 ? io_fault(path, why) : packs;
}

int pack_store(const struct pack *pack, const char *path, const char *data, struct fault *why)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct problems strays;
	struct reader r = { .problems = &strays, .mem = mem, .scratch = mem };
	struct stat st;
	char digest[65];
	int packs, ret;

	problems_init(&strays);
	ret = folder_read(&r, path, why);
	problems_fini(&strays);
	if (ret < 0)
		return ret;
	digest_files(r.files, r.file_count, digest);
	if (strcmp(digest, pack->digest))
		return fault_set(why, FAULT_CONFLICT, "%s has changed since it was checked; check it again",
				 path);
	if ((packs = open_packs(data, mem, why)) < 0)
		return packs;
	if (fstatat(packs, digest, &st, AT_SYMLINK_NOFOLLOW) < 0)
		ret = place_files(&r, packs, digest, why);
	close(packs);
	return ret;
}
