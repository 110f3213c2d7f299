// SPDX-License-Identifier: Apache-2.0
#include "services/audit_logger.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "audit/writer.h"
#include "base/memory.h"

// A record whose outcome somebody waits for, or that only counts: the writer holds it until then.
struct waiting {
	struct audit_logger *logger;
	audit_logger_cb done;
	void *ctx;
};

struct audit_logger {
	void (*wake)(void *ctx);
	void *ctx;
	struct audit_writer *writer; // owned
	struct audit_logger_state state;
	size_t n_waiting;
	int error;              // why it is broken for good; 0
	bool is_held;           // by another process
	int64_t dirty_since_ms; // mono; INT64_MAX: all is signed
	int64_t tried_ms;       // mono, of what was put last
};

static void refresh(struct audit_logger *logger)
{
	struct audit_logger_state *state = &logger->state;
	struct audit_writer_state writer;

	audit_writer_look(logger->writer, &writer);
	logger->is_held = writer.is_held;
	logger->error = writer.is_held ? 0 : writer.trouble.error;
	state->status = writer.is_open         ? AUDIT_LOGGER_WELL
			: writer.trouble.error ? AUDIT_LOGGER_BROKEN
					       : AUDIT_LOGGER_OPENING;
	snprintf(state->why, sizeof state->why, "%s", writer.trouble.text);
	state->n_records = writer.n_records;
	state->n_signed = writer.n_signed;
	if (writer.n_records) {
		audit_hash_hex(&writer.head, state->head);
		audit_hash_hex(&writer.key, state->key);
	}
	state->n_syslog_failed = writer.n_syslog_failed;
	if (!logger->n_waiting && state->n_signed == state->n_records)
		logger->dirty_since_ms = INT64_MAX;
}

int audit_logger_create(const struct audit_logger_options *options, struct instant now, struct audit_logger **out)
{
	struct audit_logger *logger = mem_calloc(1, sizeof *logger);
	const struct audit_writer_options writer = {
		.store = { .dir = options->dir,
			   .key = options->key,
			   .holder = options->who->user,
			   .key_name = options->who->host,
			   .segment_bytes = options->segment_bytes,
			   .lock_ms = options->lock_ms,
			   .n_records = options->n_records,
			   .retention_ms = options->retention_ms },
		.who = options->who,
		.syslog = options->syslog,
		.wake = options->wake,
		.ctx = options->ctx,
	};
	int r;

	*out = NULL;
	if (!logger)
		return -ENOMEM;
	logger->dirty_since_ms = INT64_MAX;
	logger->tried_ms = now.mono_ms;
	logger->wake = options->wake;
	logger->ctx = options->ctx;
	r = audit_writer_create(&writer, now.wall_ms, &logger->writer);
	if (r < 0) {
		mem_free(logger);
		return r;
	}
	*out = logger;
	return 0;
}

static void on_done(void *ctx, uint64_t ticket, int error)
{
	struct waiting *waiting = ctx;
	struct audit_logger *logger = waiting->logger;

	logger->n_waiting--;
	logger->state.n_refused += error < 0;
	if (waiting->done)
		waiting->done(waiting->ctx, ticket, error);
	mem_free(waiting);
}

// Whoever watches the state hears of it, also when nothing else happens.
static int refuse(struct audit_logger *logger, int error)
{
	logger->state.n_refused++;
	logger->wake(logger->ctx);
	return error;
}

int audit_logger_append(struct audit_logger *logger, const struct audit_record *record, struct instant now,
			audit_logger_cb done, void *ctx, uint64_t *ticket)
{
	struct waiting *waiting;
	uint64_t given = 0;
	int r;

	if (logger->error)
		return refuse(logger, logger->error);
	waiting = mem_calloc(1, sizeof *waiting);
	if (!waiting)
		return refuse(logger, -ENOMEM);
	*waiting = (struct waiting){ .logger = logger, .done = done, .ctx = ctx };
	r = audit_writer_put(logger->writer, record, now.wall_ms, on_done, waiting, &given);
	if (r < 0) {
		mem_free(waiting);
		return refuse(logger, r);
	}
	logger->n_waiting++;
	logger->tried_ms = now.mono_ms;
	if (logger->dirty_since_ms == INT64_MAX)
		logger->dirty_since_ms = now.mono_ms;
	if (ticket)
		*ticket = given;
	return 0;
}

void audit_logger_dispatch(struct audit_logger *logger)
{
	refresh(logger); // whoever hears that a record failed may ask why
	audit_writer_take(logger->writer);
	refresh(logger);
}

const struct audit_logger_state *audit_logger_state(const struct audit_logger *logger)
{
	return &logger->state;
}

int64_t audit_logger_deadline(const struct audit_logger *logger)
{
	if (logger->error)
		return INT64_MAX;
	if (logger->is_held)
		return logger->tried_ms + AUDIT_RETRY_MS;
	if (logger->dirty_since_ms == INT64_MAX)
		return INT64_MAX;
	return logger->dirty_since_ms + AUDIT_SIGN_AFTER_MS;
}

void audit_logger_tick(struct audit_logger *logger, struct instant now)
{
	if (now.mono_ms < audit_logger_deadline(logger))
		return;
	// What it does not cover is due a period later; what it does is seen at the next dispatch.
	if (audit_writer_checkpoint(logger->writer) == 0)
		logger->dirty_since_ms = logger->tried_ms = now.mono_ms;
}

int audit_logger_reopen(struct audit_logger *logger, struct instant now)
{
	return audit_writer_reopen(logger->writer, now.wall_ms);
}

int audit_logger_destroy(struct audit_logger *logger)
{
	int r;

	if (!logger)
		return 0;
	r = audit_writer_destroy(logger->writer, AUDIT_CLOSE_MS);
	if (r < 0)
		return r; // its memory is the thread's for as long as the process lasts
	mem_free(logger);
	return 0;
}
