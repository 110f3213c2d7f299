// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "drivers/docker_names.h"

START_TEST(names_are_those_that_the_engine_takes)
{
	static const struct {
		const char *name;
		bool is_valid;
	} table[] = {
		{ "web", true },
		{ "web-1_a.b", true },
		{ "1a", true },
		{ "", false },
		{ "a", false }, // the Engine wants two
		{ "-web", false },
		{ ".web", false },
		{ "we b", false },
		{ "we/b", false },
		{ "../web", false },
		{ "web?force=1", false },
		{ "w\xc3\xa9-b", false },
		{ "web.opscon-new", false },
		{ "web.opscon-previous", false },
	};
	char name[DOCKER_TARGET_MAX + 1];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_msg(docker_name_is_valid(table[i].name) == table[i].is_valid, "%s", table[i].name);
	memset(name, 'a', sizeof name);
	name[DOCKER_TARGET_MAX] = '\0';
	ck_assert(!docker_name_is_valid(name));
	name[DOCKER_TARGET_MAX - 1] = '\0';
	ck_assert(docker_name_is_valid(name));
}
END_TEST

START_TEST(an_agent_has_three_containers)
{
	char name[DOCKER_NAME_MAX];

	ck_assert_str_eq(docker_name(DOCKER_CURRENT, "web", name), "web");
	ck_assert_str_eq(docker_name(DOCKER_NEXT, "web", name), "web.opscon-new");
	ck_assert_str_eq(docker_name(DOCKER_KEPT, "web", name), "web.opscon-previous");
}
END_TEST

START_TEST(an_image_is_meant_by_a_name_or_by_a_tag)
{
	static const struct {
		const char *asked, *now, *reference, *lookup; // reference NULL: it can be none
	} table[] = {
		{ "nginx:1.27", "", "nginx:1.27", NULL },
		{ "nginx", "", "nginx", NULL },
		{ "1.27", "nginx:1.26", "nginx:1.27", NULL },
		{ "1.27", "nginx", "nginx:1.27", NULL },
		{ "1.27", "nginx:1.26@sha256:0123456789ab", "nginx:1.27", NULL },
		{ "2", "registry:5000/team/web:1", "registry:5000/team/web:2", NULL },
		{ "2", "registry:5000/team/web", "registry:5000/team/web:2", NULL },
		{ "2", "registry:5000/web@sha256:0123456789ab", "registry:5000/web:2", NULL },
		{ "other/web", "registry:5000/team/web:1", "other/web", NULL },
		{ "2", "sha256:0123456789ab", "2", NULL }, // it was never named
		{ "nginx:1.27@sha256:0123456789ab", "nginx:1.26", "nginx:1.27", "0123456789ab" },
		{ "a@sha256:0123456789abc", "", "a@sha256:0123456789abc", NULL }, // a digest, not one of ours
		{ "", "nginx", NULL, NULL },
		{ "-f", "", NULL, NULL },
		{ "a b", "", NULL, NULL },
		{ "a/../b", "", NULL, NULL },
		{ "a//b", "", NULL, NULL },
		{ "a?x=1", "", NULL, NULL },
		{ "a%2e", "", NULL, NULL },
		{ "2", "a b", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct docker_image image;
		int r = docker_image_of(table[i].asked, table[i].now, &image);

		ck_assert_msg(r == (table[i].reference ? 0 : -EINVAL), "%s: %d", table[i].asked, r);
		if (r < 0)
			continue;
		ck_assert_str_eq(image.reference, table[i].reference);
		ck_assert_str_eq(image.lookup, table[i].lookup ? table[i].lookup : table[i].reference);
	}
}
END_TEST

START_TEST(a_reference_has_its_bounds)
{
	struct docker_image image;
	char asked[DOCKER_REFERENCE_MAX + 1], now[DOCKER_REFERENCE_MAX];

	memset(asked, 'a', sizeof asked);
	asked[DOCKER_REFERENCE_MAX] = '\0';
	ck_assert_int_eq(docker_image_of(asked, "", &image), -EINVAL);
	asked[DOCKER_REFERENCE_MAX - 1] = '\0';
	ck_assert_int_eq(docker_image_of(asked, "", &image), 0);
	ck_assert_str_eq(image.reference, asked);
	memset(now, 'b', sizeof now);
	now[sizeof now - 1] = '\0';
	ck_assert_int_eq(docker_image_of("22", now, &image), -EINVAL); // together they are too long
}
END_TEST

START_TEST(a_version_is_a_name_and_the_beginning_of_an_id)
{
	static const struct {
		const char *reference, *id, *version;
	} table[] = {
		{ "nginx:1.27", "sha256:0123456789abcdef", "nginx:1.27@sha256:0123456789ab" },
		{ "nginx:1.27", "0123456789abcdef", "nginx:1.27@sha256:0123456789ab" },
		{ "nginx@sha256:ffff", "sha256:0123456789abcdef", "nginx@sha256:0123456789ab" },
		{ "sha256:0123456789abcdef", "sha256:0123456789abcdef", "sha256:0123456789abcdef" },
		{ "nginx", "", "nginx" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		char version[200];

		docker_version(table[i].reference, table[i].id, version, sizeof version);
		ck_assert_str_eq(version, table[i].version);
		ck_assert_int_eq(docker_version_is(version, table[i].id), table[i].id[0] != '\0');
		ck_assert(!docker_version_is(version, "sha256:ffffffffffffffff"));
	}
}
END_TEST

SUITE("docker names", names_are_those_that_the_engine_takes, an_agent_has_three_containers,
      an_image_is_meant_by_a_name_or_by_a_tag, a_reference_has_its_bounds,
      a_version_is_a_name_and_the_beginning_of_an_id)
