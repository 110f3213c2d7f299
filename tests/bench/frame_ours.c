// SPDX-License-Identifier: Apache-2.0
/* Frames of the console on a terminal of 200x50: prints `KEY MICROSECONDS BYTES` lines.
 *
 * show.PATTERN   the changed cells from the canvas to the terminal
 * whole.PATTERN  the same after the whole console was drawn over a fleet of 22, every pane of it
 * whole.0        a frame of the same console when nothing has happened
 * whole.10       when as many agents have answered as change about ten cells
 * event.N        a probe's answer folded into a fleet of N, and its frame
 * percent.N      answers enough to change about a hundred cells, and their frame
 */
#include <locale.h>
#include <poll.h>
#include <stdlib.h>

#include "screen/curses.h"
#include "tests/bench/drained.h"
#include "tests/bench/frame_fleet.h"

enum { FRAMES = 300, SETTLE = 30, SMALL = 22, LARGE = 10000, ROWS_CHANGED = 50, ROWS_FEW = 3, FEW_CELLS = 10 };

struct stage {
	struct drained drained;
	struct screen *screen;
	struct canvas canvas;
	struct frame_fleet fleet;
};

static void fail(const char *what)
{
	fprintf(stderr, "frame: %s\n", what);
	exit(1);
}

static void stage_open(struct stage *stage)
{
	struct screen_options options = { 0 };
	const char *why = "";

	drained_open(&stage->drained);
	options.in = options.out = stage->drained.tty;
	if (screen_open(&options, &stage->screen, &why) < 0)
		fail(why);
	if (canvas_create(FRAME_COLUMNS, FRAME_ROWS, false, &stage->canvas) < 0)
		fail("no memory");
}

static void stage_close(struct stage *stage)
{
	canvas_destroy(&stage->canvas);
	screen_close(stage->screen);
	drained_close(&stage->drained);
}

static void change_cells(struct canvas *canvas, const struct frame_pattern *pattern, uint32_t letter)
{
	for (size_t i = 0; i < pattern->n_cells; i++) {
		size_t at = frame_cell(pattern, i);

		canvas_glyph(canvas, (int)(at % FRAME_COLUMNS), (int)(at / FRAME_COLUMNS), letter, STYLE_OK);
	}
}

static void draw(struct stage *stage)
{
	console_draw(stage->fleet.console, &stage->canvas, stage->fleet.now);
}

// To the last byte, as the program's loop does it. Returns the cells that were touched.
static int show(struct stage *stage)
{
	struct pollfd room = { .fd = screen_output_fd(stage->screen), .events = POLLOUT };
	int n = screen_show(stage->screen, &stage->canvas);

	while (n >= 0 && screen_is_busy(stage->screen))
		if (poll(&room, 1, -1) < 0 || screen_flush(stage->screen) < 0)
			n = -1;
	if (n < 0)
		fail("a frame could not be shown");
	return n;
}

static void measure_pattern(struct stage *stage, const struct frame_pattern *pattern, bool is_whole)
{
	uint64_t bytes = drained_bytes(&stage->drained);
	double us = 0, start;

	for (int i = 0; i < FRAMES; i++) {
		if (!is_whole)
			change_cells(&stage->canvas, pattern, 'a' + (uint32_t)i % 26); // is no part of showing
		start = cpu_us();
		if (is_whole) {
			canvas_sign(&stage->canvas, NULL); // as if all panes had changed
			draw(stage);
			change_cells(&stage->canvas, pattern, 'a' + (uint32_t)i % 26);
		}
		show(stage);
		us += cpu_us() - start;
	}
	bytes = drained_bytes(&stage->drained) - bytes;
	printf("%s.%s %f %f\n", is_whole ? "whole" : "show", pattern->key, us / FRAMES, (double)bytes / FRAMES);
}

static double frame_after_probes(struct stage *stage, uint32_t n_probes, int frame, int *n_cells)
{
	double start;

	stage->fleet.now = instant_add(stage->fleet.now, 33);
	start = cpu_us();
	for (uint32_t row = 0; row < n_probes; row++)
		frame_fleet_probed(&stage->fleet, frame_fleet_row(&stage->fleet, row),
				   1000 + (int32_t)(((uint32_t)frame * 123701 + row * 231107) % 990000));
	draw(stage);
	*n_cells += show(stage);
	return cpu_us() - start;
}

static void measure_probes(struct stage *stage, const char *key, uint32_t n_probes)
{
	int n_cells = 0;
	double us = 0;

	for (int i = 0; i < SETTLE; i++)
		frame_after_probes(stage, n_probes, i, &n_cells);
	n_cells = 0;
	for (int i = SETTLE; i < SETTLE + FRAMES; i++)
		us += frame_after_probes(stage, n_probes, i, &n_cells);
	if (!n_cells)
		fail("no cell changed");
	printf("%s %f %f\n", key, us / FRAMES, (double)n_cells / FRAMES);
}

// What the patterns have left is drawn over.
static void draw_anew(struct stage *stage)
{
	canvas_sign(&stage->canvas, NULL);
	draw(stage);
	show(stage);
}

static void measure_quiet(struct stage *stage)
{
	double us = 0, start;

	for (int i = 0; i < FRAMES; i++) {
		start = cpu_us();
		draw(stage);
		if (show(stage) > 0)
			fail("a cell changed by itself");
		us += cpu_us() - start;
	}
	printf("whole.0 %f 0\n", us / FRAMES);
}

static void measure_patterns(struct stage *stage)
{
	for (size_t i = 0; i < frame_n_patterns; i++) {
		measure_pattern(stage, &frame_patterns[i], false);
		if (frame_patterns[i].n_cells > FEW_CELLS)
			measure_pattern(stage, &frame_patterns[i], true);
	}
	draw_anew(stage);
	measure_quiet(stage);
	measure_probes(stage, "whole.10", ROWS_FEW);
}

static void measure_fleet(struct stage *stage, uint32_t n_agents)
{
	char event[32], percent[32];

	snprintf(event, sizeof event, "event.%u", (unsigned)n_agents);
	snprintf(percent, sizeof percent, "percent.%u", (unsigned)n_agents);
	frame_fleet_init(&stage->fleet, n_agents);
	draw(stage);
	measure_probes(stage, event, 1);
	measure_probes(stage, percent, ROWS_CHANGED);
	if (n_agents == SMALL)
		measure_patterns(stage);
	frame_fleet_finish(&stage->fleet);
}

int main(void)
{
	static struct stage stage;

	setlocale(LC_ALL, "C.UTF-8");
	setenv("TERM", "xterm-256color", 1);
	unsetenv("COLORTERM");
	stage_open(&stage);
	measure_fleet(&stage, SMALL);
	measure_fleet(&stage, LARGE);
	stage_close(&stage);
	return 0;
}
