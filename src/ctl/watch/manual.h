#pragma once

#include <stdbool.h>

/*
 * manual -- what `fengsui watch --help` teaches.
 */
const char *manual_text(bool chinese);
