// SPDX-License-Identifier: Apache-2.0
/* opscon token, as a person uses it. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/process.h"

static char dir[64], file[96];

static void begin(void)
{
	strcpy(dir, "/tmp/opscon-token-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(file, sizeof file, "%s/state/opscon/hub-tokens.json", dir);
}

static void end(void)
{
	const char *const argv[] = { "/bin/rm", "-r", dir, NULL };
	struct process_result result = process_run(argv, NULL);

	ck_assert_int_eq(result.status, 0);
	process_result_finish(&result);
}

static struct process_result run(const char *const more[])
{
	const char *argv[16] = { OPSCON, "token" };
	char state[96], config[96];
	const char *const env[] = { state, config, NULL };
	int n = 2;

	snprintf(state, sizeof state, "XDG_STATE_HOME=%s/state", dir);
	snprintf(config, sizeof config, "XDG_CONFIG_HOME=%s/config", dir);
	for (; *more; more++)
		argv[n++] = *more;
	argv[n] = NULL;
	return process_run(argv, env);
}

#define RUN(...) run((const char *[]){ __VA_ARGS__, NULL })

static char *contents(const char *path)
{
	static char text[8192];
	FILE *in = fopen(path, "re");
	size_t n;

	ck_assert_ptr_nonnull(in);
	n = fread(text, 1, sizeof text - 1, in);
	text[n] = '\0';
	fclose(in);
	return text;
}

START_TEST(a_token_is_printed_once_and_kept_as_a_hash)
{
	struct process_result result;
	struct stat status;
	char trail[120], token[64];

	begin();
	result = RUN("create", "ci", "--role", "deployer", "--network", "10.0.0.0/8", "--allow", "tier=web", "--deny",
		     "env=prod", "--expires", "2h");
	ck_assert_msg(result.status == 0, "%s", result.err);
	ck_assert_uint_eq(strlen(result.out), 48); // and a newline
	ck_assert_int_eq(strncmp(result.out, "opt_", 4), 0);
	ck_assert_ptr_nonnull(strstr(result.err, "token ci, deployer, expires 20"));
	ck_assert_ptr_null(strstr(result.err, "opt_"));
	snprintf(token, sizeof token, "%.47s", result.out);
	process_result_finish(&result);
	ck_assert_int_eq(stat(file, &status), 0);
	ck_assert_int_eq((int)(status.st_mode & 07777), 0600);
	ck_assert_ptr_null(strstr(contents(file), token + 4));
	ck_assert_ptr_nonnull(strstr(contents(file), "\"networks\":[\"10.0.0.0/8\"],\"allow\":\"tier=web\","
						     "\"deny\":\"env=prod\""));
	snprintf(trail, sizeof trail, "%s/state/opscon/audit/audit-000001.jsonl", dir);
	ck_assert_ptr_nonnull(strstr(contents(trail), "\"resource\":{\"kind\":\"token\",\"id\":\"ci\"}"));
	ck_assert_ptr_null(strstr(contents(trail), token + 4));
	end();
}
END_TEST

// Whatever the umask is, nobody else can read it, and attach takes it.
START_TEST(a_token_is_put_in_a_file_that_was_not_there)
{
	struct process_result result;
	struct stat status;
	char path[96], token[64];
	mode_t mask;

	begin();
	snprintf(path, sizeof path, "%s/ci.token", dir);
	mask = umask(0);
	result = RUN("create", "ci", "--role", "viewer", "--output", path);
	umask(mask);
	ck_assert_msg(result.status == 0 && !*result.out && strstr(result.err, "; it is in /tmp/"), "%d %s%s",
		      result.status, result.out, result.err);
	process_result_finish(&result);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq((int)(status.st_mode & 07777), 0600);
	snprintf(token, sizeof token, "%s", contents(path));
	ck_assert_uint_eq(strlen(token), 48); // and a newline
	ck_assert_int_eq(strncmp(token, "opt_", 4), 0);
	result = RUN("create", "other", "--role", "viewer", "--output", path);
	ck_assert_msg(result.status == 2 && !*result.out && strstr(result.err, "it is there already"), "%d %s%s",
		      result.status, result.out, result.err);
	process_result_finish(&result);
	ck_assert_str_eq(contents(path), token);
	ck_assert_ptr_null(strstr(contents(file), "other")); // none was made
	snprintf(path, sizeof path, "%s/again.token", dir);
	result = RUN("create", "ci", "--role", "viewer", "--output", path);
	ck_assert_msg(result.status == 2 && strstr(result.err, "there is a token ci already"), "%d %s", result.status,
		      result.err);
	process_result_finish(&result);
	ck_assert_int_eq(access(path, F_OK), -1); // nor is what was made for it left
	end();
}
END_TEST

START_TEST(tokens_are_listed_and_revoked)
{
	struct process_result result;

	begin();
	result = RUN("list");
	ck_assert_int_eq(result.status, 0);
	ck_assert_str_eq(result.out, "NAME  ROLE      EXPIRES (UTC)                 LAST SESSION       FROM\n");
	process_result_finish(&result);
	result = RUN("create", "ci", "--role", "viewer", "--expires", "never");
	ck_assert_msg(result.status == 0, "%s", result.err);
	process_result_finish(&result);
	result = RUN("create", "alice@ops", "--role", "admin", "--network", "192.0.2.7", "--network", "2001:db8::/32");
	ck_assert_msg(result.status == 0, "%s", result.err);
	process_result_finish(&result);
	result = RUN("create", "ci", "--role", "viewer");
	ck_assert_int_eq(result.status, 2);
	ck_assert_str_eq(result.out, "");
	ck_assert_ptr_nonnull(strstr(result.err, "there is a token ci already; revoke it first"));
	process_result_finish(&result);
	result = RUN("list");
	ck_assert_ptr_nonnull(
		strstr(result.out, "ci         viewer    never                         none               anywhere\n"));
	ck_assert_ptr_nonnull(strstr(result.out, "Z in 89d 23h"));
	ck_assert_ptr_nonnull(strstr(result.out, "  192.0.2.7 2001:db8::/32\n"));
	process_result_finish(&result);
	result = RUN("revoke", "ci");
	ck_assert_msg(result.status == 0, "%s", result.err);
	process_result_finish(&result);
	result = RUN("revoke", "ci");
	ck_assert_int_eq(result.status, 2);
	process_result_finish(&result);
	result = RUN("list", "--format", "json");
	ck_assert_ptr_nonnull(strstr(result.out, "{\"schema_version\":1,\"at\":\"20"));
	ck_assert_ptr_nonnull(
		strstr(result.out, "\"tokens\":[{\"name\":\"alice@ops\",\"role\":\"admin\",\"created\":\"20"));
	ck_assert_ptr_null(strstr(result.out, "hash"));
	process_result_finish(&result);
	end();
}
END_TEST

// A token that is over says when it was, to the minute; who came by one is on record, and so is when.
START_TEST(a_list_says_until_when_and_when_last)
{
	static const char expired[] =
		"{\"version\":1,\"tokens\":[{\"name\":\"old\",\"hash\":\"%064d\",\"role\":\"viewer\","
		"\"created_ms\":1767225600000,\"expires_ms\":1770091506000}]}\n";
	static const char came[] = "{\"seq\":1,\"at\":\"%s\",\"phase\":\"event\",\"action\":\"login\",\"level\":"
				   "\"info\",\"result\":\"success\","
				   "\"who\":{\"user\":\"old\",\"origin\":\"%s\"}}\n";
	struct process_result result;
	char path[160];
	FILE *out;

	begin();
	result = RUN("create", "ci", "--role", "viewer"); // whatever else is needed is there then
	ck_assert_msg(result.status == 0, "%s", result.err);
	process_result_finish(&result);
	out = fopen(file, "we");
	fprintf(out, expired, 7);
	fclose(out);
	snprintf(path, sizeof path, "%s/state/opscon/audit/audit-000001.jsonl", dir);
	out = fopen(path, "ae");
	ck_assert_ptr_nonnull(out);
	fprintf(out, came, "2025-12-31T10:00:00.000Z", "192.0.2.7 port 5 (token)"); // of another one of that name
	fprintf(out, came, "2026-01-30T11:12:13.000Z", "192.0.2.7 port 5 (token)");
	fprintf(out, came, "2026-01-31T11:12:13.000Z", "unix socket, pid 4"); // of a user of that name
	fclose(out);
	result = RUN("list");
	ck_assert_msg(strstr(result.out, "old   viewer    2026-02-03 04:05Z expired     2026-01-30 11:12Z  anywhere\n"),
		      "%s%s", result.out, result.err);
	process_result_finish(&result);
	result = RUN("list", "--format", "json");
	ck_assert_ptr_nonnull(strstr(result.out, "\"has_last_sessions\":true"));
	ck_assert_msg(strstr(result.out, "\"expires\":\"2026-02-03T04:05:06.000Z\",\"expired\":true,\"last_session\":"
					 "\"2026-01-30T11:12:13.000Z\""),
		      "%s", result.out);
	process_result_finish(&result);
	end();
}
END_TEST

START_TEST(usage_is_told)
{
	static const struct {
		const char *words[7], *err;
	} table[] = {
		{ { NULL }, "token: expected create, list or revoke" },
		{ { "make" }, "make: expected create, list or revoke" },
		{ { "create", "--role", "viewer" }, "expected the name of one token" },
		{ { "create", "a", "b", "--role", "viewer" }, "expected the name of one token" },
		{ { "create", "a b", "--role", "viewer" }, "the name: expected letters" },
		{ { "create", "a" }, "expected --role viewer, operator, deployer or admin" },
		{ { "create", "a", "--role", "none" }, "--role none: expected viewer" },
		{ { "create", "a", "--role", "viewer", "--expires", "5" }, "--expires 5: expected a time" },
		{ { "create", "a", "--role", "viewer", "--expires", "400d" }, "expected a time" },
		{ { "create", "a", "--role", "viewer", "--network", "10.0.0.1/8" }, "expected a network" },
		{ { "create", "a", "--role", "viewer", "--allow", "=" }, "--allow: " },
		{ { "list", "x" }, "expected no more words" },
		{ { "list", "--format", "csv" }, "expected table or json" },
		{ { "revoke" }, "expected the name of one token" },
		{ { "list", "--colour" }, "colour" },
	};

	begin();
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct process_result result = run(table[i].words);

		ck_assert_msg(result.status == 2, "%zu: %d", i, result.status);
		ck_assert_msg(strstr(result.err, table[i].err), "%s: %s", table[i].err, result.err);
		ck_assert_str_eq(result.out, "");
		process_result_finish(&result);
	}
	end();
}
END_TEST

START_TEST(a_file_that_others_can_read_is_refused)
{
	struct process_result result;

	begin();
	result = RUN("create", "ci", "--role", "viewer");
	ck_assert_msg(result.status == 0, "%s", result.err);
	process_result_finish(&result);
	ck_assert_int_eq(chmod(file, 0644), 0);
	for (int i = 0; i < 2; i++) {
		result = i ? RUN("revoke", "ci") : RUN("list");
		ck_assert_int_eq(result.status, 6);
		ck_assert_ptr_nonnull(strstr(result.err, "its mode is 0644, so others can use it; expected 0600"));
		process_result_finish(&result);
	}
	end();
}
END_TEST

START_TEST(no_token_is_made_that_could_not_be_recorded)
{
	struct process_result result;
	char audit[96];

	begin();
	snprintf(audit, sizeof audit, "%s/state", dir);
	ck_assert_int_eq(mkdir(audit, 0700), 0);
	snprintf(audit, sizeof audit, "%s/state/opscon", dir);
	ck_assert_int_eq(mkdir(audit, 0700), 0);
	snprintf(audit, sizeof audit, "%s/state/opscon/audit", dir);
	ck_assert_int_eq(symlink("/nowhere", audit), 0);
	result = RUN("create", "ci", "--role", "viewer");
	ck_assert_int_ne(result.status, 0);
	ck_assert_str_eq(result.out, "");
	ck_assert_ptr_nonnull(strstr(result.err, "no token was made: it could not be recorded"));
	process_result_finish(&result);
	ck_assert_str_eq(contents(file), "{\"version\":1,\"tokens\":[]}\n");
	end();
}
END_TEST

START_TEST(the_configuration_says_where_tokens_are)
{
	struct process_result result;
	char config[96], own[96];
	FILE *out;

	begin();
	snprintf(config, sizeof config, "%s/opscon.yml", dir);
	out = fopen(config, "we");
	ck_assert_ptr_nonnull(out);
	fputs("hub: {token_file: mine.json}\n", out);
	fclose(out);
	result = RUN("create", "ci", "--role", "viewer", "--config", config);
	ck_assert_msg(result.status == 0, "%s", result.err);
	process_result_finish(&result);
	snprintf(own, sizeof own, "%s/mine.json", dir);
	ck_assert_int_eq(access(own, F_OK), 0);
	ck_assert_int_ne(access(file, F_OK), 0);
	result = RUN("--help");
	ck_assert_int_eq(result.status, 0);
	ck_assert_ptr_nonnull(strstr(result.out, "usage: opscon token create"));
	process_result_finish(&result);
	end();
}
END_TEST

SUITE("token", a_token_is_printed_once_and_kept_as_a_hash, a_token_is_put_in_a_file_that_was_not_there,
      tokens_are_listed_and_revoked, a_list_says_until_when_and_when_last, usage_is_told,
      a_file_that_others_can_read_is_refused, no_token_is_made_that_could_not_be_recorded,
      the_configuration_says_where_tokens_are)
