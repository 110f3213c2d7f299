#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What is remembered of a view from one run to the next: the file `view` in the state directory.
 *
 * One "name value" a line: `range 1h`, `agent KEY`, `tier guardian`, `env prod`, `label team=core`, `service api`,
 * `sort latency`, `descending yes`, `times utc`, `theme light`. Lines that are not understood are left out, so a file
 * of another version does no harm. It is replaced as a whole, by renaming.
 */
#include "console/context.h"

struct view_memory {
	struct context *context; // borrowed
	enum agent_column sort;
	bool is_descending;
	bool is_absolute, is_utc;
	char theme[16]; // "" none chosen
};

int view_file_load(const char *dir, struct view_memory *memory);       // 0; -ENOENT; negative errno
int view_file_save(const char *dir, const struct view_memory *memory); // makes dir when it is not there. 0 or errno
