#pragma once

#include "base/arena.h"
#include "warn/rules.h"
#include "warn/xml.h"

/*
 * schema -- the OASIS schema of CAP 1.2 (CAP-v1.2.xsd) as a table of ours.
 *
 * The same verdict as the schema: order, how many, enumerations, the form of
 * times, languages, URIs and numbers. It says besides which element and line.
 */
#define CAP_SPACE "urn:oasis:names:tc:emergency:cap:1.2"
#define DSIG_SPACE "http://www.w3.org/2000/09/xmldsig#"

/* `alert` is the document element, of CAP_SPACE. */
void schema_check(const struct node *alert, struct arena *mem, struct findings *found);

/* As xs:anyURI is taken by libxml2; also for what we write. */
bool uri_good(const char *text, struct arena *mem);
