// SPDX-License-Identifier: Apache-2.0
#include "drivers/docker_names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ALNUM "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGEST "@sha256:"

static const char *const suffixes[DOCKER_ROLE_COUNT] = { "", ".opscon-new", ".opscon-previous" };

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), n_end = strlen(end);

	return n >= n_end && strcmp(text + n - n_end, end) == 0;
}

bool docker_name_is_valid(const char *name)
{
	size_t n = strlen(name);

	if (n < 2 || n >= DOCKER_TARGET_MAX || !strchr(ALNUM, name[0]) || strspn(name, ALNUM "_.-") != n)
		return false;
	return !ends_with(name, suffixes[DOCKER_NEXT]) && !ends_with(name, suffixes[DOCKER_KEPT]);
}

const char *docker_name(enum docker_role role, const char *name, char out[DOCKER_NAME_MAX])
{
	snprintf(out, DOCKER_NAME_MAX, "%.*s%s", DOCKER_TARGET_MAX - 1, name, suffixes[role]);
	return out;
}

// The short id in a version as it is shown; NULL when there is none.
static const char *short_id(const char *version)
{
	const char *at = strstr(version, DIGEST);

	if (!at)
		return NULL;
	at += strlen(DIGEST);
	return strspn(at, "0123456789abcdef") == DOCKER_SHORT_ID && !at[DOCKER_SHORT_ID] ? at : NULL;
}

static bool is_reference(const char *text)
{
	size_t n = strlen(text);

	// No path element may be taken for a way up.
	return n && n < DOCKER_REFERENCE_MAX && strchr(ALNUM, text[0]) && strspn(text, ALNUM "._:/@-") == n &&
	       !strstr(text, "..") && !strstr(text, "//");
}

// The length of a reference without tag and digest.
static size_t repository_length(const char *reference)
{
	size_t n = strcspn(reference, "@");
	const char *slash = memrchr(reference, '/', n), *name = slash ? slash + 1 : reference;
	const char *colon = memchr(name, ':', n - (size_t)(name - reference));

	return colon ? (size_t)(colon - reference) : n;
}

int docker_image_of(const char *asked, const char *now, struct docker_image *out)
{
	const char *id = short_id(asked);
	bool is_tag = !strpbrk(asked, ":/@") && now[0] && strncmp(now, "sha256:", 7) != 0;
	int n;

	if (!is_reference(asked))
		return -EINVAL;
	if (is_tag)
		n = snprintf(out->reference, sizeof out->reference, "%.*s:%s", (int)repository_length(now), now, asked);
	else
		n = snprintf(out->reference, sizeof out->reference, "%.*s", (int)strcspn(asked, id ? "@" : ""), asked);
	if (n < 0 || (size_t)n >= sizeof out->reference || !is_reference(out->reference))
		return -EINVAL;
	if (id)
		snprintf(out->lookup, sizeof out->lookup, "%s", id);
	else
		memcpy(out->lookup, out->reference, sizeof out->lookup);
	return 0;
}

static const char *digits(const char *image_id)
{
	return strncmp(image_id, "sha256:", 7) == 0 ? image_id + 7 : image_id;
}

void docker_version(const char *reference, const char *image_id, char *out, size_t size)
{
	const char *id = digits(image_id);

	if (!*id || strstr(reference, id)) // a name that is the id says it already
		snprintf(out, size, "%s", reference);
	else
		snprintf(out, size, "%.*s" DIGEST "%.*s", (int)strcspn(reference, "@"), reference, DOCKER_SHORT_ID, id);
}

bool docker_version_is(const char *version, const char *image_id)
{
	const char *id = digits(image_id), *shown = short_id(version);

	if (!*id)
		return false;
	return shown ? strncmp(id, shown, DOCKER_SHORT_ID) == 0 : strstr(version, id) != NULL;
}
