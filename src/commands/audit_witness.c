// SPDX-License-Identifier: Apache-2.0
#include "commands/audit_witness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "opscon/broadcaster.h"
#include "opscon/feed.h"
#include "text/text.h"

enum { LAST_TRIES = 20, LAST_TRY_MS = 10 }; // to write it at the end, while others do

static const char cannot_compare[] = "what was seen of a hub's audit trail cannot be compared";

static void notice(const struct audit_witness *witness, enum severity severity, const char *title, const char *text)
{
	struct event *event = event_new(EVENT_NOTICE, clock_now().wall_ms, 0);

	if (!event)
		return;
	event->u.notice.severity = severity;
	event->u.notice.type = ACTION_ERROR;
	event->u.notice.title = mem_strdup(title);
	event->u.notice.text = mem_strdup(text);
	broadcaster_publish(witness->broadcaster, event);
}

static void raise_alarm(struct audit_witness *witness, struct witnessed *hub, const char *why)
{
	if (hub->is_bad)
		return;
	hub->is_bad = true;
	log_line(LOG_ERROR, "%s", why);
	notice(witness, SEVERITY_CRITICAL, "the audit trail of a hub was tampered with", why);
	if (witness->banner[0])
		return;
	snprintf(witness->banner, sizeof witness->banner, "audit: %s", why);
	text_trim(witness->banner);
	if (witness->changed)
		witness->changed(witness->ctx);
}

static void save(struct audit_witness *witness)
{
	int r = witness_save(witness->witness);

	if (r < 0 && r != -EAGAIN) // that is for the next time
		log_line(LOG_WARN, "what was seen of hubs' audit trails cannot be kept: %s", strerrordesc_np(-r));
}

static void warn(struct audit_witness *witness, const char *why)
{
	log_line(LOG_WARN, "%s", why);
	notice(witness, SEVERITY_WARNING, cannot_compare, why);
	snprintf(witness->warning, sizeof witness->warning, "audit: %s", why);
	text_trim(witness->warning);
}

// What is not answered is asked again when the trail has grown.
static void ask(struct audit_witness *witness, uint64_t seq)
{
	char number[32];
	const struct request request = {
		.type = REQUEST_AUDIT_HASH, .who = "", .text = number, .typed = "", .reason = ""
	};

	snprintf(number, sizeof number, "%llu", (unsigned long long)seq);
	if (witness->feed && feed_request(witness->feed, &request) == 0)
		witness->n_asked++;
}

static void conclude(struct audit_witness *witness, struct witnessed *hub, enum witness_finding finding, uint64_t seq,
		     const char *why)
{
	switch (finding) {
	case WITNESS_GOOD:
		hub->is_bad = hub->is_untold = false;
		save(witness);
		if (witness_doubts(witness->witness, hub->name, &seq))
			ask(witness, seq);
		return;
	case WITNESS_UNTOLD:
		if (!hub->is_untold)
			warn(witness, why);
		hub->is_untold = true;
		return;
	case WITNESS_ASK:
		if (seq)
			ask(witness, seq);
		return;
	case WITNESS_LOST:
		warn(witness, why);
		save(witness);
		return;
	case WITNESS_SHRUNK:
	case WITNESS_FORKED:
	case WITNESS_REKEYED:
		raise_alarm(witness, hub, why);
		return;
	}
}

static struct witnessed *find(struct audit_witness *witness, uint8_t no)
{
	for (size_t i = 0; i < witness->n_hubs; i++)
		if (witness->hubs[i].no == no)
			return &witness->hubs[i];
	return NULL;
}

static void hear(struct audit_witness *witness, struct witnessed *hub, const struct witness_sight *sight)
{
	char why[WITNESS_WHY_MAX];
	uint64_t seq;
	enum witness_finding finding = witness_heard(witness->witness, hub->name, sight, &seq, why);

	conclude(witness, hub, finding, seq, why);
}

void audit_witness_hear(struct audit_witness *witness, uint8_t no, const char *name, const struct witness_sight *sight)
{
	struct witnessed *hub = find(witness, no);

	if (!witness->witness || (!hub && witness->n_hubs == AUDIT_WITNESS_HUBS_MAX))
		return;
	if (!hub)
		hub = &witness->hubs[witness->n_hubs++];
	hub->no = no;
	snprintf(hub->name, sizeof hub->name, "%s", name);
	snprintf(hub->key, sizeof hub->key, "%s", sight && sight->key ? sight->key : "");
	if (sight)
		hear(witness, hub, sight);
}

static void on_event(void *ctx, const struct event *event)
{
	struct audit_witness *witness = ctx;
	struct witnessed *hub = event->type == EVENT_AUDIT_HEAD ? find(witness, event->origin) : NULL;
	char why[WITNESS_WHY_MAX];

	if (!hub)
		return;
	if (!event->u.audit_head.is_newest && witness->n_asked)
		witness->n_asked--;
	if (event->u.audit_head.is_newest)
		hear(witness, hub,
		     &(struct witness_sight){ .n = event->u.audit_head.seq,
					      .head = event->u.audit_head.hash,
					      .key = hub->key,
					      .at_ms = event->at_ms });
	else
		conclude(witness, hub,
			 witness_told(witness->witness, hub->name,
				      &(struct witness_answer){
					      .seq = event->u.audit_head.seq,
					      .hash = event->u.audit_head.hash,
					      .why_not = event->u.audit_head.why ? event->u.audit_head.why : "" },
				      why),
			 0, why);
}

void audit_witness_start(struct audit_witness *witness, const char *state_dir, struct broadcaster *broadcaster)
{
	char path[1200], why[WITNESS_WHY_MAX];

	witness->broadcaster = broadcaster;
	snprintf(path, sizeof path, "%s/witness", state_dir ? state_dir : "");
	if (witness_open(state_dir ? path : NULL, &witness->witness, why) < 0) {
		notice(witness, SEVERITY_CRITICAL, "the hubs' audit trails are not compared with what was seen", why);
		return;
	}
	witness->sink = broadcaster_subscribe(broadcaster, 1U << CHANNEL_METRICS, on_event, witness);
}

void audit_witness_stop(struct audit_witness *witness)
{
	if (witness->sink > 0)
		broadcaster_unsubscribe(witness->broadcaster, witness->sink);
	for (int i = 0; witness->witness && i < LAST_TRIES && witness_save(witness->witness) == -EAGAIN; i++)
		uv_sleep(LAST_TRY_MS);
	witness_close(witness->witness);
	*witness = (struct audit_witness){ 0 };
}

void audit_witness_refused(struct audit_witness *witness)
{
	if (witness->n_asked)
		witness->n_asked--;
}
