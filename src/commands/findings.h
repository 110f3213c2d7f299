#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What is wrong with a configuration, for people: FILE:LINE:COLUMN: what; expected what. */
#include <stdbool.h>
#include <stdio.h>

struct config;
struct config_errors;

/* config_load() with all that opscon can say of a configuration; of its keys only when asked to: the console tells
 * those itself. Prints what is wrong.
 */
int findings_load(const char *path, bool with_keys, struct config *out, FILE *to);

void findings_print(FILE *to, const struct config_errors *errors);
