#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stamp.h"
#include "ctl/doctor/doctor_private.h"
#include "host/file.h"

/* folder -- what is in the data folder: who may read it, who works in it, how old its copies are. */

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

/* "" where nobody else may, else the first path that others may read or write. */
static const char *open_to_others(struct doctor *doctor)
{
	const char *keys = arena_text(doctor->mem, "%s/keys", doctor->folder);
	const struct dirent *entry;
	const char *found_path = "";
	struct stat is;
	DIR *dir;

	if (stat(doctor->folder, &is) == 0 && (is.st_mode & 077))
		return doctor->folder;
	if (!(dir = opendir(keys)))
		return keys;
	while (!*found_path && (entry = readdir(dir))) {
		const char *path = arena_text(doctor->mem, "%s/%s", keys, entry->d_name);

		if (strcmp(entry->d_name, "..") != 0 && stat(path, &is) == 0 && (is.st_mode & 077))
			found_path = path;
	}
	closedir(dir);
	return found_path;
}

void examine_permissions(struct doctor *doctor, struct finding *out)
{
	const char *path = open_to_others(doctor);
	struct stat is;

	if (*path) {
		found(out, HEALTH_TROUBLE, "%s is not there, or others than its owner have access",
		      "%s 不存在，或属主以外的用户可以访问", path);
		advise(out, "chmod -R go= FOLDER", "chmod -R go= 目录");
	} else if (stat(doctor->folder, &is) == 0 && is.st_uid == 0 && !doctor->demo) {
		found(out, HEALTH_WARNING, "only its owner, who is root", "仅属主可访问，而属主是 root");
		advise(out, "run the daemon as a user of its own (etc/fengsui.service)",
		       "请以专用用户运行守护进程（etc/fengsui.service）");
	} else {
		found(out, HEALTH_GOOD, "only its owner", "仅属主可访问");
	}
}

static long holder(struct doctor *doctor)
{
	char text[32];
	const int fd =
		open(arena_text(doctor->mem, "%s/fengsui.db-writer", doctor->folder), O_RDONLY | O_CLOEXEC);
	long pid = 0;

	if (fd < 0)
		return 0;
	if (flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
		const ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

		text[len > 0 ? len : 0] = '\0';
		pid = strtol(text, NULL, 10);
		pid = pid > 0 ? pid : -1;
	}
	close(fd);
	return pid;
}

void examine_daemon(struct doctor *doctor, struct finding *out)
{
	const char *version = text_of(doctor->status, "version");
	long pid;

	if (doctor->status && strcmp(version, FENGSUI_VERSION) != 0) {
		found(out, HEALTH_WARNING, "running, version %s; this program is %s",
		      "正在运行，版本 %s；本程序为 %s", version, FENGSUI_VERSION);
		advise(out, "restart it, so that the version that is installed serves",
		       "请重启，使其运行已安装的版本");
	} else if (doctor->status) {
		found(out, HEALTH_GOOD, "running, pid %lld", "正在运行，进程号 %lld",
		      (long long)json_integer_value(json_object_get(doctor->status, "pid")));
	} else if ((pid = holder(doctor)) != 0) {
		found(out, HEALTH_TROUBLE, "process %ld holds the folder and does not answer",
		      "进程 %ld 占用该目录，但不应答", pid);
		advise(out, "see what it does (journalctl -u fengsui), or whether you may open its socket",
		       "请查看其情况（journalctl -u fengsui），或本机用户是否有权打开其套接字");
	} else {
		found(out, HEALTH_WARNING, "not running", "未运行");
		advise(out, "fengsui serve --data FOLDER, or systemctl start fengsui",
		       "fengsui serve --data 目录，或 systemctl start fengsui");
	}
}

void examine_before(struct doctor *doctor, struct finding *out)
{
	const json_t *before = json_object_get(doctor->status, "before");
	char span[64];

	if (!before)
		return;
	stamp_format_span(json_integer_value(json_object_get(before, "gap_s")) * STAMP_SECOND, span,
			  sizeof(span));
	if (json_object_get(before, "restored")) {
		found(out, HEALTH_WARNING, "restored from the backup %s; %lld entries known to be lost",
		      "由备份 %s 恢复；已知丢失 %lld 条",
		      text_of(json_object_get(before, "restored"), "backup"),
		      (long long)json_integer_value(
			      json_object_get(json_object_get(before, "restored"), "lost")));
		advise(out, "see what has to be entered again", "请核对需要补录的内容");
	} else if (!json_is_true(json_object_get(before, "clean"))) {
		found(out, HEALTH_WARNING, "not as it should be; last alive %s, nobody here for %s",
		      "非正常结束；最后存活于 %s，中断 %s", text_of(before, "last_alive"), span);
		advise(out, "look for the cause: power, memory, or somebody who killed it",
		       "请查明原因：断电、内存不足或被强行终止");
	} else {
		found(out, HEALTH_GOOD, "as it should be; nobody here for %s", "正常；中断 %s", span);
	}
}

void examine_schema(struct doctor *doctor, struct finding *out)
{
	char *version;

	if (!doctor->store) {
		found(out, HEALTH_TROUBLE, "cannot be read: %.400s", "不能读取（%.400s）",
		      doctor->unreadable.text);
		advise(out,
		       doctor->unreadable.code == FAULT_NEWER ? "install the newer program"
							      : "restore a backup (fengsui restore --help)",
		       doctor->unreadable.code == FAULT_NEWER ? "请安装更新的程序"
							      : "请由备份恢复（fengsui restore --help）");
	} else if (store_text(doctor->store, "SELECT value FROM meta WHERE name = 'schema'", NO_VALUES,
			      doctor->mem, &version, NULL) < 0) {
		found(out, HEALTH_TROUBLE, "does not say which version wrote it", "未说明由哪个版本写入");
	} else if (strtol(version, NULL, 10) < STORE_SCHEMA) {
		found(out, HEALTH_WARNING, "schema version %s; the next start changes it to %d",
		      "结构版本 %s；下次启动时升级到 %d", version, STORE_SCHEMA);
		advise(out, "make a backup first", "请先备份");
	} else {
		found(out, HEALTH_GOOD, "schema version %s", "结构版本 %s", version);
	}
}

static bool checkpoint_of(struct doctor *doctor, int64_t *at, int64_t *beyond)
{
	return doctor->store &&
	       store_int(doctor->store, "SELECT at FROM checkpoints WHERE log = 1 ORDER BY size DESC LIMIT 1",
			 NO_VALUES, at, NULL) == 0 &&
	       store_int(doctor->store,
			 "SELECT (SELECT count(*) FROM records WHERE log = 1) -"
			 " (SELECT max(size) FROM checkpoints WHERE log = 1)",
			 NO_VALUES, beyond, NULL) == 0;
}

void examine_checkpoint(struct doctor *doctor, struct finding *out)
{
	int64_t at, beyond;
	char text[STAMP_LEN];

	if (!doctor->store)
		return;
	if (!checkpoint_of(doctor, &at, &beyond)) {
		found(out, HEALTH_TROUBLE, "the record was never signed", "记录从未签名");
		return;
	}
	stamp_format(at, text);
	found(out, beyond && !doctor->demo && doctor->now - at > STAMP_DAY ? HEALTH_WARNING : HEALTH_GOOD,
	      "signed %s, %lld entries since", "签名于 %s，其后 %lld 条", text, (long long)beyond);
	if (out->health != HEALTH_GOOD)
		advise(out, "fengsui checkpoint, and keep what it prints elsewhere",
		       "请执行 fengsui checkpoint，并另处保存其输出");
}

/* What the last backup left in the folder, or NULL. Owned by the caller. */
static json_t *last_backup(struct doctor *doctor, int64_t *at)
{
	json_t *backup = NULL;
	char *text;
	size_t len;

	if (file_read(arena_text(doctor->mem, "%s/backup.json", doctor->folder), 64 * 1024, doctor->mem,
		      &text, &len, NULL) == 0)
		backup = json_loadb(text, len, 0, NULL);
	if (backup && stamp_parse(text_of(backup, "at"), strlen(text_of(backup, "at")), at, NULL) == 0)
		return backup;
	json_decref(backup);
	return NULL;
}

static void judge_backup(struct doctor *doctor, const json_t *backup, int64_t at, struct finding *out)
{
	const long long lacking = (long long)json_integer_value(json_object_get(backup, "lacking"));
	const int64_t age = doctor->now > at ? doctor->now - at : 0;
	char span[64];

	stamp_format_span(age - age % STAMP_MINUTE, span, sizeof(span));
	if (lacking) {
		found(out, HEALTH_TROUBLE, "%lld evidence files were damaged or missing (%s)",
		      "%lld 个证据文件损坏或缺失（%s）", lacking, text_of(backup, "at"));
		advise(out, "fengsui backup names them; put them back from an older backup",
		       "fengsui backup 会列出；请由较早的备份放回");
		return;
	}
	found(out,
	      age > 8 * STAMP_DAY     ? HEALTH_TROUBLE
	      : age > 25 * STAMP_HOUR ? HEALTH_WARNING
				      : HEALTH_GOOD,
	      "%s ago, in %.300s", "%s 前，位于 %.300s", span, text_of(backup, "to"));
	if (out->health != HEALTH_GOOD)
		advise(out, "make one, and see why none was made (fengsui backup --help)",
		       "请备份，并查明为何没有备份（fengsui backup --help）");
}

void examine_backup(struct doctor *doctor, struct finding *out)
{
	int64_t at = 0;
	json_t *backup = last_backup(doctor, &at);

	if (backup) {
		judge_backup(doctor, backup, at, out);
	} else {
		found(out, HEALTH_WARNING, "never", "从未备份");
		advise(out, "fengsui backup --data FOLDER TO, each day and on another disk",
		       "请每天备份到另一磁盘：fengsui backup --data 目录 目标");
	}
	json_decref(backup);
}

/* A backup verifies what it wrote; nothing else leaves a trace in the folder. */
void examine_verified(struct doctor *doctor, struct finding *out)
{
	int64_t at = 0;
	json_t *backup = last_backup(doctor, &at);

	if (backup) {
		found(out, doctor->now - at > 8 * STAMP_DAY ? HEALTH_WARNING : HEALTH_GOOD,
		      "with the backup of %s, %lld entries", "随 %s 的备份核验，%lld 条",
		      text_of(backup, "at"),
		      (long long)json_integer_value(json_object_get(backup, "entries")));
	} else {
		found(out, HEALTH_WARNING, "not known", "不详");
	}
	if (out->health != HEALTH_GOOD)
		advise(out, "fengsui verify FOLDER --against a checkpoint kept elsewhere",
		       "fengsui verify 目录 --against 另处保存的检查点");
	json_decref(backup);
}
