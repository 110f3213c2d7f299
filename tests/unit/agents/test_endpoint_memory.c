// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/endpoint_memory.h"
#include "base/memory.h"

static char dir[64], path[96];

static void make_dir(void)
{
	strcpy(dir, "/tmp/opscon-endpoints-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/endpoints.json", dir);
}

static void remove_dir(void)
{
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0); // also: no temporary file is left
}

static void put(const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
}

START_TEST(what_answered_survives_a_restart)
{
	const struct endpoint_memo memo = { "/health", "/metrics", DIALECT_ACTUATOR },
				   only = { NULL, "/m", DIALECT_METRICS };
	struct endpoint_memory *memory;
	struct stat status;
	char why[120];

	make_dir();
	ck_assert_int_eq(endpoint_memory_create(&memory), 0);
	ck_assert_int_eq(endpoint_memory_load(memory, dir, why, sizeof why), 0);
	ck_assert_int_eq(endpoint_memory_set(memory, "http://a\"b", &memo), 1);
	ck_assert_int_eq(endpoint_memory_set(memory, "http://a\"b", &memo), 0);
	ck_assert_int_eq(endpoint_memory_set(memory, "http://c", &memo), 1);
	ck_assert_int_eq(endpoint_memory_set(memory, "http://c", &only), 1);
	ck_assert_int_eq(endpoint_memory_set(memory, "http://gone", &only), 1);
	endpoint_memory_forget(memory, "http://gone");
	ck_assert_int_eq(endpoint_memory_save(memory, dir), 0);
	endpoint_memory_destroy(memory);

	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq((int)(status.st_mode & 0777), 0600);
	ck_assert_int_eq(endpoint_memory_create(&memory), 0);
	ck_assert_int_eq(endpoint_memory_load(memory, dir, why, sizeof why), 0);
	ck_assert_uint_eq(endpoint_memory_n(memory), 2);
	ck_assert_str_eq(endpoint_memory_get(memory, "http://a\"b")->health_path, "/health");
	ck_assert_int_eq((int)endpoint_memory_get(memory, "http://a\"b")->dialect, DIALECT_ACTUATOR);
	ck_assert_ptr_null(endpoint_memory_get(memory, "http://c")->health_path);
	ck_assert_str_eq(endpoint_memory_get(memory, "http://c")->metrics_path, "/m");
	ck_assert_ptr_null(endpoint_memory_get(memory, "http://gone"));
	endpoint_memory_destroy(memory);
	remove_dir();
}
END_TEST

START_TEST(a_bad_file_is_ignored_with_a_word)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "", "endpoints.json" },
		{ "{\"version\":1,\"endpoints\":[{\"key\":", "endpoints.json" },
		{ "{\"version\":2,\"endpoints\":[]}", "expected version 1" },
		{ "{\"version\":1}", "expected a list" },
		{ "{\"version\":1,\"endpoints\":[{\"key\":7}]}", "as it was written" },
		{ "{\"version\":1,\"endpoints\":[{\"key\":\"a\",\"dialect\":\"?\"}]}", "as it was written" },
		{ "{\"version\":1,\"endpoints\":[{\"key\":\"a\",\"dialect\":\"auto\",\"health\":\"x\"}]}",
		  "as it was written" },
		{ "{\"version\":1,\"endpoints\":[{\"key\":\"a\",\"dialect\":\"auto\",\"metrics\":\"/\\u001b[2J\"}]}",
		  "as it was written" },
		{ "{\"version\":1,\"endpoints\":[{\"key\":\"a\",\"dialect\":\"auto\",\"metrics\":5}]}",
		  "as it was written" },
	};
	struct endpoint_memory *memory;
	char why[120];

	make_dir();
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		put(table[i].text);
		ck_assert_int_eq(endpoint_memory_create(&memory), 0);
		ck_assert_int_eq(endpoint_memory_load(memory, dir, why, sizeof why), -EINVAL);
		ck_assert_msg(strstr(why, table[i].why) != NULL, "%zu: %s", i, why);
		endpoint_memory_destroy(memory);
	}
	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(endpoint_memory_create(&memory), 0);
	ck_assert_int_eq(endpoint_memory_load(memory, dir, why, sizeof why), -EINVAL);
	endpoint_memory_destroy(memory);
	remove_dir();
}
END_TEST

START_TEST(the_one_remembered_first_is_forgotten_first)
{
	const struct endpoint_memo memo = { "/health", NULL, DIALECT_AUTO };
	struct endpoint_memory *memory;
	char key[32];

	ck_assert_int_eq(endpoint_memory_create(&memory), 0);
	for (int i = 0; i < ENDPOINT_MEMORY_MAX + 3; i++) {
		snprintf(key, sizeof key, "http://h%d", i);
		ck_assert_int_eq(endpoint_memory_set(memory, key, &memo), 1);
	}
	ck_assert_uint_eq(endpoint_memory_n(memory), ENDPOINT_MEMORY_MAX);
	ck_assert_ptr_null(endpoint_memory_get(memory, "http://h2"));
	ck_assert_ptr_nonnull(endpoint_memory_get(memory, "http://h3"));
	endpoint_memory_destroy(memory);
	endpoint_memory_destroy(NULL);
}
END_TEST

START_TEST(a_failed_save_leaves_the_old_file)
{
	const struct endpoint_memo memo = { "/health", NULL, DIALECT_AUTO };
	struct endpoint_memory *memory;
	char why[120], text[16] = "";
	FILE *file;
	int r = -ENOMEM;

	make_dir();
	put("old");
	ck_assert_int_eq(endpoint_memory_create(&memory), 0);
	for (long n = 0; n < 20; n++) {
		mem_fail_after(n);
		r = endpoint_memory_set(memory, "http://a", &memo);
		mem_fail_after(-1);
		if (r == 1)
			break;
		ck_assert_int_eq(r, -ENOMEM);
	}
	mem_fail_after(0);
	ck_assert_int_eq(endpoint_memory_save(memory, dir), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_int_eq(endpoint_memory_save(memory, "/nowhere/at/all"), -ENOENT);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(fgets(text, sizeof text, file));
	fclose(file);
	ck_assert_str_eq(text, "old");
	ck_assert_int_eq(endpoint_memory_save(memory, dir), 0);
	for (long n = 0; n < 60; n++) {
		struct endpoint_memory *again;

		ck_assert_int_eq(endpoint_memory_create(&again), 0);
		mem_fail_after(n);
		r = endpoint_memory_load(again, dir, why, sizeof why);
		mem_fail_after(-1);
		endpoint_memory_destroy(again);
		if (r == 0)
			break;
	}
	ck_assert_int_eq(r, 0);
	endpoint_memory_destroy(memory);
	remove_dir();
}
END_TEST

SUITE("endpoint memory", what_answered_survives_a_restart, a_bad_file_is_ignored_with_a_word,
      the_one_remembered_first_is_forgotten_first, a_failed_save_leaves_the_old_file)
