// SPDX-License-Identifier: Apache-2.0
// What a container engine says: "container\n%%\nimage\n%%\nlog", each part alone as well.
#include <string.h>

#include "base/memory.h"
#include "drivers/docker_create.h"
#include "drivers/docker_logs.h"
#include "drivers/docker_run.h"
#include "tests/fuzz/fuzz.h"

static size_t n_lines;

static void line_cb(void *ctx, const char *line)
{
	(void)ctx;
	fuzz_expect_clean(line, "a line of the log is clean");
	fuzz_expect(strlen(line) < DOCKER_LOG_LINE_MAX, "a line of the log has its bound");
	n_lines++;
}

static void check_log(const char *bytes, size_t n)
{
	for (int is_plain = 0; is_plain < 2; is_plain++) {
		n_lines = 0;
		docker_logs_read(bytes, n, is_plain, line_cb, NULL);
		fuzz_expect(n_lines <= DOCKER_LOG_LINES_MAX, "the lines have their number");
	}
}

static void check_container(const struct json_value *document)
{
	struct docker_container container;
	struct driver_sight sight;
	char words[DOCKER_WHY_MAX];
	int r = docker_container_read(document, "web", false, &container);

	fuzz_expect((r == 0) == container.exists, "what is read is there");
	if (r < 0)
		return;
	fuzz_expect(strspn(container.id, "0123456789abcdef") == strlen(container.id), "an id is nothing but digits");
	fuzz_expect(strlen(container.id) >= DOCKER_SHORT_ID, "an id is long enough");
	fuzz_expect(!strpbrk(container.image_id, "/?#% "), "an image's id can stand in an address");
	docker_container_describe(&container, words, sizeof words);
	docker_container_sight(&container, &container, &sight);
	fuzz_expect((size_t)sight.state < LIFECYCLE_COUNT, "the state is one");
	fuzz_expect_clean(words, "how it stands is clean");
	fuzz_expect_clean(sight.version, "the version is clean");
	fuzz_expect_clean(sight.previous, "the version before is clean");
	fuzz_expect_clean(sight.instance, "the instance is clean");
	fuzz_expect_clean(container.error, "the error is clean");
	fuzz_expect_clean(container.health, "the health is clean");
	fuzz_expect_clean(container.why_not_beside, "why nothing runs beside it is clean");
}

static void check_version(const char *text, size_t n)
{
	unsigned api = docker_read_api(text, n);

	fuzz_expect(api < 1000 * 1000, "a version is in range");
}

// What is asked for is a document that says of the new one what we say.
static void check_copy(const struct json_value *container, const struct json_value *image)
{
	const struct docker_stamp stamp = { "sha256:22", "web:2", "key", "op-0-1-1" };
	struct json_value *body = NULL;
	struct bytes out;

	bytes_init(&out, DOCKER_BODY_MAX);
	if (docker_copy_body(&stamp, container, image, &out) == 0) {
		fuzz_expect(json_parse(out.data, out.len, &body, NULL) == 0, "what is asked can be read");
		fuzz_expect(json_text_is(json_member(body, "Image"), "sha256:22"),
			    "the image is the one that is meant");
		fuzz_expect(json_text_is(json_member(json_member(body, "Labels"), DOCKER_LABEL_MANAGED), "true"),
			    "it is labelled");
		fuzz_expect(json_kind(json_member(body, "HostConfig")) == JSON_OBJECT, "it has settings");
	}
	json_free(body);
	bytes_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct json_value *container = NULL, *image = NULL;
	char id[DOCKER_ID_MAX];
	size_t n_container, n_image;
	char *container_text = fuzz_part(&input, "\n%%\n", &n_container);
	char *image_text = fuzz_part(&input, "\n%%\n", &n_image);

	check_log((const char *)input.at, input.n);
	check_version(image_text, n_image);
	(void)json_parse(container_text, n_container, &container, NULL);
	(void)json_parse(image_text, n_image, &image, NULL);
	check_container(container);
	check_copy(container, image);
	if (docker_read_image_id(image, id) == 0)
		fuzz_expect(strlen(id) == 71 && strspn(id + 7, "0123456789abcdef") == 64, "an image's id is one");
	json_free(container);
	json_free(image);
	mem_free(container_text);
	mem_free(image_text);
	return 0;
}
