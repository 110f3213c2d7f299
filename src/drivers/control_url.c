// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/url.h"
#include "drivers/control_answer.h"

int control_url(const char *base, const char *name, char out[CONTROL_URL_MAX])
{
	const char *query = base + strcspn(base, "?");
	size_t n = (size_t)(query - base);
	int length;

	while (n > 0 && base[n - 1] == '/')
		n--;
	length = snprintf(out, CONTROL_URL_MAX, "%.*s/%s%s", (int)n, base, name, query);
	return length < CONTROL_URL_MAX ? 0 : -EINVAL;
}

// "//host/path" is another host's, and a control character or a backslash is nobody's.
static bool is_path(const char *location)
{
	return location[0] == '/' && location[1] != '/' && !strchr(location, '\\');
}

int control_follow(const char *base, const char *location, char out[CONTROL_URL_MAX])
{
	struct url own, other;
	char why[120];
	int length;

	if (url_parse(base, &own, why, sizeof why) < 0)
		return -EINVAL;
	for (const char *at = location; *at; at++)
		if (*at <= ' ' || *at > '~')
			return -EINVAL;
	if (is_path(location)) {
		length = snprintf(out, CONTROL_URL_MAX, "%s%s", own.base, location);
		return length < CONTROL_URL_MAX ? 0 : -EINVAL;
	}
	if (!strstr(location, "://") || strchr(location, '\\') || url_parse(location, &other, why, sizeof why) < 0)
		return -EINVAL;
	if (strcmp(own.base, other.base) != 0 || other.credentials[0])
		return -EINVAL;
	length = snprintf(out, CONTROL_URL_MAX, "%s%s", other.base, other.path);
	return length < CONTROL_URL_MAX ? 0 : -EINVAL;
}
