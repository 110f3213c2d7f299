// SPDX-License-Identifier: Apache-2.0
/* What is remembered from one run to the next, and what happens to remembered agents that are gone. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "console/state.h"
#include "console/view_file.h"

void console_remember(struct console *console)
{
	bool is_newly_bad = console->mode == TABLE_NEWLY_BAD; // its order is its own
	struct view_memory memory = { .context = &console->context,
				      .sort = is_newly_bad ? console->sort_before : console->sort,
				      .is_descending = is_newly_bad ? console->was_descending : console->is_descending,
				      .is_absolute = console->is_absolute,
				      .is_utc = console->is_utc };
	int r;

	if (!console->state_dir)
		return;
	snprintf(memory.theme, sizeof memory.theme, "%s", console->theme);
	r = view_file_save(console->state_dir, &memory);
	if (r < 0)
		log_line(LOG_WARN, "%s/view: %s", console->state_dir, strerror(-r));
}

void console_restore(struct console *console)
{
	struct view_memory memory = { .context = &console->context,
				      .is_utc = console->is_utc,
				      .is_absolute = console->is_absolute };

	if (!console->state_dir || view_file_load(console->state_dir, &memory) < 0)
		return;
	console->sort = memory.sort;
	console->is_descending = memory.is_descending;
	console->is_utc = memory.is_utc;
	console->is_absolute = memory.is_absolute;
	snprintf(console->theme, sizeof console->theme, "%s", memory.theme);
	if (console->context.sets[PICK_AGENTS].n)
		console->restored_until_ms = console->now.mono_ms + RESTORE_MS;
}
