#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"

/*
 * pack -- an emergency plan as data, read and ready to be carried out.
 *
 * Everything here is read-only after pack_load and lives as long as the pack.
 * Lists are counted arrays. Names are plain text, looked up with the functions
 * at the foot; what a name refers to is resolved by the loader (pointers), so
 * that nothing dangling can reach the runner.
 */
struct place {
	const char *file; /* relative to the pack's folder */
	int line, column; /* from 1 */
};

struct words {
	const char *zh, *en;
};

struct names {
	const char **at;
	size_t count;
};

enum field_type {
	FIELD_TEXT,   /* free text or personal data: committed apart, can be erased */
	FIELD_WORD,   /* a short code, number or name that is no personal data */
	FIELD_NUMBER, /* integer */
	FIELD_YES,    /* true or false */
	FIELD_TIME,   /* RFC 3339, UTC */
	FIELD_ENUM,   /* a code of enumeration `of` */
	FIELD_REF,    /* an object of kind `of` */
	FIELD_BLOB,   /* SHA-256 of an evidence file, hex */
	FIELD_SCORES, /* dimension -> 1..5 or "unknown", checked by grading */
	FIELD__COUNT,
};

struct field {
	const char *name;
	struct words label;
	enum field_type type;
	const char *of;                  /* enumeration or kind */
	const struct enumeration *codes; /* FIELD_ENUM */
	bool many;                       /* a list of such values */
	bool filter;                     /* lists may filter on it: it has a facet */
	bool search;                     /* its words are found by search */
	bool column;                     /* shown in lists */
	bool engine;                     /* set by effects only, never typed in */
	struct names open_to; /* FIELD_BLOB: whose roles may have the bytes, noted each time; empty: who sees
				 the record */
	struct place at;
};

struct code {
	const char *code;
	struct words label;
	const char *parent; /* an added code stands under a technical root (boundary) */
	struct place at;
};

struct enumeration {
	const char *name;
	struct code *codes;
	size_t count;
	struct place at;
};

/* ---- guards ------------------------------------------------------------- */

enum guard_form {
	GUARD_IN,    /* in: {path: states} -- path names a region, maybe across one ref */
	GUARD_IS,    /* is: {path: values} */
	GUARD_HAS,   /* has: path */
	GUARD_LEVEL, /* level: confirmed >= 3 */
	GUARD_EVERY, /* every, some, none of the linked records */
	GUARD_SOME,
	GUARD_NONE,
	GUARD_CLOCK,     /* clock: CK05 missed */
	GUARD_REACHED,   /* reached: field with a time */
	GUARD_AHEAD,     /* ahead: field with a time that lies in the future */
	GUARD_SETTING,   /* setting: name (in force now) */
	GUARD_SAME_TEXT, /* same_text: frozen field */
	GUARD_CHECKED,   /* checked: name of a check */
	GUARD_ASKED,     /* asked: input given with this move */
	GUARD_NAMED,     /* guard: name of a guard in C */
	GUARD_ANY,
	GUARD_ALL,
	/* About who acts; asked of persons only, never of an automatic move. */
	GUARD_HOLDS,      /* holds: duty | office | leading_group */
	GUARD_DELEGATION, /* delegation: power */
	GUARD_OTHER_THAN, /* other_than: proposer | path of a person */
	GUARD_ACTOR_IS,   /* actor_is: path(s) of a person */
	GUARD_ACTOR_OF,   /* actor_of: path of a unit */
	GUARD_NOT_ACTOR_OF,
	GUARD__COUNT,
};

enum compare { LT, LE, EQ, NE, GE, GT };
enum clock_question { CLOCK_RUNNING, CLOCK_MISSED, CLOCK_OVER, CLOCK_STOPPED };

/* Which linked records: kinds whose ref field points at the subject. */
struct among {
	struct names of;     /* kinds */
	const char *through; /* ref field of those kinds; NULL: the first that refers to the subject's kind */
	struct names in, not_in;      /* states of their first region */
	struct guard *where;          /* a guard read on each of them, or NULL */
	bool open;                    /* not in an end state */
	int at_least;                 /* GUARD_SOME: how many, 1 by default */
	const char *at_least_setting; /* or a number kept as a setting */
	const char *same;             /* only those with the same value of this field as the subject */
};

struct guard {
	enum guard_form form;
	struct guard *when; /* counts only when this holds; NULL: always */
	const char *refuse; /* code; NULL: the move's own */
	struct words say;   /* what is missing, in words; made by the loader when not given */
	const char *path;   /* IN IS HAS REACHED AHEAD SAME_TEXT ACTOR_..; name of SETTING CHECKED ASKED NAMED
			       HOLDS   DELEGATION CLOCK */
	struct names values;  /* states of IN, values of IS, paths of OTHER_THAN, ACTOR_IS and AHEAD */
	int64_t within;       /* AHEAD: at most this far; 0: however far */
	enum compare compare; /* LEVEL */
	int number;           /* LEVEL against a number, unless `against` */
	const char *against;  /* "threshold" or a path */
	enum clock_question clock;
	struct among among;
	struct guard **parts; /* ANY ALL */
	size_t part_count;
	struct place at;
};

struct guards {
	struct guard **at;
	size_t count;
};

/* ---- moves -------------------------------------------------------------- */

enum who_form { WHO_DO, WHO_TWO, WHO_SIGN };

/* The first branch whose `when` holds decides who may act. */
struct branch {
	struct guard *when;
	enum who_form form;
	struct names roles;    /* DO: any of them; TWO: who proposes */
	struct names confirm;  /* TWO: who confirms, another person */
	struct names *signers; /* SIGN: one person for each, all different */
	size_t signer_count;
	struct place at;
};

enum trigger_form {
	TRIGGER_WITH,    /* carried by kind.move, all or none */
	TRIGGER_AFTER,   /* tried after kind.move, region.move of the same record, or setting.name */
	TRIGGER_CLOCK,   /* a clock was missed (or is over) */
	TRIGGER_REACHED, /* a date field was reached */
	TRIGGER_SIGNAL,  /* from outside the plan */
};

struct trigger {
	enum trigger_form form;
	const char *name;
	struct place at;
};

enum clock_do { CLOCK_START, CLOCK_STOP, CLOCK_PAUSE, CLOCK_RESUME, CLOCK_RESTART };

struct clock_op {
	enum clock_do op;
	const char *code;
	const char *on; /* path or kind of the owner when it is not the subject; NULL: the subject */
	struct guard *when;
	struct place at;
};

/* A field that must stand, or an input that is asked. */
struct want {
	const char *name;
	const struct field *field; /* of the kind, or of the pack's inputs */
	const char *otherwise;     /* "unknown" or "none": accepted with a reason; NULL */
	bool optional;             /* asks: name? */
	struct place at;
};

/* One effect with its parameters: {name: value, key: value...}. */
struct effect_use {
	const char *name;
	const char *value;         /* {inform: leading_group} -> "leading_group"; NULL where a map or none */
	struct names values;       /* {move: [a, b]} */
	const char **keys, **args; /* further parameters; {set: {owner: office}} -> owner/office */
	size_t arg_count;
	struct guard *when;
	struct place at;
};

enum move_form { MOVE_CREATE, MOVE_CHANGE, MOVE_ACT };

struct move {
	enum move_form form;
	const char *name;  /* "confirm"; "create" */
	struct names rows; /* T rows it carries; empty where none */
	struct words label;
	const struct kind *kind;
	const struct region *region; /* NULL for create without a start move, and acts */
	const struct state **from;   /* MOVE_CHANGE */
	size_t from_count;
	const struct state *to;
	struct branch *who;
	size_t who_count; /* 0: automatic only */
	struct trigger *auto_;
	size_t auto_count;
	struct guards by; /* about who acts */
	struct want *needs, *asks;
	size_t need_count, ask_count;
	struct guards conditions; /* if: */
	const char *refuse;
	struct clock_op *clocks;
	size_t clock_count;
	struct effect_use *does;
	size_t does_count;
	struct names record; /* what it is called in the record; decision.* makes a decision */
	bool step_up;        /* whoever is signed in from afar proves anew who it is */
	bool receipt;        /* whoever makes it is given a signed receipt */
	struct place at;
};

struct state {
	const char *name; /* "confirm" */
	struct words label;
	bool end;
	size_t index;
	struct place at;
};

struct region {
	const char *name;    /* "handling" */
	const char *machine; /* "H", or NULL for one of our own */
	struct words label;
	struct state *states;
	size_t state_count;
	const struct state *start;
	struct place at;
};

/* What must hold after every change. */
struct always {
	struct guard *when, *then; /* then NULL where readonly */
	bool readonly;             /* all fields, or those named */
	struct names fields;
	const char *refuse;
	struct words say;
	struct place at;
};

/* Which alerts are one; of one rule (a row), or of all others (the usual). */
struct joining {
	const char *rule;        /* of a row */
	bool given;              /* by: stands there */
	struct names by;         /* beside the rule: group, host, source, names of fields of the event */
	int64_t within, at_most; /* microseconds since the last and since the first; 0 in a row: the usual */
};

struct joins {
	bool said;
	struct joining usual;
	struct joining *rules;
	size_t rule_count;
	int samples;              /* files of raw lines that one alert keeps */
	struct guards conditions; /* of the older alert; where not, a new one begins */
	struct place at;
};

/* Into which open case an alert goes by itself: one that has a record `of` this
 * kind with the same values, changed within that time. The first row that fits. */
struct belonging {
	const char *name;
	struct words label;
	const char *of;
	struct names same;
	int64_t within;
	struct place at;
};

struct belongs {
	struct guards conditions; /* of the case */
	struct belonging *rows;
	size_t count;
	struct place at;
};

/* What keeps an alert quiet: a record of kind `by` that says the same, or
 * nothing, of each of these; of the first it must say something. */
struct suppressed {
	const char *by;
	struct names same;
	struct guards conditions; /* of that record */
	struct place at;
};

struct kind {
	const char *name;
	struct words label;
	const char *about;  /* boundary: a closed list in C */
	const char *number; /* "INC-{year}-{seq:4}", or NULL */
	const char *title;  /* field that names it to people, or NULL */
	struct field *fields;
	size_t field_count;
	struct region *regions; /* the first is the main one */
	size_t region_count;
	struct move **moves; /* create first, then changes, then acts */
	size_t move_count;
	struct always *always;
	size_t always_count;
	struct names ends_with; /* kinds that must have ended before this one may end */
	const char *ends_refuse;
	struct alike {           /* what may be the same thing, shown beside a record that is not done with */
		struct names of; /* kinds; those that have not ended */
		const char *same; /* a ref that all of them have */
		const char *near; /* a time field that all of them have */
		int64_t within;   /* microseconds, before or after */
	} alike;
	struct joins joins; /* these three of the kind alert only */
	struct belongs belongs;
	struct suppressed suppressed;
	struct place at;
};

/* ---- clocks, roles, grading, regimes, plans ------------------------------ */

struct rung {          /* of an escalation */
	int64_t after; /* since it was missed, microseconds */
	struct names inform;
};

struct clock_def {
	const char *code;
	struct words label;
	const char *word;  /* the plan's own word: 快速反应 */
	const char *level; /* "confirmed", "provisional", "warning": whose level picks the length; NULL */
	int64_t length[6]; /* [1..5] by level, [0] for all; -1: none */
	const char *length_field; /* or a field of the part or owner: minutes, or the due time itself */
	const char *start_field;  /* or it starts from this time field */
	bool working_days;
	bool measured;         /* no due time: a statistic */
	bool waits;            /* its end is awaited: over then, never missed, nobody is woken */
	const char *runs_kind; /* it ends when this kind leaves these states; NULL: moves alone */
	const char *runs_region;
	struct names runs_in;
	struct rung *rungs;
	size_t rung_count;
	const char *source; /* where the length comes from, and how certain */
	struct place at;
};

enum role_scope { SCOPE_ALL, SCOPE_CASE, SCOPE_UNIT, SCOPE_SECTOR };

struct role {
	const char *code;
	struct words label;
	enum role_scope scope;
	bool guarded; /* nobody gives it alone: it counts from when a second person has vouched */
	struct place at;
};

struct permission { /* one row of the matrix */
	struct words label;
	struct names moves;   /* kind.move it covers */
	const char **roles;   /* role code */
	const char **letters; /* "D", "Ck" .. beside it */
	size_t role_count;
	struct place at;
};

struct refusal {
	const char *code;
	struct words label;
	bool security; /* refused attempts are recorded */
};

struct dimension {
	const char *code;
	struct words label;
	struct words scores[6]; /* [1..5] */
};

struct worked_grade {
	const char *id;
	struct words label;
	int scores[8]; /* by dimension; 0 unknown */
	int urgency, level;
	const char *plan; /* yes, no, ask */
	struct place at;
};

/* How long a stage has. A month ends on the same day of the next, or on its last; business
 * days are those of the regime's calendar and end with the day; at once has no number. */
enum term_unit { TERM_AT_ONCE, TERM_MINUTE, TERM_DAY, TERM_MONTH, TERM_BUSINESS_DAY };

struct term {
	int count;
	enum term_unit unit;
};

/* From when it counts: a fact of the case ("aware"), maybe of one stage
 * ("oral_report_given:crit"), or the sending of another stage ("sent:in"). */
struct stage_leg {
	const char *from, *of; /* "sent", "in"; `of` may be NULL */
	struct term within;
};

/* Another term for some: for those of this variant, or where the case is such. */
struct stage_exception {
	const char *name;
	struct guard *when; /* or NULL: the variant that was adopted decides */
	struct term within;
	const char *certainty;
	struct place at;
};

enum { STAGE_LEGS = 2 };

struct report_stage {
	const char *id;      /* "op", or "cii.op" of a variant */
	const char *variant; /* NULL: of all */
	struct words label, recipient;
	struct stage_leg legs[STAGE_LEGS]; /* the first opens it; the earliest end counts */
	size_t leg_count;
	struct stage_exception *exceptions;
	size_t exception_count;
	struct guard *when;  /* of the case, or NULL */
	struct names grades; /* in the regime's own words */
	const char *type;    /* initial, progress, final */
	bool mandatory;
	const char *form, *channel, *basis, *certainty, *verified_by, *verified_at;
	const char *rule, *rule_certainty; /* where two legs meet */
	struct words note;
	struct place at;
};

/* What a report has to say, and the fields of the case that may say it. */
struct report_field {
	struct words label;
	struct names from; /* paths of the case; empty: people fill it in */
	struct place at;
};

struct regime_variant {
	const char *id;
	struct words who;
};

struct regime { /* a duty to report upward */
	const char *id;
	struct words label;
	struct guard *when;
	const char *recipient;
	int64_t within;
	const char *type; /* initial, progress, final */
	bool mandatory;
	const char *form, *channel, *basis, *certainty, *verified_by;
	/* A law's: it has stages, and counts once the site has adopted and its legal officer confirmed
	 * it. One without stages is the plan's own rule, in force with the plan. */
	const char *jurisdiction, *calendar, *source, *edition, *in_force;
	struct words status, trigger, note;
	struct regime_variant *variants;
	size_t variant_count;
	struct report_stage *stages;
	size_t stage_count;
	struct report_field *fields, *final_fields;
	size_t field_count, final_field_count;
	const char *fields_certainty, *final_fields_certainty, *channels_certainty;
	struct names channels;
	struct place at;
};

/* Where a deadline is reckoned: the time of the place, and its business days. */
struct calendar_def {
	const char *id;
	struct words label;
	const char *zone;  /* "Europe/Brussels" */
	const char *rule;  /* of POSIX: "CET-1CEST,M3.5.0,M10.5.0/3" */
	bool rests[7];     /* 0 = Sunday */
	int32_t *off, *on; /* days since 1970-01-01 that are free, or are worked, against the week; sorted */
	size_t off_count, on_count;
	const char *source, *certainty;
	struct place at;
};

struct plan_step {
	const char *phase;
	struct words text;
	const char *role;            /* unit role that carries it out: "affected_unit", "carrier" ... */
	const char *target, *action; /* for the conflict detector; NULL where none */
	int64_t within;
	const char *tasking; /* order or request */
	struct place at;
};

struct special_plan {
	const char *id, *version, *kind;
	struct words label;
	struct guard *when;
	struct plan_step *steps;
	size_t step_count;
	struct place at;
};

/* A thing of the organisation template: kind, name in the template, fields. */
struct seed {
	const struct kind *kind;
	const char *name; /* other seeds refer to it by this */
	const char **keys, **values;
	size_t count;
	struct place at;
};

/* A form of a notice, a bulletin, a report: words around {slots}. */
struct text {
	const char *name;
	struct words form;
	struct place at;
};

/* Who may publish what to whom (publication.yml): the colour of each level of a
 * warning, and per marking which levels may go out, and whether an authorisation
 * of somebody above must stand on record first. */
struct colour {
	const char *name; /* NULL: the level has none */
	struct words label;
	const char *grade; /* of the response, such as "III"; or NULL */
	const char *cap;   /* severity word of CAP, or NULL */
};

struct publication {
	const char *marking;
	bool levels[6]; /* 1..5 */
	bool authorised;
	struct place at;
};
struct document_template; /* document/document.h */

struct pack {
	struct arena *mem;
	const char *id, *version, *approved_by;
	struct words label;
	struct names basis;
	char digest[65]; /* SHA-256 over its files, hex */
	int threshold;   /* level at which the plan starts */
	struct kind *kinds;
	size_t kind_count;
	struct enumeration *enums;
	size_t enum_count;
	struct field *inputs; /* typed with a move, not kept as a field */
	size_t input_count;
	struct clock_def *clocks;
	size_t clock_count;
	struct role *roles;
	size_t role_count;
	struct names *incompatible; /* pairs */
	size_t incompatible_count;
	struct permission *matrix;
	size_t matrix_count;
	struct refusal *refusals;
	size_t refusal_count;
	struct dimension *dimensions;
	size_t dimension_count;
	int unknown_score, urgency_most;
	struct worked_grade *worked;
	size_t worked_count;
	struct regime *regimes;
	size_t regime_count;
	struct calendar_def *calendars;
	size_t calendar_count;
	struct special_plan *plans;
	size_t plan_count;
	struct seed *seeds;
	size_t seed_count;
	struct text *texts;
	size_t text_count;
	struct colour colours[6]; /* by level, 1..5 */
	struct publication *publications;
	size_t publication_count; /* 0: the pack says nothing of it */
	struct document_template *documents;
	size_t document_count;
};

/* What is wrong with a pack: `file:line:column: what, and what would be right`. */
struct problem {
	struct place at;
	const char *code; /* N33 for the boundary; NULL */
	char *text;
	bool warning;
};

struct problems {
	struct arena *mem;
	struct problem *at;
	size_t count, errors;
};

/* Read the pack in folder `path`, with all its files, and resolve its names.
 * Problems are gathered, not only the first; with an error `out` stays NULL
 * and the answer is FAULT_INVALID. The pack owns its memory. */
int pack_load(const char *path, struct pack **out, struct problems *problems, struct fault *why);
void pack_free(struct pack *pack);
void pack_drop(struct pack **pack);

/* Prove it sound (docs/plan-packs.md, "What the check proves"). Adds to
 * `problems`; FAULT_INVALID with an error among them. */
int pack_check(const struct pack *pack, struct problems *problems, struct fault *why);

void problems_init(struct problems *problems);
/* One more, for whoever proves what reading cannot. */
void problem_add(struct problems *to, struct place at, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void problems_fini(struct problems *problems);

/* Look-ups; NULL where there is no such name. */
const struct kind *pack_kind(const struct pack *pack, const char *name);
const struct field *kind_field(const struct kind *kind, const char *name);
const struct region *kind_region(const struct kind *kind, const char *name);
const struct move *kind_move(const struct kind *kind, const char *name);
const struct state *region_state(const struct region *region, const char *name);
const struct clock_def *pack_clock(const struct pack *pack, const char *code);
const struct role *pack_role(const struct pack *pack, const char *code);
const struct refusal *pack_refusal(const struct pack *pack, const char *code);
const struct enumeration *pack_enum(const struct pack *pack, const char *name);
const struct code *enum_code(const struct enumeration *codes, const char *code);
const struct field *pack_input(const struct pack *pack, const char *name);
const struct regime *pack_regime(const struct pack *pack, const char *id);
const struct calendar_def *pack_calendar(const struct pack *pack, const char *id);
const struct report_stage *regime_stage(const struct regime *regime, const char *id);
const struct publication *pack_publication(const struct pack *pack, const char *marking);
const struct special_plan *pack_plan(const struct pack *pack, const char *id);
bool names_have(const struct names *names, const char *name);
