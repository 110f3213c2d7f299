// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drivers/docker_container.h"

#define ID "2acdf962e96ebfbfb0d885bea27e72c888b99097375a1b3cc605cffd940899d8"

static struct json_value *read_corpus(const char *name)
{
	struct json_value *document = NULL;
	char path[256], bytes[16384];
	FILE *file;
	size_t n;

	snprintf(path, sizeof path, TEST_SOURCE_ROOT "/tests/corpus/docker/%s", name);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	n = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	ck_assert_int_eq(json_parse(bytes, n, &document, NULL), 0);
	return document;
}

static int read_text(const char *text, const char *name, struct docker_container *out)
{
	struct json_value *document = NULL;
	int r;

	ck_assert_msg(json_parse(text, strlen(text), &document, NULL) == 0, "%s", text);
	r = docker_container_read(document, name, false, out);
	json_free(document);
	return r;
}

// A container with what stands in State, HostConfig and after it.
static struct docker_container container_of_parts(const char *state, const char *host, const char *rest)
{
	struct docker_container container;
	char text[2000];

	snprintf(text, sizeof text, "{\"Id\":\"" ID "\",\"Name\":\"/web\",\"State\":{%s},\"HostConfig\":{%s}%s}", state,
		 host, rest);
	ck_assert_int_eq(read_text(text, "web", &container), 0);
	return container;
}

START_TEST(a_real_one_is_read)
{
	struct json_value *document = read_corpus("container.json");
	struct docker_container container;
	struct driver_sight sight;

	ck_assert_int_eq(docker_container_read(document, "shop-web", false, &container), 0);
	json_free(document);
	ck_assert(container.exists);
	ck_assert_str_eq(container.id, ID);
	ck_assert_int_eq(container.state, LIFECYCLE_RUNNING);
	ck_assert_str_eq(container.health, "starting");
	ck_assert_str_eq(container.version, "registry.example:5000/shop/web:1.4@sha256:76b2a338c86c");
	ck_assert_str_eq(container.instance, "2acdf962e96e/2026-11-25T23:16:34.136005401Z");
	ck_assert_int_eq(container.stop_timeout_s, 30);
	ck_assert(!container.is_tty && !container.is_managed && !container.is_self_removing);
	ck_assert_str_eq(container.why_not_copied, "");
	ck_assert_str_eq(container.why_not_beside, "it publishes port 80/tcp");
	docker_container_sight(&container, NULL, &sight);
	ck_assert(sight.exists);
	ck_assert_str_eq(sight.version, container.version);
	ck_assert_str_eq(sight.instance, container.instance);
	ck_assert_str_eq(sight.previous, "");
	docker_container_sight(&container, &container, &sight);
	ck_assert_str_eq(sight.previous, container.version);
}
END_TEST

START_TEST(each_status_is_a_state)
{
	static const struct {
		const char *state;
		enum lifecycle expected;
		const char *words;
	} table[] = {
		{ "\"Status\":\"created\"", LIFECYCLE_DEPLOYED, "created" },
		{ "\"Status\":\"running\"", LIFECYCLE_RUNNING, "running" },
		{ "\"Status\":\"paused\"", LIFECYCLE_SUSPENDED, "paused" },
		{ "\"Status\":\"exited\",\"ExitCode\":0", LIFECYCLE_STOPPED, "exited, code 0" },
		{ "\"Status\":\"exited\",\"ExitCode\":137,\"OOMKilled\":true", LIFECYCLE_STOPPED,
		  "exited, code 137, out of memory" },
		{ "\"Status\":\"restarting\",\"ExitCode\":1", LIFECYCLE_ERRORED, "restarting, code 1" },
		{ "\"Status\":\"dead\",\"Error\":\"gone\\nwrong\"", LIFECYCLE_ERRORED, "dead: gone wrong" },
		{ "\"Status\":\"removing\"", LIFECYCLE_ERRORED, "removing" },
		{ "\"Status\":\"levitating\"", LIFECYCLE_ERRORED, "levitating" },
		{ "\"Status\":7", LIFECYCLE_ERRORED, "in no state" },
		{ "", LIFECYCLE_ERRORED, "in no state" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct docker_container container = container_of_parts(table[i].state, "", "");
		char words[100];

		ck_assert_msg(container.state == table[i].expected, "%s", table[i].state);
		docker_container_describe(&container, words, sizeof words);
		ck_assert_str_eq(words, table[i].words);
	}
}
END_TEST

START_TEST(an_instance_is_another_one_with_every_start)
{
	struct docker_container never = container_of_parts("\"StartedAt\":\"0001-01-01T00:00:00Z\"", "", "");
	struct docker_container once = container_of_parts("\"StartedAt\":\"2026-01-01T00:00:00.1Z\"", "", "");
	struct docker_container unsaid = container_of_parts("", "", "");

	ck_assert_str_eq(never.instance, "2acdf962e96e");
	ck_assert_str_eq(unsaid.instance, "2acdf962e96e");
	ck_assert_str_eq(once.instance, "2acdf962e96e/2026-01-01T00:00:00.1Z");
}
END_TEST

START_TEST(another_one_is_not_taken_for_it)
{
	static const struct {
		const char *text;
		int r;
	} table[] = {
		{ "{\"Id\":\"" ID "\",\"Name\":\"/web\"}", 0 },
		{ "{\"Id\":\"" ID "\",\"Name\":\"web\"}", 0 }, // as others say it
		{ "{\"Id\":\"" ID "\",\"Name\":\"/other\"}", -ENOENT },
		{ "{\"Id\":\"" ID "\",\"Name\":\"/web2\"}", -ENOENT },
		{ "{\"Id\":\"" ID "\"}", -EBADMSG },
		{ "{\"Id\":\"../etc\",\"Name\":\"/web\"}", -EBADMSG },
		{ "{\"Id\":\"0123456789ab/../x\",\"Name\":\"/web\"}", -EBADMSG },
		{ "{\"Name\":\"/web\"}", -EBADMSG },
		{ "[]", -EBADMSG },
		{ "null", -EBADMSG },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct docker_container container;

		ck_assert_msg(read_text(table[i].text, "web", &container) == table[i].r, "%s", table[i].text);
		ck_assert_msg(container.exists == (table[i].r == 0), "%s", table[i].text);
	}
}
END_TEST

#define LABELS(more)                                                                                                   \
	",\"Image\":\"sha256:76b2a338c86cab\",\"Config\":{\"Image\":\"sha256:76b2a338c86cab\",\"Labels\":{" more "}}"

START_TEST(what_we_have_made_has_its_name_in_a_label)
{
	struct docker_container ours = container_of_parts("", "",
							  LABELS("\"org.opscon.managed\":\"true\",\"org.opscon.image\":"
								 "\"web:2\",\"org.opscon.operation\":\"a-0-1-1\""));
	struct docker_container forged = container_of_parts("", "", LABELS("\"org.opscon.image\":\"web:2\""));

	ck_assert(ours.is_managed);
	ck_assert_str_eq(ours.version, "web:2@sha256:76b2a338c86c");
	ck_assert_str_eq(ours.operation, "a-0-1-1");
	ck_assert(!forged.is_managed);
	ck_assert_str_eq(forged.version, "sha256:76b2a338c86cab");
}
END_TEST

START_TEST(an_image_whose_id_is_none_is_not_known)
{
	static const char *const ids[] = { "sha256:", "sha256:../..", "0123?x=1", "" };

	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		struct docker_container container;
		char rest[100];

		snprintf(rest, sizeof rest, ",\"Image\":\"%s\",\"Config\":{\"Image\":\"web:1\"}", ids[i]);
		container = container_of_parts("", "", rest);
		ck_assert_str_eq(container.image_id, "");
		ck_assert_str_eq(container.version, "web:1");
	}
}
END_TEST

START_TEST(what_forbids_a_second_one_is_told)
{
	static const struct {
		const char *host, *rest, *copied, *beside;
	} table[] = {
		{ "", "", "", "" },
		{ "\"AutoRemove\":true", "", "it removes itself when it stops", "" },
		{ "\"Links\":[\"/db:/web/db\"]", "", "it has links to other containers", "" },
		{ "\"PortBindings\":{\"53/udp\":[{\"HostPort\":\"53\"}]}", "", "", "it publishes port 53/udp" },
		{ "\"NetworkMode\":\"host\"", "", "", "it has the host's network" },
		{ "", ",\"NetworkSettings\":{\"Networks\":{\"a\":{\"IPAMConfig\":{\"IPv4Address\":\"10.0.0.9\"}}}}", "",
		  "it has an address of its own" },
		{ "", ",\"NetworkSettings\":{\"Networks\":{\"a\":{},\"b\":{}}}",
		  "it is on several networks, which this Engine cannot say at once", "" },
		{ "", ",\"Mounts\":[{\"Type\":\"bind\",\"RW\":false},{\"Type\":\"tmpfs\",\"RW\":true}]", "", "" },
		{ "", ",\"Mounts\":[{\"Type\":\"volume\",\"RW\":true}]", "", "both would write to the same volume" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct docker_container container = container_of_parts("", table[i].host, table[i].rest);

		ck_assert_str_eq(container.why_not_copied, table[i].copied);
		ck_assert_str_eq(container.why_not_beside, table[i].beside);
	}
}
END_TEST

START_TEST(none_is_in_no_state)
{
	const struct docker_container none = { .exists = false };
	struct driver_sight sight;
	char words[40];

	docker_container_describe(&none, words, sizeof words);
	ck_assert_str_eq(words, "there is none");
	docker_container_sight(&none, &none, &sight);
	ck_assert(!sight.exists);
	ck_assert_int_eq(sight.state, LIFECYCLE_REVOKED);
	ck_assert_str_eq(sight.previous, "");
}
END_TEST

SUITE("docker containers", a_real_one_is_read, each_status_is_a_state, an_instance_is_another_one_with_every_start,
      another_one_is_not_taken_for_it, what_we_have_made_has_its_name_in_a_label,
      an_image_whose_id_is_none_is_not_known, what_forbids_a_second_one_is_told, none_is_in_no_state)
