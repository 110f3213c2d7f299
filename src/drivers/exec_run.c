// SPDX-License-Identifier: Apache-2.0
#include "drivers/exec_run.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/container_of.h"
#include "base/human.h"
#include "base/list.h"
#include "base/memory.h"
#include "drivers/exec_child.h"
#include "drivers/exec_sight.h"
#include "text/text.h"

enum stage {
	STAGE_OBSERVE, // nothing else was asked for
	STAGE_LOOK,    // is it the one that was meant
	STAGE_ACT,
};

struct driver_run {
	struct driver_run *prev, *next; // exec_driver::runs
	struct exec_driver *driver;     // borrowed
	struct driver_listener listener;
	bool is_cancelled;
	const struct exec_profile *profile; // of the configuration
	enum stage stage;
	struct command command; // of the step, when it is not to observe
	char expected_instance[DRIVER_INSTANCE_MAX];
	uint32_t timeout_ms;
	uint64_t deadline_ms;     // of the loop's clock
	struct exec_child *child; // owned by itself; NULL when none runs
	struct exec_output output;
	struct driver_answer answer;
	uv_timer_t handle; // answers that need no process come from it
};

// ---- answering

static void on_closed(uv_handle_t *handle)
{
	struct driver_run *run = container_of(handle, struct driver_run, handle);
	struct exec_driver *driver = run->driver;

	DL_DELETE(driver->runs, run);
	mem_free(run);
	exec_driver_handle_closed(driver);
}

// The listener is told once; it may begin the next step while it is.
static void answer(struct driver_run *run)
{
	uv_close((uv_handle_t *)&run->handle, on_closed);
	if (!run->is_cancelled)
		run->listener.done(run->listener.ctx, &run->answer);
}

static void on_turn(uv_timer_t *timer)
{
	answer(container_of(timer, struct driver_run, handle));
}

static void say(struct driver_run *run, enum driver_outcome outcome, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct driver_run *run, enum driver_outcome outcome, const char *format, ...)
{
	va_list args;

	run->answer.outcome = outcome;
	va_start(args, format);
	vsnprintf(run->answer.detail, sizeof run->answer.detail, format, args);
	va_end(args);
	text_trim(run->answer.detail);
}

// ---- what became of a command

static const char *signal_name(int signal, char out[HUMAN_MAX])
{
	const char *name = sigabbrev_np(signal);

	if (name)
		snprintf(out, HUMAN_MAX, "SIG%s", name);
	else
		snprintf(out, HUMAN_MAX, "signal %d", signal);
	return out;
}

// "1500ms", "2s".
static const char *limit_text(uint32_t ms, char out[HUMAN_MAX])
{
	if (ms % 1000 == 0)
		return human_duration(ms, out);
	snprintf(out, HUMAN_MAX, "%ums", ms);
	return out;
}

static bool is_refused_exit(const struct exec_profile *profile, int exit_code)
{
	for (size_t i = 0; i < profile->n_refused_exits; i++)
		if (profile->refused_exits[i] == exit_code)
			return true;
	return false;
}

static void judge(struct driver_run *run, const struct exec_result *result)
{
	char last[DRIVER_DETAIL_MAX], text[HUMAN_MAX];
	const char *colon;

	exec_output_last(&run->output, last);
	colon = *last ? ": " : "";
	if (result->error < 0)
		say(run, DRIVER_REFUSED, "cannot run %s: %s", run->command.argv[0], strerrordesc_np(-result->error));
	else if (result->is_expired)
		say(run, DRIVER_UNKNOWN, "no end within %s; it was killed%s%s", limit_text(run->timeout_ms, text),
		    colon, last);
	else if (result->signal)
		say(run, DRIVER_UNKNOWN, "killed by %s%s%s", signal_name(result->signal, text), colon, last);
	else if (result->exit_code == 0)
		say(run, DRIVER_DONE, "%s", last);
	else
		say(run, is_refused_exit(run->profile, result->exit_code) ? DRIVER_REFUSED : DRIVER_FAILED,
		    "exit %d%s%s", result->exit_code, colon, last);
}

// What `observe` said. Not to know is an answer as well.
static void judge_sight(struct driver_run *run, const struct exec_result *result)
{
	char said[64];

	judge(run, result);
	if (result->error < 0 || result->is_expired || result->signal)
		return;
	run->answer.has_sight = exec_sight_read(run->profile, result->exit_code, run->output.head, &run->answer.sight);
	if (run->answer.has_sight) {
		say(run, DRIVER_DONE, "%s", "");
	} else if (result->exit_code == 0) {
		text_clean(run->output.head, strcspn(run->output.head, " \t\r\n"), TEXT_ONE_LINE, said, sizeof said,
			   NULL);
		say(run, DRIVER_FAILED, "\"%s\" is no state that profile %s knows", said, run->profile->name);
	} else {
		run->answer.outcome = DRIVER_FAILED;
	}
}

// Whether the target still is the one that was meant; else the answer is there.
static bool is_expected(struct driver_run *run)
{
	const struct driver_sight *seen = &run->answer.sight;
	char why[DRIVER_DETAIL_MAX];

	memcpy(why, run->answer.detail, sizeof why);
	if (!run->answer.has_sight)
		say(run, DRIVER_REFUSED, "cannot see whether it still is the same: %.*s", text_fit(why, 120), why);
	else if (strcmp(seen->instance, run->expected_instance) != 0)
		say(run, DRIVER_REFUSED, "it is another one now: %s, not %s", *seen->instance ? seen->instance : "none",
		    run->expected_instance);
	else
		return true;
	return false;
}

// ---- running

static void on_line(void *ctx, const char *line)
{
	struct driver_run *run = ctx;

	if (!run->is_cancelled && run->stage != STAGE_LOOK && run->listener.output)
		run->listener.output(run->listener.ctx, line);
}

static void on_done(void *ctx, const struct exec_result *result);

// 0; -ENOMEM: nothing runs.
static int start(struct driver_run *run, struct command *command, uint32_t timeout_ms)
{
	const struct exec_command child = {
		.argv = command->argv,
		.environment = run->driver->environment,
		.timeout_ms = timeout_ms,
		.output = &run->output,
		.done = on_done,
		.ctx = run,
	};

	exec_output_init(&run->output, on_line, run);
	return exec_child_start(run->driver->loop, &child, &run->child);
}

// Runs the step's command. False when the answer is there already.
static bool act(struct driver_run *run)
{
	uint64_t now_ms = uv_now(run->driver->loop);

	run->stage = STAGE_ACT;
	run->answer = (struct driver_answer){ .outcome = DRIVER_REFUSED };
	if (now_ms >= run->deadline_ms)
		say(run, DRIVER_REFUSED, "its time was over before it began");
	else if (start(run, &run->command, (uint32_t)(run->deadline_ms - now_ms)) < 0)
		say(run, DRIVER_REFUSED, "out of memory");
	else
		return true;
	return false;
}

static void on_done(void *ctx, const struct exec_result *result)
{
	struct driver_run *run = ctx;

	run->child = NULL;
	exec_output_end(&run->output);
	if (run->stage == STAGE_ACT)
		judge(run, result);
	else
		judge_sight(run, result);
	if (run->stage == STAGE_LOOK && !run->is_cancelled && is_expected(run) && act(run))
		return;
	answer(run);
}

// ---- the beginning

static bool look(struct driver_run *run, const struct agent *agent, enum stage stage, uint32_t timeout_ms)
{
	struct command command;
	char why[DRIVER_DETAIL_MAX];

	run->stage = stage;
	if (command_fill(run->profile->observe, agent, "", &command, why, sizeof why) < 0)
		say(run, DRIVER_REFUSED, "%s", why);
	else if (start(run, &command, timeout_ms) < 0)
		say(run, DRIVER_REFUSED, "out of memory");
	else
		return true;
	return false;
}

static bool tells_instance(const struct exec_profile *profile)
{
	for (size_t i = 0; profile->observe && i < profile->n_words; i++)
		if (profile->words[i] == EXEC_WORD_INSTANCE)
			return true;
	return false;
}

// Begins with what the request needs first. False when the answer is there already.
static bool begin(struct driver_run *run, const struct driver_request *request)
{
	unsigned command = (unsigned)request->step->primitive - PRIMITIVE_DRIVER;
	const char *const *arguments;
	char why[DRIVER_DETAIL_MAX];

	run->answer.outcome = DRIVER_REFUSED;
	run->profile = exec_profile_of(run->driver, request->agent, run->answer.detail, sizeof run->answer.detail);
	if (!run->profile)
		return false;
	if (request->step->primitive == PRIMITIVE_OBSERVE && run->profile->observe)
		return look(run, request->agent, STAGE_OBSERVE, run->timeout_ms);
	arguments = exec_template(run->profile, command);
	if (request->step->primitive == PRIMITIVE_OBSERVE)
		say(run, DRIVER_DONE, "profile %s has no command to observe with", run->profile->name);
	else if (!arguments)
		say(run, DRIVER_REFUSED, "profile %s has no command for that", run->profile->name);
	else if (command_fill(arguments, request->agent, exec_version(command, request->params), &run->command, why,
			      sizeof why) < 0)
		say(run, DRIVER_REFUSED, "%s", why);
	else if (*request->expected_instance && tells_instance(run->profile))
		return look(run, request->agent, STAGE_LOOK,
			    run->timeout_ms < EXEC_LOOK_MS ? run->timeout_ms : EXEC_LOOK_MS);
	else
		return act(run);
	return false;
}

int exec_run_begin(struct driver *driver, const struct driver_request *request, const struct driver_listener *listener,
		   struct driver_run **out)
{
	struct exec_driver *exec = (struct exec_driver *)driver;
	struct driver_run *run = exec->is_closing ? NULL : mem_calloc(1, sizeof *run);

	*out = NULL;
	if (!run)
		return exec->is_closing ? -ECANCELED : -ENOMEM;
	run->driver = exec;
	run->listener = *listener;
	run->timeout_ms = request->step->timeout_ms;
	run->deadline_ms = uv_now(exec->loop) + run->timeout_ms;
	snprintf(run->expected_instance, sizeof run->expected_instance, "%s", request->expected_instance);
	uv_timer_init(exec->loop, &run->handle);
	exec->n_handles++;
	DL_APPEND(exec->runs, run);
	if (!begin(run, request))
		uv_timer_start(&run->handle, on_turn, 0, 0);
	*out = run;
	return 0;
}

// ---- the end

void exec_run_cancel(struct driver_run *run)
{
	run->is_cancelled = true;
	if (run->child && run->stage != STAGE_ACT) // nothing has been sent yet, and nothing will
		exec_child_end(run->child);
}

void exec_run_end_all(struct exec_driver *driver)
{
	struct driver_run *run;

	DL_FOREACH(driver->runs, run) {
		run->is_cancelled = true;
		if (run->child)
			exec_child_end(run->child);
	}
}
