// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/config/config_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/suite.h"
#include "text/text.h"

int rows_load(const char *text, size_t n, struct config *config, struct config_errors *errors)
{
	char path[] = "/tmp/opscon-config-XXXXXX";
	int fd = mkstemp(path), r;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, text, n), (int)n);
	close(fd);
	r = config_load(path, config, errors);
	unlink(path);
	return r;
}

void rows_load_well(const char *text, struct config *config)
{
	struct config_errors errors;

	ck_assert_msg(rows_load(text, strlen(text), config, &errors) == 0, "%s: %u:%u: %s", text, errors.items[0].line,
		      errors.items[0].column, errors.items[0].text);
	ck_assert_msg(errors.n == 0, "%s", errors.items[0].text);
}

void rows_expect_mistakes(const struct mistake *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct mistake *row = &table[i];
		struct config_errors errors;
		struct config config;
		const struct config_error *error = &errors.items[0];

		ck_assert_msg(rows_load(row->text, strlen(row->text), &config, &errors) == -EINVAL, "%s", row->text);
		ck_assert_msg(errors.n == 1, "%s: %zu mistakes: %s; %s", row->text, errors.n, error->text,
			      errors.items[1].text);
		ck_assert_msg(strstr(error->text, row->what) != NULL, "%s: %s", row->text, error->text);
		ck_assert_msg(error->line == row->line && error->column == row->column, "%s: %u:%u: %s", row->text,
			      error->line, error->column, error->text);
		ck_assert(!error->is_warning);
		ck_assert(text_is_clean(error->text));
	}
}

void rows_expect_lines(const char *text, const unsigned *lines, size_t n)
{
	struct config_errors errors;
	struct config config;

	ck_assert_int_eq(rows_load(text, strlen(text), &config, &errors), -EINVAL);
	ck_assert_msg(errors.n == n, "%zu", errors.n);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(errors.items[i].line, lines[i]);
}
