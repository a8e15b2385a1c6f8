#include <dirent.h>
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
#include "ctl/keep/tree.h"
#include "ctl/keep/typed.h"
#include "host/file.h"
#include "record/expect.h"
#include "store/store.h"

/*
 * restore -- a backup becomes a data folder again, whole or not at all.
 *
 * It is verified where it lies, copied under another name beside the new
 * folder, verified there again, and renamed.
 */
enum { PATH_MOST = 4096, AGAINST_BYTES = 1024 * 1024, EXIT_LACKING = 2 };

static const char help_en[] =
	"fengsui restore FROM --data FOLDER [--against FILE] [--accept-loss] [--keys FILE]\n"
	"\n"
	"Makes the data folder FOLDER out of a backup. FROM is where fengsui backup wrote to (then\n"
	"the newest is taken), or one backup in it. FOLDER must be empty or not be there. The\n"
	"backup is verified before and the folder after it was copied; until then the folder does\n"
	"not have its name. What was entered after the backup is lost, and is said.\n"
	"\n"
	"  --data FOLDER    the data folder to make\n"
	"  --against FILE   a checkpoint that was kept elsewhere. A backup that contradicts it is\n"
	"                   refused; one that is older than it, too, and how much is lost is said\n"
	"  --accept-loss    restore it although the checkpoint shows that entries are lost\n"
	"  --keys FILE      keys/record.key kept elsewhere, for a backup without keys; account.key\n"
	"                   is taken from beside it\n"
	"  --json           what was done as one JSON object\n"
	"  --lang zh|en     language (from LANG)\n"
	"\n"
	"The next start of the daemon records that the folder was restored, and from what.\n"
	"Nobody may go on with the old folder after that: two records would bear one name.\n"
	"\n"
	"Ends with 0; 2 done, but evidence files are not in the backup; 64 wrong usage, 66 no\n"
	"backup there, 70 the backup is damaged, 73 the folder is not empty, 77 refused:\n"
	"entries would be lost, or the backup contradicts the checkpoint.\n"
	"\n"
	"  fengsui restore /mnt/backup/fengsui --data /var/lib/fengsui --against last-shift.txt\n";

static const char help_zh[] =
	"fengsui restore 来源 --data 目录 [--against 文件] [--accept-loss] [--keys 文件]\n"
	"\n"
	"由备份恢复数据目录。来源是 fengsui backup 的目标（取最新一次），或其中某一次备份。目录\n"
	"须为空或不存在。复制前核验备份，复制后核验目录，通过后目录才有正式名称。备份之后录入的\n"
	"内容会丢失，命令会说明。\n"
	"\n"
	"  --data 目录      要恢复成的数据目录\n"
	"  --against 文件   另处保存的检查点。与之矛盾的备份拒绝恢复；早于它的也拒绝，并说明丢失多少\n"
	"  --accept-loss    检查点表明有条目丢失，仍然恢复\n"
	"  --keys 文件      另处保存的 keys/record.key，用于不含密钥的备份；并取其旁边的 account.key\n"
	"  --json           以一个 JSON 对象给出结果\n"
	"  --lang zh|en     语言（默认取自 LANG）\n"
	"\n"
	"守护进程下次启动时会记录：目录由哪次备份恢复。此后不得再使用旧目录，否则会有两份同名记录。\n"
	"\n"
	"退出状态：0 完成；2 已完成，但备份中缺少证据文件；64 用法有误，66 没有备份，70 备份已损坏，\n"
	"73 目录不为空，77 拒绝：会丢失条目，或备份与检查点矛盾。\n"
	"\n"
	"  fengsui restore /mnt/backup/fengsui --data /var/lib/fengsui --against last-shift.txt\n";

struct restore {
	const char *from, *folder, *against_path, *keys;
	bool no_account_key; /* the one of the record was there, that of the accounts not beside it */
	bool accept_loss, json, zh;
	struct arena *mem;
	const char *generation, *place; /* the backup, and where its blobs/ is */
	char *draft;                    /* the folder until it has its name */
	char *against;                  /* text, or NULL */
	json_t *about, *lacking;
	struct progress progress;
	struct verdict *verdict;
	char last_at[STAMP_LEN];
	uint64_t known, lost; /* entries of the newest checkpoint given; those that the backup lacks */
	size_t blobs;
};

/* ---- which, and where to ----------------------------------------------------- */

static int find_generation(struct restore *r, struct fault *why)
{
	char **names, *slash, path[PATH_MOST];
	size_t count;
	int ret;

	if (!realpath(r->from, path))
		return fault_say(why, FAULT_ABSENT, "%s: %s", "%s（%s）", r->from, strerror(errno));
	slash = strrchr(path, '/');
	if (generation_named(slash + 1)) {
		r->generation = arena_copy(r->mem, path);
		*slash = '\0';
		r->place = arena_copy(r->mem, path);
		return 0;
	}
	if ((ret = generation_list(path, r->mem, &names, &count, why)) < 0)
		return ret;
	if (!count)
		return fault_say(why, FAULT_ABSENT, "there is no backup in %s", "%s 中没有备份", r->from);
	r->place = arena_copy(r->mem, path);
	r->generation = arena_text(r->mem, "%s/%s", path, names[count - 1]);
	return 0;
}

static int empty_folder(const char *path, struct fault *why)
{
	const struct dirent *entry;
	bool empty = true;
	DIR *dir = opendir(path);

	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return fault_say(why, FAULT_IO, "%s: %s", "%s（%s）", path, strerror(errno));
	while (empty && (entry = readdir(dir)))
		empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
	closedir(dir);
	return empty ? 0
		     : fault_say(why, FAULT_CONFLICT, "%s is not empty; nothing is restored over it",
				 "%s 不为空，不会覆盖", path);
}

/* Beside the folder, so that one rename gives it its name. */
static int name_draft(struct restore *r, struct fault *why)
{
	size_t len = strlen(r->folder);
	char *path = arena_copy(r->mem, r->folder), *slash;

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
	slash = strrchr(path, '/');
	r->folder = arena_copy(r->mem, path);
	r->draft = slash ? arena_text(r->mem, "%.*s/.restoring-%s", (int)(slash - path), path, slash + 1)
			 : arena_text(r->mem, ".restoring-%s", path);
	/* One that was broken off before. */
	return tree_remove(r->draft, why);
}

/* ---- before ------------------------------------------------------------------ */

static void take_known(void *context, const char *note, size_t len)
{
	struct restore *r = context;
	struct checkpoint point;

	if (checkpoint_read(note, len, &point) && point.size > r->known &&
	    !strcmp(point.origin, r->verdict->logs[0].origin))
		r->known = point.size;
}

static int read_last_moment(struct restore *r, struct fault *why)
{
	SCOPED(store_drop) struct store *store = NULL;
	int64_t at = 0;
	int ret = store_open(&store_sqlite, arena_text(r->mem, "%s/fengsui.db", r->generation), STORE_READ,
			     &store, why);

	if (ret < 0 || (ret = store_int(store, "SELECT coalesce(max(at), 0) FROM records WHERE log = 1",
					NO_VALUES, &at, why)) < 0)
		return ret;
	stamp_format(at, r->last_at);
	return 0;
}

/* Only a checkpoint that is ahead of the backup may be passed over, and only
 * where that was asked for; what contradicts it never. */
static int weigh(struct restore *r, struct fault *why)
{
	const struct verdict *v = r->verdict;
	const uint64_t bad = verdict_bad(v), ahead = v->counts[FOUND_AGAINST_SIZE];

	if (r->against)
		against_each(r->against, strlen(r->against), take_known, r);
	r->lost = r->known > v->logs[0].entries ? r->known - v->logs[0].entries : 0;
	if (bad > ahead) {
		verdict_print(v, r->generation, stderr);
		return v->counts[FOUND_AGAINST_ROOT] || v->counts[FOUND_AGAINST_FORGED] ||
				       v->counts[FOUND_AGAINST_KEY] || v->counts[FOUND_AGAINST_ORIGIN] ||
				       v->counts[FOUND_AGAINST_FORM]
			       ? fault_say(why, FAULT_REFUSED,
					   "%s contradicts the checkpoint given: it is another history",
					   "%s 与所给检查点矛盾：是另一份历史", r->generation)
			       : fault_say(why, FAULT_CORRUPT, "the record in %s does not verify",
					   "%s 中的记录未通过核验", r->generation);
	}
	if (ahead && !r->accept_loss)
		return fault_say(why, FAULT_REFUSED,
				 "%s is older than the checkpoint given: %" PRIu64
				 " entries after %s would be lost (it has %" PRIu64
				 ", the checkpoint knows %" PRIu64
				 "); --accept-loss restores it nevertheless",
				 "%s 早于所给检查点：%" PRIu64 " 条记录（%s 之后）会丢失（备份有 %" PRIu64
				 " 条，检查点为 %" PRIu64 " 条）；仍要恢复请用 --accept-loss",
				 r->generation, r->lost, r->last_at, v->logs[0].entries, r->known);
	return 0;
}

static int look(struct restore *r, struct fault *why)
{
	const char *const against[] = { r->against };
	int ret;

	if ((ret = generation_read(r->generation, &r->about, why)) < 0 ||
	    (ret = generation_check(r->generation, r->about, why)) < 0 ||
	    (ret = generation_verify(r->generation, against, r->against ? 1 : 0, r->verdict, why)) < 0 ||
	    (ret = read_last_moment(r, why)) < 0 || (ret = weigh(r, why)) < 0)
		return ret;
	if (json_is_true(json_object_get(r->about, "keys")) || r->keys)
		return 0;
	return fault_say(why, FAULT_REFUSED,
			 "%s was made without keys: the record goes on only with keys/record.key of the old "
			 "folder (--keys FILE); certificates of HTTPS are made anew or put back by you",
			 "%s 不含密钥：记录须有原目录的 keys/record.key 才能继续（--keys 文件）；"
			 "HTTPS 证书须重新生成或自行放回",
			 r->generation);
}

/* ---- copying ------------------------------------------------------------------- */

static int make_above(struct restore *r, const char *name, struct fault *why)
{
	char path[PATH_MOST];
	int ret = 0;

	for (const char *slash = strchr(name, '/'); ret == 0 && slash; slash = strchr(slash + 1, '/')) {
		snprintf(path, sizeof(path), "%s/%.*s", r->draft, (int)(slash - name), name);
		ret = file_make_folder(path, 0700, why);
	}
	return ret;
}

static int copy_files(struct restore *r, struct fault *why)
{
	struct tree tree = { .files = json_object(), .progress = &r->progress };
	const json_t *said;
	const char *name;
	uint64_t all = 0;
	int ret = 0;

	json_object_foreach(json_object_get(r->about, "files"), name, said)
		all += (uint64_t)json_integer_value(json_object_get(said, "size"));
	progress_begin(&r->progress, r->zh ? "数据库与预案" : "database and plans", all);
	json_object_foreach(json_object_get(r->about, "files"), name, said)
		if ((ret = make_above(r, name, why)) < 0 ||
		    (ret = tree_copy_file(&tree, r->generation, r->draft, name, why)) < 0)
			break;
	progress_end(&r->progress);
	json_decref(tree.files);
	return ret;
}

static int copy_blobs(struct restore *r, struct fault *why)
{
	struct generation_blob *list;
	uint64_t all = 0, size;
	int ret;

	if ((ret = generation_blobs(r->generation, r->mem, &list, &r->blobs, why)) < 0)
		return ret;
	for (size_t i = 0; i < r->blobs; i++)
		all += list[i].size;
	progress_begin(&r->progress, r->zh ? "证据文件" : "evidence", all);
	for (size_t i = 0; i < r->blobs; i++) {
		ret = evidence_copy(r->place, r->draft, list[i].digest, &r->progress, &size, why);
		if (ret == -FAULT_ABSENT || ret == -FAULT_CORRUPT) {
			json_array_append_new(r->lacking, json_string(list[i].digest));
			typed_fault(r->zh, why);
			ret = 0;
		}
		if (ret < 0)
			return ret;
	}
	progress_end(&r->progress);
	return 0;
}

/* That of the accounts stands beside it; who has only the one is told. */
static int put_account_key(struct restore *r, struct fault *why)
{
	const char *slash = strrchr(r->keys, '/');
	const char *beside =
		arena_text(r->mem, "%.*saccount.key", slash ? (int)(slash + 1 - r->keys) : 0, r->keys);
	char *bytes;
	size_t len;
	int ret = file_read(beside, 64 * 1024, r->mem, &bytes, &len, why);

	r->no_account_key = ret == -FAULT_ABSENT;
	if (ret < 0)
		return r->no_account_key ? 0 : ret;
	return file_write(arena_text(r->mem, "%s/keys/account.key", r->draft), 0600, bytes, len, why);
}

static int put_key(struct restore *r, struct fault *why)
{
	char *bytes;
	size_t len;
	int ret;

	if (!r->keys || json_is_true(json_object_get(r->about, "keys")))
		return 0;
	if ((ret = file_read(r->keys, 64 * 1024, r->mem, &bytes, &len, why)) < 0 ||
	    (ret = file_make_folder(arena_text(r->mem, "%s/keys", r->draft), 0700, why)) < 0)
		return ret;
	ret = file_write(arena_text(r->mem, "%s/keys/record.key", r->draft), 0600, bytes, len, why);
	return ret < 0 ? ret : put_account_key(r, why);
}

/* The daemon reads it at its next start, records it and takes it away. */
static int leave_word(struct restore *r, struct fault *why)
{
	json_t *word = json_pack("{s:s, s:O, s:I, s:I, s:I}", "backup", strrchr(r->generation, '/') + 1,
				 "taken_at", json_object_get(r->about, "taken_at"), "entries",
				 (json_int_t)r->verdict->logs[0].entries, "lost", (json_int_t)r->lost,
				 "lacking", (json_int_t)json_array_size(r->lacking));
	char *text = json_dumps(word, JSON_COMPACT);
	int ret = file_write(arena_text(r->mem, "%s/restored.json", r->draft), 0600, text, strlen(text), why);

	free(text);
	json_decref(word);
	return ret;
}

static int prove(struct restore *r, struct fault *why)
{
	int ret;

	if ((ret = generation_check(r->draft, r->about, why)) < 0 ||
	    (ret = generation_verify(r->draft, NULL, 0, r->verdict, why)) < 0)
		return ret;
	if (!verdict_bad(r->verdict))
		return 0;
	verdict_print(r->verdict, r->draft, stderr);
	return r->keys ? fault_say(why, FAULT_REFUSED, "the record does not verify with the key in %s",
				   "使用 %s 中的密钥，记录未通过核验", r->keys)
		       : fault_say(why, FAULT_CORRUPT, "what was copied to %s does not verify",
				   "复制到 %s 的内容未通过核验", r->draft);
}

static int give_name(struct restore *r, struct fault *why)
{
	const char *above = strrchr(r->folder, '/') ? arena_text(r->mem, "%s/..", r->folder) : ".";

	if (rename(r->draft, r->folder) < 0)
		return fault_say(
			why, errno == ENOTEMPTY || errno == EEXIST ? FAULT_CONFLICT : FAULT_IO,
			"cannot rename %s to %s: %s (a mount point takes no new name: give a folder in it)",
			"不能将 %s 改名为 %s（%s）；挂载点不能改名，请给出其下的目录", r->draft, r->folder,
			strerror(errno));
	return file_sync_folder(above, why);
}

static int make(struct restore *r, struct fault *why)
{
	int ret;

	if ((ret = file_make_folder(r->draft, 0700, why)) < 0 || (ret = copy_files(r, why)) < 0 ||
	    (ret = put_key(r, why)) < 0 || (ret = copy_blobs(r, why)) < 0 || (ret = prove(r, why)) < 0 ||
	    (ret = leave_word(r, why)) < 0)
		return ret;
	return give_name(r, why);
}

static int restore(struct restore *r, struct fault *why)
{
	size_t len;
	int ret;

	if ((ret = empty_folder(r->folder, why)) < 0 || (ret = find_generation(r, why)) < 0 ||
	    (ret = name_draft(r, why)) < 0)
		return ret;
	if (r->against_path &&
	    (ret = file_read(r->against_path, AGAINST_BYTES, r->mem, &r->against, &len, why)) < 0)
		return ret;
	if ((ret = look(r, why)) < 0)
		return ret;
	if ((ret = make(r, why)) < 0)
		tree_remove(r->draft, NULL);
	return ret;
}

/* ---- saying so ------------------------------------------------------------------- */

static void say(struct restore *r)
{
	const char *taken = json_string_value(json_object_get(r->about, "taken_at"));

	if (r->json) {
		json_t *value =
			json_pack("{s:s, s:s, s:s, s:I, s:s, s:I, s:I, s:O}", "folder", r->folder,
				  "generation", r->generation, "taken_at", taken, "entries",
				  (json_int_t)r->verdict->logs[0].entries, "last_entry", r->last_at, "lost",
				  (json_int_t)r->lost, "blobs", (json_int_t)r->blobs, "lacking", r->lacking);
		say_json(value);
		json_decref(value);
		return;
	}
	printf(r->zh ? "已恢复：%s，来自 %s（%s 的备份），记录 %llu 条，最后一条于 %s\n"
		     : "Restored: %s, from %s (made %s), %llu entries, the last of %s\n",
	       r->folder, r->generation, taken, (unsigned long long)r->verdict->logs[0].entries, r->last_at);
	if (r->lost)
		printf(r->zh ? "已丢失：检查点所知的 %llu 条记录，均在 %s 之后\n"
			     : "Lost: %llu entries that the checkpoint knows, all after %s\n",
		       (unsigned long long)r->lost, r->last_at);
	else if (!r->against)
		printf(r->zh ? "%s 之后录入的内容不在其中；有另处保存的检查点时请用 --against 核对\n"
			     : "What was entered after %s is not in it; --against with a checkpoint kept "
			       "elsewhere shows how much\n",
		       r->last_at);
	if (json_array_size(r->lacking))
		printf(r->zh ? "备份中缺少或损坏的证据文件：%zu 个\n"
			     : "Evidence files not in the backup, or damaged there: %zu\n",
		       json_array_size(r->lacking));
	if (r->no_account_key)
		puts(r->zh ? "旁边没有 account.key：启动前请把原目录的 keys/account.key 放入 "
			     "keys/，否则无法启动"
			   : "No account.key beside it: put keys/account.key of the old folder into keys/ "
			     "before the "
			     "start, which fails without it");
	puts(r->zh ? "不在备份中：检测规则、日志映射、服务配置（不在数据目录内）"
		   : "Not in a backup: detection rules, log mappings and the service's settings, which are "
		     "outside the folder");
}

static int run(struct restore *r)
{
	struct fault why = { 0 };
	int status;

	r->lacking = json_array();
	r->verdict = arena_take(r->mem, sizeof(*r->verdict));
	r->progress.zh = r->zh;
	if (restore(r, &why) < 0) {
		progress_end(&r->progress);
		status = typed_fault(r->zh, &why);
	} else {
		say(r);
		status = json_array_size(r->lacking) ? EXIT_LACKING : 0;
	}
	json_decref(r->lacking);
	json_decref(r->about);
	return status;
}

int ctl_restore(int argc, char **argv)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct restore r = { .mem = mem, .zh = ctl_take_language(&argc, argv) };
	const struct typed_flag flags[] = {
		{ "--data", &r.folder, NULL }, { "--against", &r.against_path, NULL },
		{ "--keys", &r.keys, NULL },   { "--accept-loss", NULL, &r.accept_loss },
		{ "--json", NULL, &r.json },
	};
	struct typed typed = { "restore", flags, sizeof(flags) / sizeof(*flags), &r.from, 1, 0 };
	int ret;

	if (typed_help(argc, argv)) {
		fputs(r.zh ? help_zh : help_en, stdout);
		return 0;
	}
	if ((ret = typed_read(argc, argv, &typed)) != 0)
		return ret;
	if (!r.from || !r.folder)
		return typed_usage(&typed, "应为：来源 --data 目录 / FROM --data FOLDER", NULL);
	umask(077);
	return run(&r);
}
