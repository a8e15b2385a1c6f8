#pragma once

#include <stdbool.h>

/*
 * manual -- what `fengsui cap --help` teaches.
 */
const char *manual_cap(bool chinese);
