// SPDX-License-Identifier: Apache-2.0
/* Who is marked: by id, whatever the table does. */
#include "console/state.h"

static void say_short(struct console *console)
{
	console_say(console, SEVERITY_WARNING, "out of memory: not everybody is marked");
}

void console_mark(struct console *console)
{
	uint32_t id = console->view.selected;

	if (console->view.focus != PANE_TABLE) { // there the space bar turns the page
		console_move_page(console, 1);
		return;
	}
	if (!id)
		return;
	if (!id_set_remove(&console->marks, id) && id_set_add(&console->marks, id) < 0)
		say_short(console);
	console_move(console, 1);
}

// All that are listed; when they are marked already, nobody.
void console_mark_all(struct console *console)
{
	size_t n, n_marked = 0;
	const uint32_t *ids = agent_order_ids(console->order, &n);

	for (size_t i = 0; i < n; i++)
		n_marked += id_set_has(&console->marks, ids[i]);
	if (n_marked == n) {
		id_set_clear(&console->marks);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (id_set_add(&console->marks, ids[i]) < 0) {
			say_short(console);
			return;
		}
}
