#pragma once

#include "ctl/watch/show/report.h"

/*
 * report_private -- the forms of a report, each a file of its own.
 */

/* rows.c: one alert as a row; `score` is its rule's, this alert included. */
void rows_put(struct report *r, const struct alert *a, const struct score *score);

/* summary.c */
void summary_put(struct report *r, const struct account *account);
/* "1234 events in 0.2 s ..., rules, lines that are no log lines and why". */
void summary_account(const struct report *r, const struct account *account, struct buf *out);
