#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "intake/event.h"

/*
 * auditd -- a record of Linux audit: type=SYSCALL msg=audit(1604994496.155:92733): ...
 *
 * Each record is an event, as Sigma's rules expect: one of them holds `type` and
 * `name` or `a1` against the same record. Values in hexadecimal are decoded.
 * Nothing waits: the kernel writes SYSCALL first, and what it said of the process
 * (exe, pid, cwd) goes on to the later records of the same serial, so that EXECVE
 * is a process_creation, a PATH that was created a file_event and an outgoing
 * SOCKADDR a network_connection with their Image. Of the last AUDIT_CALLS calls
 * that is remembered; records that come later than that are by themselves.
 */
struct auditd; /* of one source */

enum { AUDIT_CALLS = 16, AUDIT_TEXT = 256 /* bytes of a path that are remembered */ };

void auditd_free(struct auditd *a);

bool auditd_concerns(const char *text, size_t len);

/* Read a record for which auditd_concerns(); *at is made with the first.
 * Fails with FAULT_INVALID where it has no audit(seconds:serial), or FAULT_LIMIT. */
int auditd_read(struct auditd **at, const char *text, size_t len, struct event *e, struct fault *why);

/* Where records of row `i` are from, for whoever lists them; false past the end. */
bool auditd_row(size_t i, struct logsource *out);
/* May they have a field of this name? A record brings names of its own. */
bool auditd_gives(size_t i, const char *field);
