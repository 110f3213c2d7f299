// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "drivers/docker_create.h"

#define STAMPS                                                                                                         \
	"\"org.opscon.managed\":\"true\",\"org.opscon.operation\":\"op-0-1-1\",\"org.opscon.agent\":\"shop "           \
	"\\\"1\\\"\","                                                                                                 \
	"\"org.opscon.image\":\"web:2\""

static const struct docker_stamp stamp = {
	.image_id = "sha256:22",
	.reference = "web:2",
	.agent_key = "shop \"1\"",
	.operation = "op-0-1-1",
};

static struct json_value *parse(const char *text, size_t n)
{
	struct json_value *document = NULL;

	ck_assert_msg(json_parse(text, n, &document, NULL) == 0, "%s", text);
	return document;
}

static struct json_value *read_corpus(const char *name)
{
	char path[256], bytes[16384];
	FILE *file;
	size_t n;

	snprintf(path, sizeof path, TEST_SOURCE_ROOT "/tests/corpus/docker/%s", name);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	n = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	return parse(bytes, n);
}

// The body of a copy, read again. NULL for an image that is gone.
static struct json_value *copy(struct json_value *container, struct json_value *image)
{
	struct json_value *document;
	struct bytes out;

	bytes_init(&out, DOCKER_BODY_MAX);
	ck_assert_int_eq(docker_copy_body(&stamp, container, image, &out), 0);
	document = parse(out.data, out.len);
	bytes_finish(&out);
	json_free(container);
	json_free(image);
	return document;
}

static void assert_member(const struct json_value *object, const char *name, const char *expected)
{
	struct json_value *wanted = expected ? parse(expected, strlen(expected)) : NULL;

	ck_assert_msg(json_same(json_member(object, name), wanted), "%s is not %s", name, expected);
	json_free(wanted);
}

static struct json_value *copy_text(const char *container, const char *image)
{
	return copy(parse(container, strlen(container)), image ? parse(image, strlen(image)) : NULL);
}

START_TEST(a_new_one_has_an_image_and_labels_alone)
{
	struct bytes out;

	bytes_init(&out, DOCKER_BODY_MAX);
	ck_assert_int_eq(docker_create_body(&stamp, "none", &out), 0);
	ck_assert_str_eq(out.data, "{\"Image\":\"sha256:22\",\"Labels\":{" STAMPS
				   "},\"HostConfig\":{\"NetworkMode\":\"none\",\"RestartPolicy\":{\"Name\":\"no\"}}}");
	bytes_finish(&out);
}
END_TEST

START_TEST(a_copy_has_what_was_said_and_not_what_the_image_said)
{
	struct json_value *body = copy(read_corpus("container.json"), read_corpus("image.json"));
	const struct json_value *host = json_member(body, "HostConfig");

	assert_member(body, "Image", "\"sha256:22\"");
	assert_member(body, "Env", "[\"TZ=UTC\"]");
	assert_member(body, "Labels", "{\"team\":\"shop\"," STAMPS "}");
	assert_member(body, "ExposedPorts", "{\"9090/tcp\":{}}");
	assert_member(body, "Volumes", "{}");
	assert_member(body, "Cmd", NULL);
	assert_member(body, "WorkingDir", NULL);
	assert_member(body, "Hostname", "\"shop\"");
	assert_member(body, "Healthcheck", "{\"Test\":[\"CMD\",\"/bin/true\"],\"Interval\":30000000000}");
	assert_member(body, "StopTimeout", "30");
	assert_member(body, "NetworkingConfig", NULL);
	assert_member(host, "Binds",
		      "[\"/tmp:/host:ro\","
		      "\"ab74f7e1afaa02319a275b91b92ef4a481352a5aa22cf91c626bd31d81076049:/var/lib/web\"]");
	assert_member(host, "PortBindings", "{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"18080\"}]}");
	assert_member(host, "Memory", "268435456");
	assert_member(host, "RestartPolicy", "{\"Name\":\"unless-stopped\",\"MaximumRetryCount\":0}");
	assert_member(host, "LogConfig", "{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"10m\"}}");
	json_free(body);
}
END_TEST

START_TEST(without_the_old_image_everything_goes_over)
{
	struct json_value *body = copy(read_corpus("container.json"), NULL);

	assert_member(body, "Env", "[\"TZ=UTC\",\"APP_VERSION=1.4\",\"PATH=/bin\"]");
	assert_member(body, "Cmd", "[\"/bin/sleep\",\"1000\"]");
	assert_member(body, "WorkingDir", "\"/var/lib/web\"");
	json_free(body);
}
END_TEST

START_TEST(what_podman_adds_by_itself_does_not_go_over)
{
	struct json_value *body = copy(read_corpus("container-podman.json"), read_corpus("image-podman.json"));

	assert_member(body, "Env", "[\"MINE=1\"]");
	assert_member(body, "Hostname", NULL);
	assert_member(body, "Cmd", NULL);
	assert_member(body, "Entrypoint", NULL);
	assert_member(body, "WorkingDir", NULL);
	assert_member(body, "StopSignal", NULL);
	assert_member(body, "StopTimeout", NULL);
	assert_member(json_member(body, "HostConfig"), "MemorySwappiness", NULL);
	assert_member(json_member(body, "HostConfig"), "PidsLimit", "2048");
	json_free(body);
	// Elsewhere the same words are somebody's own.
	body = copy_text("{\"Config\":{\"Env\":[\"TERM=xterm\",\"HOSTNAME=a\"],\"StopSignal\":\"9\"},"
			 "\"HostConfig\":{\"MemorySwappiness\":0}}",
			 "{\"Config\":{}}");
	assert_member(body, "Env", "[\"TERM=xterm\",\"HOSTNAME=a\"]");
	assert_member(body, "StopSignal", "\"9\"");
	assert_member(json_member(body, "HostConfig"), "MemorySwappiness", "0");
	json_free(body);
}
END_TEST

START_TEST(arguments_stay_with_their_entry_point)
{
	static const struct {
		const char *container, *image, *command, *entry; // NULL: left to the image
	} table[] = {
		{ "\"Cmd\":[\"a\"],\"Entrypoint\":[\"e\"]", "\"Cmd\":[\"a\"],\"Entrypoint\":[\"e\"]", NULL, NULL },
		{ "\"Cmd\":[\"b\"],\"Entrypoint\":[\"e\"]", "\"Cmd\":[\"a\"],\"Entrypoint\":[\"e\"]", "[\"b\"]", NULL },
		{ "\"Cmd\":[\"a\"],\"Entrypoint\":[\"f\"]", "\"Cmd\":[\"a\"],\"Entrypoint\":[\"e\"]", "[\"a\"]",
		  "[\"f\"]" },
		{ "\"Cmd\":[\"a\"],\"Entrypoint\":null", "\"Cmd\":[\"a\"]", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		char container[200], image[200];
		struct json_value *body;

		snprintf(container, sizeof container, "{\"Id\":\"00\",\"Config\":{%s}}", table[i].container);
		snprintf(image, sizeof image, "{\"Config\":{%s}}", table[i].image);
		body = copy_text(container, image);
		assert_member(body, "Cmd", table[i].command);
		assert_member(body, "Entrypoint", table[i].entry);
		json_free(body);
	}
}
END_TEST

START_TEST(labels_of_an_older_operation_do_not_go_over)
{
	struct json_value *body = copy_text(
		"{\"Config\":{\"Labels\":{\"a\":\"b\",\"org.opscon.image\":\"web:1\",\"org.opscon.older\":\"x\"}}}",
		NULL);

	assert_member(body, "Labels", "{\"a\":\"b\"," STAMPS "}");
	json_free(body);
}
END_TEST

#define HOSTNAME(mode, name)                                                                                           \
	"{\"Id\":\"0123456789abcdef\",\"Config\":{\"Hostname\":\"" name "\"},\"HostConfig\":{\"NetworkMode\":\"" mode  \
	"\"}}"

START_TEST(a_hostname_goes_over_when_somebody_gave_it)
{
	static const struct {
		const char *container, *expected;
	} table[] = {
		{ HOSTNAME("bridge", "web"), "\"web\"" },
		{ HOSTNAME("bridge", "0123456789ab"), NULL }, // made from its id
		{ HOSTNAME("bridge", ""), NULL },
		{ HOSTNAME("host", "machine"), NULL },
		{ HOSTNAME("container:ff", "web"), NULL },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct json_value *body = copy_text(table[i].container, NULL);

		assert_member(body, "Hostname", table[i].expected);
		json_free(body);
	}
}
END_TEST

START_TEST(networks_go_over_with_what_was_said_of_them)
{
	static const char container[] = "{\"Id\":\"0123456789abcdef\",\"HostConfig\":{\"NetworkMode\":\"shop\"},"
					"\"NetworkSettings\":{\"Networks\":{"
					"\"shop\":{\"IPAMConfig\":{\"IPv4Address\":\"10.1.0.9\"},\"Links\":null,"
					"\"Aliases\":[\"web\",\"0123456789ab\"],"
					"\"NetworkID\":\"77\",\"IPAddress\":\"10.1.0.9\",\"DriverOpts\":null}}}}";
	struct json_value *body = copy_text(container, NULL);

	assert_member(body, "NetworkingConfig",
		      "{\"EndpointsConfig\":{\"shop\":{\"IPAMConfig\":{\"IPv4Address\":\"10.1.0.9\"},\"Links\":null,"
		      "\"DriverOpts\":null,\"Aliases\":[\"web\"]}}}");
	json_free(body);
}
END_TEST

START_TEST(volumes_that_are_bound_already_are_bound_once)
{
	static const char container[] =
		"{\"HostConfig\":{\"Binds\":[\"named:/a\",\"other:/b:ro\",\"odd\",7],\"Mounts\":[{\"Target\":\"/"
		"c\"}]},\"Mounts\":["
		"{\"Type\":\"volume\",\"Name\":\"named\",\"Destination\":\"/a\"},"
		"{\"Type\":\"volume\",\"Name\":\"other\",\"Destination\":\"/b\"},"
		"{\"Type\":\"volume\",\"Name\":\"third\",\"Destination\":\"/c\"},"
		"{\"Type\":\"volume\",\"Name\":\"fourth\",\"Destination\":\"/aa\",\"RW\":false},"
		"{\"Type\":\"volume\",\"Name\":\"\",\"Destination\":\"/d\"},"
		"{\"Type\":\"volume\",\"Name\":\"nowhere\"},"
		"{\"Type\":\"bind\",\"Name\":\"bind\",\"Destination\":\"/e\"}]}";
	struct json_value *body = copy_text(container, NULL);

	assert_member(json_member(body, "HostConfig"), "Binds",
		      "[\"named:/a\",\"other:/b:ro\",\"odd\",7,\"fourth:/aa:ro\"]");
	json_free(body);
}
END_TEST

START_TEST(what_cannot_be_written_is_told)
{
	static const char with_nul[] = "{\"Config\":{\"User\":\"a\\u0000b\"}}";
	struct json_value *container = parse(with_nul, strlen(with_nul));
	struct bytes out;
	int r;

	bytes_init(&out, DOCKER_BODY_MAX);
	ck_assert_int_eq(docker_copy_body(&stamp, container, NULL, &out), -EINVAL);
	bytes_finish(&out);
	json_free(container);
	container = read_corpus("container.json");
	bytes_init(&out, 100);
	ck_assert_int_eq(docker_copy_body(&stamp, container, NULL, &out), -EMSGSIZE);
	bytes_finish(&out);
	for (long n = 0; n < 3; n++) {
		bytes_init(&out, DOCKER_BODY_MAX);
		mem_fail_after(n);
		r = docker_copy_body(&stamp, container, NULL, &out);
		mem_fail_after(-1);
		ck_assert_int_eq(r, -ENOMEM);
		bytes_finish(&out);
	}
	json_free(container);
}
END_TEST

SUITE("docker bodies", a_new_one_has_an_image_and_labels_alone, a_copy_has_what_was_said_and_not_what_the_image_said,
      without_the_old_image_everything_goes_over, what_podman_adds_by_itself_does_not_go_over,
      arguments_stay_with_their_entry_point, labels_of_an_older_operation_do_not_go_over,
      a_hostname_goes_over_when_somebody_gave_it, networks_go_over_with_what_was_said_of_them,
      volumes_that_are_bound_already_are_bound_once, what_cannot_be_written_is_told)
