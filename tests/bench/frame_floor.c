// SPDX-License-Identifier: Apache-2.0
/* The floor of a frame: ncurses told of nothing but the cells that change. Prints `KEY MICROSECONDS BYTES` a pattern.
 */
#include <locale.h>
#include <stdlib.h>
#define NCURSES_WIDECHAR 1
#include <ncurses.h>

#include "tests/bench/drained.h"

enum { FRAMES = 300 };

// A run of changed cells goes out in one call.
static void write_cells(const struct frame_pattern *pattern, wchar_t letter)
{
	static cchar_t cells[FRAME_COLUMNS];
	wchar_t text[2] = { letter, 0 };
	size_t i = 0;

	for (size_t x = 0; x < FRAME_COLUMNS; x++)
		setcchar(&cells[x], text, A_NORMAL, 1, NULL);
	while (i < pattern->n_cells) {
		size_t at = frame_cell(pattern, i), n = pattern->run;

		if (n > FRAME_COLUMNS)
			n = FRAME_COLUMNS;
		mvadd_wchnstr((int)(at / FRAME_COLUMNS), (int)(at % FRAME_COLUMNS), cells, (int)n);
		i += n;
	}
}

static void measure(const struct drained *drained, const struct frame_pattern *pattern)
{
	double us = 0, start;
	uint64_t bytes;

	write_cells(pattern, L'#'); // once before, so that no frame measured is the first of its kind
	refresh();
	bytes = drained_bytes(drained);
	for (int i = 0; i < FRAMES; i++) {
		start = cpu_us();
		write_cells(pattern, L'a' + i % 26);
		refresh();
		us += cpu_us() - start;
	}
	bytes = drained_bytes(drained) - bytes;
	printf("%s %f %f\n", pattern->key, us / FRAMES, (double)bytes / FRAMES);
}

int main(void)
{
	struct drained drained;
	SCREEN *screen;

	setlocale(LC_ALL, "C.UTF-8");
	drained_open(&drained);
	screen = newterm("xterm-256color", drained.tty, drained.tty);
	if (!screen)
		return 1;
	start_color();
	use_default_colors();
	init_pair(1, 114, -1);
	typeahead(-1);                                            // no look at the keys in between
	write_cells(&frame_patterns[frame_n_patterns - 1], L'.'); // of an empty screen ncurses looks for what to clear
	refresh();
	for (size_t i = 0; i < frame_n_patterns; i++)
		measure(&drained, &frame_patterns[i]);
	endwin();
	delscreen(screen);
	drained_close(&drained);
	return 0;
}
