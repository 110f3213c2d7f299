#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Configurations as texts, and the mistakes in them as rows of tables. */
#include <stddef.h>

#include "opscon/config.h"

int rows_load(const char *text, size_t n, struct config *config, struct config_errors *errors); // as config_load()
void rows_load_well(const char *text, struct config *config); // without a mistake, and without a warning

struct mistake {
	const char *text;
	unsigned line, column;
	const char *what; // is in what is said of it
};

void rows_expect_mistakes(const struct mistake *table, size_t n);          // each text has that one and no other
void rows_expect_lines(const char *text, const unsigned *lines, size_t n); // one mistake on each of them
