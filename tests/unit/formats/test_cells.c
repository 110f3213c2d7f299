// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "formats/cells.h"

START_TEST(a_cell_is_one_cell_whatever_is_in_it)
{
	static const struct {
		const char *text, *csv, *markdown;
	} rows[] = {
		{ "", "\"\"", "" },
		{ "plain", "\"plain\"", "plain" },
		{ "a,b \"c\"", "\"a,b \"\"c\"\"\"", "a,b \"c\"" },
		{ "two\nlines\r", "\"two\nlines\r\"", "two lines " },
		{ "=1+1", "\"'=1+1\"", "=1\\+1" },
		{ "+1", "\"'+1\"", "\\+1" },
		{ "-1", "\"'-1\"", "\\-1" },
		{ "@a", "\"'@a\"", "\\@a" },
		{ "\tx", "\"'\tx\"", "\tx" },
		{ "\rx", "\"'\rx\"", " x" },
		{ "a=b", "\"a=b\"", "a=b" },
		{ "a|b <i> `c`", "\"a|b <i> `c`\"", "a\\|b \\<i\\> \\`c\\`" },
	};
	struct bytes out;

	bytes_init(&out, 1000);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bytes_reset(&out);
		ck_assert_int_eq(cells_put_csv(&out, rows[i].text), 0);
		ck_assert_str_eq(out.data, rows[i].csv);
		bytes_reset(&out);
		ck_assert_int_eq(bytes_add(&out, "", 0), 0);
		ck_assert_int_eq(cells_put_markdown(&out, rows[i].text), 0);
		ck_assert_uint_eq(out.len, strlen(rows[i].markdown));
		ck_assert_int_eq(memcmp(out.data, rows[i].markdown, out.len), 0);
	}
	bytes_finish(&out);
}
END_TEST

START_TEST(what_does_not_fit_is_an_error)
{
	static int (*const put[])(struct bytes *, const char *) = { cells_put_csv, cells_put_markdown };
	struct bytes out;

	for (size_t i = 0; i < 2; i++) {
		for (size_t max = 0; max < 8; max++) {
			bytes_init(&out, max);
			ck_assert_int_eq(put[i](&out, "=a*\n\"tail"), -EMSGSIZE);
			bytes_finish(&out);
		}
		bytes_init(&out, 100);
		mem_fail_after(0);
		ck_assert_int_eq(put[i](&out, "a"), -ENOMEM);
		mem_fail_after(-1);
		bytes_finish(&out);
	}
}
END_TEST

SUITE("cells", a_cell_is_one_cell_whatever_is_in_it, what_does_not_fit_is_an_error)
