#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Quantities and times as people read them. Every function writes terminated ASCII into out (at least HUMAN_MAX bytes)
 * and returns out.
 */
#include <stddef.h>
#include <stdint.h>

enum { HUMAN_MAX = 80 };

char *human_duration(int64_t ms, char *out);  // "0s" "42s" "3m 12s" "2h 05m" "4d 3h"; two units at most
char *human_short_age(int64_t ms, char *out); // "now" "42s" "3m" "2h" "4d" "5w": at most 3-4 cells

// The same, seconds by tens from ten on: a column of ages that all change each second says no more, and is most of what
// an idle screen would write.
char *human_column_age(int64_t ms, char *out);
int64_t human_column_age_lasts_ms(int64_t ms); // so much later it may be another one, and no sooner; more than 0

// "Just now" under a minute (and for the future), "Nm ago", "Nh ago", "Nd ago", "Nw ago".
char *human_ago(int64_t at_ms, int64_t now_ms, char *out);
char *human_latency(int64_t us, char *out);             // "840us" "3.2ms" "12ms" "1.25s"
char *human_bytes(double bytes, char *out);             // "0 B" "12.4 KiB" "3.1 GiB"
char *human_fixed(double value, int places, char *out); // 0..6 decimals and a dot; |value| < 1e12
char *human_si(double value, char *out);                // "0.12" "950" "12.4k" "3.1M"; at most 6 characters
char *human_rfc3339(int64_t wall_ms, char *out);        // "2026-11-23T15:04:05.120Z"
// The same back, to the millisecond; a fraction may be missing. 0 or -EINVAL.
int human_parse_rfc3339(const char *text, int64_t *out_ms);
char *human_time_of_day(int64_t wall_ms, int32_t utc_offset_s, char *out); // "15:04:05"
char *human_date(int64_t wall_ms, int32_t utc_offset_s, char *out);        // "2026-11-23"

// "500ms" "5s" "1m" "2h" "1d" (and sums: "1h30m") to milliseconds. 0; -EINVAL; -ERANGE past 366 days.
int human_parse_duration(const char *text, int64_t *out_ms);
