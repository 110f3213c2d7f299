// SPDX-License-Identifier: Apache-2.0
#include "services/metric_bits.h"

enum {
	WASTE = 7,  // a width that is larger than needed by more is written anew: that costs seven bits
	RAISE = 16, // zeros gained that are worth fifteen bits
};

static uint32_t put(uint8_t *bytes, uint32_t at, uint64_t value, unsigned n)
{
	while (n) {
		unsigned room = 8 - at % 8;
		unsigned take = n < room ? n : room;
		unsigned part = (unsigned)(value >> (n - take)) & ((1U << take) - 1);
		unsigned kept = bytes[at / 8] & ~(0xffU >> at % 8); // what follows may be anything

		bytes[at / 8] = (uint8_t)(kept | part << (room - take));
		at += take;
		n -= take;
	}
	return at;
}

// n: 1 to 64. No byte is read that has none of the bits.
static uint32_t get(const uint8_t *bytes, uint32_t at, uint64_t *value, unsigned n)
{
	const uint8_t *byte = bytes + at / 8;
	uint64_t read = *byte & 0xffU >> at % 8;
	unsigned have = 8 - at % 8;

	for (; have + 8 <= n; have += 8)
		read = read << 8 | *++byte;
	if (have < n)
		read = read << (n - have) | (unsigned)*++byte >> (8 - (n - have));
	else
		read >>= have - n;
	*value = read;
	return at + n;
}

// Bits of a number with its sign, 1 to 64.
static unsigned width_of(int64_t difference)
{
	uint64_t magnitude = difference < 0 ? ~(uint64_t)difference : (uint64_t)difference;

	return magnitude ? 65 - (unsigned)__builtin_clzll(magnitude) : 1;
}

uint32_t metric_code_put(uint8_t *bytes, uint32_t at, struct metric_code *code, int64_t difference, uint8_t shift)
{
	unsigned width = width_of(difference);

	if (!difference)
		return put(bytes, at, 0, 1);
	if (shift != code->shift) {
		at = put(bytes, at, 7, 3);
		at = put(bytes, at, shift, 6);
		at = put(bytes, at, width - 1, 6);
	} else if (width > code->width || code->width - width > WASTE) {
		at = put(bytes, at, 6, 3);
		at = put(bytes, at, width - 1, 6);
	} else {
		at = put(bytes, at, 2, 2);
		width = code->width;
	}
	*code = (struct metric_code){ .width = (uint8_t)width, .shift = shift };
	return put(bytes, at, (uint64_t)difference, width);
}

uint32_t metric_code_get(const uint8_t *bytes, uint32_t at, struct metric_code *code, int64_t *difference)
{
	uint64_t prefix, number, sign;

	*difference = 0;
	if (!(bytes[at / 8] & 0x80U >> at % 8)) // nearly always of a time
		return at + 1;
	at = get(bytes, at, &prefix, 3); // or two and the first bit of the difference, which has one
	if (prefix == 7) {
		at = get(bytes, at, &number, 6);
		code->shift = (uint8_t)number;
	}
	if (prefix >= 6) {
		at = get(bytes, at, &number, 6);
		code->width = (uint8_t)(number + 1);
	} else {
		at--;
	}
	at = get(bytes, at, &number, code->width);
	sign = UINT64_C(1) << (code->width + 63U) % 64; // of that many bits
	*difference = (int64_t)((number ^ sign) - sign);
	return at;
}

static uint8_t zeros_of(uint64_t bits)
{
	return bits ? (uint8_t)__builtin_ctzll(bits) : 63;
}

/* The zeros that no value lacks. One number with many digits among round ones does not hold for long: two round ones
 * behind it bring the zeros back.
 */
static uint8_t common_zeros(const struct metric_code *code, uint64_t before, uint64_t bits)
{
	uint8_t zeros = zeros_of(bits), both = zeros_of(before) < zeros ? zeros_of(before) : zeros;

	if (both >= code->shift + RAISE)
		return both;
	return zeros < code->shift ? zeros : code->shift;
}

uint32_t metric_value_put(uint8_t *bytes, uint32_t at, struct metric_code *code, uint64_t before, uint64_t bits)
{
	uint8_t shift = common_zeros(code, before, bits);

	// With the sign: small numbers on both sides of zero are near each other.
	uint64_t number = (uint64_t)((int64_t)bits >> shift), last = (uint64_t)((int64_t)before >> shift);

	return metric_code_put(bytes, at, code, (int64_t)(number - last), shift);
}

uint32_t metric_value_get(const uint8_t *bytes, uint32_t at, struct metric_code *code, uint64_t *bits)
{
	int64_t difference;

	at = metric_code_get(bytes, at, code, &difference);
	*bits = ((*bits >> code->shift) + (uint64_t)difference) << code->shift;
	return at;
}
