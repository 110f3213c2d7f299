// SPDX-License-Identifier: Apache-2.0
#include "drivers/table.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "drivers/docker.h"
#include "drivers/exec.h"
#include "drivers/http.h"

static int (*const creators[])(const struct driver_options *options, struct driver **out) = {
	docker_driver_create,
	exec_driver_create,
	http_driver_create,
};

enum { N_DRIVERS = sizeof creators / sizeof creators[0] };

struct driver_table {
	struct driver *drivers[N_DRIVERS]; // NULL: not made
	size_t n_open;
	void (*closed)(void *ctx);
	void *ctx;
};

static void free_table(struct driver_table *table)
{
	void (*closed)(void *ctx) = table->closed;
	void *ctx = table->ctx;

	mem_free(table);
	if (closed)
		closed(ctx);
}

static void driver_closed(void *ctx)
{
	struct driver_table *table = ctx;

	if (--table->n_open == 0)
		free_table(table);
}

void driver_table_close(struct driver_table *table, void (*closed)(void *ctx), void *ctx)
{
	if (!table)
		return;
	table->closed = closed;
	table->ctx = ctx;
	for (size_t i = 0; i < N_DRIVERS; i++)
		if (table->drivers[i])
			table->drivers[i]->class->close(table->drivers[i], driver_closed, table);
}

int driver_table_create(const struct driver_options *options, struct driver_table **out)
{
	struct driver_table *table = mem_calloc(1, sizeof *table);
	int r = 0;

	*out = NULL;
	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < N_DRIVERS && r == 0; i++) {
		r = creators[i](options, &table->drivers[i]);
		if (r == 0)
			table->n_open++;
	}
	if (r == 0)
		*out = table;
	else if (table->n_open)
		driver_table_close(table, NULL, NULL);
	else
		mem_free(table);
	return r;
}

struct driver *driver_table_find(const struct driver_table *table, const char *name)
{
	for (size_t i = 0; i < N_DRIVERS; i++)
		if (strcmp(table->drivers[i]->class->name, name) == 0)
			return table->drivers[i];
	return NULL;
}

struct driver *driver_table_of(const struct driver_table *table, const struct agent *agent)
{
	return agent->driver ? driver_table_find(table, agent->driver) : NULL;
}

unsigned driver_table_verbs(const struct driver_table *table, const struct agent *agent)
{
	const struct driver *driver = driver_table_of(table, agent);

	return driver ? driver->class->verbs(driver, agent) : 0;
}

void driver_table_attend(struct driver_table *table, const struct agent *agent, bool is_gone, struct instant now)
{
	const struct driver *own = is_gone ? NULL : driver_table_of(table, agent);

	for (size_t i = 0; i < N_DRIVERS; i++) {
		struct driver *driver = table->drivers[i];

		if (driver->class->attend)
			driver->class->attend(driver, agent, driver != own, now);
	}
}
