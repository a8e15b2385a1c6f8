#include "store/sqlite_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Pages between two words about how far it has come. */
enum { PAGES_AT_ONCE = 1024 };

struct copy {
	sqlite3 *from, *to;
	const char *path;
};

static int failed(const struct copy *copy, int rc, struct fault *why)
{
	const int error = sqlite3_system_errno(copy->to);

	if ((rc & 0xff) == SQLITE_FULL || error == ENOSPC || error == EDQUOT)
		return fault_no_room(why, copy->path);
	if ((rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB)
		return fault_say(why, FAULT_CORRUPT, "the database cannot be copied to %s: %s",
				 "数据库不能复制到 %s（%s）", copy->path, sqlite3_errstr(rc));
	return fault_say(why, FAULT_IO, "the database cannot be copied to %s: %s",
			 "数据库不能复制到 %s（%s）", copy->path, sqlite3_errstr(rc));
}

/* Without a transaction of ours, each write by another process begins the copy anew. */
static int hold_moment(const struct copy *copy, struct fault *why)
{
	int rc = sqlite3_exec(copy->from, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : failed(copy, rc, why);
}

static int copy_pages(const struct copy *copy, void (*told)(void *who, uint64_t done, uint64_t all),
		      void *who, struct fault *why)
{
	sqlite3_backup *work = sqlite3_backup_init(copy->to, "main", copy->from, "main");
	int rc, ended;

	if (!work)
		return failed(copy, sqlite3_errcode(copy->to), why);
	while ((rc = sqlite3_backup_step(work, PAGES_AT_ONCE)) == SQLITE_OK)
		if (told)
			told(who, (uint64_t)(sqlite3_backup_pagecount(work) - sqlite3_backup_remaining(work)),
			     (uint64_t)sqlite3_backup_pagecount(work));
	ended = sqlite3_backup_finish(work);
	if (rc != SQLITE_DONE || ended != SQLITE_OK)
		return failed(copy, rc != SQLITE_DONE ? rc : ended, why);
	/* The copied head says "with a log"; a copy that is read only needs none. */
	rc = sqlite3_exec(copy->to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : failed(copy, rc, why);
}

static int sync_file(const char *path, struct fault *why)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0 || fsync(fd) < 0)
		ret = fault_say(why, FAULT_IO, "cannot sync %s: %s", "不能存盘 %s（%s）", path,
				strerror(errno));
	if (fd >= 0)
		close(fd);
	return ret;
}

int sqlite_copy(sqlite3 *from, const char *to, void (*told)(void *who, uint64_t done, uint64_t all),
		void *who, struct fault *why)
{
	struct copy copy = { .from = from, .path = to };
	int rc, ret;

	if (access(to, F_OK) == 0)
		return fault_say(why, FAULT_CONFLICT, "%s is there already", "%s 已存在", to);
	rc = sqlite3_open_v2(to, &copy.to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			     NULL);
	ret = rc == SQLITE_OK ? hold_moment(&copy, why) : failed(&copy, rc, why);
	if (ret == 0)
		ret = copy_pages(&copy, told, who, why);
	if (!sqlite3_get_autocommit(from))
		sqlite3_exec(from, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(copy.to);
	return ret == 0 ? sync_file(to, why) : ret;
}
