#pragma once
// SPDX-License-Identifier: Apache-2.0
/* An address given by a person or a discovery file, made into an agent.
 *
 * "host:9100", "http://host:9100/", "https://x/health", "x:9115/probe?target=y" are all understood. http is the scheme
 * when none is given; scheme and host become lower case, a default port and a fragment are left out. Only http and
 * https pass. Credentials (`user:password@`) move to `authorization` and stand in no other text.
 */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/agent.h"

enum { TARGET_URL_MAX = 2048 }; // bytes; longer addresses are refused

/* What the path says decides what is known of the agent:
 *   none or "/"                                -> is_discovering: the usual paths are tried (agents/endpoints.h)
 *   .../metrics, .../prometheus, /federate?..., /probe?... -> metrics_url, DIALECT_METRICS
 *   any other                                  -> health_url
 * `url` is the base (scheme, host, port); `key` the whole address without credentials; `name` host and port, followed
 * by path and query where there is a query (it tells apart what one exporter is asked); of /probe?target=y&module=z it
 * is "y (z) via host:port". 0 with one reference to an unshared agent of id 0; -EINVAL with `why` ("expected ...");
 * -ENOMEM.
 */
int target_parse(const char *text, const char *source, struct agent **out, char *why, size_t why_size);

// An endpoint of an agent: a path ("/health", "health") on its base URL, or a whole URL of its own (credentials are
// refused there). The text is new, free it with mem_free(). 0, -EINVAL with why, -ENOMEM.
int target_resolve(const char *base_url, const char *given, char **out, char *why, size_t why_size);

// True when a path, query included, is one that exporters serve metrics under.
bool target_is_metrics_path(const char *path);

// "user:password" to "Basic dXNlcjpwYXNzd29yZA=="; NULL for want of memory. Source: RFC 7617.
char *target_basic_authorization(const char *user_password);
