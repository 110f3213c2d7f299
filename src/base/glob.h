#pragma once
// SPDX-License-Identifier: Apache-2.0
#include <stdbool.h>

// Whether a pattern takes the whole text: * stands for any bytes, ? for one of them. Linear but for the last star.
bool glob_matches(const char *pattern, const char *text);
