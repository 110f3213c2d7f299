// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/drivers/exec_fixture.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/exec_run.h"

void exec_set_up(struct exec_fixture *f)
{
	const struct driver_options options = { .loop = &f->loop, .config = &f->config };

	*f = (struct exec_fixture){ .dir = "/tmp/opscon-exec-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(f->dir));
	ck_assert_int_eq(uv_loop_init(&f->loop), 0);
	f->profile = (struct exec_profile){
		.name = "test",
		.words = { EXEC_WORD_STATE, EXEC_WORD_VERSION, EXEC_WORD_INSTANCE },
		.n_words = 2,
		.readings = f->readings,
		.n_readings = 3,
		.timeout_ms = 60000,
	};
	f->readings[0] = (struct exec_reading){ .word = "active", .state = LIFECYCLE_RUNNING };
	f->readings[1] = (struct exec_reading){ .word = "inactive", .state = LIFECYCLE_STOPPED };
	f->readings[2] = (struct exec_reading){ .exit_code = 4, .is_gone = true };
	f->config.drivers.exec.profiles = &f->profile;
	f->config.drivers.exec.n_profiles = 1;
	f->labels[0] = (struct label){ "unit", "web.service" };
	f->agent = (struct agent){
		.key = "http://a:1",
		.name = "web-1",
		.url = "http://a:1",
		.driver = "exec",
		.control_target = "test",
		.source = "config",
		.labels = { f->labels, 1 },
	};
	f->params = (struct operation_params){ .verb = VERB_RESTART, .version = "", .patch = "", .reason = "" };
	ck_assert_int_eq(exec_driver_create(&options, &f->driver), 0);
}

static void on_closed(void *ctx)
{
	*(bool *)ctx = true;
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *ftw)
{
	(void)status;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void exec_tear_down(struct exec_fixture *f)
{
	f->driver->class->close(f->driver, on_closed, &f->is_closed);
	ck_assert(!f->is_closed);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	ck_assert(f->is_closed);
	ck_assert_int_eq(uv_loop_close(&f->loop), 0);
	ck_assert_int_eq(nftw(f->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *exec_path(struct exec_fixture *f, const char *name)
{
	static char paths[8][128];
	static unsigned n;
	char *path = paths[n++ % 8];

	snprintf(path, sizeof paths[0], "%s/%s", f->dir, name);
	return path;
}

bool exec_exists(struct exec_fixture *f, const char *name)
{
	return access(exec_path(f, name), F_OK) == 0;
}

const char *exec_script(struct exec_fixture *f, const char *name, const char *text)
{
	const char *path = exec_path(f, name);
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\n%s\n", text);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, 0700), 0);
	return path;
}

static void on_answer(void *ctx, const struct driver_answer *answer)
{
	struct exec_fixture *f = ctx;

	f->answer = *answer;
	f->n_answers++;
}

static void on_output(void *ctx, const char *line)
{
	struct exec_fixture *f = ctx;
	size_t n = strlen(f->lines);

	snprintf(f->lines + n, sizeof f->lines - n, "%s\n", line);
	snprintf(f->last_line, sizeof f->last_line, "%s", line);
	f->n_lines++;
}

struct driver_run *exec_begin(struct exec_fixture *f, int command, uint32_t timeout_ms, const char *expected_instance)
{
	const struct plan_step step = {
		.primitive = (uint16_t)(command < 0 ? PRIMITIVE_OBSERVE : PRIMITIVE_DRIVER + command),
		.timeout_ms = timeout_ms,
	};
	const struct driver_request request = {
		.agent = &f->agent,
		.params = &f->params,
		.step = &step,
		.idempotency_key = "k",
		.expected_instance = expected_instance,
	};
	const struct driver_listener listener = { on_answer, on_output, f };
	struct driver_run *run = NULL;

	f->n_answers = f->n_lines = 0;
	f->lines[0] = '\0';
	ck_assert_int_eq(f->driver->class->begin(f->driver, &request, &listener, &run), 0);
	ck_assert_ptr_nonnull(run);
	ck_assert_uint_eq(f->n_answers, 0); // from the loop, never from within
	return run;
}

void exec_wait_answer(struct exec_fixture *f)
{
	while (!f->n_answers && uv_run(&f->loop, UV_RUN_ONCE))
		;
	ck_assert_uint_eq(f->n_answers, 1);
}

const struct driver_answer *exec_ask(struct exec_fixture *f, int command, uint32_t timeout_ms,
				     const char *expected_instance)
{
	exec_begin(f, command, timeout_ms, expected_instance);
	exec_wait_answer(f);
	return &f->answer;
}

static void on_tick(uv_timer_t *timer)
{
	(void)timer;
}

void exec_wait_file(struct exec_fixture *f, const char *name)
{
	uint64_t end = uv_hrtime() + UINT64_C(10000000000);
	uv_timer_t timer;

	uv_timer_init(&f->loop, &timer);
	uv_timer_start(&timer, on_tick, 5, 5);
	while (!exec_exists(f, name) && uv_hrtime() < end)
		uv_run(&f->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	ck_assert(exec_exists(f, name));
}
