#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Differences in a stream of bits: how times and values of kept points are written. Used by metric_times.c and
 * metric_series.c alone.
 *
 * After "Gorilla: A Fast, Scalable, In-Memory Time Series Database" (Pelkonen et al., VLDB 2015): what repeats costs
 * one bit, what stays near costs the width that was enough before, and any 64 bits can be written. Unlike there a value
 * is not an exclusive or but a difference of the double's bits above the zeros that all values end in, which says how
 * far apart two numbers are on any scale.
 *
 *   0                       no difference
 *   10  D                   a difference of as many bits as the last one
 *   110 width(6) D          of another width
 *   111 shift(6) width(6) D above other zeros
 */
#include <stddef.h>
#include <stdint.h>

enum { METRIC_CODE_MAX = 11 }; // bytes that one difference may touch

struct metric_code { // what the next difference is written with
	uint8_t width;
	uint8_t shift; // times: 0
};

// Both return the place after it. `bytes` must have room for METRIC_CODE_MAX more than at_bit / 8.
uint32_t metric_code_put(uint8_t *bytes, uint32_t at_bit, struct metric_code *code, int64_t difference, uint8_t shift);
uint32_t metric_code_get(const uint8_t *bytes, uint32_t at_bit, struct metric_code *code, int64_t *difference);

// A value by its bits, against the one before; a stream begins with all zeros before and METRIC_CODE_VALUES.
#define METRIC_CODE_VALUES ((struct metric_code){ .width = 1, .shift = 63 })
uint32_t metric_value_put(uint8_t *bytes, uint32_t at_bit, struct metric_code *code, uint64_t before, uint64_t bits);
uint32_t metric_value_get(const uint8_t *bytes, uint32_t at_bit, struct metric_code *code, uint64_t *inout_bits);
