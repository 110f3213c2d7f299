#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Alerts of before a restart that have not been raised again yet: what people did about them waits for it. Used by
 * alerts.c alone, which knows when one is let go.
 */
#include <stdint.h>

#include "base/clock.h"
#include "opscon/alert.h"

struct alert_resume {
	struct alert_resume *next;
	struct alert alert; // rule, by and note owned; the summary is NULL
	int64_t until_ms;   // wall: later it is another alert
};

// A copy, in place of one of the same rule. 0 or -ENOMEM.
int alert_resume_add(struct alert_resume **list, const struct alert *alert, int64_t until_ms);

/* Takes the one of this rule out of the list; it is the caller's, for alert_resume_free(). One whose snooze is over
 * comes as active. NULL when there is none, or none any more.
 */
struct alert_resume *alert_resume_take(struct alert_resume **list, const char *rule, struct instant now);

void alert_resume_drop(struct alert_resume **list, const char *rule);
void alert_resume_free(struct alert_resume *one); // NULL is fine
void alert_resume_finish(struct alert_resume **list);
