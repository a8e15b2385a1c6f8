#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "intake/event.h"
#include "intake/logsource.h"
#include "intake/tree.h"

/*
 * map -- how the text of one kind of log becomes fields: a file of patterns.
 *
 *   map: sshd
 *   from: syslog                     # or line, json, zeek, w3c, cef, leef, pairs; or a list
 *   programs: [sshd]                 # of syslog: which programs' messages
 *   logsource: {product: linux, service: [sshd, auth]}   # or a list of them
 *   patterns:
 *     - text: "Failed password for {user:text} from {src_ip:ip} port {src_port:number} ssh2"
 *       set: {action: login, outcome: failure}
 *   also: {c-useragent: cs-user-agent}    # a second name for the same values, or [first, else second]
 *   when: {eventSource: "*.amazonaws.com"} # of fields: what the event must say; one * stands for anything
 *   time: eventTime                        # of fields: when it happened, or [first, else second]
 *   drop: [email.subject]                  # of fields: free words that are no field
 *   set: {status: success}                 # of fields: what its being there means
 *
 * A pattern fits the whole text. Kinds of capture: word (no space), number, ip,
 * text (anything; the text after it is sought from the right, so that a user
 * name with " from 1.2.3.4" in it does not forge an address), quoted (up to the
 * next quote that is not escaped), uri (a word, with stem and query beside it),
 * clf, ctime and iso (when it happened). A capture named _ is not kept.
 *
 * The boundary: the log source is one of the closed table, the names are those
 * of the dictionary; else the file is refused with N33.
 */
enum map_from {
	MAP_SYSLOG,
	MAP_LINE,
	MAP_JSON, /* from here on: what has fields already */
	MAP_ZEEK,
	MAP_W3C,
	MAP_CEF,
	MAP_LEEF,
	MAP_PAIRS,
	MAP_FORMS,
	MAP_AUDIT = MAP_FORMS, /* from here on: read by what knows its places itself */
	MAP_XML
};

struct maps;

struct maps *maps_new(void);
void maps_free(struct maps *m);

/* The mappings that come with the program. */
int maps_add_own(struct maps *m, struct fault *why);
/* Every *.yml of a folder, in the order of their names; those of the user come
 * before those that were added earlier. Fails at the first that is broken. */
int maps_add_folder(struct maps *m, const char *path, struct fault *why);
/* The same, but one that is broken is named and leaves the others; *used counts those
 * that can be used. Fails with FAULT_ABSENT where there is no such folder. */
typedef void maps_refused(void *who, const struct fault *why);
int maps_add_usable(struct maps *m, const char *path, maps_refused *refused, void *who, size_t *used,
		    struct fault *why);
/* One file's text, for the two above and for tests. */
int maps_add(struct maps *m, const char *name, const char *bytes, size_t len, struct fault *why);

/* Find the mapping for a text (for syslog: of that program), add its fields and
 * where it is from. `hint` remembers which fitted last for this source (zero at
 * first). False when none fits; a syslog program that is known still says where
 * the event is from. */
bool maps_apply(const struct maps *m, enum map_from from, const char *program, size_t program_len,
		const char *text, size_t len, unsigned *hint, struct event *e);

/* Mapping `i`, in the order in which they are tried, for whoever lists them; false past the end. */
struct map_row {
	const char *name;
	enum map_from from;
	const struct logsource *at; /* where its events say they are from */
	const char *const *programs;
	size_t program_count;
};
bool maps_row(const struct maps *m, size_t i, struct map_row *out);

/* May an event of mapping `i` have a field of this name? JSON brings its own names, unless the
 * mapping keeps only some of them. */
bool maps_gives(const struct maps *m, size_t i, const char *field);
