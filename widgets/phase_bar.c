// SPDX-License-Identifier: Apache-2.0
#include "widgets/phase_bar.h"

#include <stdbool.h>

#include "base/human.h"

enum { LABEL_WIDTH = 12, VALUE_WIDTH = 8, BAR_FROM = LABEL_WIDTH + VALUE_WIDTH + 2, BAR_MAX = 40, BAR = 0x2588 };

struct phase {
	const char *label;
	int32_t begin_us, end_us; // equal: it did not happen
	bool is_cut;              // the probe ended in it, without an answer
};

// What did not happen has no line, but for what stands for a connection that was there already.
static size_t read_phases(const struct probe_timing *timing, struct phase out[PHASES])
{
	static const char *const labels[PHASES] = { "DNS", "connect", "TLS", "first byte", "rest" };
	const int32_t ends[PHASES] = { timing->dns_us, timing->connect_us, timing->tls_us, timing->first_byte_us,
				       timing->total_us };
	int32_t begin_us = 0;
	size_t n = 0;

	if (timing->first_byte_us > 0 && timing->dns_us == 0 && timing->connect_us == 0 && timing->tls_us == 0)
		out[n++] = (struct phase){ "connection", 0, 0, false };
	for (size_t i = 0; i < PHASES; i++) {
		bool is_cut = ends[i] < 0;
		int32_t end_us = is_cut ? timing->total_us : ends[i];

		if (is_cut || end_us > begin_us)
			out[n++] = (struct phase){ labels[i], begin_us, end_us > begin_us ? end_us : begin_us, is_cut };
		if (is_cut)
			break;
		begin_us = end_us > begin_us ? end_us : begin_us;
	}
	return n;
}

int phase_bar_rows(const struct probe_timing *timing)
{
	struct phase phases[PHASES];

	return timing->total_us > 0 ? (int)read_phases(timing, phases) + 1 : 1;
}

static void draw_phase(struct canvas *canvas, int y, const struct phase *phase, int32_t total_us)
{
	int width = canvas->width - BAR_FROM < BAR_MAX ? canvas->width - BAR_FROM : BAR_MAX;
	style_t style = phase->is_cut ? STYLE_BAD : STYLE_CHART;
	char text[HUMAN_MAX];
	int from, to;

	canvas_text(canvas, 0, y, LABEL_WIDTH, phase->is_cut ? STYLE_BAD : STYLE_MUTED, phase->label);
	if (phase->end_us == phase->begin_us) {
		canvas_text_right(canvas, LABEL_WIDTH, y, VALUE_WIDTH, STYLE_FAINT, phase->is_cut ? "-" : "kept");
		return;
	}
	canvas_text_right(canvas, LABEL_WIDTH, y, VALUE_WIDTH, STYLE_TEXT,
			  human_latency(phase->end_us - phase->begin_us, text));
	if (width < 4 || total_us <= 0)
		return;
	from = (int)((int64_t)phase->begin_us * width / total_us);
	to = (int)((int64_t)phase->end_us * width / total_us);
	if (from >= width)
		from = width - 1;
	if (to <= from)
		to = from + 1;
	canvas_fill(canvas, BAR_FROM + from, y, to - from, 1, BAR, style);
}

int phase_bar_draw(struct canvas *canvas, int y, const struct probe_timing *timing)
{
	struct phase phases[PHASES];
	size_t n = read_phases(timing, phases);
	char text[HUMAN_MAX];

	if (timing->total_us <= 0) {
		canvas_text(canvas, 0, y, -1, STYLE_FAINT, "It ended before anything could be measured.");
		return 1;
	}
	for (size_t i = 0; i < n; i++)
		draw_phase(canvas, y + (int)i, &phases[i], timing->total_us);
	canvas_text(canvas, 0, y + (int)n, LABEL_WIDTH, STYLE_MUTED, "total");
	canvas_text_right(canvas, LABEL_WIDTH, y + (int)n, VALUE_WIDTH, STYLE_TITLE,
			  human_latency(timing->total_us, text));
	return (int)n + 1;
}
