#pragma once

#include <stdint.h>

/*
 * turns -- when a host may be asked again: no more than so many times a second.
 *
 * Pure arithmetic on given moments (µs). Whoever comes too early is told when to come; each is told
 * another moment, so that they do not all come back at once. What is known of a host is forgotten
 * when too many others came since; then it may be asked once too early.
 */
enum { TURNS_HOSTS = 256, TURNS_MOST = 1000 };

struct turns {
	struct {
		uint64_t host;    /* a digest of its name; 0: none */
		int64_t free_at;  /* when it may be asked next */
		int64_t given_to; /* the last moment that was told to somebody */
	} at[TURNS_HOSTS];
};

/* 0: the host of this URL may be asked now, and that is its turn. Else the moment to come again. */
int64_t turns_ask(struct turns *turns, const char *url, int per_second, int64_t now);
