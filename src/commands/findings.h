#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What is wrong with a configuration, for people: FILE:LINE:COLUMN: what; expected what. */
#include <stdio.h>

struct config_errors;

void findings_print(FILE *to, const struct config_errors *errors);
