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

static size_t read_phases(const struct probe_timing *timing, struct phase out[PHASES])
{
	static const char *const labels[PHASES] = { "DNS", "connect", "TLS", "first byte", "rest" };
	const int32_t ends[PHASES] = { timing->dns_us, timing->connect_us, timing->tls_us, timing->first_byte_us,
				       timing->total_us };
	int32_t begin_us = 0;
	size_t n = 0;

	for (size_t i = 0; i < PHASES; i++) {
		bool is_cut = ends[i] < 0;
		int32_t end_us = is_cut ? timing->total_us : ends[i];

		out[n++] = (struct phase){ labels[i], begin_us, end_us > begin_us ? end_us : begin_us, is_cut };
		if (is_cut)
			break;
		begin_us = out[n - 1].end_us;
	}
	return n;
}

int phase_bar_rows(const struct probe_timing *timing)
{
	struct phase phases[PHASES];

	return (int)read_phases(timing, phases) + 1;
}

static void draw_phase(struct canvas *canvas, int y, const struct phase *phase, int32_t total_us, bool is_longest)
{
	int width = canvas->width - BAR_FROM < BAR_MAX ? canvas->width - BAR_FROM : BAR_MAX;
	style_t style = phase->is_cut ? STYLE_BAD : is_longest ? STYLE_PRIMARY : STYLE_CHART;
	char text[HUMAN_MAX];
	int from, to;

	canvas_text(canvas, 0, y, LABEL_WIDTH, phase->is_cut ? STYLE_BAD : STYLE_MUTED, phase->label);
	if (phase->end_us == phase->begin_us) {
		canvas_text_right(canvas, LABEL_WIDTH, y, VALUE_WIDTH, STYLE_FAINT, "-");
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
	size_t n = read_phases(timing, phases), longest = 0;
	char text[HUMAN_MAX];

	for (size_t i = 1; i < n; i++)
		if (phases[i].end_us - phases[i].begin_us > phases[longest].end_us - phases[longest].begin_us)
			longest = i;
	for (size_t i = 0; i < n; i++)
		draw_phase(canvas, y + (int)i, &phases[i], timing->total_us, i == longest);
	canvas_text(canvas, 0, y + (int)n, LABEL_WIDTH, STYLE_MUTED, "total");
	canvas_text_right(canvas, LABEL_WIDTH, y + (int)n, VALUE_WIDTH, STYLE_TITLE,
			  human_latency(timing->total_us > 0 ? timing->total_us : 0, text));
	return (int)n + 1;
}
