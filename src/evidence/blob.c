#include "evidence/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "evidence/doubt.h"
#include "host/file.h"
#include "seal/digest.h"
#include "seal/hex.h"

struct blob_draft {
	struct file_draft *file;
	struct digest digest;
	uint64_t size;
	char *folder;
};

void blob_path(const char *folder, const char *digest, char *out, size_t size)
{
	snprintf(out, size, "%s/blobs/%.2s/%s", folder, digest, digest);
}

int blob_open(const char *folder, struct blob_draft **out, struct fault *why)
{
	struct blob_draft *draft = must_alloc(sizeof(*draft));
	char path[4096];
	int ret;

	snprintf(path, sizeof(path), "%s/blobs", folder);
	draft->folder = must_copy(folder);
	digest_init(&draft->digest);
	if ((ret = file_make_folder(path, 0700, why)) == 0)
		ret = file_draft_open(path, 0400, &draft->file, why);
	if (ret < 0)
		blob_drop(&draft);
	else
		*out = draft;
	return ret;
}

void blob_drop(struct blob_draft **draft)
{
	if (!*draft)
		return;
	file_draft_drop(&(*draft)->file);
	free((*draft)->folder);
	free(*draft);
	*draft = NULL;
}

int blob_sweep(const char *folder, unsigned *removed, struct fault *why)
{
	char path[4096];
	int ret;

	snprintf(path, sizeof(path), "%s/blobs", folder);
	if ((ret = file_make_folder(path, 0700, why)) < 0)
		return ret;
	return file_sweep(path, removed, why);
}

int blob_put(struct blob_draft *draft, const void *bytes, size_t len, uint64_t limit_bytes, struct fault *why)
{
	if (draft->size + len > limit_bytes)
		return fault_say(why, FAULT_LIMIT, "the file is longer than %" PRIu64 " bytes",
				 "文件超过 %" PRIu64 " 字节", limit_bytes);
	draft->size += len;
	digest_put(&draft->digest, bytes, len);
	return file_draft_write(draft->file, bytes, len, why);
}

int blob_seal(struct blob_draft **draft, const char *expected, char digest[static BLOB_NAME],
	      uint64_t *size_bytes, struct fault *why)
{
	unsigned char hash[DIGEST_LEN];
	char path[4096], name[BLOB_NAME + 4];
	int ret = 0;

	digest_end(&(*draft)->digest, hash);
	hex_write(hash, sizeof(hash), digest);
	*size_bytes = (*draft)->size;
	if (expected && strcmp(expected, digest))
		ret = fault_say(why, FAULT_INVALID, "the file has digest %.16s..., not %.16s... as was said",
				"文件的摘要是“%.16s”，不是所说的“%.16s”", digest, expected);
	snprintf(path, sizeof(path), "%s/blobs/%.2s", (*draft)->folder, digest);
	snprintf(name, sizeof(name), "%.2s/%s", digest, digest);
	if (ret == 0 && (ret = file_make_folder(path, 0700, why)) == 0 &&
	    (ret = doubt_raise((*draft)->folder, digest, why)) == 0)
		ret = file_draft_land(&(*draft)->file, name, why);
	if (ret == 0)
		ret = file_sync_folder(path, why);
	blob_drop(draft);
	return ret;
}

int blob_check(const char *folder, const char *digest, uint64_t *size_bytes, struct fault *why)
{
	unsigned char hash[DIGEST_LEN];
	char path[4096], found[BLOB_NAME], bytes[64 * 1024];
	struct digest sum;
	ssize_t got;
	int fd;

	blob_path(folder, digest, path, sizeof(path));
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return fault_set(why, errno == ENOENT ? FAULT_ABSENT : FAULT_IO, "%s: %s", path,
				 strerror(errno));
	digest_init(&sum);
	*size_bytes = 0;
	while ((got = read(fd, bytes, sizeof(bytes))) > 0) {
		digest_put(&sum, bytes, (size_t)got);
		*size_bytes += (uint64_t)got;
	}
	close(fd);
	if (got < 0)
		return fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	digest_end(&sum, hash);
	hex_write(hash, sizeof(hash), found);
	return strcmp(found, digest) ? fault_say(why, FAULT_CORRUPT, "%s has digest %.16s...: it was altered",
						 "%s 的摘要是“%.16s”：已被改动", path, found)
				     : 0;
}

int blob_keep(const char *folder, const void *bytes, size_t len, uint64_t limit_bytes,
	      char digest[static BLOB_NAME], uint64_t *size_bytes, struct fault *why)
{
	struct blob_draft *draft;
	int ret;

	if ((ret = blob_open(folder, &draft, why)) < 0)
		return ret;
	if ((ret = blob_put(draft, bytes, len, limit_bytes, why)) < 0) {
		blob_drop(&draft);
		return ret;
	}
	return blob_seal(&draft, NULL, digest, size_bytes, why);
}

int blob_reach(const char *folder, const char *digest, int *fd, uint64_t *size_bytes, struct fault *why)
{
	char path[4096];
	struct stat about;

	blob_path(folder, digest, path, sizeof(path));
	if ((*fd = open(path, O_RDONLY | O_CLOEXEC)) >= 0 && fstat(*fd, &about) == 0) {
		*size_bytes = (uint64_t)about.st_size;
		return 0;
	}
	if (*fd >= 0)
		close(*fd);
	return fault_say(why, FAULT_ABSENT, "the file %.16s… is not there any more", "文件“%.16s”已不在",
			 digest);
}

int blob_remove(const char *folder, const char *digest, struct fault *why)
{
	char path[4096];

	blob_path(folder, digest, path, sizeof(path));
	if (unlink(path) < 0)
		return errno == ENOENT ? 0 : fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
	*strrchr(path, '/') = '\0';
	return file_sync_folder(path, why);
}
