#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What `opscon record` and `opscon replay` do with recordings that are there. */
#include <stdbool.h>
#include <stdint.h>

#include "recording/tape.h"

/* A time in a recording as an option gives it: a time of day is of the first day on which it can be meant, "-10m"
 * counts back from the end. 0, or EXIT_USAGE after saying what is wrong.
 */
int recorded_time(const struct tape_facts *facts, const char *option, const char *text, bool is_utc, int64_t *out_ms);

int recorded_info(const char *path); // an exit code
// from and to may be NULL.
int recorded_export(const char *path, const char *to_path, const char *from, const char *to, bool is_utc);
