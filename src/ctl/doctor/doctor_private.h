#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/store.h"

/*
 * doctor_private -- what one examination looks at, and what it finds.
 */
enum health { HEALTH_GOOD, HEALTH_WARNING, HEALTH_TROUBLE };

enum { PORTS_MOST = 16, FOUND_MOST = 512 };

struct doctor {
	struct arena *mem;
	const char *folder;
	int64_t now;
	json_t *status;      /* of the running daemon, or NULL */
	struct store *store; /* open for reading, or NULL: then `unreadable` says why */
	struct fault unreadable;
	bool there, demo;
	const char *ports[PORTS_MOST];
	size_t port_count;
};

struct finding {
	enum health health;
	char en[FOUND_MOST], zh[FOUND_MOST];
	const char *do_en, *do_zh; /* what to do about it; NULL: nothing */
};

/* What was found, in both languages with the same arguments, and what to do. */
void found(struct finding *out, enum health health, const char *en, const char *zh, ...)
	__attribute__((format(printf, 3, 5), format(printf, 4, 5)));
void advise(struct finding *out, const char *en, const char *zh);

/* disk.c */
void examine_filesystem(struct doctor *doctor, struct finding *out);
void examine_sync(struct doctor *doctor, struct finding *out);
void examine_room(struct doctor *doctor, struct finding *out);
void examine_inodes(struct doctor *doctor, struct finding *out);
void examine_ballast(struct doctor *doctor, struct finding *out);

/* folder.c */
void examine_permissions(struct doctor *doctor, struct finding *out);
void examine_daemon(struct doctor *doctor, struct finding *out);
void examine_before(struct doctor *doctor, struct finding *out);
void examine_schema(struct doctor *doctor, struct finding *out);
void examine_checkpoint(struct doctor *doctor, struct finding *out);
void examine_backup(struct doctor *doctor, struct finding *out);
void examine_verified(struct doctor *doctor, struct finding *out);

/* machine.c */
void examine_clock(struct doctor *doctor, struct finding *out);
void examine_ntp(struct doctor *doctor, struct finding *out);
void examine_core(struct doctor *doctor, struct finding *out);
void examine_files(struct doctor *doctor, struct finding *out);
void examine_ports(struct doctor *doctor, struct finding *out);

/* leave.c */
void examine_fonts(struct doctor *doctor, struct finding *out);
void examine_channels(struct doctor *doctor, struct finding *out);

/* certificate.c */
void examine_certificate(struct doctor *doctor, struct finding *out);
