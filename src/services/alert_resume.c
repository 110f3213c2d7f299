// SPDX-License-Identifier: Apache-2.0
#include "services/alert_resume.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

void alert_resume_free(struct alert_resume *one)
{
	if (!one)
		return;
	mem_free((char *)one->alert.rule);
	mem_free((char *)one->alert.by);
	mem_free((char *)one->alert.note);
	mem_free(one);
}

void alert_resume_finish(struct alert_resume **list)
{
	while (*list) {
		struct alert_resume *first = *list;

		*list = first->next;
		alert_resume_free(first);
	}
}

// Out of the list; NULL when there is none.
static struct alert_resume *take_out(struct alert_resume **list, const char *rule)
{
	for (; *list; list = &(*list)->next) {
		struct alert_resume *one = *list;

		if (strcmp(one->alert.rule, rule) != 0)
			continue;
		*list = one->next;
		one->next = NULL;
		return one;
	}
	return NULL;
}

void alert_resume_drop(struct alert_resume **list, const char *rule)
{
	alert_resume_free(take_out(list, rule));
}

int alert_resume_add(struct alert_resume **list, const struct alert *alert, int64_t until_ms)
{
	struct alert_resume *one = mem_calloc(1, sizeof *one);

	if (!one)
		return -ENOMEM;
	one->until_ms = until_ms;
	one->alert = *alert;
	one->alert.summary = NULL;
	one->alert.rule = mem_strdup(alert->rule);
	one->alert.by = mem_strdup(alert->by);
	one->alert.note = mem_strdup(alert->note);
	if (!one->alert.rule || !one->alert.by || !one->alert.note) {
		alert_resume_free(one);
		return -ENOMEM;
	}
	alert_resume_drop(list, alert->rule);
	one->next = *list;
	*list = one;
	return 0;
}

struct alert_resume *alert_resume_take(struct alert_resume **list, const char *rule, struct instant now)
{
	struct alert_resume *one = take_out(list, rule);

	if (one && one->until_ms < now.wall_ms) {
		alert_resume_free(one);
		return NULL;
	}
	if (one && one->alert.state == ALERT_SNOOZED && one->alert.snoozed_until_ms <= now.wall_ms) {
		one->alert.state = ALERT_ACTIVE;
		one->alert.snoozed_until_ms = 0;
	}
	return one;
}
