// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drivers/docker_run.h"
#include "text/text.h"

static unsigned read_version(const struct json_value *value)
{
	struct json_text text;
	unsigned parts[2] = { 0 }, i = 0;

	if (json_read_text(value, &text) < 0)
		return 0;
	for (size_t at = 0; at < text.n; at++) {
		if (text.bytes[at] == '.' && i == 0 && at > 0)
			i++;
		else if (text.bytes[at] >= '0' && text.bytes[at] <= '9' && parts[i] < 100)
			parts[i] = parts[i] * 10 + (unsigned)(text.bytes[at] - '0');
		else
			return 0;
	}
	return i == 1 && parts[0] < 1000 && parts[1] < 1000 ? parts[0] * 1000 + parts[1] : 0;
}

unsigned docker_read_api(const char *body, size_t n)
{
	struct json_value *document = NULL;
	unsigned newest, oldest, api = DOCKER_API_SPOKEN;

	if (!body || json_parse(body, n, &document, NULL) < 0)
		return 0;
	newest = read_version(json_member(document, "ApiVersion"));
	oldest = read_version(json_member(document, "MinAPIVersion"));
	json_free(document);
	if (!newest || oldest > newest)
		return 0;
	if (api > newest)
		api = newest;
	return api < oldest ? oldest : api;
}

int docker_read_image_id(const struct json_value *document, char out[DOCKER_ID_MAX])
{
	static const char digits[] = "0123456789abcdef", prefix[] = "sha256:";
	const size_t n_prefix = sizeof prefix - 1;
	struct json_text id;

	if (json_read_text(json_member(document, "Id"), &id) < 0)
		return -EBADMSG;
	if (id.n > n_prefix && memcmp(id.bytes, prefix, n_prefix) == 0) {
		id.bytes += n_prefix;
		id.n -= n_prefix;
	}
	if (id.n != 64 || strspn(id.bytes, digits) < id.n)
		return -EBADMSG;
	snprintf(out, DOCKER_ID_MAX, "%s%.64s", prefix, id.bytes);
	return 0;
}

static bool read_message(const struct http_response *response, char *out, size_t size)
{
	struct json_value *document = NULL;
	struct json_text text;
	bool has_said = false;

	out[0] = '\0';
	if (!response->body || json_parse(response->body, response->body_len, &document, NULL) < 0)
		return false;
	if (json_read_text(json_member(document, "message"), &text) == 0) {
		text_clean(text.bytes, text.n, TEXT_ONE_LINE, out, size, NULL);
		has_said = true;
	}
	json_free(document);
	return has_said;
}

bool docker_explain(const struct docker_driver *docker, const struct http_response *response, char *out, size_t size)
{
	char said[DRIVER_DETAIL_MAX];
	bool has_said = false;

	if (response->reason != REASON_NONE) {
		snprintf(out, size, "%s: %s%s%s", docker->place, reason_text(response->reason),
			 response->detail[0] ? ": " : "", response->detail);
	} else {
		has_said = read_message(response, said, sizeof said);
		snprintf(out, size, "HTTP %d%s%s", response->status, said[0] ? ": " : "", said);
	}
	(void)text_trim(out);
	return has_said;
}

enum driver_outcome docker_outcome(const struct http_response *response, bool has_said, bool *is_contested)
{
	const int status = response->status;

	*is_contested = false;
	if (!response->is_sent)
		return DRIVER_REFUSED;
	// The status is the word of the Engine, whether or not the rest of the answer came.
	if ((status >= 200 && status < 300) || status == 304)
		return DRIVER_DONE;
	if (response->reason != REASON_NONE)
		return DRIVER_UNKNOWN;
	*is_contested = has_said;
	if (status >= 400 && status < 500)
		return DRIVER_REFUSED;
	return status >= 500 && has_said ? DRIVER_FAILED : DRIVER_UNKNOWN;
}
