#pragma once
// SPDX-License-Identifier: Apache-2.0
// What must hold of any metrics body in either format.
#include <stddef.h>

#include "formats/prometheus.h"

void exposition_check(const char *body, size_t n, enum prom_format format);
