#pragma once

#include <stddef.h>

#include "base/fault.h"

/*
 * sign_private -- the library of XML signatures, started once.
 */
struct _xmlDoc; /* of libxml2 */

int sign_start(struct fault *why);
/* The document, without DTD, entities or network; NULL where it is none. */
struct _xmlDoc *sign_parse(const char *bytes, size_t len);
