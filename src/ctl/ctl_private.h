#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "ctl/ctl.h"

/*
 * ctl_private -- what the files of this folder know of each other.
 */
enum {
	EXIT_USAGE = 64,     /* sysexits.h: EX_USAGE */
	EXIT_NO_DAEMON = 69, /* EX_UNAVAILABLE */
};

struct flag {
	const char *name;  /* without the dashes */
	const char *value; /* NULL: nothing follows, or another flag */
	bool joined;       /* --name=value */
};

/* What was typed. Flags that every command takes have a place of their own;
 * the others are fields of the kind. */
struct options {
	const char *data, *as, *at, *lang, *key, *seen, *occurred, *limit, *after;
	const char *out;
	const char *url, *token_file, *ca, *pin, *proxy;
	bool json, help, drill, check, ask, phone, form;
	struct flag *flags;
	size_t flag_count;
	const char **words; /* the rest, in order */
	size_t word_count;
};

struct remote; /* remote/remote.h */

struct ctl {
	struct arena *mem;
	struct options typed;
	bool zh, colour;
	int columns;           /* of the terminal; 0: not one */
	int fd;                /* of the socket, or -1 */
	int patience_s;        /* for an answer; 0: as long as it takes */
	struct remote *remote; /* NULL: the socket of a folder of this machine */
	bool quiet;            /* nobody is asked anything: a shell completes a word */
	struct buf in;
	json_t *catalogue; /* NULL until learned */
};

/* One of two texts, in the language that is wanted. */
const char *in_words(const struct ctl *ctl, const char *en, const char *zh);

/* options.c: FAULT_INVALID where a flag lacks its value. */
int options_read(int argc, char **argv, struct arena *mem, struct options *out, struct fault *why);

/* talk.c: one request and its answer, over the socket or to another machine.
 * FAULT_ABSENT when no daemon is there. */
int talk_choose(struct ctl *ctl, struct fault *why); /* which of the two was typed */
int talk_ask(struct ctl *ctl, json_t *request, json_t **answer, struct fault *why); /* takes the request */
json_t *talk_request(const struct ctl *ctl, const char *op); /* with as and at where given */
void talk_end(struct ctl *ctl);
/* Ask and, unless it is ok, say why; 0 or the exit status. `answer` is touched on 0. */
int talk_or_say(struct ctl *ctl, json_t *request, json_t **answer);
/* Ask, and print the answer: as JSON where that is wanted, by `say`, or (NULL) that it is done. */
int talk_tell(struct ctl *ctl, json_t *request, void (*say)(struct ctl *ctl, const json_t *answer));
/* --limit as it was typed, into the request; the exit status where it is no number, and the request is gone.
 */
int talk_limit(const struct ctl *ctl, json_t *request);
/* What talk_or_say does with what talk_ask came to; takes `got`. */
int talk_said(struct ctl *ctl, int ret, json_t *got, const struct fault *why, json_t **answer);
const char *talk_folder(const struct ctl *ctl);
const char *talk_place(const struct ctl *ctl); /* the folder, or the URL */
/* What only whoever owns the folder does: says so and gives true where it is elsewhere. */
bool talk_elsewhere(const struct ctl *ctl, const char *word);

/* talk_socket.c */
int socket_ask(struct ctl *ctl, json_t *request, json_t **answer, struct fault *why); /* takes the request */

/* document.c */
int document_command(struct ctl *ctl);
/* The file that an answer holds, as --out says, else by its own name or `name`; none is written over. */
int document_keep(struct ctl *ctl, const json_t *answer, const char *name);

/* catalogue.c: what the daemon knows. NULL where there is no such name. */
int catalogue_learn(struct ctl *ctl); /* 0 or the exit status */
const json_t *catalogue_kind(const struct ctl *ctl, const char *name);
const json_t *kind_named(const json_t *kind, const char *list, const char *name); /* fields, moves, regions */
const json_t *catalogue_field(const struct ctl *ctl, const json_t *kind, const char *name); /* or an input */
const char *label_of(const struct ctl *ctl, const json_t *thing); /* its label, else its name */
const char *name_of(const json_t *thing);
const char *state_label(const struct ctl *ctl, const json_t *kind, const char *region, const char *state);
const char *role_label(const struct ctl *ctl, const char *role);
const char *clock_words(const struct ctl *ctl, const json_t *clock); /* its state */
const char *nearest_name(const json_t *list, const char *name);      /* or NULL */
/* A value as people read it: codes by their labels, lists with commas. */
void value_words(const struct ctl *ctl, const json_t *field, const json_t *value, struct buf *out);

/* input.c: flags become the input of a move, or a filter. */
int input_of_flags(struct ctl *ctl, const json_t *kind, json_t **out, struct fault *why);
int filter_of_flags(struct ctl *ctl, const json_t *kind, const char *free_text, struct buf *out,
		    struct fault *why);

/* page/table.c: rows under headings, as wide as the terminal. */
struct table;
struct table *table_new(struct ctl *ctl, size_t columns);
void table_put(struct table *table, const char *cell); /* copied; the first row is the headings */
void table_wrap(struct table *table);  /* the last column goes on in the next line, it is not cut */
void table_plain(struct table *table); /* its first row is no heading */
void table_print(struct table *table);

/* say.c: to the person; faults to standard error. */
int say_fault(const struct ctl *ctl, const struct fault *why);             /* gives the exit status */
int say_usage(const struct ctl *ctl, const char *en, const char *zh, ...); /* with %s; gives EXIT_USAGE */
int say_refused(const struct ctl *ctl, const json_t *answer);              /* gives the exit status */
void say_json(const json_t *value);
void say_done(struct ctl *ctl, const json_t *kind, const json_t *answer);
const char *bold(const struct ctl *ctl);
const char *plain(const struct ctl *ctl);
const char *warn_colour(const struct ctl *ctl);
void say_waits(const struct ctl *ctl, const json_t *roles); /* whose decision is waited for */
void say_missing(const struct ctl *ctl, FILE *out, const json_t *missing, const char *margin);

/* page/receipt.c: what a unit keeps. The notes of a text that somebody kept: a
 * printed receipt, an answer as JSON, or notes alone; NULL where it is cut off. */
void say_receipt(const struct ctl *ctl, const json_t *receipt, FILE *out);
const char *receipt_notes(const char *text, struct arena *mem);

/* page/status.c, page/show.c, page/history.c */
void say_status(struct ctl *ctl, const json_t *status);
int show_record(struct ctl *ctl, const char *ref);
int show_history(struct ctl *ctl, const char *ref);
int show_list(struct ctl *ctl, const json_t *kind, const char *free_text);

/* entry/ask.c: what a move wants and was not typed is asked; `again`: all of it,
 * with what was typed as the usual answer. `then`: a move that follows, or NULL.
 * False where the input came to an end. */
bool ask_can(void); /* is there a terminal to ask on? */
bool ask_wants(struct ctl *ctl, const json_t *kind, const json_t *move, const json_t *then, bool again);
const char *flag_value(const struct ctl *ctl, const char *name); /* or NULL */
void flag_set(struct ctl *ctl, const char *name, const char *value);

/* entry/quick.c, entry/form.c */
const json_t *quick_move(const json_t *kind); /* the one that gives a receipt, or NULL */
int quick_command(struct ctl *ctl, const json_t *kind);
int form_command(struct ctl *ctl, const json_t *kind);

/* kind.c, attach.c, admin.c, api.c, page/help.c: each gives the exit status. */
json_t *kind_request(struct ctl *ctl, const json_t *kind, const char *move, const char *ref, json_t *input);
int kind_command(struct ctl *ctl);
int attach_command(struct ctl *ctl, const json_t *kind, const char *ref, const char *path);
/* Send the file, and only that: its digest in hex; gives the exit status. */
int attach_file(struct ctl *ctl, const char *path, char digest[static 65]);
int cap_import_command(struct ctl *ctl); /* cap/import.c */
int admin_command(struct ctl *ctl, bool *mine);
int api_command(struct ctl *ctl);

/* entry/ingest.c: lines of a log. One of them without its end into LINE_LIMIT + 1
 * bytes; false at the end. */
int ingest_command(struct ctl *ctl);

/* page/deadlines.c */
int deadlines_command(struct ctl *ctl);
/* credential/hook.c */
int hook_key_command(struct ctl *ctl, const char *name, const char *url, const char *file);

/* page/messages.c */
int message_command(struct ctl *ctl);
int channel_command(struct ctl *ctl);

/* page/quarantine.c */
int quarantine_command(struct ctl *ctl);
bool ingest_next(FILE *file, char *line, size_t *len);
void help_admin(const struct ctl *ctl);
int help_general(struct ctl *ctl);
int help_kind(struct ctl *ctl, const json_t *kind);
int help_move(struct ctl *ctl, const json_t *kind, const json_t *move);
