#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A body read with a memory of others must be what it is when read plainly. */
#include <stddef.h>
#include <stdint.h>

#include "formats/prom_recall.h"

/* Reads body[0..n) both ways, without the series whose hash has one of the bits of `unwanted` (0: all are wanted; the
 * same for a memory's whole life). NULL when both gave the same, or what did not.
 */
const char *recalled_differs(struct prom_recall *recall, const char *body, size_t n, enum prom_format format,
			     uint64_t unwanted);
