// SPDX-License-Identifier: Apache-2.0
#include "tests/support/audit_fixture.h"

#include "base/memory.h"

static const struct audit_entry entries[] = {
	{ 412, FIXTURE_NOW_MS - 5000, "event", "update", "info", "success", "acknowledge", "maria",
	  "ssh 192.0.2.7 port 50022", "alert/agent_down", "rack move", "", "", "state: active", "state: acknowledged",
	  "alert: 12; agent: http://10.0.0.7:9100" },
	{ 411, FIXTURE_NOW_MS - 65000, "event", "delete", "warning", "refused", "unpin", "李雷", "local",
	  "agent/http://cache:9121", "", "No such file or directory", "", "", "", "series: redis_up" },
	{ 410, FIXTURE_NOW_MS - HOUR_MS, "result", "restart", "error", "failure", "", "root",
	  "ssh 192.0.2.9 port 40000", "agent/http://10.0.0.7:9100", "", "it did not come back within 300 seconds",
	  "op-20261123-7", "instance: 3f2a", "", "step: Start" },
	{ 409, FIXTURE_NOW_MS - 26 * HOUR_MS, "intent", "restart", "info", "pending", "", "root", "", "fleet", "", "",
	  "op-20261123-7", "", "", "" },
	{ 408, 0, "event", "login", "info", "success", "", "root", "local", "console", "", "", "", "", "",
	  "version: 0.1.0" },
};

void audit_fixture_page(struct fleet_fixture *f, size_t n, const char *why)
{
	struct event *event = event_new(EVENT_AUDIT_LIST, FIXTURE_NOW_MS, 0);
	struct audit_list *list = &event->u.audit_list;

	list->entries = mem_calloc(n + 1, sizeof *list->entries);
	for (size_t i = 0; i < n; i++)
		list->entries[i] = entries[i];
	list->n = n;
	list->n_signed = n ? 400 : 0;
	list->why = mem_strdup(why);
	fleet_fixture_apply(f, event);
}

void audit_fixture_check(struct fleet_fixture *f, enum audit_check_state state, uint64_t n_checked, const char *why)
{
	struct event *event = event_new(EVENT_AUDIT_CHECK, FIXTURE_NOW_MS, 0);

	event->u.audit_check = (struct audit_check){ .state = state,
						     .n_checked = n_checked,
						     .n_records = 412,
						     .n_signed = 400,
						     .at_ms = state == AUDIT_CHECK_RUNNING ? 0 : FIXTURE_NOW_MS,
						     .why = mem_strdup(why) };
	fleet_fixture_apply(f, event);
}
