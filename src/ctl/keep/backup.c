#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stamp.h"
#include "ctl/ctl_private.h"
#include "ctl/keep/evidence.h"
#include "ctl/keep/generation.h"
#include "ctl/keep/progress.h"
#include "ctl/keep/prune.h"
#include "ctl/keep/tree.h"
#include "ctl/keep/typed.h"
#include "evidence/blob.h"
#include "host/clock.h"
#include "host/file.h"
#include "host/lock.h"
#include "store/store.h"

/*
 * backup -- a data folder copied while its daemon goes on writing.
 *
 * What was signed comes first, the database after it, evidence files last: so
 * the database knows all that was signed, and every file that it names was
 * durable before it was named.
 */
enum { TRIES = 3, PATH_MOST = 4096, EXIT_LACKING = 2 };

static const char help_en[] =
	"fengsui backup [--data FOLDER] [--keep N] [--without-keys] [--full-check] TO\n"
	"\n"
	"Copies a data folder to TO, which is made; the daemon goes on working meanwhile. Each\n"
	"backup is a folder of its own, TO/2026-03-02T080000Z; evidence files lie in TO/blobs\n"
	"once for all of them. What is not whole never has such a name. At the end the record in\n"
	"the copy is verified, and its checkpoint printed: keep it where the backup is not.\n"
	"\n"
	"  --data FOLDER    the data folder ($FENGSUI_DATA, else ./data)\n"
	"  --keep N         afterwards remove all but the N newest in TO (1 to 10000)\n"
	"  --without-keys   leave the keys out. Who restores it must have FOLDER/keys/record.key and\n"
	"                   account.key from elsewhere (fengsui restore --keys FILE)\n"
	"  --full-check     read evidence files that are in TO already, and copy packages of the\n"
	"                   archive anew, instead of comparing size and time\n"
	"  --json           what was done as one JSON object\n"
	"  --lang zh|en     language (from LANG)\n"
	"\n"
	"Whoever holds a backup with its keys can sign in the name of this record, and reads\n"
	"all that is in it: keep it as the folder itself. A second place is a second TO.\n"
	"\n"
	"Ends with 0; 2 made, but evidence files were damaged or missing and are named;\n"
	"64 wrong usage, 66 no such folder, 70 the copy is not what it should be, 74 a disk\n"
	"failed, 75 no room, or TO is in use by another backup.\n"
	"\n"
	"  fengsui backup --data /var/lib/fengsui --keep 14 /mnt/backup/fengsui\n";

static const char help_zh[] =
	"fengsui backup [--data 目录] [--keep N] [--without-keys] [--full-check] 目标\n"
	"\n"
	"将数据目录复制到目标（由命令建立），守护进程照常工作。每次备份自成一个目录，如\n"
	"目标/2026-03-02T080000Z；证据文件在 目标/blobs 中只存一份，供各次备份共用。不完整的\n"
	"备份不会有这样的名称。最后核验副本中的记录并给出其检查点：请另处保存检查点。\n"
	"\n"
	"  --data 目录      数据目录（默认 $FENGSUI_DATA，否则 ./data）\n"
	"  --keep N         完成后只保留目标中最新的 N 次备份（1 至 10000）\n"
	"  --without-keys   不含密钥。恢复时须另有 目录/keys/record.key 和 account.key\n"
	"                   （fengsui restore --keys 文件）\n"
	"  --full-check     逐一读取目标中已有的证据文件、重新复制归档，而非只比较大小与时间\n"
	"  --json           以一个 JSON 对象给出结果\n"
	"  --lang zh|en     语言（默认取自 LANG）\n"
	"\n"
	"持有含密钥的备份者能以该记录的名义签名，也能读取其全部内容：请像数据目录一样保管。\n"
	"第二处备份只需另给一个目标再执行一次。\n"
	"\n"
	"退出状态：0 完成；2 已完成，但有证据文件损坏或缺失（逐一列出）；64 用法有误，66 没有此\n"
	"目录，70 副本与应有内容不符，74 磁盘故障，75 空间不足或目标正被另一备份使用。\n"
	"\n"
	"  fengsui backup --data /var/lib/fengsui --keep 14 /mnt/backup/fengsui\n";

struct backup {
	const char *folder, *to, *keep_text;
	bool without_keys, full_check, json, zh;
	long keep;
	struct arena *mem;
	char name[GENERATION_NAME];
	char *partial, *whole; /* paths of the generation */
	const char *before;    /* the generation before it, or NULL */
	json_t *before_about, *about, *lacking;
	struct tree tree;
	struct progress progress;
	int64_t began;
	size_t blobs, blobs_copied, removed;
	uint64_t blob_bytes, bytes_copied;
	char *checkpoint;
};

/* ---- the place ------------------------------------------------------------ */

/* A backup inside the folder is lost with it. */
static int apart(struct backup *b, struct fault *why)
{
	char folder[PATH_MOST], to[PATH_MOST];
	struct stat here, there;
	size_t len;

	if (!realpath(b->folder, folder) || !realpath(b->to, to))
		return fault_say(why, FAULT_IO, "%s: %s", "%s（%s）", b->to, strerror(errno));
	len = strlen(folder);
	if (!strncmp(to, folder, len) && (to[len] == '/' || !to[len]))
		return fault_say(why, FAULT_REFUSED,
				 "%s lies in the data folder %s and would be lost with it",
				 "%s 位于数据目录 %s 之内，会一同丢失", to, folder);
	if (stat(folder, &here) == 0 && stat(to, &there) == 0 && here.st_dev == there.st_dev)
		fprintf(stderr, "%s\n",
			b->zh ? "fengsui: 提示：备份与数据目录在同一文件系统，磁盘损坏时会一同丢失"
			      : "fengsui: note: the backup is on the same file system as the data folder; a "
				"broken disk takes both");
	return 0;
}

static int name_it(struct backup *b, int64_t now, struct fault *why)
{
	char **names;
	size_t count;
	int ret;

	if ((ret = generation_list(b->to, b->mem, &names, &count, why)) < 0)
		return ret;
	/* The newest by its name is the newest, whatever the clock did since. */
	if (count && generation_moment(names[count - 1]) + STAMP_SECOND > now)
		now = generation_moment(names[count - 1]) + STAMP_SECOND;
	generation_name(now, b->name);
	b->whole = arena_text(b->mem, "%s/%s", b->to, b->name);
	b->partial = arena_text(b->mem, "%s/.partial-%s", b->to, b->name);
	if (!count || b->full_check)
		return 0;
	b->before = arena_text(b->mem, "%s/%s", b->to, names[count - 1]);
	/* One that cannot be read saves nothing, and does no harm. */
	if (generation_read(b->before, &b->before_about, NULL) == 0) {
		b->tree.before = b->before;
		b->tree.before_files = json_object_get(b->before_about, "files");
	}
	return 0;
}

static int prepare(struct backup *b, struct lock **lock, struct fault *why)
{
	const char *database = arena_text(b->mem, "%s/fengsui.db", b->folder);
	int ret;

	if (access(database, F_OK) < 0)
		return fault_say(why, FAULT_ABSENT, "%s is no data folder: there is no %s",
				 "%s 不是数据目录：没有 %s", b->folder, database);
	if ((ret = file_make_folder(b->to, 0700, why)) < 0 || (ret = apart(b, why)) < 0 ||
	    (ret = lock_folder(b->to, lock, why)) < 0 || (ret = prune_leftovers(b->to, why)) < 0 ||
	    (ret = name_it(b, clock_wall(), why)) < 0)
		return ret;
	return file_make_folder(b->partial, 0700, why);
}

/* ---- its parts ------------------------------------------------------------ */

/* Signed up to here, where a daemon is at work; without one the last signature stands. */
static void sign_now(struct backup *b)
{
	struct ctl ctl = { .mem = b->mem, .fd = -1, .patience_s = 10, .typed.data = b->folder };
	json_t *answer;

	for (int space = 1; space <= 2; space++) {
		if (talk_ask(&ctl, json_pack("{s:s, s:i}", "op", "checkpoint", "space", space), &answer,
			     NULL) < 0)
			break;
		json_decref(answer);
	}
	talk_end(&ctl);
}

static int copy_keys(struct backup *b, struct fault *why)
{
	static const char *const signed_files[] = { "keys/real.signed", "keys/drill.signed" };
	int ret;

	if (!b->without_keys)
		return tree_copy(&b->tree, b->folder, b->partial, "keys", why);
	if ((ret = file_make_folder(arena_text(b->mem, "%s/keys", b->partial), 0700, why)) < 0)
		return ret;
	for (size_t i = 0; i < 2; i++)
		if ((ret = tree_copy_file(&b->tree, b->folder, b->partial, signed_files[i], why)) < 0 &&
		    ret != -FAULT_ABSENT)
			return ret;
	return 0;
}

static void told(void *who, uint64_t done, uint64_t all)
{
	struct backup *b = who;
	/* In pages of 4 KiB, which is what SQLite makes when nobody asks for another size. */
	b->progress.all = all * 4096;
	progress_to(&b->progress, done * 4096);
}

static int copy_database(struct backup *b, struct fault *why)
{
	const char *to = arena_text(b->mem, "%s/fengsui.db", b->partial);
	SCOPED(store_drop) struct store *store = NULL;
	char hex[65];
	uint64_t size;
	int ret;

	progress_begin(&b->progress, b->zh ? "数据库" : "database", 0);
	if ((ret = store_open(&store_sqlite, arena_text(b->mem, "%s/fengsui.db", b->folder), STORE_READ,
			      &store, why)) < 0 ||
	    (ret = store_copy(store, to, told, b, why)) < 0 || (ret = tree_digest(to, hex, &size, why)) < 0)
		return ret;
	progress_end(&b->progress);
	b->bytes_copied += size;
	json_object_set_new(b->tree.files, "fengsui.db",
			    json_pack("{s:I, s:s}", "size", (json_int_t)size, "sha256", hex));
	return file_sync_folder(b->partial, why);
}

/* A package that is being replaced may vanish under us: the new one is copied. */
static int copy_folder(struct backup *b, const char *name, struct fault *why)
{
	int ret = -FAULT_ABSENT;

	for (int i = 0; i < TRIES && ret == -FAULT_ABSENT; i++)
		if ((ret = tree_remove(arena_text(b->mem, "%s/%s", b->partial, name), why)) == 0)
			ret = tree_copy(&b->tree, b->folder, b->partial, name, why);
	return ret;
}

/* ---- evidence -------------------------------------------------------------- */

static bool there_already(const struct backup *b, const struct generation_blob *blob)
{
	char path[PATH_MOST];
	struct stat is;
	uint64_t size;

	blob_path(b->to, blob->digest, path, sizeof(path));
	if (stat(path, &is) < 0 || (uint64_t)is.st_size != blob->size)
		return false;
	return !b->full_check || blob_check(b->to, blob->digest, &size, NULL) == 0;
}

/* Disposed of by order since the database was copied: that is no loss. */
static bool still_wanted(struct backup *b, const char *digest)
{
	SCOPED(store_drop) struct store *store = NULL;
	int64_t named = 1;

	if (store_open(&store_sqlite, arena_text(b->mem, "%s/fengsui.db", b->folder), STORE_READ, &store,
		       NULL) == 0)
		store_int(store, "SELECT count(*) FROM blobs WHERE digest = $1", VALUES(value_text(digest)),
			  &named, NULL);
	return named > 0;
}

/* What is damaged or missing where it comes from is named, and the rest is saved. */
static int keep_blob(struct backup *b, const struct generation_blob *blob, struct fault *why)
{
	uint64_t size = 0;
	int ret = evidence_copy(b->folder, b->to, blob->digest, &b->progress, &size, why);

	if (ret == 0) {
		b->blobs_copied++;
		b->bytes_copied += size;
	}
	if (ret != -FAULT_ABSENT && ret != -FAULT_CORRUPT)
		return ret;
	if (ret == -FAULT_ABSENT && !still_wanted(b, blob->digest))
		return 0;
	json_array_append_new(b->lacking, json_string(blob->digest));
	typed_fault(b->zh, why);
	return 0;
}

static int copy_blobs(struct backup *b, struct fault *why)
{
	struct generation_blob *list;
	uint64_t all = 0;
	unsigned removed;
	int ret;

	if ((ret = generation_blobs(b->partial, b->mem, &list, &b->blobs, why)) < 0 ||
	    (ret = blob_sweep(b->to, &removed, why)) < 0)
		return ret;
	for (size_t i = 0; i < b->blobs; i++)
		all += list[i].size;
	b->blob_bytes = all;
	progress_begin(&b->progress, b->zh ? "证据文件" : "evidence", all);
	for (size_t i = 0; i < b->blobs; i++) {
		if (there_already(b, &list[i]))
			progress_add(&b->progress, list[i].size);
		else if ((ret = keep_blob(b, &list[i], why)) < 0)
			return ret;
	}
	progress_end(&b->progress);
	return 0;
}

/* ---- the end --------------------------------------------------------------- */

static int last_checkpoint(struct backup *b, struct fault *why)
{
	SCOPED(store_drop) struct store *store = NULL;
	int ret = store_open(&store_sqlite, arena_text(b->mem, "%s/fengsui.db", b->partial), STORE_READ,
			     &store, why);

	if (ret < 0)
		return ret;
	ret = store_text(store, "SELECT note FROM checkpoints WHERE log = 1 ORDER BY size DESC LIMIT 1",
			 NO_VALUES, b->mem, &b->checkpoint, why);
	return ret == -FAULT_ABSENT ? 0 : ret;
}

static int prove(struct backup *b, struct fault *why)
{
	struct verdict *verdict = arena_take(b->mem, sizeof(*verdict));
	int ret;

	if ((ret = generation_verify(b->partial, NULL, 0, verdict, why)) < 0)
		return ret;
	if (verdict_bad(verdict)) {
		verdict_print(verdict, b->partial, stderr);
		return fault_say(why, FAULT_CORRUPT,
				 "the record in the copy does not verify; the backup was not kept",
				 "副本中的记录未通过核验；此次备份不予保留");
	}
	json_object_set_new(b->about, "entries", json_integer((json_int_t)verdict->logs[0].entries));
	json_object_set_new(b->about, "drill_entries", json_integer((json_int_t)verdict->logs[1].entries));
	json_object_set_new(b->about, "origin", json_string(verdict->logs[0].origin));
	return last_checkpoint(b, why);
}

static int write_json(const char *path, const json_t *value, struct fault *why)
{
	char *text = json_dumps(value, JSON_INDENT(1));
	int ret = file_write(path, 0600, text, strlen(text), why);

	free(text);
	return ret;
}

static int write_about(struct backup *b, struct fault *why)
{
	char at[STAMP_LEN];

	stamp_format(b->began, at);
	json_object_set_new(b->about, "fengsui", json_string(FENGSUI_VERSION));
	json_object_set_new(b->about, "taken_at", json_string(at));
	json_object_set_new(b->about, "from", json_string(b->folder));
	json_object_set_new(b->about, "keys", json_boolean(!b->without_keys));
	json_object_set_new(b->about, "blobs", json_integer((json_int_t)b->blobs));
	json_object_set_new(b->about, "blob_bytes", json_integer((json_int_t)b->blob_bytes));
	json_object_set(b->about, "lacking", b->lacking);
	json_object_set(b->about, "files", b->tree.files);
	if (b->checkpoint)
		json_object_set_new(b->about, "checkpoint", json_string(b->checkpoint));
	return write_json(arena_text(b->mem, "%s/%s", b->partial, GENERATION_FILE), b->about, why);
}

static int give_name(struct backup *b, struct fault *why)
{
	if (rename(b->partial, b->whole) < 0)
		return fault_say(why, FAULT_IO, "cannot rename to %s: %s", "不能改名为 %s（%s）", b->whole,
				 strerror(errno));
	return file_sync_folder(b->to, why);
}

static json_t *summary(struct backup *b)
{
	char at[STAMP_LEN], to[PATH_MOST];
	json_t *value;

	stamp_format(b->began, at);
	value = json_pack("{s:s, s:s, s:s, s:O, s:I, s:I, s:I, s:I, s:I, s:b, s:f}", "at", at, "to",
			  realpath(b->to, to) ? to : b->to, "generation", b->name, "entries",
			  json_object_get(b->about, "entries"), "blobs", (json_int_t)b->blobs, "blobs_copied",
			  (json_int_t)b->blobs_copied, "bytes_copied", (json_int_t)b->bytes_copied, "lacking",
			  (json_int_t)json_array_size(b->lacking), "removed", (json_int_t)b->removed, "keys",
			  !b->without_keys, "seconds", (double)(clock_wall() - b->began) / 1e6);
	if (b->checkpoint)
		json_object_set_new(value, "checkpoint", json_string(b->checkpoint));
	return value;
}

/* The folder learns when it was backed up; a folder that only can be read does not. */
static void tell_folder(struct backup *b)
{
	json_t *value = summary(b);
	struct fault why;

	if (write_json(arena_text(b->mem, "%s/backup.json", b->folder), value, &why) < 0)
		typed_fault(b->zh, &why);
	json_decref(value);
}

static int make_parts(struct backup *b, struct fault *why)
{
	int ret;

	sign_now(b);
	b->began = clock_wall();
	if ((ret = copy_keys(b, why)) < 0 || (ret = copy_database(b, why)) < 0 ||
	    (ret = copy_folder(b, "packs", why)) < 0 || (ret = copy_blobs(b, why)) < 0 ||
	    (ret = copy_folder(b, "archive", why)) < 0 || (ret = prove(b, why)) < 0 ||
	    (ret = write_about(b, why)) < 0)
		return ret;
	return give_name(b, why);
}

static int make(struct backup *b, struct fault *why)
{
	SCOPED(lock_drop) struct lock *lock = NULL;
	int ret;

	if ((ret = prepare(b, &lock, why)) < 0)
		return ret;
	if ((ret = make_parts(b, why)) < 0) {
		tree_remove(b->partial, NULL);
		return ret;
	}
	tell_folder(b);
	return b->keep ? prune(b->to, (size_t)b->keep, &b->removed, why) : 0;
}

static void say(struct backup *b)
{
	json_t *value = summary(b);
	const double megabytes = (double)b->bytes_copied / (1024 * 1024);

	if (b->json) {
		say_json(value);
	} else {
		printf(b->zh ? "备份完成：%s，记录 %lld 条，证据文件 %zu 个（新复制 %zu 个，%.1f MiB）\n"
			     : "Backed up: %s, %lld entries, %zu evidence files (%zu copied, %.1f MiB)\n",
		       b->whole, (long long)json_integer_value(json_object_get(b->about, "entries")),
		       b->blobs, b->blobs_copied, megabytes);
		if (b->removed)
			printf(b->zh ? "已删除较早的备份 %zu 次\n" : "Older backups removed: %zu\n",
			       b->removed);
		if (json_array_size(b->lacking))
			printf(b->zh ? "损坏或缺失的证据文件：%zu 个\n"
				     : "Evidence files damaged or missing: %zu\n",
			       json_array_size(b->lacking));
		if (b->without_keys)
			puts(b->zh ? "不含密钥：恢复时须有 keys/record.key 和 keys/account.key"
				   : "Without keys: restoring it needs keys/record.key and keys/account.key "
				     "from elsewhere");
		if (b->checkpoint)
			printf("%s\n\n%s",
			       b->zh ? "已核验。请另处保存此检查点："
				     : "Verified. Keep this checkpoint elsewhere:",
			       b->checkpoint);
	}
	json_decref(value);
}

static int run(struct backup *b)
{
	struct fault why = { 0 };
	int status;

	b->lacking = json_array();
	b->about = json_object();
	b->tree.files = json_object();
	b->tree.progress = NULL;
	b->progress.zh = b->zh;
	if (make(b, &why) < 0) {
		progress_end(&b->progress);
		status = typed_fault(b->zh, &why);
	} else {
		say(b);
		status = json_array_size(b->lacking) ? EXIT_LACKING : 0;
	}
	json_decref(b->lacking);
	json_decref(b->about);
	json_decref(b->tree.files);
	json_decref(b->before_about);
	return status;
}

int ctl_backup(int argc, char **argv)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct backup b = { .mem = mem, .zh = ctl_take_language(&argc, argv) };
	const struct typed_flag flags[] = {
		{ "--data", &b.folder, NULL },           { "--to", &b.to, NULL },
		{ "--keep", &b.keep_text, NULL },        { "--without-keys", NULL, &b.without_keys },
		{ "--full-check", NULL, &b.full_check }, { "--json", NULL, &b.json },
	};
	const char *word = NULL;
	struct typed typed = { "backup", flags, sizeof(flags) / sizeof(*flags), &word, 1, 0 };
	int ret;

	if (typed_help(argc, argv)) {
		fputs(b.zh ? help_zh : help_en, stdout);
		return 0;
	}
	if ((ret = typed_read(argc, argv, &typed)) != 0)
		return ret;
	b.to = b.to ? b.to : word;
	if (!b.to || (b.to != word && word))
		return typed_usage(&typed, "请给出一个目标目录 / which folder is it to go to?", NULL);
	if (b.keep_text && !typed_number(&typed, "--keep", b.keep_text, 1, 10000, &b.keep))
		return EXIT_USAGE;
	b.folder = b.folder ? b.folder : getenv("FENGSUI_DATA") ? getenv("FENGSUI_DATA") : "./data";
	umask(077);
	return run(&b);
}
