#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Discovery: reads and watches the lists of agents that others keep.
 *
 * file_sd: a file or a glob of files in JSON or YAML. Their directory is watched, and they are read again at least
 * every refresh_ms; each file is a source of its own ("file_sd:PATH"). Only a well-formed file is applied; a file that
 * is gone is an empty list. http_sd: a URL fetched every refresh_ms; on any error the old list stays, where there is
 * one. What a list means
 * (same, changed, shrunk by too much) is the registry's business.
 */
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "opscon/config.h"
#include "poll/http.h"

struct discovery;

struct discovery_problem {
	const char *source;
	const char *text; // why, and what became of the list; NULL: the problem is over
	bool is_empty;    // a pattern that matches no file
	bool was_read;    // what it said before is kept
};

struct discovery_callbacks {
	// A whole, well-formed list. The agents are borrowed until it returns.
	void (*list)(void *ctx, const char *source, struct agent *const *agents, size_t n);
	// A list that was not read, or is read again. It comes once a change, not once a try.
	void (*problem)(void *ctx, const struct discovery_problem *problem);
	void *ctx;
};

enum { FILE_SD_REFRESH_MS = 300000, HTTP_SD_REFRESH_MS = 60000, FILE_SD_FILES_MAX = 1000, FILE_SD_SETTLE_MS = 50 };

// The client, the sources and what they point to are borrowed. Reading begins with the loop's next run. 0 or negative
// errno.
int discovery_create(uv_loop_t *loop, struct http_client *client, const struct discovery_source *sources,
		     size_t n_sources, const struct discovery_callbacks *callbacks, struct discovery **out);
void discovery_close(struct discovery *discovery, void (*closed_cb)(void *ctx), void *ctx); // NULL is fine

size_t discovery_n_pending(const struct discovery *discovery); // sources that have not been read (or failed) once yet
