#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/fault.h"
#include "pack/pack.h"
#include "pack/yaml.h"

/*
 * pack_private -- how the files of a pack become its model, inside this folder.
 *
 * Reading goes in two strides. The files of load/ take the YAML apart and
 * know nothing of other files; those of resolve/ then tie names to what
 * they name, once everything has been read. Both gather problems and go on.
 */

/* One file of the pack, read whole. */
struct source {
	const char *name; /* relative to the pack's folder, with '/' */
	const char *bytes;
	size_t len;
	const struct yaml_node *root; /* NULL where it was not YAML */
};

struct reader {
	struct pack *pack;
	struct problems *problems;
	struct arena *mem;     /* of the pack */
	struct arena *scratch; /* bytes and trees: gone after loading */
	struct source *files;
	size_t file_count;
};

/* ---- problems.c */
void problem_warn(struct problems *to, struct place at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void problems_sort(struct problems *problems);
int problems_verdict(const struct problems *problems, struct fault *why);

/* ---- folder.c: the files of a pack */
int folder_read(struct reader *r, const char *path, struct fault *why);
/* ---- digest.c */
void digest_files(const struct source *files, size_t count, char out[static 65]);

/* ---- load/read.c: what every noun needs of a node. A missing or wrong value is
 * told with its place, and a harmless one is returned. */
void wrong(const struct reader *r, const struct yaml_node *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Is it a map, and are all its keys among these (NULL-terminated)? */
bool read_map(const struct reader *r, const struct yaml_node *node, const char *what,
	      const char *const *keys);
const char *read_text(const struct reader *r, const struct yaml_node *map, const char *key, bool wanted);
const char *read_scalar(const struct reader *r, const struct yaml_node *node, const char *what);
bool read_yes(const struct reader *r, const struct yaml_node *map, const char *key);
int read_number(const struct reader *r, const struct yaml_node *node, const char *what, int least, int most,
		int otherwise);
int64_t read_span(const struct reader *r, const struct yaml_node *node, const char *what);
struct words read_words(const struct reader *r, const struct yaml_node *node, const char *what);
struct words read_label(const struct reader *r, const struct yaml_node *map, const char *what);
/* A scalar or a list of scalars; NULL gives none. */
struct names read_names(const struct reader *r, const struct yaml_node *node, const char *what);
/* The position in a NULL-terminated list of words, or -1 with a problem. */
int read_choice(const struct reader *r, const struct yaml_node *node, const char *what,
		const char *const *words);
size_t children(const struct yaml_node *node);
/* ", did you mean 'x'?" or the empty string. */
const char *did_you_mean(const struct reader *r, const char *word, const char *const *words, size_t count);

/* ---- load/load.c: a pack from files that were read already */
int load_sources(struct reader *r, struct fault *why);

/* ---- load/: one noun each */
void load_about(struct reader *r, const struct yaml_node *root);
void load_enums(struct reader *r, const struct yaml_node *root);
void load_inputs(struct reader *r, const struct yaml_node *root);
bool load_field(struct reader *r, const struct yaml_node *key, bool of_input, struct field *out);
void load_refusals(struct reader *r, const struct yaml_node *root);
void load_publication(struct reader *r, const struct yaml_node *root);
void load_roles(struct reader *r, const struct yaml_node *root);
void load_clocks(struct reader *r, const struct yaml_node *root);
void load_grading(struct reader *r, const struct yaml_node *root);
void load_kinds(struct reader *r);
void load_moves(struct reader *r, struct kind *kind, const struct yaml_node *root);
/* load/alert.c: NULL where the kind says nothing of it. */
void load_joins(struct reader *r, const struct yaml_node *node, struct kind *kind);
void load_belongs(struct reader *r, const struct yaml_node *node, struct kind *kind);
void load_suppressed(struct reader *r, const struct yaml_node *node, struct kind *kind);
void load_plans(struct reader *r);
void load_regimes(struct reader *r);
void load_texts(struct reader *r);
void load_documents(struct reader *r); /* document/ */
void load_seeds(struct reader *r, const struct yaml_node *root);
/* A word with which a text match is asked for: told as N33. */
bool reads_text(const struct reader *r, const struct yaml_node *key);
struct guard *load_guard(struct reader *r, const struct yaml_node *node);
struct guards load_guards(struct reader *r, const struct yaml_node *node);
void load_branches(struct reader *r, const struct yaml_node *node, struct move *move);
void load_triggers(struct reader *r, const struct yaml_node *node, struct move *move);
void load_clock_ops(struct reader *r, const struct yaml_node *node, struct move *move);
void load_effects(struct reader *r, const struct yaml_node *node, struct move *move);

/* ---- resolve/: names to what they name */

/* Where a guard is read: on a record of this kind, with this move. */
struct scope {
	const struct kind *kind;
	const struct move *move; /* NULL outside a move */
	bool actor;              /* guards about who acts have a place here */
};

void resolve(struct reader *r);
void resolve_moves(struct reader *r, struct kind *kind);
void resolve_alerts(struct reader *r, const struct kind *kind);
void resolve_documents(struct reader *r); /* document/ */
/* A document that is kept of a record of this kind. */
void known_document(const struct reader *r, struct place at, const struct kind *kind, const char *name);
void resolve_guard(struct reader *r, struct guard *guard, const struct scope *in);
void resolve_guards(struct reader *r, const struct guards *guards, const struct scope *in);

/* A path: a field or region of the record, or across one ref field. */
struct path_end {
	const struct kind *kind;   /* at which the last name is looked up */
	const struct field *cross; /* the ref that was crossed, or NULL */
	const char *last;
};
/* Follow it to its last name; a problem at `at` where it cannot be followed. */
bool path_follow(const struct reader *r, const struct kind *kind, const char *path, struct place at,
		 struct path_end *out);
const struct field *path_field(const struct reader *r, const struct kind *kind, const char *path,
			       struct place at);
const struct region *path_region(const struct reader *r, const struct kind *kind, const char *path,
				 struct place at);
/* The same without problems; NULL where there is no such field. */
const struct field *path_find(const struct pack *pack, const struct kind *kind, const char *path);

/* A name that is not there, with what would be right. */
void unknown_name(const struct reader *r, struct place at, const char *what, const char *name,
		  const char *const *words, size_t count);
void unknown_field(const struct reader *r, struct place at, const struct kind *kind, const char *name);
void unknown_state(const struct reader *r, struct place at, const struct region *region, const char *name);
void unknown_kind(const struct reader *r, struct place at, const char *name);
bool known_refusal(const struct reader *r, struct place at, const char *code);
bool known_role(const struct reader *r, struct place at, const char *code);
bool known_clock(const struct reader *r, struct place at, const char *code);

/* ---- resolve/say.c: what is missing, in words of both languages */
void say_all(struct reader *r);
