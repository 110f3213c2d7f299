// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/command_template.h"
#include "text/text.h"

static struct label labels[] = {
	{ "env", "prod" }, { "namespace", "shop" }, { "service", "checkout" }, { "unit", "checkout@1.service" }
};
static const struct agent agent = {
	.key = "http://10.0.0.1:9100",
	.name = "checkout-1",
	.url = "http://user.example:9100",
	.labels = { labels, 4 },
};

// The names of all placeholders, and the argument that has it; {label:unit} is one as any.
static const char *const placeholders[] = { "{name}", "{key}",      "{env}",     "{service}",
					    "{unit}", "{url_host}", "{version}", "{label:unit}" };

// An agent all of whose values are `value`, but for the URL's host, which is.
static struct agent all_of(const char *value, struct label room[4], char url[4200])
{
	static const char *const names[] = { "env", "namespace", "service", "unit" };
	struct agent all = { .key = value, .name = value, .url = url, .labels = { room, 4 } };

	for (size_t i = 0; i < 4; i++)
		room[i] = (struct label){ names[i], value };
	snprintf(url, 4200, "http://%s", value);
	return all;
}

static void expect(const char *const *template, const char *said)
{
	struct command command;
	char why[200] = "", text[400];

	ck_assert_msg(command_fill(template, &agent, "2.0", &command, why, sizeof why) == 0, "%s", why);
	command_describe(&command, text, sizeof text);
	ck_assert_str_eq(text, said);
}

START_TEST(values_of_the_agent_stand_for_placeholders)
{
	expect((const char *[]){ "systemctl", "restart", "--", "{unit}", NULL },
	       "systemctl restart -- checkout@1.service");
	expect((const char *[]){ "kubectl", "rollout", "restart", "deploy/{service}", "-n", "{label:namespace}", NULL },
	       "kubectl rollout restart deploy/checkout -n shop");
	expect((const char *[]){ "x", "{key}", "{name}-{env}", "{url_host}", "a{version}b", NULL },
	       "x http://10.0.0.1:9100 checkout-1-prod user.example a2.0b");
	expect((const char *[]){ "get", "jsonpath={{.status}}", "", "it's", NULL },
	       "get 'jsonpath={.status}' '' 'it'\\''s'");
}
END_TEST

START_TEST(a_host_is_what_the_url_names)
{
	static const char *const table[][2] = {
		{ "http://a:1", "a" },
		{ "https://b", "b" },
		{ "http://[::1]:9100", "::1" },
		{ "http://[fe80::2]", "fe80::2" },
		{ "http://10.0.0.1/x", "10.0.0.1" },
		{ "bare:80", "bare" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct agent other = { .key = "k", .name = "n", .url = table[i][0] };
		struct command command;
		char why[200];

		ck_assert_int_eq(
			command_fill((const char *[]){ "{url_host}", NULL }, &other, "", &command, why, sizeof why), 0);
		ck_assert_str_eq(command.argv[0], table[i][1]);
		ck_assert_ptr_null(command.argv[1]);
	}
}
END_TEST

// faults.md 31. In each placeholder, by itself and in the middle of an argument.
START_TEST(nothing_hostile_stands_for_any_placeholder)
{
	static const char *const hostile[] = {
		"",
		"a;rm -rf /",
		"$(reboot)",
		"`reboot`",
		"a|b",
		"a&b",
		"a>b",
		"a<b",
		"a*",
		"a?",
		"[a]",
		"{a}",
		"~root",
		"a'b",
		"a\"b",
		"a\\b",
		"a#b",
		"!a",
		"a%b",
		"a^b",
		"a=b",
		"a,b",
		"a b",
		"a\tb",
		"a\nb",
		"a\rb",
		"\n",
		"a\x1b[2J",
		"\x1b]52;c;x\a",
		"a\x7f",
		"a\x01",
		"\xc2\x9b"
		"31m",
		"a\xe2\x80\xae"
		"b",
		"\xe2\x80\x8b",
		"\xff",
		"\xc0\xaf",
		"\xed\xa0\x80",
		"na\xc3\xafve",
		"\xd0\xb0",
		"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
		"-rf",
		"--kubeconfig=/tmp/x",
		"-",
		"--",
		"-n",
		"..",
		"../x",
		"a/..",
		"a/../b",
		"/../etc",
		"a/b/..",
	};
	struct label room[4];
	char url[4200], element[64], why[200];
	struct command command;

	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		const struct agent bad = all_of(hostile[i], room, url);

		for (size_t k = 0; k < sizeof placeholders / sizeof placeholders[0]; k++) {
			const char *alone[] = { "x", placeholders[k], NULL }, *within[] = { "x", element, NULL };

			if (strcmp(placeholders[k], "{url_host}") == 0 && strpbrk(hostile[i], "/#?[")) // a URL's own
				continue;
			snprintf(element, sizeof element, "--unit=%s.service", placeholders[k]);
			why[0] = '\0';
			ck_assert_msg(command_fill(alone, &bad, hostile[i], &command, why, sizeof why) == -EINVAL,
				      "%s of %s", placeholders[k], hostile[i]);
			ck_assert_msg(strncmp(why, placeholders[k], strlen(placeholders[k])) == 0, "%s", why);
			ck_assert_ptr_nonnull(strstr(why, "; expected "));
			ck_assert(text_is_clean(why));
			ck_assert_int_eq(command_fill(within, &bad, hostile[i], &command, why, sizeof why), -EINVAL);
		}
	}
}
END_TEST

// Every byte there is, at the beginning, in the middle and at the end.
START_TEST(only_bytes_of_the_list_pass)
{
	static const char list[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@/+-";
	struct command command;
	char why[200];

	for (int c = 1; c < 256; c++) {
		char value[4] = "aaa";

		for (int at = 0; at < 3; at++) {
			const struct agent other = { .key = "k", .name = value, .url = "http://a" };
			bool is_fine = strchr(list, c) && !(c == '-' && at == 0);
			int r;

			memcpy(value, "aaa", 3);
			value[at] = (char)c;
			r = command_fill((const char *[]){ "{name}", NULL }, &other, NULL, &command, why, sizeof why);
			ck_assert_msg(r == (is_fine ? 0 : -EINVAL), "byte %d at %d", c, at);
			if (is_fine)
				ck_assert_str_eq(command.argv[0], value);
		}
	}
}
END_TEST

START_TEST(a_refusal_names_what_is_wrong)
{
	static const char *const table[][2] = {
		{ "", "{name}: no value; expected one" },
		{ "a;b", "{name}: ; in its value; expected letters, digits and . _ : @ / + -" },
		{ "a b", "{name}: a blank in its value; expected letters, digits and . _ : @ / + -" },
		{ "na\xc3\xafve", "{name}: \xc3\xaf in its value; expected letters, digits and . _ : @ / + -" },
		{ "-rf", "{name}: a value that begins with -; expected one that is no option" },
		{ "a/../b", "{name}: .. in its value; expected a path that leads down" },
	};
	struct command command;
	char why[200];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct agent other = { .key = "k", .name = table[i][0], .url = "http://a" };

		ck_assert_int_eq(
			command_fill((const char *[]){ "x", "{name}", NULL }, &other, "", &command, why, sizeof why),
			-EINVAL);
		ck_assert_str_eq(why, table[i][1]);
		ck_assert(text_is_clean(why));
	}
}
END_TEST

START_TEST(dots_that_do_not_climb_are_fine)
{
	static const char *const fine[] = { ".", "...", "a..b", "..a", "a/...", "1.2.3", "/etc/x.d/", "a//b" };
	struct command command;
	char why[200];

	for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
		const struct agent other = { .key = "k", .name = fine[i], .url = "http://a" };

		ck_assert_msg(command_fill((const char *[]){ "{name}", NULL }, &other, "", &command, why, sizeof why) ==
				      0,
			      "%s: %s", fine[i], why);
	}
}
END_TEST

START_TEST(lengths_are_limited)
{
	static char argument[COMMAND_BYTES_MAX + 1], value[COMMAND_VALUE_MAX + 2];
	const struct agent other = { .key = "k", .name = value, .url = "http://a" };
	const char *many[EXEC_ARGUMENTS_MAX + 2] = { NULL };
	struct command command;
	char why[200];

	memset(value, 'v', COMMAND_VALUE_MAX);
	ck_assert_int_eq(command_fill((const char *[]){ "{name}", NULL }, &other, "", &command, why, sizeof why), 0);
	value[COMMAND_VALUE_MAX] = 'v';
	ck_assert_int_eq(command_fill((const char *[]){ "{name}", NULL }, &other, "", &command, why, sizeof why),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "too long"));
	for (size_t i = 0; i <= EXEC_ARGUMENTS_MAX; i++)
		many[i] = "x";
	ck_assert_int_eq(command_fill(many + 1, &agent, "", &command, why, sizeof why), 0);
	ck_assert_uint_eq(command.n, EXEC_ARGUMENTS_MAX);
	ck_assert_int_eq(command_fill(many, &agent, "", &command, why, sizeof why), -EINVAL);
	ck_assert_int_eq(command_fill(many + EXEC_ARGUMENTS_MAX + 1, &agent, "", &command, why, sizeof why), -EINVAL);
	memset(argument, 'a', COMMAND_BYTES_MAX - 1);
	ck_assert_int_eq(command_fill((const char *[]){ argument, NULL }, &agent, "", &command, why, sizeof why), 0);
	ck_assert_int_eq(command_fill((const char *[]){ argument, "", NULL }, &agent, "", &command, why, sizeof why),
			 -EINVAL);
	argument[COMMAND_BYTES_MAX - 1] = 'a';
	ck_assert_int_eq(command_fill((const char *[]){ argument, NULL }, &agent, "", &command, why, sizeof why),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "expected a command of"));
}
END_TEST

START_TEST(an_argument_is_checked_before_it_is_used)
{
	static const struct {
		const char *argument;
		int r;
		bool has_any, has_version;
		const char *why; // begins so
	} table[] = {
		{ "plain text", 0, false, false, "" },
		{ "", 0, false, false, "" },
		{ "{{name}}", 0, false, false, "" },
		{ "a{name}b{version}", 0, true, true, "" },
		{ "{label:x y}", -EINVAL, false, false, "a blank beside a placeholder" },
		{ "{label:namespace}", 0, true, false, "" },
		{ "restart {unit}", -EINVAL, false, false, "a blank beside a placeholder; expected each argument" },
		{ "{unit", -EINVAL, false, false, "a brace by itself; expected {{ or }}" },
		{ "unit}", -EINVAL, false, false, "a brace by itself" },
		{ "{", -EINVAL, false, false, "a brace by itself" },
		{ "{a{b}", -EINVAL, false, false, "a brace by itself" },
		{ "{{{name}}}", 0, true, false, "" },
		{ "{}", -EINVAL, false, false, "{}: unknown; expected name, key, env" },
		{ "{label:}", -EINVAL, false, false, "{label:}: unknown" },
		{ "{Name}", -EINVAL, false, false, "{Name}: unknown" },
		{ "{host}", -EINVAL, false, false, "{host}: unknown" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		bool has_any = false, has_version = false;
		char why[200] = "";

		ck_assert_msg(command_argument_check(table[i].argument, &has_any, &has_version, why, sizeof why) ==
				      table[i].r,
			      "%s: %s", table[i].argument, why);
		ck_assert_msg(strncmp(why, table[i].why, strlen(table[i].why)) == 0, "%s: %s", table[i].argument, why);
		if (table[i].r == 0)
			ck_assert(has_any == table[i].has_any && has_version == table[i].has_version);
	}
	ck_assert_int_eq(command_argument_check("{name}", NULL, NULL, (char[200]){ 0 }, 200), 0);
}
END_TEST

START_TEST(what_was_not_checked_is_refused_when_filled)
{
	static const char *const table[] = { "{host}", "{", "}", "{name" };
	struct command command;
	char why[200];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_int_eq(
			command_fill((const char *[]){ table[i], NULL }, &agent, "", &command, why, sizeof why),
			-EINVAL);
}
END_TEST

START_TEST(a_description_that_is_cut_stays_text)
{
	const struct agent other = { .key = "k", .name = "n", .url = "http://a" };
	struct command command;
	char why[200], text[40];

	ck_assert_int_eq(command_fill((const char *[]){ "echo", "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", NULL },
				      &other, "", &command, why, sizeof why),
			 0);
	for (size_t size = 1; size < sizeof text; size++) {
		command_describe(&command, text, size);
		ck_assert_uint_lt(strlen(text), size);
		ck_assert(text_is_clean(text));
		if (size > 17)
			ck_assert_str_eq(text, "echo '\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4'");
		else if (size >= 4)
			ck_assert_str_eq(text + strlen(text) - 3, "\xe2\x80\xa6");
	}
}
END_TEST

SUITE("command_template", values_of_the_agent_stand_for_placeholders, a_host_is_what_the_url_names,
      nothing_hostile_stands_for_any_placeholder, only_bytes_of_the_list_pass, a_refusal_names_what_is_wrong,
      dots_that_do_not_climb_are_fine, lengths_are_limited, an_argument_is_checked_before_it_is_used,
      what_was_not_checked_is_refused_when_filled, a_description_that_is_cut_stays_text)
