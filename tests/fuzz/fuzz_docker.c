// SPDX-License-Identifier: Apache-2.0
// What a container engine says: "container\n%%\nimage\n%%\nlog", each part alone as well;
// the log is a list of events too.
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "drivers/docker_create.h"
#include "drivers/docker_events.h"
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

// ---- its events

struct heard {
	uint64_t sum;
	size_t n;
};

static bool take_event(void *ctx, const struct docker_event *event)
{
	struct heard *heard = ctx;
	const char *texts[] = { event->id, event->name, event->old_name, event->detail };

	fuzz_expect(event->what < HAPPENED_COUNT, "what has happened is one of those");
	fuzz_expect(event->at_ns >= 0 && event->exit_code >= -1, "a time and a code are in range");
	fuzz_expect(event->name[0], "it has happened to somebody");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		fuzz_expect_clean(texts[i], "what an event says is clean");
		heard->sum = hash_mix(heard->sum ^ hash_stable(texts[i], strlen(texts[i])));
	}
	heard->sum = hash_mix(heard->sum ^ (uint64_t)event->at_ns ^ (uint64_t)event->what);
	heard->n++;
	return true;
}

static struct heard hear(const char *bytes, size_t n, size_t n_piece)
{
	struct heard heard = { 0 };
	struct docker_events events;

	docker_events_init(&events);
	for (size_t at = 0; at < n; at += n_piece)
		fuzz_expect(docker_events_read(&events, bytes + at, n - at < n_piece ? n - at : n_piece, take_event,
					       &heard) == 0,
			    "events can be read");
	fuzz_expect(events.line.len <= DOCKER_EVENT_LINE_MAX, "a line has its bound");
	docker_events_finish(&events);
	return heard;
}

// However it is cut into pieces it says the same.
static void check_events(const char *bytes, size_t n)
{
	const struct heard whole = hear(bytes, n, n ? n : 1), pieces = hear(bytes, n, 1 + n % 7);

	fuzz_expect(whole.n == pieces.n && whole.sum == pieces.sum, "events do not depend on the pieces they come in");
}

// ---- a container

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
	check_events((const char *)input.at, input.n);
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
