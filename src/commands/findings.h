#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What is wrong with a configuration, for people: FILE:LINE:COLUMN: what; expected what. */
#include <stdbool.h>
#include <stdio.h>

struct config;
struct config_errors;

/* config_load() with all that opscon can say of a configuration; of its keys and of what a hub needs only when all of
 * it is wanted: the console tells those itself, and is no hub. Prints what is wrong.
 */
int findings_load(const char *path, bool is_all, struct config *out, FILE *to);

void findings_print(FILE *to, const struct config_errors *errors);
