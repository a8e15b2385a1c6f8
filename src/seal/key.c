#include "seal/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "seal/base64.h"
#include "seal/digest.h"

enum { ED25519 = 1, FILE_MOST = 16 * 1024 };

static const char private_mark[] = "PRIVATE+KEY+";

static bool name_ok(const char *name, size_t len)
{
	if (!len || len >= KEY_NAME || utf8_valid(name, len) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] <= ' ' || name[i] == '+' || name[i] == 0x7f)
			return false;
	return true;
}

static int take_name(struct key *key, const char *name, size_t len, struct fault *why)
{
	if (!name_ok(name, len))
		return fault_set(why, FAULT_INVALID,
				 "key name '%.*s': 1 to %d bytes of UTF-8 without blank and '+' are taken",
				 (int)(len > 80 ? 80 : len), name, KEY_NAME - 1);
	memcpy(key->name, name, len);
	key->name[len] = '\0';
	return 0;
}

static void reckon_hash(struct key *key)
{
	unsigned char full[DIGEST_LEN];
	struct digest digest;

	digest_init(&digest);
	digest_put(&digest, key->name, strlen(key->name));
	digest_put(&digest, "\n\x01", 2);
	digest_put(&digest, key->public_part, KEY_PUBLIC);
	digest_end(&digest, full);
	key->hash = (uint32_t)full[0] << 24 | (uint32_t)full[1] << 16 | (uint32_t)full[2] << 8 | full[3];
}

int key_of_seed(const char *name, const unsigned char seed[static KEY_SEED], struct key *out,
		struct fault *why)
{
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
	struct key key = { .can_sign = true };
	int ret;

	if ((ret = take_name(&key, name, strlen(name), why)) < 0)
		return ret;
	memcpy(key.seed, seed, KEY_SEED);
	crypto_sign_seed_keypair(key.public_part, secret, key.seed);
	sodium_memzero(secret, sizeof(secret));
	reckon_hash(&key);
	*out = key;
	key_wipe(&key);
	return 0;
}

int key_make(const char *name, struct key *out, struct fault *why)
{
	unsigned char seed[KEY_SEED];
	int ret;

	randombytes_buf(seed, sizeof(seed));
	ret = key_of_seed(name, seed, out, why);
	sodium_memzero(seed, sizeof(seed));
	return ret;
}

/* NAME+HASH+BASE64, of the public or of the secret half. */
static void write_half(const struct key *key, const unsigned char half[static 32], char *out, size_t size)
{
	char text[BASE64_LEN(33) + 1];
	unsigned char typed[33] = { ED25519 };

	memcpy(typed + 1, half, 32);
	base64_write(typed, sizeof(typed), text);
	snprintf(out, size, "%s+%08x+%s", key->name, key->hash, text);
	sodium_memzero(typed, sizeof(typed));
	sodium_memzero(text, sizeof(text));
}

void key_write(const struct key *key, char out[static KEY_TEXT])
{
	write_half(key, key->public_part, out, KEY_TEXT);
}

/* The three fields of NAME+HASH+BASE64; the base64 may hold '+' of its own. */
static int read_half(const char *text, size_t len, struct key *key, unsigned char half[static 32],
		     struct fault *why)
{
	const char *plus = memchr(text, '+', len), *hash = plus ? plus + 1 : NULL;
	unsigned char typed[36];
	size_t got = 0, rest = hash ? len - (size_t)(hash - text) : 0;
	char digits[9] = "";
	char *end;
	int ret;

	if (rest < 10 || hash[8] != '+' || strspn(hash, "0123456789abcdef") < 8 ||
	    !base64_read(hash + 9, rest - 9, typed, sizeof(typed), &got) || got != 33 || typed[0] != ED25519)
		return fault_set(why, FAULT_INVALID, "not an Ed25519 key like NAME+1a2b3c4d+AZ...");
	if ((ret = take_name(key, text, (size_t)(plus - text), why)) < 0)
		return ret;
	memcpy(digits, hash, 8);
	key->hash = (uint32_t)strtoul(digits, &end, 16);
	memcpy(half, typed + 1, 32);
	sodium_memzero(typed, sizeof(typed));
	return 0;
}

static int hash_agrees(const struct key *key, uint32_t said, struct fault *why)
{
	if (key->hash != said)
		return fault_set(why, FAULT_INVALID, "key '%s' says hash %08x, its own is %08x", key->name,
				 said, key->hash);
	return 0;
}

int key_read(const char *text, size_t len, struct key *out, struct fault *why)
{
	struct key key = { 0 };
	uint32_t said;
	int ret;

	if ((ret = read_half(text, len, &key, key.public_part, why)) < 0)
		return ret;
	said = key.hash;
	reckon_hash(&key);
	if ((ret = hash_agrees(&key, said, why)) < 0)
		return ret;
	*out = key;
	return 0;
}

static int read_private(const char *line, size_t len, struct key *out, struct fault *why)
{
	size_t mark = sizeof(private_mark) - 1;
	struct key half = { 0 };
	uint32_t said;
	int ret;

	if (len <= mark || memcmp(line, private_mark, mark))
		return fault_set(why, FAULT_INVALID, "a line does not begin with %s", private_mark);
	if ((ret = read_half(line + mark, len - mark, &half, half.seed, why)) < 0)
		return ret;
	said = half.hash;
	ret = key_of_seed(half.name, half.seed, out, why);
	key_wipe(&half);
	return ret < 0 ? ret : hash_agrees(out, said, why);
}

/* The name in the folder is durable only when the folder is synced too. */
static int sync_folder_of(const char *path)
{
	char *folder = must_copy(path), *slash = strrchr(folder, '/');
	int fd, ret;

	if (slash)
		*slash = '\0';
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (fd < 0)
		return -1;
	ret = fsync(fd);
	close(fd);
	return ret;
}

static int write_lines(int fd, const struct key *keys, size_t count)
{
	char text[KEY_TEXT], line[KEY_TEXT + sizeof(private_mark) + 1];
	int ret = 0;

	for (size_t i = 0; i < count && !ret; i++) {
		size_t len;

		write_half(&keys[i], keys[i].seed, text, sizeof(text));
		len = (size_t)snprintf(line, sizeof(line), "%s%s\n", private_mark, text);
		ret = write(fd, line, len) == (ssize_t)len ? 0 : -1;
	}
	sodium_memzero(text, sizeof(text));
	sodium_memzero(line, sizeof(line));
	return ret;
}

int key_save(const char *path, const struct key *keys, size_t count, struct fault *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return fault_set(why, errno == EEXIST ? FAULT_CONFLICT : FAULT_IO, "%s: %s", path,
				 strerror(errno));
	if (write_lines(fd, keys, count) < 0 || fsync(fd) < 0 || sync_folder_of(path) < 0) {
		fault_set(why, FAULT_IO, "%s: %s", path, strerror(errno));
		close(fd);
		unlink(path);
		return -FAULT_IO;
	}
	close(fd);
	return 0;
}

static int read_file(const char *path, char *out, size_t *len, struct fault *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat about;
	ssize_t got;

	if (fd < 0)
		return fault_set(why, errno == ENOENT ? FAULT_ABSENT : FAULT_IO, "%s: %s", path,
				 strerror(errno));
	if (fstat(fd, &about) < 0 || about.st_mode & 077 || !S_ISREG(about.st_mode)) {
		close(fd);
		return fault_set(why, FAULT_REFUSED, "%s: a signing key must be a file of mode 0600", path);
	}
	got = read(fd, out, FILE_MOST);
	close(fd);
	if (got < 0 || got == FILE_MOST)
		return fault_set(why, FAULT_CORRUPT, "%s: not a file of signing keys", path);
	*len = (size_t)got;
	return 0;
}

static int read_lines(const char *text, size_t len, struct key *out, size_t count, struct fault *why)
{
	size_t n = 0;

	for (const char *end; len; len -= (size_t)(end + 1 - text), text = end + 1) {
		int ret;

		if (!(end = memchr(text, '\n', len)) || n == count)
			return fault_set(why, FAULT_CORRUPT, "%zu lines of keys are wanted", count);
		if ((ret = read_private(text, (size_t)(end - text), &out[n++], why)) < 0)
			return ret;
	}
	return n == count ? 0 : fault_set(why, FAULT_CORRUPT, "%zu keys, %zu are wanted", n, count);
}

int key_load(const char *path, struct key *out, size_t count, struct fault *why)
{
	char text[FILE_MOST];
	size_t len = 0;
	int ret;

	if ((ret = read_file(path, text, &len, why)) < 0)
		return ret;
	ret = read_lines(text, len, out, count, why);
	sodium_memzero(text, sizeof(text));
	if (ret < 0) {
		for (size_t i = 0; i < count; i++)
			key_wipe(&out[i]);
		if (why)
			why->code = FAULT_CORRUPT;
		return fault_within(why, "%s", path);
	}
	return 0;
}

void key_sign(const struct key *key, const void *bytes, size_t len, unsigned char out[static KEY_SIGNATURE])
{
	unsigned char secret[crypto_sign_SECRETKEYBYTES], unused[KEY_PUBLIC];

	crypto_sign_seed_keypair(unused, secret, key->seed);
	crypto_sign_detached(out, NULL, bytes, len, secret);
	sodium_memzero(secret, sizeof(secret));
}

bool key_verifies(const struct key *key, const void *bytes, size_t len,
		  const unsigned char signature[static KEY_SIGNATURE])
{
	return crypto_sign_verify_detached(signature, bytes, len, key->public_part) == 0;
}

void key_wipe(struct key *key) { sodium_memzero(key->seed, sizeof(key->seed)); }
