#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/record.h"
#include "record/verify.h"

/*
 * folder -- a data folder for one test, with its store and record open.
 */
struct folder {
	char path[64];
	struct store *store;
	struct record *record;
	struct arena *mem;
	struct fault why;
};

/* For cmocka: *state becomes a struct folder with a record of a real origin. */
int folder_setup(void **state);
int folder_teardown(void **state);

/* 2026-03-01T08:00:00Z, when everything in a test happens. */
#define FOLDER_NOW INT64_C(1772352000000000)

/* Begin, append one entry about incident:`object`, commit; takes `change`. */
struct record_place folder_append(struct folder *f, enum record_space space, int64_t object, const char *type,
				  json_t *change);
/* Append only, within a transaction of the caller's. */
int folder_entry(struct folder *f, enum record_space space, int64_t object, const char *type, json_t *change,
		 struct record_place *out);
/* Erase by an entry that says so. */
void folder_erase(struct folder *f, uint64_t seq, unsigned part);
/* Sign; the note lives as long as the folder. */
char *folder_sign(struct folder *f, enum record_space space);

void folder_close(struct folder *f); /* store and record */
int folder_open(struct folder *f);   /* them again; <0 with the reason in f->why */

/* Change the store below the API. */
void folder_sql(struct folder *f, const char *sql);

/* The verdict on it, against these texts. */
struct verdict *folder_verify(struct folder *f, const char *const *against, size_t count);
bool verdict_has(const struct verdict *verdict, enum finding_code code);
