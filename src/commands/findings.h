#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What is wrong with a configuration, for people: FILE:LINE:COLUMN: what; expected what. */
#include <stdio.h>

struct config;
struct config_errors;

void findings_print(FILE *to, const struct config_errors *errors);

// What the console would say of the configured keys when it starts: the first mistake. 0 or -EINVAL.
int findings_print_keys(FILE *to, const struct config *config);
