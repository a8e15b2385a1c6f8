#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "ctl/doctor/doctor_private.h"
#include "host/clock.h"

/* disk -- the file system under the folder: what it is, whether it syncs, what room it has. */

/* What each file system is good for. Sources: statfs(2), linux/magic.h. */
/* clang-format off */
enum fitness { FIT, NETWORK, MEMORY, UNSURE };

static const struct {
	unsigned long magic;
	const char *name;
	enum fitness fitness;
} systems[] = {
	{ 0xEF53,     "ext4",     FIT },     { 0x58465342, "xfs",    FIT },     { 0x9123683E, "btrfs", FIT },
	{ 0x2FC12FC1, "zfs",      FIT },     { 0xF2F52010, "f2fs",   FIT },     { 0x794C7630, "overlay", UNSURE },
	{ 0x01021994, "tmpfs",    MEMORY },  { 0x858458F6, "ramfs",  MEMORY },  { 0x6969,     "nfs",   NETWORK },
	{ 0xFF534D42, "cifs",     NETWORK }, { 0xFE534D42, "smb2",   NETWORK }, { 0x517B,     "smb",   NETWORK },
	{ 0x01021997, "9p",       NETWORK }, { 0x5346414F, "afs",    NETWORK }, { 0x00C36400, "ceph",  NETWORK },
	{ 0x65735546, "fuse",     UNSURE },  { 0x4D44,     "vfat",   UNSURE },  { 0x2011BAB0, "exfat", UNSURE },
};
/* clang-format on */

enum { SYNCS = 21, BLOCK = 4096, SLOW_US = 100 * 1000, TOO_FAST_US = 15 };

#define MIB (UINT64_C(1) << 20)

void examine_filesystem(struct doctor *doctor, struct finding *out)
{
	struct statfs is;
	size_t i = 0;

	if (statfs(doctor->folder, &is) < 0) {
		found(out, HEALTH_TROUBLE, "cannot be asked: %s", "不能查询（%s）", strerror(errno));
		return;
	}
	while (i < sizeof(systems) / sizeof(*systems) && systems[i].magic != (unsigned long)is.f_type)
		i++;
	if (i == sizeof(systems) / sizeof(*systems) || systems[i].fitness == UNSURE) {
		found(out, HEALTH_WARNING, "%s (0x%lx): not one that is known to keep what was synced",
		      "%s（0x%lx）：不在已知可靠落盘之列",
		      i < sizeof(systems) / sizeof(*systems) ? systems[i].name : "?",
		      (unsigned long)is.f_type);
		advise(out, "put the data folder on ext4, XFS, Btrfs or ZFS of this machine",
		       "请将数据目录放在本机的 ext4、XFS、Btrfs 或 ZFS 上");
	} else if (systems[i].fitness == NETWORK) {
		found(out, HEALTH_TROUBLE, "%s: a network file system; locks and syncs do not hold there",
		      "%s：网络文件系统，锁与落盘均不可靠", systems[i].name);
		advise(out, "put the data folder on a disk of this machine", "请将数据目录放在本机磁盘上");
	} else if (systems[i].fitness == MEMORY) {
		found(out, doctor->demo ? HEALTH_WARNING : HEALTH_TROUBLE,
		      "%s: in memory; all is gone when the power is", "%s：位于内存，断电即全部丢失",
		      systems[i].name);
		advise(out, "put the data folder on a disk", "请将数据目录放在磁盘上");
	} else {
		found(out, HEALTH_GOOD, "%s", "%s", systems[i].name);
	}
}

static int by_span(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The middle of several syncs of a block, in microseconds; <0: errno. */
static int64_t measure(int fd)
{
	static const char block[BLOCK];
	int64_t spans[SYNCS], began;

	for (int i = 0; i < SYNCS; i++) {
		began = clock_steady();
		if (pwrite(fd, block, BLOCK, (off_t)i * BLOCK) < 0 || fdatasync(fd) < 0)
			return -errno;
		spans[i] = clock_steady() - began;
	}
	qsort(spans, SYNCS, sizeof(*spans), by_span);
	return spans[SYNCS / 2];
}

void examine_sync(struct doctor *doctor, struct finding *out)
{
	char *path = arena_text(doctor->mem, "%s/.doctor-XXXXXX", doctor->folder);
	const int fd = mkostemp(path, O_CLOEXEC);
	const int64_t middle = fd < 0 ? -errno : measure(fd);

	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	if (middle < 0) {
		found(out, HEALTH_TROUBLE, "cannot be written: %s", "不能写入（%s）", strerror((int)-middle));
		advise(out,
		       "see whether the disk is full, broken or mounted for reading only, and who owns the "
		       "folder",
		       "请检查磁盘是否已满、损坏或只读，以及目录属主");
	} else if (middle < TOO_FAST_US) {
		found(out, HEALTH_WARNING,
		      "%lld µs for a sync: faster than a disk is; it may be promised and not done",
		      "一次落盘 %lld 微秒：快于任何磁盘，可能只是承诺而未写入", (long long)middle);
		advise(out, "see that no layer below (virtual disk, controller) answers from its memory",
		       "请确认下层（虚拟磁盘、控制器）没有以缓存应答");
	} else if (middle > SLOW_US) {
		found(out, HEALTH_WARNING, "%lld ms for a sync: people will wait for each act",
		      "一次落盘 %lld 毫秒：每次办理都要等待", (long long)(middle / 1000));
		advise(out, "use a faster disk, or find what else is busy on this one",
		       "请更换更快的磁盘，或查明何者占用此磁盘");
	} else {
		found(out, HEALTH_GOOD, "%.1f ms for a sync", "一次落盘 %.1f 毫秒", (double)middle / 1000);
	}
}

void examine_room(struct doctor *doctor, struct finding *out)
{
	struct statfs is;
	uint64_t left, all;

	if (statfs(doctor->folder, &is) < 0)
		return;
	left = (uint64_t)is.f_bavail * (uint64_t)is.f_bsize / MIB;
	all = (uint64_t)is.f_blocks * (uint64_t)is.f_bsize / MIB;
	found(out,
	      left < 128                       ? HEALTH_TROUBLE
	      : left < 1024 || left < all / 20 ? HEALTH_WARNING
					       : HEALTH_GOOD,
	      "%llu MiB of %llu", "剩余 %llu MiB，共 %llu MiB", (unsigned long long)left,
	      (unsigned long long)all);
	if (out->health != HEALTH_GOOD)
		advise(out, "make room or enlarge the disk: when it is full, logs and files are not taken",
		       "请腾出空间或扩大磁盘：写满后不再接收日志和文件");
}

void examine_inodes(struct doctor *doctor, struct finding *out)
{
	struct statfs is;

	/* Btrfs and others have no fixed number. */
	if (statfs(doctor->folder, &is) < 0 || !is.f_files)
		return;
	found(out,
	      is.f_ffree < 1000    ? HEALTH_TROUBLE
	      : is.f_ffree < 20000 ? HEALTH_WARNING
				   : HEALTH_GOOD,
	      "%llu free", "剩余 %llu", (unsigned long long)is.f_ffree);
	if (out->health != HEALTH_GOOD)
		advise(out, "remove small files that are not needed, or use a file system with more inodes",
		       "请删除不需要的小文件，或使用索引节点更多的文件系统");
}

void examine_ballast(struct doctor *doctor, struct finding *out)
{
	const json_t *room = json_object_get(doctor->status, "room");
	const char *state = json_string_value(json_object_get(room, "state"));
	struct stat is;

	if (state && !strcmp(state, "full")) {
		found(out, HEALTH_TROUBLE, "given up: the disk was full; logs and files are not taken",
		      "已释放：磁盘曾写满，暂不接收日志和文件");
		advise(out, "make room; it is made again by itself when there is room for it twice",
		       "请腾出空间；余量达到其两倍时自动恢复");
	} else if (stat(arena_text(doctor->mem, "%s/ballast", doctor->folder), &is) == 0) {
		found(out, HEALTH_GOOD, "%llu MiB held back", "已预留 %llu MiB",
		      (unsigned long long)is.st_size / MIB);
	} else {
		found(out, doctor->demo || !doctor->status ? HEALTH_GOOD : HEALTH_WARNING, "none", "无");
		if (out->health != HEALTH_GOOD)
			advise(out,
			       "serve with --ballast 64, so that work on cases goes on when the disk is full",
			       "启动时请用 --ballast 64，使磁盘写满时案件处理照常");
	}
}
