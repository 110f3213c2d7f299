#pragma once
// SPDX-License-Identifier: Apache-2.0
/* An http or https address taken apart and put into its normal form. Source: RFC 3986, the part of it that people and
 * discovery files write.
 */
#include <stdbool.h>
#include <stddef.h>

#include "agents/target.h"

struct url {
	char base[TARGET_URL_MAX + 16];       // "http://host:9100": lower case, without the scheme's own port
	const char *authority;                // "host:9100", inside base
	char path[TARGET_URL_MAX + 1];        // "/health?verbose"; "/" when none was given
	char credentials[TARGET_URL_MAX + 1]; // "user:password", percent-decoded; "" when none
};

// The value of a parameter of a query ("a=b&c=d"), percent-decoded. False when there is none, it is empty, or no text.
bool url_parameter(const char *query, const char *name, char *out, size_t size);

// Does not allocate. 0, or -EINVAL with why, which never repeats what was given (it may hold a password).
int url_parse(const char *text, struct url *out, char *why, size_t why_size);
