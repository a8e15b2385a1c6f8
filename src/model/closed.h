#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * closed -- the lists that no plan pack can lengthen.
 *
 * They keep the house on technical security incidents: what a kind of record
 * may be about, under which roots a class of incident stands, what an
 * indicator may be. A city that wants another entry needs a new release with
 * its reason, not a file (DESIGN 13).
 */
struct closed_word {
	const char *word;
	const char *en, *zh;
};

/* Each list ends with an entry whose word is NULL. */
extern const struct closed_word closed_abouts[];            /* what a kind may be about */
extern const struct closed_word closed_incident_roots[];    /* technical roots of incident classes */
extern const struct closed_word closed_consequence_roots[]; /* what an incident does to a system */
extern const struct closed_word closed_indicators[];        /* types of indicators */

bool closed_has(const struct closed_word *list, const char *word);

/* The kind of record whose members are the staff register: the only persons. */
extern const char closed_staff_kind[];
