#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/http/parts.h"
#include "host/ballast.h"
#include "host/file.h"
#include "record/bundle.h"

/*
 * parcel -- a case with all that belongs to it, as one tar that a stranger can verify.
 *
 * Made in FOLDER/bundles, which is nobody else's, in a thread, one at a time: it
 * takes as long as its files are long. The tar has no name any more when it is
 * sent, so that nothing stays when the other end goes away or we do; what a kill
 * left while it was being made goes at the next start.
 */
enum { SENT_MOST = 4, DEEPEST = 8, NAME = 48 };

struct parcels {
	struct web *web;
	char dir[4096], tar[4096]; /* while one is being made */
	bool making;
	unsigned count; /* being made or sent */
};

struct parcel {
	struct parcels *parcels;
	struct gathering *all; /* in the call's memory */
	bool making;
	int fd;
	uint64_t size;
	char name[NAME];
	int ret; /* of the thread */
	struct fault why;
};

/* ---- the place ---------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info;
	(void)type;
	(void)where;
	return remove(path);
}

static void clear(const struct parcels *parcels)
{
	nftw(parcels->dir, remove_one, DEEPEST, FTW_DEPTH | FTW_PHYS);
	unlink(parcels->tar);
}

int parcels_open(struct web *web, struct parcels **out, struct fault *why)
{
	const char *folder = house_folder(web->gate->house);
	char path[4000];
	int ret;

	snprintf(path, sizeof(path), "%s/bundles", folder);
	if ((ret = file_make_folder(path, 0700, why)) < 0)
		return ret;
	*out = must_alloc(sizeof(**out));
	**out = (struct parcels){ .web = web };
	snprintf((*out)->dir, sizeof((*out)->dir), "%s/case", path);
	snprintf((*out)->tar, sizeof((*out)->tar), "%s/case.tar", path);
	clear(*out);
	return 0;
}

void parcels_free(struct parcels *parcels) { free(parcels); }

/* ---- one of them ---------------------------------------------------------------- */

static void made_or_not(struct parcel *parcel)
{
	if (parcel->making)
		parcel->parcels->making = false;
	parcel->making = false;
}

static void parcel_free(void *matter)
{
	struct parcel *parcel = matter;

	made_or_not(parcel);
	parcel->parcels->count--;
	if (parcel->fd >= 0)
		close(parcel->fd);
	free(parcel);
}

static int claim(struct call *call, struct fault *why)
{
	struct parcels *parcels = call->web->parcels;
	struct parcel *parcel;

	if (alive_full(call->web->gate))
		return fault_say(why, FAULT_BUSY,
				 "the disk is full: no bundle is made until there is room again",
				 "磁盘已满：腾出空间之前不制作核验包");
	if (parcels->making || parcels->count >= SENT_MOST)
		return fault_say(why, FAULT_BUSY, "another bundle is being made or sent; again in a moment",
				 "正在制作或传送其他核验包，请稍后再试");
	parcel = must_alloc(sizeof(*parcel));
	*parcel = (struct parcel){ .parcels = parcels, .making = true, .fd = -1 };
	parcels->making = true;
	parcels->count++;
	call->matter = parcel;
	call->drop = parcel_free;
	return 0;
}

/* ---- made ------------------------------------------------------------------------ */

static int pack(struct parcel *parcel)
{
	const struct parcels *parcels = parcel->parcels;
	struct fault *why = &parcel->why;
	struct stat info;
	int ret;

	if ((ret = bundle_write_gathered(parcel->all, parcels->dir, why)) < 0 ||
	    (ret = bundle_pack(parcels->dir, parcels->tar, why)) < 0)
		return ret;
	parcel->fd = open(parcels->tar, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (parcel->fd < 0 || fstat(parcel->fd, &info) < 0)
		return fault_set(why, FAULT_IO, "%s: %s", parcels->tar, strerror(errno));
	parcel->size = (uint64_t)info.st_size;
	return 0;
}

/* In a thread. */
static void work(struct call *call)
{
	struct parcel *parcel = call->matter;

	parcel->ret = pack(parcel);
	clear(parcel->parcels);
}

static void send_tar(struct call *call, struct parcel *parcel)
{
	call_header(call, "Content-Type", "application/x-tar");
	call_header(call, "Content-Disposition",
		    arena_text(call->mem, "attachment; filename=\"%s.tar\"", parcel->name));
	call_header(call, "X-Content-Type-Options", "nosniff");
	call_header(call, "Cache-Control", "no-store");
	call_header(call, "Cross-Origin-Resource-Policy", "same-origin");
	http_answer_file(call->exchange, 200, call->headers, call->header_count, parcel->fd, parcel->size);
	parcel->fd = -1;
}

static void done(struct call *call)
{
	struct parcel *parcel = call->matter;

	made_or_not(parcel);
	if (!call->exchange)
		return;
	if (parcel->ret < 0)
		call_fault(call, &parcel->why);
	else
		send_tar(call, parcel);
}

/* ---- asked for ---------------------------------------------------------------- */

/* Its files stand in the folder, in the tar, and some of them yet another time in a record that grows. */
static int room_left(const struct call *call, const struct parcel *parcel, struct fault *why)
{
	return ballast_free(house_folder(call->web->gate->house)) / 3 > bundle_bytes(parcel->all)
		       ? 0
		       : fault_say(why, FAULT_BUSY, "there is no room to make this bundle",
				   "磁盘空间不足，无法制作此核验包");
}

static void name_it(struct parcel *parcel, const char *ref)
{
	size_t n = 0;

	for (; *ref && n + 1 < sizeof(parcel->name); ref++)
		if ((*ref >= '0' && *ref <= '9') || (*ref >= 'A' && *ref <= 'Z') || *ref == '-')
			parcel->name[n++] = *ref;
	if (!n)
		snprintf(parcel->name, sizeof(parcel->name), "case");
}

static int gather(struct gate *gate, struct job *job, int64_t now, struct fault *why)
{
	struct call *call = call_of(job);
	struct parcel *parcel = call->matter;
	const struct asker asker = call_asker(call);
	int64_t object;
	int ret = house_case(gate->house, &asker, call_ref(call, call->words[0]), now, &object, &job->answer,
			     why);

	if (ret == 0 && job->answer)
		return 0;
	if (ret == 0)
		ret = bundle_gather(gate, &asker, object, now, call->mem, &parcel->all, why);
	if (ret == 0)
		job->answer = answer_ok();
	return job_settle(job, ret, why);
}

static void gathered(struct call *call, json_t *answer)
{
	struct parcel *parcel = call->matter;
	struct fault why;

	if (!call->exchange || !json_is_true(json_object_get(answer, "ok"))) {
		made_or_not(parcel);
		call_answer_house(call, 0, answer);
		return;
	}
	json_decref(answer);
	if (room_left(call, parcel, &why) < 0 || call_work(call, work, done, &why) < 0) {
		made_or_not(parcel);
		call_fault(call, &why);
	}
}

int parcel_case(struct call *call, struct fault *why)
{
	int ret;

	if ((ret = call_no_query(call, why)) < 0 || (ret = claim(call, why)) < 0)
		return ret;
	name_it(call->matter, call->words[0]);
	call_act(call, gather, gathered);
	return 0;
}
