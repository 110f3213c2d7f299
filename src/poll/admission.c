// SPDX-License-Identifier: Apache-2.0
#include "poll/admission.h"

#include "base/list.h"

void admission_init(struct admission *admission, size_t limit)
{
	*admission = (struct admission){ .limit = limit ? limit : 1 };
	admission->slow_limit = admission->limit * ADMISSION_SLOW_X;
}

void admission_limit_slow(struct admission *admission, size_t limit)
{
	admission->slow_limit = limit ? limit : 1;
}

static bool has_place(const struct admission *admission, bool is_slow)
{
	if (is_slow)
		return admission->n_slow_in < admission->slow_limit;
	return admission->n_in - admission->n_slow_in < admission->limit;
}

static void give_place(struct admission *admission, struct admission_ticket *ticket, int64_t now_ms)
{
	ticket->state = ADMISSION_IN;
	ticket->given_ms = now_ms;
	admission->n_in++;
	if (ticket->is_slow)
		admission->n_slow_in++;
	else
		DL_APPEND(admission->quick, ticket);
}

void admission_age(struct admission *admission, int64_t now_ms)
{
	struct admission_ticket *ticket;

	while ((ticket = admission->quick) && now_ms - ticket->given_ms >= ADMISSION_SLOW_AFTER_MS) {
		DL_DELETE(admission->quick, ticket);
		ticket->is_slow = true;
		admission->n_slow_in++;
	}
}

static void leave_queue(struct admission *admission, struct admission_ticket *ticket)
{
	DL_DELETE(admission->queues[ticket->is_slow], ticket);
	admission->n_waiting--;
}

void admission_wait(struct admission *admission, struct admission_ticket *ticket)
{
	DL_APPEND(admission->queues[ticket->is_slow], ticket);
	ticket->state = ADMISSION_WAITING;
	admission->n_waiting++;
}

bool admission_enter(struct admission *admission, struct admission_ticket *ticket, int64_t now_ms)
{
	// Whoever waits already goes first.
	if (!admission->queues[ticket->is_slow] && has_place(admission, ticket->is_slow)) {
		give_place(admission, ticket, now_ms);
		return true;
	}
	admission_wait(admission, ticket);
	return false;
}

void admission_leave(struct admission *admission, struct admission_ticket *ticket)
{
	switch (ticket->state) {
	case ADMISSION_IN:
		admission->n_in--;
		if (ticket->is_slow)
			admission->n_slow_in--;
		else
			DL_DELETE(admission->quick, ticket);
		break;
	case ADMISSION_WAITING:
		leave_queue(admission, ticket);
		break;
	case ADMISSION_OUT:
		break;
	}
	ticket->state = ADMISSION_OUT;
}

struct admission_ticket *admission_next(struct admission *admission, int64_t now_ms)
{
	for (size_t i = 0; i < 2; i++) {
		struct admission_ticket *ticket = admission->queues[i];

		if (ticket && has_place(admission, ticket->is_slow)) {
			leave_queue(admission, ticket);
			give_place(admission, ticket, now_ms);
			return ticket;
		}
	}
	return NULL;
}
