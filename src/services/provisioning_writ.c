// SPDX-License-Identifier: Apache-2.0
/* What has to be on the disk before anything goes on: an intent in the journal and in the audit trail, and so for each
 * result. Whoever waits may go before the records arrive; the tickets then stay, and tell nobody.
 */
#include <errno.h>

#include "base/memory.h"
#include "services/provisioning_internal.h"

struct writ_ticket {
	struct provisioning_engine *engine; // NULL: it is gone
	struct writ *writ;                  // NULL: nobody waits any more
	struct writ_ticket *prev, *next;    // provisioning_engine::tickets
};

void writ_begin(struct writ *writ, void (*done)(struct writ *writ, int error))
{
	*writ = (struct writ){ .n_waiting = 1, .done = done };
}

static void note(struct writ *writ, int error)
{
	if (!writ->error)
		writ->error = error;
}

static void let_go(struct writ *writ, int error)
{
	if (error < 0)
		note(writ, error);
	if (--writ->n_waiting == 0)
		writ->done(writ, writ->error);
}

void writ_end(struct writ *writ)
{
	let_go(writ, 0);
}

struct writ_ticket *writ_ticket(struct provisioning_engine *engine, struct writ *writ)
{
	struct writ_ticket *ticket = mem_calloc(1, sizeof *ticket);

	if (!ticket)
		return NULL;
	ticket->engine = engine;
	ticket->writ = writ;
	DL_APPEND(engine->tickets, ticket);
	writ->n_waiting++;
	return ticket;
}

static void drop(struct writ_ticket *ticket)
{
	if (ticket->engine)
		DL_DELETE(ticket->engine->tickets, ticket);
	mem_free(ticket);
}

void writ_arrived(void *ctx, int error)
{
	struct writ_ticket *ticket = ctx;
	struct provisioning_engine *engine = ticket->engine;
	struct writ *writ = ticket->writ;

	drop(ticket);
	if (writ)
		let_go(writ, error);
	if (engine)
		engine_settle(engine, engine_now(engine));
}

static void on_audited(void *ctx, uint64_t number, int error)
{
	(void)number;
	writ_arrived(ctx, error);
}

void writ_refused(struct writ *writ, struct writ_ticket *ticket, int error)
{
	if (ticket) {
		drop(ticket);
		writ->n_waiting--;
	}
	note(writ, error);
}

void writ_journal(struct op *op, struct writ *writ, const struct journal_record *record)
{
	struct writ_ticket *ticket;
	int r;

	if (!op->journal)
		return;
	if (!writ) {
		journal_append(op->journal, record, NULL, NULL); // whatever waits after it fails as well
		return;
	}
	ticket = writ_ticket(op->engine, writ);
	r = ticket ? journal_append(op->journal, record, writ_arrived, ticket) : -ENOMEM;
	if (r < 0)
		writ_refused(writ, ticket, r);
}

void writ_audit(struct provisioning_engine *engine, struct writ *writ, const struct audit_record *record,
		struct instant now)
{
	struct writ_ticket *ticket;
	int r;

	if (!engine->audit)
		return;
	if (!writ) {
		audit_logger_append(engine->audit, record, now, NULL, NULL, NULL); // told as its state
		return;
	}
	ticket = writ_ticket(engine, writ);
	r = ticket ? audit_logger_append(engine->audit, record, now, on_audited, ticket, NULL) : -ENOMEM;
	if (r < 0)
		writ_refused(writ, ticket, r);
}

void writ_forget(struct writ *writ, const struct provisioning_engine *engine)
{
	struct writ_ticket *ticket;

	DL_FOREACH(engine->tickets, ticket)
		if (ticket->writ == writ)
			ticket->writ = NULL;
	writ->n_waiting = 0;
}

void writs_finish(struct provisioning_engine *engine)
{
	struct writ_ticket *ticket, *next;

	DL_FOREACH_SAFE(engine->tickets, ticket, next) {
		ticket->writ = NULL;
		ticket->engine = NULL; // it is freed when it arrives
	}
	engine->tickets = NULL;
}
