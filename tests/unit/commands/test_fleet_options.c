// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/exit_code.h"
#include "commands/fleet_options.h"

static const struct subcommand watching = {
	.name = "try",
	.options = { fleet_timeout_options, fleet_polling_options, fleet_state_options, fleet_file_options },
};

static int parse(struct fleet_options *options, const char *const *words)
{
	char *argv[8] = { NULL };
	int argc = 0, r;

	for (; words[argc]; argc++)
		argv[argc] = (char *)words[argc];
	fleet_options_init(options);
	r = fleet_options_parse(options, &watching, argc, argv, NULL, NULL);
	return r ? r : fleet_options_resolve(options, argv + optind, false);
}

START_TEST(read_only_is_asked_for_or_configured)
{
	static const struct {
		const char *text;
		bool is_asked, is_read_only;
	} table[] = {
		{ "operations: {read_only: false}", false, false },
		{ "operations: {read_only: false}", true, true }, // whatever the configuration allows
		{ "operations: {read_only: true}", false, true },
		{ "operations: {read_only: true}", true, true },
		{ "fleet: {name: x}", true, true },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		char path[] = "/tmp/opscon-options-XXXXXX";
		int fd = mkstemp(path);
		struct fleet_options options;

		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq((int)write(fd, table[i].text, strlen(table[i].text)), (int)strlen(table[i].text));
		close(fd);
		ck_assert_int_eq(parse(&options, (const char *[]){ "opscon", "--no-state", "--config", path,
								   table[i].is_asked ? "--read-only" : NULL, NULL }),
				 0);
		ck_assert(options.config.operations.is_read_only == table[i].is_read_only);
		fleet_options_finish(&options);
		unlink(path);
	}
}
END_TEST

START_TEST(read_only_goes_with_urls_and_without_a_configuration)
{
	struct fleet_options options;

	ck_assert_int_eq(parse(&options, (const char *[]){ "opscon", "--read-only", "--no-state", "a:1", NULL }), 0);
	ck_assert(options.config.operations.is_read_only);
	ck_assert_uint_eq(options.n_urls, 1);
	fleet_options_finish(&options);
	ck_assert_int_eq(parse(&options, (const char *[]){ "opscon", "--no-state", NULL }), 0);
	ck_assert(!options.config.operations.is_read_only);
	fleet_options_finish(&options);
	ck_assert_int_eq(parse(&options, (const char *[]){ "opscon", "--read-only=no", NULL }), EXIT_USAGE);
	fleet_options_finish(&options);
}
END_TEST

SUITE("fleet options", read_only_is_asked_for_or_configured, read_only_goes_with_urls_and_without_a_configuration)
