#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * logsource -- which logs there are that detection may read: a closed table.
 *
 * Sigma names a log by product, category and service. What is not in the table
 * is not read: no forum, no mail, no page, no chat. That is the boundary, so the
 * table grows by a change of the program only, never by a rule or a mapping.
 */
enum { LOGSOURCE_SERVICES = 2, LOGSOURCE_CATEGORIES = 3 };

/* Where an event is from. All words come from logsource_word(). */
struct logsource {
	const char *product;
	const char *services[LOGSOURCE_SERVICES];
	const char *categories[LOGSOURCE_CATEGORIES];
};

/* The one copy of a word of the table, so that words compare by address; NULL
 * for a word that is nowhere in it. */
const char *logsource_word(const char *word);

/* Is there a log with these parts? NULL stands for any; not all may be NULL. */
bool logsource_known(const char *product, const char *category, const char *service);

/* Is an event from there among those that the parts (table words or NULL) name? */
bool logsource_covers(const char *product, const char *category, const char *service,
		      const struct logsource *event);

/* Add to an event's place; false when there is no room left. Nothing twice. */
bool logsource_add_service(struct logsource *at, const char *word);
bool logsource_add_category(struct logsource *at, const char *word);

/* Row `i` of the table for whoever lists it; false past the end. */
bool logsource_row(size_t i, const char **product, const char **category, const char **service);
