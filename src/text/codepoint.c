// SPDX-License-Identifier: Apache-2.0
#include "text/codepoint.h"

#include <stdbool.h>
#include <utf8proc.h>

#include "text/text.h"

// How a lead byte goes on: total bytes and the range of the second one, which alone rules out overlong forms,
// surrogates and what lies past U+10FFFF (Unicode 15, table 3-7).
struct lead {
	uint8_t n, low, high;
};

static struct lead lead_of(uint8_t c)
{
	if (c >= 0xc2 && c <= 0xdf)
		return (struct lead){ 2, 0x80, 0xbf };
	if (c >= 0xe0 && c <= 0xef)
		return (struct lead){ 3, c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf };
	if (c >= 0xf0 && c <= 0xf4)
		return (struct lead){ 4, c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf };
	return (struct lead){ 0 };
}

int codepoint_decode(const char *in, size_t n, uint32_t *out)
{
	const uint8_t *bytes = (const uint8_t *)in;
	struct lead lead;
	uint32_t value;

	if (bytes[0] < 0x80) {
		*out = bytes[0];
		return 1;
	}
	*out = TEXT_BAD;
	lead = lead_of(bytes[0]);
	if (lead.n == 0)
		return -1;
	value = bytes[0] & (0x7fU >> lead.n);
	for (uint8_t i = 1; i < lead.n; i++) {
		if (i == n || bytes[i] < lead.low || bytes[i] > lead.high)
			return -(int)i;
		value = value << 6 | (bytes[i] & 0x3fU);
		lead.low = 0x80;
		lead.high = 0xbf;
	}
	*out = value;
	return lead.n;
}

size_t text_encode(uint32_t codepoint, char out[5])
{
	utf8proc_ssize_t n;

	if (!utf8proc_codepoint_valid((utf8proc_int32_t)codepoint))
		codepoint = TEXT_BAD;
	n = utf8proc_encode_char((utf8proc_int32_t)codepoint, (utf8proc_uint8_t *)out);
	out[n] = '\0';
	return (size_t)n;
}

// Vowels and finals of decomposed Hangul: every terminal joins them to the consonant before, whatever utf8proc says.
static bool is_joining_jamo(uint32_t c)
{
	return (c >= 0x1161 && c <= 0x11ff) || (c >= 0xd7b0 && c <= 0xd7fb);
}

static enum codepoint_kind kind_of_property(const utf8proc_property_t *property)
{
	if (property->ignorable)
		return CODEPOINT_HIDDEN;
	switch (property->category) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return CODEPOINT_HIDDEN;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_MC:
		return property->charwidth ? CODEPOINT_SHOWN : CODEPOINT_MARK;
	default:
		return property->charwidth ? CODEPOINT_SHOWN : CODEPOINT_HIDDEN;
	}
}

enum codepoint_kind codepoint_kind(uint32_t codepoint)
{
	if (codepoint < 0x80)
		return codepoint < 0x20 || codepoint == 0x7f ? CODEPOINT_CONTROL : CODEPOINT_SHOWN;
	if (is_joining_jamo(codepoint))
		return CODEPOINT_MARK;
	return kind_of_property(utf8proc_get_property((utf8proc_int32_t)codepoint));
}

int codepoint_width(uint32_t codepoint)
{
	if (codepoint < 0x300)
		return 1;
	return utf8proc_charwidth((utf8proc_int32_t)codepoint) == 2 ? 2 : 1;
}

uint32_t codepoint_fold(uint32_t codepoint)
{
	if (codepoint < 0x80)
		return codepoint >= 'A' && codepoint <= 'Z' ? codepoint + 32 : codepoint;
	// Up and down again: both sigmas, and other letters that share one capital, meet.
	return (uint32_t)utf8proc_tolower(utf8proc_toupper((utf8proc_int32_t)codepoint));
}
