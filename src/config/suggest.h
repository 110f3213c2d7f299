#pragma once
// SPDX-License-Identifier: Apache-2.0
/* "Did you mean": which of the known words a misspelt one is likely to be. */
#include <stddef.h>

// Letters to insert, drop, change or swap with their neighbour to get from one to the other. Longer words than 63
// letters are as far apart as can be.
size_t suggest_distance(const char *a, const char *b);

// The nearest of the words that is near enough to be meant (a third of the letters), NULL when none is.
const char *suggest(const char *word, const char *const *words, size_t n);

// All of the words, the nearest first (so sorted on return), as far as they fit: "cpu, cpu_load, memory, ...".
void suggest_list(const char *word, const char **words, size_t n, char *out, size_t size);
