#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The drivers there are, made and closed together. A new one is a file with its `create`, and a row in table.c.
 *
 * An agent names its driver (agent::driver); one that names none, or one that is not here, cannot be operated.
 */
#include <uv.h>

#include "opscon/driver.h"

struct config;
struct http_client;

// Borrowed until the drivers are closed.
struct driver_options {
	uv_loop_t *loop;
	struct http_client *client;
	const struct config *config;          // may be NULL where nothing is configured
	const struct driver_watcher *watcher; // copied; NULL: nobody is told what happens to targets
};

struct driver_table;

// 0 or negative errno; *out is NULL then, and what was begun closes in the loop's next turns.
int driver_table_create(const struct driver_options *options, struct driver_table **out);

struct driver *driver_table_find(const struct driver_table *table, const char *name);        // NULL: none
struct driver *driver_table_of(const struct driver_table *table, const struct agent *agent); // its own; NULL: none
unsigned driver_table_verbs(const struct driver_table *table, const struct agent *agent);    // 0 without a driver

// To every driver, as driver_class::attend: the one that was its own before has to know as well.
void driver_table_attend(struct driver_table *table, const struct agent *agent, bool is_gone, struct instant now);

/* Ends what runs without answers; `closed` (may be NULL) comes from the loop when the last driver is gone, with the
 * memory. The client may be closed after that. NULL is fine.
 */
void driver_table_close(struct driver_table *table, void (*closed)(void *ctx), void *ctx);
