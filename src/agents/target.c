// SPDX-License-Identifier: Apache-2.0
#include "agents/target.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "agents/url.h"
#include "base/memory.h"
#include "model/agent.h"
#include "text/text.h"

static bool ends_with(const char *text, size_t n, const char *end)
{
	size_t n_end = strlen(end);

	return n >= n_end && memcmp(text + n - n_end, end, n_end) == 0;
}

bool target_is_metrics_path(const char *path)
{
	size_t n = strcspn(path, "?");
	bool has_query = path[n] == '?';

	return ends_with(path, n, "/metrics") || ends_with(path, n, "/prometheus") ||
	       (has_query && (ends_with(path, n, "/probe") || ends_with(path, n, "/federate")));
}

// printf to the heap; NULL for want of memory.
static char *join(const char *a, const char *b)
{
	size_t n_a = strlen(a), n_b = strlen(b);
	char *text = mem_alloc(n_a + n_b + 1);

	if (!text)
		return NULL;
	memcpy(text, a, n_a);
	memcpy(text + n_a, b, n_b + 1);
	return text;
}

// What blackbox_exporter and its like are asked about, first: that is what tells such agents apart, and a name is cut
// at its end. NULL when it is no such URL, or for want of memory.
static char *probe_name(const struct url *url)
{
	const char *query = strchr(url->path, '?');
	char target[TARGET_URL_MAX + 1], module[TARGET_URL_MAX + 1] = "", text[3 * TARGET_URL_MAX];

	if (!query || !ends_with(url->path, (size_t)(query - url->path), "/probe") ||
	    !url_parameter(query + 1, "target", target, sizeof target))
		return NULL;
	url_parameter(query + 1, "module", module, sizeof module);
	snprintf(text, sizeof text, "%s%s%s%s via %s", target, *module ? " (" : "", module, *module ? ")" : "",
		 url->authority);
	return text_clean_dup(text, strlen(text), TEXT_ONE_LINE, TEXT_FIELD_MAX);
}

static bool fill(struct agent *agent, const struct url *url, const char *source)
{
	bool has_path = strcmp(url->path, "/") != 0;
	bool is_metrics = target_is_metrics_path(url->path);
	const char *suffix = has_path ? url->path : "";
	char *whole;

	agent->url = mem_strdup(url->base);
	agent->source = mem_strdup(source);
	agent->name = probe_name(url);
	if (!agent->name)
		agent->name = join(url->authority, strchr(url->path, '?') ? url->path : "");
	agent->key = whole = join(url->base, suffix);
	if (has_path && is_metrics) {
		agent->metrics_url = mem_strdup(whole);
		agent->dialect = DIALECT_METRICS;
	} else if (has_path) {
		agent->health_url = mem_strdup(whole);
	}
	agent->is_discovering = !has_path;
	if (url->credentials[0])
		agent->authorization = target_basic_authorization(url->credentials);
	return agent->url && agent->source && agent->name && whole &&
	       (!has_path || agent->metrics_url || agent->health_url) && (!url->credentials[0] || agent->authorization);
}

int target_parse(const char *text, const char *source, struct agent **out, char *why, size_t why_size)
{
	struct url url;
	struct agent *agent;
	int r = url_parse(text, &url, why, why_size);

	if (r < 0)
		return r;
	agent = mem_calloc(1, sizeof *agent);
	if (agent)
		agent->refs = 1;
	if (!agent || !fill(agent, &url, source)) {
		agent_unref(agent);
		return -ENOMEM;
	}
	*out = agent;
	return 0;
}

int target_resolve(const char *base_url, const char *given, char **out, char *why, size_t why_size)
{
	char text[TARGET_URL_MAX + 2];
	const char *mark = strstr(given, "://");
	struct url url;
	int r;

	if (mark && mark < given + strcspn(given, "/?#")) {
		r = url_parse(given, &url, why, why_size);
	} else {
		snprintf(text, sizeof text, "%s%s%s", base_url, given[0] == '/' ? "" : "/", given);
		r = url_parse(text, &url, why, why_size);
	}
	if (r < 0)
		return r;
	if (url.credentials[0]) {
		snprintf(why, why_size, "expected no user and password in the address of an endpoint");
		return -EINVAL;
	}
	*out = join(url.base, url.path);
	return *out ? 0 : -ENOMEM;
}

char *target_basic_authorization(const char *user_password)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = (const unsigned char *)user_password;
	size_t n = strlen(user_password);
	char *text = mem_alloc(6 + (n + 2) / 3 * 4 + 1);
	char *to = text;

	if (!text)
		return NULL;
	memcpy(to, "Basic ", 6);
	to += 6;
	for (size_t i = 0; i < n; i += 3) {
		unsigned group = (unsigned)in[i] << 16;

		group |= i + 1 < n ? (unsigned)in[i + 1] << 8 : 0;
		group |= i + 2 < n ? in[i + 2] : 0;
		*to++ = digits[group >> 18];
		*to++ = digits[group >> 12 & 63];
		*to++ = '=';
		*to++ = '=';
		if (i + 1 < n)
			to[-2] = digits[group >> 6 & 63];
		if (i + 2 < n)
			to[-1] = digits[group & 63];
	}
	*to = '\0';
	return text;
}
