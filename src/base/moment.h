#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A moment as people write it, near one that they have in view. */
#include <stdint.h>

enum { MOMENT_FORMS_MAX = 128 };
extern const char moment_forms[MOMENT_FORMS_MAX]; // what is understood, for messages: "02:15, ..."

/* "02:15" and "02:15:30": of the day of `near_ms`. "2026-11-26", "2026-11-26 02:15" (or with T, seconds, thousandths).
 * A Z behind it means UTC, otherwise the offset counts. "+10m" and "-1h30m": from `near_ms` on. 0; -EINVAL: it is none
 * of these.
 */
int moment_parse(const char *text, int64_t near_ms, int32_t utc_offset_s, int64_t *out_ms);
