// SPDX-License-Identifier: Apache-2.0
/* An argument of a command (first line), what stands for its placeholders (second line), and what the command prints.
 */
#include <errno.h>
#include <string.h>

#include "agents/command_template.h"
#include "base/memory.h"
#include "drivers/exec_output.h"
#include "drivers/exec_sight.h"
#include "tests/fuzz/fuzz.h"
#include "text/text.h"

// Said once more, and in another way than the module does it.
static bool is_harmless(const char *value)
{
	static const char list[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:@/+-";
	size_t n = strlen(value);
	char padded[COMMAND_VALUE_MAX + 3] = "/";

	if (n == 0 || n > COMMAND_VALUE_MAX || value[0] == '-' || strspn(value, list) != n)
		return false;
	memcpy(padded + 1, value, n);
	padded[n + 1] = '/';
	padded[n + 2] = '\0';
	return !strstr(padded, "/../");
}

static void check_filled(const char *argument, const char *value, bool has_any, const struct command *command)
{
	const char *filled = command->argv[1];
	char described[64];

	fuzz_expect(command->n == 2 && !command->argv[2], "one argument stays one");
	fuzz_expect(!has_any || is_harmless(value), "what stands for a placeholder is harmless");
	fuzz_expect(filled[0] != '-' || argument[0] == '-', "nothing becomes an option");
	for (; *filled; filled++)
		fuzz_expect(strchr(argument, *filled) || strchr(value, *filled), "nothing comes from elsewhere");
	command_describe(command, described, sizeof described);
	fuzz_expect_clean(described, "a command can be shown");
}

static void check_argument(const char *argument, const char *value)
{
	struct label labels[] = { { "env", value }, { "service", value }, { "unit", value } };
	const struct agent agent = { .key = value, .name = value, .url = "http://h:1", .labels = { labels, 3 } };
	const char *const arguments[] = { "program", argument, NULL };
	bool has_any = false, has_version = false;
	char why[DRIVER_DETAIL_MAX] = "";
	struct command command;
	int checked = command_argument_check(argument, &has_any, &has_version, why, sizeof why), r;

	if (checked < 0)
		fuzz_expect_clean(why, "why an argument is none is clean");
	fuzz_expect(checked == 0 || checked == -EINVAL, "an argument is taken or refused");
	why[0] = '\0';
	r = command_fill(arguments, &agent, value, &command, why, sizeof why);
	fuzz_expect(r == 0 || (r == -EINVAL && why[0]), "a refusal has a reason");
	fuzz_expect_clean(why[0] ? why : " ", "the reason is clean");
	if (r == 0 && checked == 0)
		check_filled(argument, value, has_any && !strstr(argument, "{url_host}"), &command);
	fuzz_expect(checked < 0 || has_any || r == 0 || strlen(argument) > COMMAND_BYTES_MAX / 2,
		    "what needs nothing is filled");
}

static void on_line(void *ctx, const char *line)
{
	size_t *n_lines = ctx;

	++*n_lines;
	fuzz_expect_clean(line, "a line is clean");
}

static void check_output(const char *text, size_t n, size_t step)
{
	static const struct exec_reading readings[] = {
		{ .word = "active", .state = LIFECYCLE_RUNNING },
		{ .exit_code = 0, .is_gone = true },
	};
	static const struct exec_profile profile = {
		.name = "p",
		.words = { EXEC_WORD_STATE, EXEC_WORD_VERSION, EXEC_WORD_PREVIOUS, EXEC_WORD_INSTANCE },
		.n_words = 4,
		.readings = readings,
		.n_readings = 2,
	};
	static struct exec_output output;
	struct driver_sight sight;
	char last[DRIVER_DETAIL_MAX];
	size_t n_lines = 0;

	exec_output_init(&output, on_line, &n_lines);
	for (size_t at = 0; at < n; at += step)
		exec_output_add(&output, (enum exec_stream)(at % 2), text + at, n - at < step ? n - at : step);
	exec_output_end(&output);
	exec_output_last(&output, last);
	fuzz_expect(output.n_bytes == n, "every byte is counted");
	fuzz_expect(n_lines <= EXEC_OUTPUT_MAX + 3, "no more than the limit is passed on");
	fuzz_expect_clean(last[0] ? last : " ", "the last line is clean");
	if (exec_sight_read(&profile, (int)(n % 2), output.head, &sight)) {
		fuzz_expect_clean(sight.version[0] ? sight.version : " ", "a version is clean");
		fuzz_expect_clean(sight.previous[0] ? sight.previous : " ", "as is the one before");
		fuzz_expect_clean(sight.instance[0] ? sight.instance : " ", "and the instance");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	size_t n_argument, n_value, n_printed;
	char *argument = fuzz_part(&input, "\n", &n_argument), *value = fuzz_part(&input, "\n", &n_value);
	char *printed = fuzz_text(input.at, input.n);
	char *clean_argument = text_clean_dup(argument, n_argument, TEXT_ONE_LINE, TEXT_FIELD_MAX);
	char *clean_value = text_clean_dup(value, n_value, TEXT_ONE_LINE, TEXT_FIELD_MAX);

	n_printed = input.n;
	check_argument(clean_argument, clean_value);
	check_output(printed, n_printed, 1 + size % 7);
	mem_free(clean_value);
	mem_free(clean_argument);
	mem_free(printed);
	mem_free(value);
	mem_free(argument);
	return 0;
}
