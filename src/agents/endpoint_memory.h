#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What answered, remembered across restarts: `endpoints.json` in the state directory.
 *
 * The file is a help, never a need: one that is missing, torn or of another version is ignored with a word. It is
 * replaced whole (temporary file, fsync, rename) with mode 0600, so a reader never sees half of it.
 */
#include <stddef.h>

#include "opscon/agent.h"

enum {
	ENDPOINT_MEMORY_MAX = 20000,          // agents; the one remembered first is forgotten first
	ENDPOINT_FILE_MAX = 16 * 1024 * 1024, // bytes
};

struct endpoint_memo {
	const char *health_path;  // path with query or URL, NULL none
	const char *metrics_path; // the same
	enum agent_dialect dialect;
};

struct endpoint_memory;

int endpoint_memory_create(struct endpoint_memory **out); // empty. 0 or -ENOMEM
void endpoint_memory_destroy(struct endpoint_memory *memory);

// Reads DIR/endpoints.json into an empty memory. 0, also when there is no file; -EINVAL when what is there was ignored
// (`why` says what was wrong); negative errno when it cannot be read; -ENOMEM. Whatever happens the memory is usable.
int endpoint_memory_load(struct endpoint_memory *memory, const char *dir, char *why, size_t why_size);

// 0 or negative errno; on error the old file stands.
int endpoint_memory_save(const struct endpoint_memory *memory, const char *dir);

size_t endpoint_memory_n(const struct endpoint_memory *memory);

// By agent key; NULL when nothing is known. Valid until the next change.
const struct endpoint_memo *endpoint_memory_get(const struct endpoint_memory *memory, const char *key);

// Remembers (a copy). 1 when that is news, 0 when it was known already, -ENOMEM.
int endpoint_memory_set(struct endpoint_memory *memory, const char *key, const struct endpoint_memo *memo);
void endpoint_memory_forget(struct endpoint_memory *memory, const char *key);
