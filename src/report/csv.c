// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "base/human.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "formats/cells.h"
#include "report/report.h"

static int put_agent(struct bytes *out, const struct fleet_agent *agent)
{
	double latency_ms = report_latency_ms(agent);
	char status[16], latency[40] = "", since[HUMAN_MAX] = "";
	struct strbuf number;

	strbuf_init(&number, status, sizeof status);
	if (agent->health.http_status)
		strbuf_addf(&number, "%d", agent->health.http_status);
	if (!isnan(latency_ms))
		number_format(latency_ms, latency, sizeof latency);
	if (agent->state_since_ms)
		human_rfc3339(agent->state_since_ms, since);

	const char *fields[] = {
		agent->agent->name,
		report_url(agent),
		agent_label(agent->agent, "tier"),
		agent_label(agent->agent, "env"),
		health_state_name(agent->state),
		report_reason(agent),
		report_detail(agent),
		status,
		latency,
		since,
	};
	size_t n = sizeof fields / sizeof fields[0];
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		r = cells_put_csv(out, fields[i]);
		r = r ? r : bytes_addf(out, "%s", i + 1 < n ? "," : "\r\n");
	}
	return r;
}

int report_csv(const struct report *report, struct bytes *out)
{
	const struct fleet_agent *agent;
	int r = bytes_addf(out, "name,url,tier,env,state,reason,detail,http_status,latency_ms,since\r\n");

	for (size_t at = 0; r == 0 && (agent = report_next(report, &at));)
		r = put_agent(out, agent);
	return r;
}
