// SPDX-License-Identifier: Apache-2.0
#include <errno.h>

#include "base/memory.h"
#include "wire/payloads.h"
#include "wire/words.h"

static const struct wire_field health_fields[] = {
	{ "observed", WIRE_KIND_WORD, WIRE_AT(struct health, observed), .words = &wire_observed },
	{ "toward", WIRE_KIND_WORD, WIRE_AT(struct health, toward), .words = &wire_observed },
	{ "attempt_n", WIRE_KIND_U16, WIRE_AT(struct health, attempt_n) },
	{ "attempt_of", WIRE_KIND_U16, WIRE_AT(struct health, attempt_of) },
	{ "freshness", WIRE_KIND_WORD, WIRE_AT(struct health, freshness), .words = &wire_freshness },
	{ "quality", WIRE_KIND_WORD, WIRE_AT(struct health, quality), .words = &wire_quality },
	{ "is_flapping", WIRE_KIND_BOOL, WIRE_AT(struct health, is_flapping) },
	{ "flap_percent", WIRE_KIND_U8, WIRE_AT(struct health, flap_percent) },
	{ "reason", WIRE_KIND_WORD, WIRE_AT(struct health, reason), .words = &wire_reasons },
	{ "detail", WIRE_KIND_CHARS, WIRE_AT(struct health, detail), .size = REASON_DETAIL_MAX },
	{ "http_status", WIRE_KIND_I32, WIRE_AT(struct health, http_status) },
	{ "consecutive_failures", WIRE_KIND_U32, WIRE_AT(struct health, consecutive_failures) },
	{ "since_ms", WIRE_KIND_I64, WIRE_AT(struct health, since_ms) },
	{ "last_probe_ms", WIRE_KIND_I64, WIRE_AT(struct health, last_probe_ms) },
	{ "last_success_ms", WIRE_KIND_I64, WIRE_AT(struct health, last_success_ms) },
	{ "last_failure_ms", WIRE_KIND_I64, WIRE_AT(struct health, last_failure_ms) },
};

// Of the last results one letter each, oldest first.
static const char letters[] = { [OBSERVED_UP] = 'u', [OBSERVED_DEGRADED] = 'w', [OBSERVED_DOWN] = 'd' };

static void put_health(struct json_writer *w, const struct health *health)
{
	enum observed results[HEALTH_RECENT];
	size_t n = health_recent(health, results);
	char recent[HEALTH_RECENT + 1] = "";

	wire_fields_write(w, health_fields, WIRE_COUNT(health_fields), health);
	wire_set_write(w, "overlays", health->overlays, &wire_overlays);
	for (size_t i = 0; i < n; i++)
		recent[i] = letters[results[i]];
	if (n)
		json_text(w, "recent", recent);
}

static int read_recent(struct wire_scan *scan, const struct json_node *value, struct health *out)
{
	struct json_text text = { "", 0 };

	if (node_kind(value) != JSON_NULL && node_read_text(value, &text) < 0)
		return wire_bad(scan, "recent", "expected a text");
	if (text.n > HEALTH_RECENT)
		return wire_bad(scan, "recent", "too long");
	for (size_t i = 0; i < text.n; i++) {
		unsigned result = OBSERVED_UP;

		while (result < WIRE_COUNT(letters) && letters[result] != text.bytes[i])
			result++;
		if (result == WIRE_COUNT(letters))
			return wire_bad(scan, "recent", "not one of its letters");
		health_recent_push(out, (enum observed)result);
	}
	return 0;
}

static int read_health(struct wire_scan *scan, const struct json_node *object, struct health *out)
{
	unsigned overlays = 0;
	int r = wire_fields_read(scan, object, health_fields, WIRE_COUNT(health_fields), out);

	if (r == 0)
		r = wire_set_read(scan, object, "overlays", &wire_overlays, &overlays);
	out->overlays = (uint8_t)overlays;
	return r < 0 ? r : read_recent(scan, node_member(object, "recent"), out);
}

static void write_health_event(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	put_health(w, &event->u.health);
}

static int read_health_event(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	return read_health(scan, data, &event->u.health);
}

const struct wire_payload wire_payload_health = { write_health_event, read_health_event, true };

// ---- probes

static const struct wire_field probed_fields[] = {
	{ "kind", WIRE_KIND_WORD, WIRE_AT(struct event_probed, kind), .words = &wire_probe_kinds, .is_needed = true },
	{ "reason", WIRE_KIND_WORD, WIRE_AT(struct event_probed, reason), .words = &wire_reasons },
	{ "http_status", WIRE_KIND_I32, WIRE_AT(struct event_probed, http_status) },
	{ "dns_us", WIRE_KIND_I32, WIRE_AT(struct event_probed, timing.dns_us) },
	{ "connect_us", WIRE_KIND_I32, WIRE_AT(struct event_probed, timing.connect_us) },
	{ "tls_us", WIRE_KIND_I32, WIRE_AT(struct event_probed, timing.tls_us) },
	{ "first_byte_us", WIRE_KIND_I32, WIRE_AT(struct event_probed, timing.first_byte_us) },
	{ "total_us", WIRE_KIND_I32, WIRE_AT(struct event_probed, timing.total_us) },
	{ "wire_bytes", WIRE_KIND_U64, WIRE_AT(struct event_probed, wire_bytes) },
	{ "body_bytes", WIRE_KIND_U64, WIRE_AT(struct event_probed, body_bytes) },
	{ "next_due_ms", WIRE_KIND_I64, WIRE_AT(struct event_probed, next_due_ms) },
	{ "dialect", WIRE_KIND_WORD, WIRE_AT(struct event_probed, dialect), .words = &wire_dialects },
	{ "excerpt", WIRE_KIND_LINES, WIRE_AT(struct event_probed, excerpt), .size = EXCERPT_MAX },
	{ "n_bad_lines", WIRE_KIND_SIZE, WIRE_AT(struct event_probed, n_bad_lines) },
	{ "first_bad_line", WIRE_KIND_SIZE, WIRE_AT(struct event_probed, first_bad_line) },
};

static const struct wire_field check_fields[] = {
	{ "name", WIRE_KIND_TEXT, WIRE_AT(struct health_check, name) },
	{ "state", WIRE_KIND_WORD, WIRE_AT(struct health_check, state), .words = &wire_health_states,
	  .is_needed = true },
	{ "detail", WIRE_KIND_TEXT, WIRE_AT(struct health_check, detail) },
};

static void put_checks(struct json_writer *w, const struct health_check *checks, size_t n)
{
	if (!n)
		return;
	json_open(w, "checks", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(w, NULL, '{');
		wire_fields_write(w, check_fields, WIRE_COUNT(check_fields), &checks[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void write_probed(struct json_writer *w, const struct event *event, unsigned flags)
{
	const struct event_probed *probed = &event->u.probed;

	(void)flags;
	wire_fields_write(w, probed_fields, WIRE_COUNT(probed_fields), probed);
	put_checks(w, probed->checks, probed->n_checks);
	json_open(w, "health", '{');
	put_health(w, &probed->health);
	json_close(w, '}');
}

static int read_checks(struct wire_scan *scan, const struct json_node *data, struct event_probed *probed)
{
	struct node_walk walk;
	int r = wire_array_begin(scan, data, "checks", HEALTH_CHECKS_MAX, sizeof *probed->checks, &walk,
				 &probed->checks, &probed->n_checks);

	for (size_t i = 0; r == 0 && i < probed->n_checks; i++)
		r = wire_fields_read(scan, node_walk_next(&walk, NULL), check_fields, WIRE_COUNT(check_fields),
				     &probed->checks[i]);
	return r;
}

static int read_probed(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	struct event_probed *probed = &event->u.probed;
	int r = wire_fields_read(scan, data, probed_fields, WIRE_COUNT(probed_fields), probed);

	if (r == 0)
		r = read_checks(scan, data, probed);
	return r < 0 ? r : read_health(scan, node_member(data, "health"), &probed->health);
}

const struct wire_payload wire_payload_probed = { write_probed, read_probed, true };
