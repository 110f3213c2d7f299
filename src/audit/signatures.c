// SPDX-License-Identifier: Apache-2.0
#include "audit/signatures.h"

#include <errno.h>
#include <signal.h>

static void *run(void *arg)
{
	struct audit_signatures *s = arg;
	struct audit_checkpoint checkpoint;
	int r;

	while ((r = audit_notes_next(&s->notes, s->unread, &checkpoint)) == 1)
		s->n_good = checkpoint.n;
	if (r < 0 && r != -ENODATA) {
		s->error = r;
		s->no = s->notes.no;
	}
	return NULL;
}

void audit_signatures_start(struct audit_signatures *s, const struct audit_notes *notes, uint64_t unread)
{
	sigset_t all, old;

	*s = (struct audit_signatures){ .notes = *notes, .unread = unread };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	s->has_thread = pthread_create(&s->thread, NULL, run, s) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!s->has_thread)
		run(s);
	s->is_running = true;
}

void audit_signatures_wait(struct audit_signatures *s)
{
	if (s->is_running && s->has_thread)
		pthread_join(s->thread, NULL);
	s->is_running = false;
}
