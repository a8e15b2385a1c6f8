#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "host/http/head.h"

/*
 * reader -- llhttp, the second pair of eyes on a request.
 */
struct reader;

struct reader *reader_new(void);
void reader_free(struct reader *reader);

/* Does it read the same out of these bytes as stands in `head`? */
bool reader_agrees(struct reader *reader, const char *bytes, size_t len, const struct head *head);
/* Bytes of the body; it must find `data` bytes of content in them, and the
 * request must end with them exactly where `ends` says so. */
bool reader_takes(struct reader *reader, const char *bytes, size_t len, size_t data, bool ends);
