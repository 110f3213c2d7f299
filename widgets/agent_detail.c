// SPDX-License-Identifier: Apache-2.0
#include "widgets/agent_detail.h"

#include <stdio.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "text/text.h"
#include "widgets/detail_axes.h"
#include "widgets/phase_bar.h"
#include "widgets/state_face.h"
#include "widgets/status_badge.h"
#include "widgets/together_words.h"
#include "widgets/wrap.h"

enum { TWO_COLUMNS = 100, LABEL_WIDTH = 13, NARROW = 30, WRAP_MAX = 8, EXCERPT_LINES = 12, ALERTS_SHOWN = 5 };

struct page {
	const struct fleet *fleet;
	const struct view *view;
	const struct fleet_agent *agent;
};

// A section's title; sections are set apart by an empty line. In the last row it would be the title of nothing.
static int draw_title(struct canvas *canvas, int y, const char *title)
{
	int used;

	if (y == canvas->height - 1)
		return y + 1;
	used = canvas_text(canvas, 0, y, -1, STYLE_TITLE, title);

	canvas_hline(canvas, used + 1, y, canvas->width - used - 1, STYLE_BORDER);
	return y + 1;
}

static bool is_narrow(const struct canvas *canvas)
{
	return canvas->width < NARROW;
}

// Where there is no room for a column of labels, label and text are one sentence.
static int draw_field_as(struct canvas *canvas, int y, style_t label_style, const char *label, style_t style,
			 const char *text)
{
	char line[TEXT_FIELD_MAX + 64];
	int rows;

	if (!is_narrow(canvas)) {
		canvas_text(canvas, 0, y, LABEL_WIDTH - 1, label_style, label);
		return y + wrap_draw(canvas, LABEL_WIDTH, y, canvas->width - LABEL_WIDTH, WRAP_MAX, style, text);
	}
	snprintf(line, sizeof line, "%s: %s", label, text);
	text_trim(line);
	rows = wrap_draw(canvas, 0, y, canvas->width, WRAP_MAX, style, line);
	canvas_textf(canvas, 0, y, -1, label_style, "%s:", label);
	return y + rows;
}

static int draw_field(struct canvas *canvas, int y, const char *label, style_t style, const char *text)
{
	return draw_field_as(canvas, y, STYLE_MUTED, label, style, text);
}

// ---- the left column: who and why

static int draw_verdict(struct canvas *canvas, int y, const struct page *page)
{
	const struct fleet_agent *agent = page->agent;
	int x = status_badge_draw(canvas, 0, y, -1, health_status(&agent->health), health_word(&agent->health),
				  BADGE_LG, 0) +
		1;
	char age[HUMAN_MAX];

	x += canvas_text(canvas, x, y, -1, STYLE_TITLE, agent->agent->name);
	if (agent->state_since_ms > 0)
		canvas_textf(canvas, x + 2, y, -1, STYLE_MUTED, "for %s",
			     human_duration(page->view->now.wall_ms - agent->state_since_ms, age));
	return y + 1;
}

static int draw_labels_narrow(struct canvas *canvas, int y, const struct labels *labels)
{
	char text[TEXT_FIELD_MAX];
	struct strbuf all;

	strbuf_init(&all, text, sizeof text);
	for (size_t i = 0; i < labels->n; i++)
		strbuf_addf(&all, "%s%s=%s", i ? " " : "", labels->items[i].name, labels->items[i].value);
	return labels->n ? draw_field(canvas, y, "labels", STYLE_TEXT, text) : y;
}

static int draw_labels(struct canvas *canvas, int y, const struct labels *labels)
{
	int x = LABEL_WIDTH;

	if (is_narrow(canvas))
		return draw_labels_narrow(canvas, y, labels);
	for (size_t i = 0; i < labels->n; i++) {
		const struct label *label = &labels->items[i];
		int width = text_width(label->name) + 1 + text_width(label->value);

		if (i == 0)
			canvas_text(canvas, 0, y, LABEL_WIDTH - 1, STYLE_MUTED, "labels");
		if (x > LABEL_WIDTH && x + width > canvas->width) {
			x = LABEL_WIDTH;
			y++;
		}
		x += canvas_textf(canvas, x, y, -1, STYLE_TEXT, "%s=%s", label->name, label->value) + 2;
	}
	return labels->n ? y + 1 : y;
}

static int draw_identity(struct canvas *canvas, int y, const struct agent *agent)
{
	y = draw_field(canvas, y, "url", STYLE_TEXT, agent->url ? agent->url : "");
	if (agent->tls.is_insecure)
		y = draw_field(canvas, y, "TLS", STYLE_BAD, "insecure: the certificate is not verified");
	y = draw_field(canvas, y, "health", agent->health_url ? STYLE_TEXT : STYLE_FAINT,
		       agent->health_url       ? agent->health_url
		       : agent->is_discovering ? "looking for the endpoint"
					       : "no endpoint: judged by its metrics");
	y = draw_field(canvas, y, "metrics", agent->metrics_url ? STYLE_TEXT : STYLE_FAINT,
		       agent->metrics_url ? agent->metrics_url : "no endpoint");
	y = draw_labels(canvas, y, &agent->labels);
	return agent->source ? draw_field(canvas, y, "source", STYLE_TEXT, agent->source) : y;
}

// The last results, oldest to newest: whether it comes and goes is seen at once. Where room is short, the newest.
static int draw_results(struct canvas *canvas, int y, const struct health *health)
{
	enum observed results[HEALTH_RECENT];
	int from = is_narrow(canvas) ? (int)sizeof "results: " - 1 : LABEL_WIDTH;
	size_t n = health_recent(health, results), room = canvas->width > from ? (size_t)(canvas->width - from) : 0;

	if (n == 0 || room == 0)
		return y;
	canvas_text(canvas, 0, y, from - 1, STYLE_MUTED, is_narrow(canvas) ? "results:" : "results");
	for (size_t i = n > room ? n - room : 0, x = (size_t)from; i < n; i++, x++) {
		enum health_state state = state_of_observed(results[i]);

		canvas_glyph(canvas, (int)x, y, canvas_named_glyph(canvas, state_glyph(state)), state_style(state));
	}
	return y + 1;
}

static int draw_why(struct canvas *canvas, int y, const struct page *page)
{
	struct axis axes[AXES_MAX];
	size_t n = detail_axes(page->agent, page->view, axes);

	for (size_t i = 0; i < n; i++)
		y = draw_field(canvas, y, axes[i].label, axes[i].style, axes[i].text);
	return draw_results(canvas, y, &page->agent->health);
}

// ---- the right column: what the last probe brought

static int draw_timing(struct canvas *canvas, int y, const struct page *page)
{
	const struct event_probed *probed = fleet_agent_judged(page->agent);

	if (!probed)
		return y;
	y = draw_title(canvas, y, "Last probe");
	return y + phase_bar_draw(canvas, y, &probed->timing) + 1;
}

static int draw_checks(struct canvas *canvas, int y, const struct page *page)
{
	const struct event_probed *probed = fleet_agent_judged(page->agent);

	if (!probed || probed->n_checks == 0)
		return y;
	y = draw_title(canvas, y, "Its own checks");
	for (size_t i = 0; i < probed->n_checks; i++, y++) {
		const struct health_check *check = &probed->checks[i];
		int x = status_badge_draw(canvas, 0, y, LABEL_WIDTH - 1, state_status(check->state),
					  health_state_name(check->state), BADGE_MD, 0);

		x = x < LABEL_WIDTH ? LABEL_WIDTH : x;
		x += canvas_text(canvas, x, y, -1, STYLE_TEXT, check->name) + 2;
		canvas_text(canvas, x, y, -1, STYLE_MUTED, check->detail);
	}
	return y + 1;
}

static int draw_alert(struct canvas *canvas, int y, const struct page *page, const struct alert *alert)
{
	char age[HUMAN_MAX], text[TEXT_FIELD_MAX];

	snprintf(text, sizeof text, "for %s: %s", human_duration(page->view->now.wall_ms - alert->since_ms, age),
		 alert->summary);
	text_trim(text);
	return draw_field_as(canvas, y, style_of_severity(alert->severity), alert_state_name(alert->state), STYLE_TEXT,
			     text);
}

static int draw_alerts(struct canvas *canvas, int y, const struct page *page)
{
	size_t n = page->agent->n_alerts, shown = 0;

	if (n == 0)
		return y;
	y = draw_title(canvas, y, "Alerts");
	for (size_t i = 0; i < fleet_n_alerts(page->fleet) && shown < n && shown < ALERTS_SHOWN; i++) {
		const struct alert *alert = fleet_alert_at(page->fleet, i);

		if (!alert || alert->agent != page->agent->agent->id || alert->state == ALERT_RESOLVED)
			continue;
		y = draw_alert(canvas, y, page, alert);
		shown++;
	}
	if (shown < n)
		canvas_textf(canvas, 0, y++, -1, STYLE_FAINT, "and %zu more", n - shown);
	return y + 1;
}

static int draw_excerpt(struct canvas *canvas, int y, const struct page *page)
{
	const struct event_probed *probed = fleet_agent_judged(page->agent);
	const char *excerpt = probed ? probed->excerpt : NULL;

	if (!excerpt || !*excerpt)
		return y;
	y = draw_title(canvas, y, "Last answer");
	return y + wrap_draw(canvas, 0, y, canvas->width, EXCERPT_LINES, STYLE_MUTED, excerpt) + 1;
}

// Who else is at it: what they are about to do first.
static int draw_others(struct canvas *canvas, int y, const struct page *page)
{
	uint32_t id = page->agent->agent->id;
	char text[TOGETHER_TEXT_MAX];

	if (*together_holder(page->fleet, page->view, id, text))
		y += wrap_draw(canvas, 0, y, canvas->width, WRAP_MAX, STYLE_WARN, text);
	if (*together_lookers(page->fleet, id, text))
		y += wrap_draw(canvas, 0, y, canvas->width, WRAP_MAX, STYLE_PRIMARY, text);
	return y;
}

static int draw_left(struct canvas *canvas, int y, const struct page *page)
{
	y = draw_verdict(canvas, y, page);
	y = draw_others(canvas, y, page);
	y = draw_why(canvas, y, page) + 1;
	return y;
}

static int draw_right(struct canvas *canvas, int y, const struct page *page)
{
	y = draw_alerts(canvas, y, page);
	y = draw_checks(canvas, y, page);
	y = draw_timing(canvas, y, page);
	return draw_excerpt(canvas, y, page);
}

static int draw_agent(struct canvas *canvas, int y, const struct page *page)
{
	y = draw_title(canvas, y, "Agent");
	return draw_identity(canvas, y, page->agent->agent) + 1;
}

// Draws it all from row y on, which may lie above the canvas; returns the row behind it.
static int draw_page(struct canvas *canvas, int y, const struct page *page)
{
	int half = canvas->width / 2, left_end, right_end;
	struct canvas left, right;

	if (canvas->width < TWO_COLUMNS) {
		y = draw_left(canvas, y, page);
		y = draw_right(canvas, y, page);
		return draw_agent(canvas, y, page) - 1;
	}
	left = canvas_part(canvas, 0, 0, half - 1, canvas->height);
	right = canvas_part(canvas, half + 1, 0, canvas->width - half - 1, canvas->height);
	left_end = draw_agent(&left, draw_left(&left, y, page), page);
	right_end = draw_right(&right, y, page);
	return (left_end > right_end ? left_end : right_end) - 1;
}

size_t agent_detail_last_top(const struct fleet *fleet, const struct view *view, int width, int height)
{
	const struct page page = { fleet, view, fleet_agent(fleet, view->agent) };
	struct canvas nowhere = { .width = width };
	int rows = page.agent ? draw_page(&nowhere, 0, &page) : 0;

	return rows > height ? (size_t)(rows - height) : 0;
}

static bool is_free(const struct canvas *canvas, int x)
{
	const struct cell *cell = canvas_cell(canvas, x, 0);

	return cell && (cell->glyph == ' ' || style_role(cell->style) == STYLE_BORDER);
}

// How many rows lie below, where the first one leaves room: else nothing says that what ends with the last goes on.
static void draw_below(struct canvas *canvas, size_t n)
{
	char text[32];
	int width = snprintf(text, sizeof text, " +%zu", n);
	bool has_room = n && width < canvas->width;

	for (int x = canvas->width - width; has_room && x < canvas->width; x++)
		has_room = is_free(canvas, x);
	if (has_room)
		canvas_text(canvas, canvas->width - width, 0, width, STYLE_PRIMARY, text);
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	const struct page page = { fleet, view, fleet_agent(fleet, view->agent) };
	size_t top = view->detail_top, last = agent_detail_last_top(fleet, view, canvas->width, canvas->height);

	(void)widget;
	if (page.agent) {
		draw_page(canvas, -(int)(top < last ? top : last), &page);
		draw_below(canvas, top < last ? last - top : 0);
	} else {
		canvas_text(canvas, 0, 0, -1, STYLE_MUTED, "The agent is gone: it is no longer in the list.");
	}
}

const struct widget_class agent_detail_class = {
	.name = "agent_detail",
	.min_width = 16,
	.min_height = 2,
	.draw = draw,
};
