// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "tests/unit/config/config_rows.h"

START_TEST(each_mistake_names_its_place_and_what_was_expected)
{
	static const struct mistake table[] = {
		{ "agents: [", 2, 1, "expected YAML" },
		{ "a: b\n\tc: d", 2, 1, "expected YAML" },
		{ "fleet: {name: x}\n---\nfleet: {}", 3, 1, "a second document; expected one" },
		{ "fleet:\n  name: \xff", 2, 9, "expected YAML" },
		{ "- a", 1, 1, "a list; expected a mapping" },
		{ "just words", 1, 1, "\"just words\"; expected a mapping" },
		{ "agent: []", 1, 1, "unknown key \"agent\"; did you mean agents?" },
		{ "zzzzz: 1", 1, 1, "unknown key \"zzzzz\"; expected one that opscon.yml(5) names" },
		{ "[a]: 1", 1, 1, "a list; expected a key" },
		{ "ui: {}\nui: {}", 2, 1, "ui is given again; expected it once (first on line 1)" },
		{ "fleet: [x]", 1, 8, "a list; expected a mapping" },
		{ "fleet: {name: {}}", 1, 15, "a mapping; expected text" },
		{ "fleet: {name: }", 1, 15, "nothing; expected text" },
		{ "defaults:\n  intervall: 5s", 2, 3, "did you mean interval?" },
		{ "defaults:\n  interval: 5", 2, 13, "\"5\"; expected a duration such as 500ms, 5s or 1m30s" },
		{ "defaults:\n  interval: 500ms", 2, 13, "expected a duration from 1s to 1d 0h" },
		{ "defaults: {timeout: 50ms}", 1, 21, "expected a duration from 100ms to 5m 00s" },
		{ "defaults: {interval: 2s, timeout: 3s}", 1, 11, "the timeout is longer than the interval" },
		{ "defaults: {fall: 0}", 1, 18, "\"0\"; expected a whole number from 1 to 100" },
		{ "defaults: {rise: 1.5}", 1, 18, "expected a whole number" },
		{ "defaults: {proxy: 'ftp://x'}", 1, 19, "not the address of a proxy; expected http:// or https://" },
		{ "defaults: {ca: /nowhere.pem}", 1, 16, "expected a file that can be read" },
		{ "limits: {body: 5kg}", 1, 16, "\"5kg\"; expected a size such as 64KiB, from 1.0 KiB to 256 MiB" },
		{ "limits: {wire: 1GiB}", 1, 16, "expected a size" },
		{ "agents: {a: b}", 1, 9, "a mapping; expected a list of agents" },
		{ "agents:\n- name: a", 2, 3, "no url; expected one" },
		{ "agents:\n- url: a:99999", 2, 8, "not the address of an agent; expected a port from 1 to 65535" },
		{ "agents:\n- url: [a]", 2, 8, "a list; expected a URL" },
		{ "agents:\n- url: a\n- url: http://a:80/", 3, 3, "the address http://a is taken (line 2)" },
		{ "agents:\n- {url: a, id: x}\n- {url: b, id: x}", 3, 3, "the id x is taken (line 2)" },
		{ "agents:\n- {url: a, name: x}\n- {url: b, name: x}", 3, 3, "the name x is taken (line 2)" },
		{ "agents:\n- {url: a, health: 'ftp://x'}", 2, 20, "not a path or URL; expected http:// or https://" },
		{ "agents:\n- {url: a, health: none, metrics: none}", 2, 9, "neither health nor metrics" },
		{ "agents:\n- {url: a, dialect: spring}", 2, 21,
		  "\"spring\"; expected auto, status, health+json, actuator" },
		{ "agents:\n- {url: a, paused: maybe}", 2, 20, "\"maybe\"; expected true or false" },
		{ "agents:\n- {url: a, interval: 2s, timeout: 3s}", 2, 3, "the timeout is longer than the interval" },
		{ "agents:\n- {url: a, labels: [x]}", 2, 20, "a list; expected a mapping (name: value)" },
		{ "agents:\n- {url: a, labels: {x: [y]}}", 2, 24, "a list; expected text" },
		{ "agents:\n- {url: a, labels: {x: 1, x: 2}}", 2, 27, "\"x\" is given again" },
		{ "agents:\n- {url: a, tls: {cert: /dev/null}}", 2, 17, "expected cert and key together" },
		{ "agents:\n- {url: a, tls: {ca: /nowhere}}", 2, 22, "expected a file that can be read" },
		{ "discovery: {file_sd: [{}]}", 1, 23, "no files; expected one" },
		{ "discovery: {file_sd: [{files: []}]}", 1, 31, "no files; expected a list of them" },
		{ "discovery: {file_sd: [{files: x.json}]}", 1, 31, "\"x.json\"; expected a list of files" },
		{ "discovery: {file_sd: [{files: [x.txt]}]}", 1, 32, "ends in .json, .yml or .yaml" },
		{ "discovery: {http_sd: [{url: x}]}", 1, 29, "not a URL" },
		{ "discovery: {http_sd: [{url: 'http://a:b@x'}]}", 1, 29, "expected no user and password" },
		{ "panels: [{id: a}]", 1, 10, "no expr; expected one" },
		{ "panels: [{id: 9a, expr: x}]", 1, 10, "expected letters, digits and _" },
		{ "panels:\n- {id: a, expr: x}\n- {id: a, expr: y}", 3, 3, "a panel a is there already" },
		{ "panels: [{id: a, expr: x, unit: miles}]", 1, 33, "expected none, percent, bytes" },
		{ "panels: [{id: a, expr: x, warn: hot}]", 1, 33, "\"hot\"; expected a number such as 90" },
		{ "panels: [{id: a, expr: x, warn: NaN}]", 1, 33, "expected a number" },
		{ "panels: [{id: a, expr: x, warn: 9, critical: 5}]", 1, 10, "critical is less bad than warn" },
		{ "panels: [{id: a, expr: x, better: higher, warn: 5, critical: 9}]", 1, 10, "critical is less bad" },
		{ "panels: [{id: a, expr: x, selector: '=x'}]", 1, 37,
		  "not a selector: column 1: expected a label name" },
		{ "rules: [{name: a, above: 1}]", 1, 9, "expected either series or expr" },
		{ "rules: [{name: a, series: x, expr: y, above: 1}]", 1, 9, "expected either series or expr" },
		{ "rules: [{name: a, series: x}]", 1, 9, "no comparison; expected one of above, at_least" },
		{ "rules: [{name: a, series: x, above: 1, below: 0}]", 1, 9, "more than one comparison" },
		{ "rules: [{name: a, series: x, above: 1, for: -1s}]", 1, 45, "expected a duration" },
		{ "rules: [{name: a, series: x, above: 1, severity: bad}]", 1, 50,
		  "expected info, warning or critical" },
		{ "rules:\n- {name: a, series: x, above: 1}\n- {name: a, series: y, above: 1}", 3, 3,
		  "a rule a is there already" },
		{ "environments: [{name: a, colour: pink}]", 1, 34, "expected red, yellow, green, blue or grey" },
		{ "environments: [{name: a}, {name: a}]", 1, 27, "an environment a is there already" },
		{ "environments: [{name: a, color: red}]", 1, 26, "did you mean colour?" },
		{ "keys: {q: }", 1, 11, "nothing; expected text" },
		{ "retention: {points: 5}", 1, 21, "from 10 to 1000000" },
		{ "retention: {time: 31d}", 1, 19, "to 30d 0h" },
		{ "audit: {retention: 5m}", 1, 20, "expected a duration from 1h 00m to 366d 0h" },
		{ "audit: {records: 10}", 1, 18, "from 1000 to 100000000" },
		{ "audit: {segment: 1KiB}", 1, 18, "from 128 KiB to 1.0 GiB" },
		{ "audit: {syslog: maybe}", 1, 17, "expected true or false" },
		{ "audit: {keys: x}", 1, 9, "did you mean key?" },
		{ "state_dir: []", 1, 12, "a list; expected text" },
	};

	rows_expect_mistakes(table, sizeof table / sizeof table[0]);
}
END_TEST

START_TEST(all_mistakes_are_told_in_the_order_of_the_file)
{
	static const char text[] = "retention: {points: x}\n"
				   "agents:\n"
				   "- {url: 'a b'}\n"
				   "- {name: b}\n"
				   "fleet: []\n";
	static const unsigned lines[] = { 1, 3, 4, 5 };

	rows_expect_lines(text, lines, sizeof lines / sizeof lines[0]);
}
END_TEST

START_TEST(more_mistakes_than_are_kept_are_counted)
{
	struct config_errors errors;
	struct config config;
	struct bytes text;

	bytes_init(&text, 100000);
	bytes_addf(&text, "agents:\n");
	for (int i = 0; i < CONFIG_ERRORS_MAX + 5; i++)
		bytes_addf(&text, "- {name: a%d}\n", i);
	ck_assert_int_eq(rows_load(text.data, text.len, &config, &errors), -EINVAL);
	ck_assert_uint_eq(errors.n, CONFIG_ERRORS_MAX);
	ck_assert_uint_eq(errors.n_more, 5);
	bytes_finish(&text);
}
END_TEST

// faults.md 31: what a file holds is displayable before it is shown or quoted.
START_TEST(hostile_text_is_made_displayable)
{
	static const char text[] = "agents:\n- {url: a, name: \"\\e]52;c;x\\a\\u202e;rm -rf ../\"}\n";
	static const char mistake[] = "\"\\e[2J\": 1\n";
	struct config_errors errors;
	struct config config;
	char long_name[5000];

	ck_assert_int_eq(rows_load(text, strlen(text), &config, &errors), 0);
	ck_assert_ptr_null(strchr(config.agents[0]->name, 0x1b));
	ck_assert_ptr_null(strstr(config.agents[0]->name, "\xe2\x80\xae"));
	config_finish(&config);
	ck_assert_int_eq(rows_load(mistake, strlen(mistake), &config, &errors), -EINVAL);
	ck_assert_ptr_null(strchr(errors.items[0].text, 0x1b));
	snprintf(long_name, sizeof long_name, "agents:\n- {url: a, name: %04096d}\n", 7);
	ck_assert_int_eq(rows_load(long_name, strlen(long_name), &config, &errors), -EINVAL);
	ck_assert_str_eq(errors.items[0].text, "4096 bytes; expected at most 200");
}
END_TEST

START_TEST(an_unknown_theme_is_worth_a_word)
{
	static const char text[] = "ui: {theme: neon}";
	struct config_errors errors;
	struct config config;

	ck_assert_int_eq(rows_load(text, strlen(text), &config, &errors), 0);
	ck_assert_uint_eq(errors.n, 1);
	ck_assert(errors.items[0].is_warning);
	ck_assert_str_eq(config.theme, "dark");
	config_finish(&config);
}
END_TEST

START_TEST(lists_are_bounded)
{
	static const struct {
		const char *section, *item;
		int n;
		const char *what;
	} table[] = {
		{ "agents", "x", 20001, "20001 agents; expected at most 20000" },
		{ "panels", "x", 257, "257 panels; expected at most 256" },
		{ "rules", "x", 1001, "1001 rules; expected at most 1000" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct config_errors errors;
		struct config config;
		struct bytes text;

		bytes_init(&text, 1000000);
		bytes_addf(&text, "%s:\n", table[i].section);
		for (int k = 0; k < table[i].n; k++)
			bytes_addf(&text, "- %s\n", table[i].item);
		ck_assert_int_eq(rows_load(text.data, text.len, &config, &errors), -EINVAL);
		ck_assert_str_eq(errors.items[0].text, table[i].what);
		ck_assert_uint_eq(errors.n, 1);
		bytes_finish(&text);
	}
}
END_TEST

SUITE("config mistakes", each_mistake_names_its_place_and_what_was_expected,
      all_mistakes_are_told_in_the_order_of_the_file, more_mistakes_than_are_kept_are_counted,
      hostile_text_is_made_displayable, an_unknown_theme_is_worth_a_word, lists_are_bounded)
