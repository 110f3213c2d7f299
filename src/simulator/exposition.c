// SPDX-License-Identifier: Apache-2.0
#include "simulator/exposition.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>

#include "base/number.h"

enum { TASK_BYTES = 920, PLAIN_BODY_BYTES = 3900 }; // what a task's histogram and the rest come to, roughly

static const struct {
	const char *method, *code;
} cells[MODEL_CELLS] = {
	[MODEL_GET_200] = { "GET", "200" },   [MODEL_GET_404] = { "GET", "404" },   [MODEL_GET_500] = { "GET", "500" },
	[MODEL_POST_201] = { "POST", "201" }, [MODEL_POST_503] = { "POST", "503" },
};

static const char *const methods[MODEL_METHODS] = { "GET", "POST" };

struct family {
	const char *name, *type, *help;
};

static int add_head(struct bytes *out, const struct family *f)
{
	return bytes_addf(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, f->type);
}

static int add_number(struct bytes *out, const struct family *f, double value)
{
	char text[40];
	int r = add_head(out, f);

	number_format(value, text, sizeof text);
	return r ? r : bytes_addf(out, "%s %s\n", f->name, text);
}

static int add_integer(struct bytes *out, const struct family *f, uint64_t value)
{
	int r = add_head(out, f);

	return r ? r : bytes_addf(out, "%s %" PRIu64 "\n", f->name, value);
}

static int add_requests(struct bytes *out, const struct model_numbers *n)
{
	static const struct family f = { "http_requests_total", "counter", "Requests answered." };
	int r = add_head(out, &f);

	for (size_t i = 0; i < MODEL_CELLS && !r; i++)
		r = bytes_addf(out, "%s{method=\"%s\",code=\"%s\"} %" PRIu64 "\n", f.name, cells[i].method,
			       cells[i].code, n->requests[i]);
	return r;
}

static int add_histogram(struct bytes *out, const char *name, const char *label, const char *value,
			 const uint64_t buckets[MODEL_BUCKETS], double sum)
{
	char text[40];
	int r = 0;

	for (size_t i = 0; i < MODEL_BUCKETS && !r; i++)
		r = bytes_addf(out, "%s_bucket{%s=\"%s\",le=\"%s\"} %" PRIu64 "\n", name, label, value,
			       model_bucket_names[i], buckets[i]);
	number_format(sum, text, sizeof text);
	if (r)
		return r;
	return bytes_addf(out, "%s_sum{%s=\"%s\"} %s\n%s_count{%s=\"%s\"} %" PRIu64 "\n", name, label, value, text,
			  name, label, value, buckets[MODEL_BUCKETS - 1]);
}

static int add_durations(struct bytes *out, const struct model_numbers *n)
{
	static const struct family f = { "http_request_duration_seconds", "histogram", "Time to answer a request." };
	int r = add_head(out, &f);

	for (size_t i = 0; i < MODEL_METHODS && !r; i++)
		r = add_histogram(out, f.name, "method", methods[i], n->buckets[i], n->duration_s[i]);
	return r;
}

static int add_process(struct bytes *out, const struct model_numbers *n)
{
	static const struct family cpu = { "process_cpu_seconds_total", "counter", "CPU time, user and system." };
	static const struct family start = { "process_start_time_seconds", "gauge", "Start, Unix time." };
	const struct {
		struct family family;
		uint64_t value;
	} gauges[] = {
		{ { "process_resident_memory_bytes", "gauge", "Resident memory." }, n->resident_bytes },
		{ { "process_virtual_memory_bytes", "gauge", "Virtual memory." }, n->virtual_bytes },
		{ { "process_open_fds", "gauge", "Open file descriptors." }, n->open_fds },
		{ { "process_max_fds", "gauge", "Limit of file descriptors." }, 1024 },
		{ { "go_goroutines", "gauge", "Goroutines." }, n->goroutines },
		{ { "go_memstats_heap_alloc_bytes", "gauge", "Bytes on the heap." }, n->heap_bytes },
		{ { "http_requests_in_flight", "gauge", "Requests being answered." }, n->in_flight },
	};
	int r = add_number(out, &cpu, n->cpu_s);

	if (!r)
		r = add_number(out, &start, (double)n->start_ms / 1000);
	for (size_t i = 0; i < sizeof gauges / sizeof gauges[0] && !r; i++)
		r = add_integer(out, &gauges[i].family, gauges[i].value);
	return r;
}

static int add_agent(struct bytes *out, const struct model_numbers *n, const struct roster_entry *who)
{
	static const struct family info = { "agent_info", "gauge", "What this agent is; always 1." };
	static const struct family tasks = { "agent_tasks_total", "counter", "Tasks ended, by outcome." };
	static const struct family queue = { "agent_queue_depth", "gauge", "Tasks waiting." };
	int r = add_head(out, &info);

	if (!r)
		r = bytes_addf(out, "%s{name=\"%s\",tier=\"%s\",version=\"%s\"} 1\n", info.name, who->name, who->tier,
			       who->version);
	if (!r)
		r = add_head(out, &tasks);
	if (!r)
		r = bytes_addf(out,
			       "%s{outcome=\"completed\"} %" PRIu64 "\n"
			       "%s{outcome=\"failed\"} %" PRIu64 "\n",
			       tasks.name, n->tasks_completed, tasks.name, n->tasks_failed);
	if (!r)
		r = add_head(out, &queue);
	return r ? r : bytes_addf(out, "%s{queue=\"inbox\"} %" PRIu64 "\n", queue.name, n->queue_depth);
}

static int add_tasks(struct bytes *out, const struct model *model, uint32_t body_kb, int64_t wall_ms)
{
	static const struct family f = { "agent_task_duration_seconds", "histogram", "Time a task took." };
	uint64_t wanted = (uint64_t)body_kb * 1024, buckets[MODEL_BUCKETS];
	uint64_t n_tasks = wanted > PLAIN_BODY_BYTES ? (wanted - PLAIN_BODY_BYTES) / TASK_BYTES : 0;
	char name[24];
	double sum;
	int r = n_tasks ? add_head(out, &f) : 0;

	for (uint64_t i = 0; i < n_tasks && !r; i++) {
		struct strbuf s;

		strbuf_init(&s, name, sizeof name);
		strbuf_addf(&s, "task-%03" PRIu64, i);
		sum = model_read_task(model, wall_ms, i, buckets);
		r = add_histogram(out, f.name, "task", name, buckets, sum);
	}
	return r;
}

int exposition_write(const struct model *model, const struct roster_entry *who, uint32_t body_kb, int64_t wall_ms,
		     struct bytes *out)
{
	struct model_numbers numbers;
	int r;

	model_read(model, wall_ms, &numbers);
	r = add_agent(out, &numbers, who);
	if (!r)
		r = add_requests(out, &numbers);
	if (!r)
		r = add_durations(out, &numbers);
	if (!r)
		r = add_process(out, &numbers);
	return r ? r : add_tasks(out, model, body_kb, wall_ms);
}
