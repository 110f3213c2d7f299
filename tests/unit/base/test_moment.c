// SPDX-License-Identifier: Apache-2.0
#include <errno.h>

#include "base/human.h"
#include "base/moment.h"
#include "tests/support/suite.h"

#define NEAR INT64_C(1795446245000) // 2026-11-23T15:04:05Z

START_TEST(reads_what_people_write)
{
	static const struct {
		const char *text, *is; // NULL: nothing
		int32_t offset_s;
	} rows[] = {
		{ "02:15", "2026-11-23T02:15:00.000Z", 0 },
		{ "02:15:30", "2026-11-23T02:15:30.000Z", 0 },
		{ "02:15", "2026-11-23T01:15:00.000Z", 3600 },
		{ "02:15Z", "2026-11-23T02:15:00.000Z", 3600 },
		{ "01:00", "2026-11-23T15:00:00.000Z", 10 * 3600 }, // it is the next day there
		{ "2026-11-24", "2026-11-24T00:00:00.000Z", 0 },
		{ "2026-11-24T02:15", "2026-11-24T02:15:00.000Z", 0 },
		{ "2026-11-24 02:15:30.250", "2026-11-24T02:15:30.250Z", 0 },
		{ "2026-11-24T02:15:30Z", "2026-11-24T02:15:30.000Z", 3600 },
		{ "2026-11-24T02:15:30", "2026-11-24T01:15:30.000Z", 3600 },
		{ "2028-02-29", "2028-02-29T00:00:00.000Z", 0 },
		{ "+10m", "2026-11-23T15:14:05.000Z", 3600 },
		{ "-1h30m", "2026-11-23T13:34:05.000Z", 0 },
		{ "", NULL, 0 },
		{ "2", NULL, 0 },
		{ "24:00", NULL, 0 },
		{ "02:60", NULL, 0 },
		{ "02:15:30.5", NULL, 0 },
		{ "02:15 ", NULL, 0 },
		{ "2026-02-29", NULL, 0 },
		{ "2026-13-01", NULL, 0 },
		{ "2026-11-24T", NULL, 0 },
		{ "+", NULL, 0 },
		{ "+10", NULL, 0 },
		{ "-abc", NULL, 0 },
		{ "Z", NULL, 0 },
	};
	char at[HUMAN_MAX];
	int64_t ms;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int r = moment_parse(rows[i].text, NEAR, rows[i].offset_s, &ms);

		ck_assert_msg(r == (rows[i].is ? 0 : -EINVAL), "%s: %d", rows[i].text, r);
		if (rows[i].is)
			ck_assert_str_eq(human_rfc3339(ms, at), rows[i].is);
	}
}
END_TEST

SUITE("moment", reads_what_people_write)
