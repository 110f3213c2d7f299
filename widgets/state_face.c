// SPDX-License-Identifier: Apache-2.0
#include "widgets/state_face.h"

#include "base/strbuf.h"

enum status state_status(enum health_state state)
{
	switch (state) {
	case HEALTH_UP:
		return STATUS_HEALTHY;
	case HEALTH_DEGRADED:
		return STATUS_DEGRADED;
	case HEALTH_DOWN:
		return STATUS_CRITICAL;
	case HEALTH_UNKNOWN:
	case HEALTH_STATE_COUNT:
		break;
	}
	return STATUS_UNKNOWN;
}

enum glyph state_glyph(enum health_state state)
{
	return glyph_of_status(state_status(state));
}

style_t state_style(enum health_state state)
{
	return style_of_status(state_status(state));
}

enum health_state state_of_observed(enum observed observed)
{
	switch (observed) {
	case OBSERVED_UP:
		return HEALTH_UP;
	case OBSERVED_DEGRADED:
		return HEALTH_DEGRADED;
	case OBSERVED_DOWN:
		return HEALTH_DOWN;
	case OBSERVED_NEVER:
		break;
	}
	return HEALTH_UNKNOWN;
}

static void add_marks(struct strbuf *out, const struct agent *agent, unsigned overlays)
{
	static const struct {
		enum overlay overlay;
		const char *text;
	} texts[] = {
		{ OVERLAY_ACKNOWLEDGED, "[ack] " },
		{ OVERLAY_SILENCED, "[silenced] " },
	};

	if (agent->tls.is_insecure)
		strbuf_add(out, STATE_INSECURE " ");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (overlays & texts[i].overlay)
			strbuf_add(out, texts[i].text);
}

static void add_reason(struct strbuf *out, const struct health *health)
{
	if (health->reason == REASON_NONE)
		return;
	strbuf_add(out, reason_text(health->reason));
	if (*health->detail)
		strbuf_addf(out, ": %s", health->detail);
}

void agent_reason(const struct fleet_agent *agent, char *out, size_t size)
{
	const struct health *health = &agent->health;
	bool is_soft = health->attempt_n > 0 && health->toward != health->observed;
	struct strbuf text;

	strbuf_init(&text, out, size);
	add_marks(&text, agent->agent, health->overlays);
	// The badge says that it is in maintenance: here is how it is meanwhile.
	if (health_is_in_maintenance(health))
		strbuf_addf(&text, "%s: ", health_state_name(agent->state));
	if (health->freshness == FRESHNESS_LATE)
		strbuf_add(&text, "late, ");
	if (health->is_flapping)
		strbuf_addf(&text, "changes too often (%u %%), ", health->flap_percent);
	if (is_soft && health->toward == OBSERVED_UP)
		strbuf_addf(&text, "recovering %u of %u%s", health->attempt_n, health->attempt_of,
			    health->reason == REASON_NONE ? "" : ", was: ");
	else if (is_soft)
		strbuf_addf(&text, "failing %u of %u: ", health->attempt_n, health->attempt_of);
	add_reason(&text, health);
	while (text.len > 1 && (out[text.len - 1] == ' ' || out[text.len - 1] == ',' || out[text.len - 1] == ':'))
		out[--text.len] = '\0';
}
