// SPDX-License-Identifier: Apache-2.0
/* What a plan's guard wants of a person: a yes, a name that is typed, a reason. The loop goes on meanwhile, so that who
 * goes down while somebody thinks is noticed. What was typed before the question is not an answer to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "commands/exit_code.h"
#include "commands/op_run.h"
#include "operations/policy.h"
#include "text/text.h"

static bool has_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static bool needs_reason(const struct op_run *run)
{
	const char *reason = run->request->params.reason;

	return run->plan->guard >= GUARD_REASON && !reason[strspn(reason, " \t")];
}

static void prompt(struct op_run *run)
{
	const struct plan *plan = run->plan;

	run->n_line = 0;
	tcflush(STDIN_FILENO, TCIFLUSH);
	if (run->wants_reason)
		fputs("reason: ", stderr);
	else if (plan->guard >= GUARD_TYPE_NAME)
		fprintf(stderr, "type \"%s\" to go on: ", plan->typed);
	else
		fputs("type \"yes\" to go on: ", stderr);
}

static void cancel(struct op_run *run, const char *why)
{
	fprintf(stderr, "opscon op: nothing was done%s%s\n", why[0] ? ": " : "", why);
	op_cli_end(run, EXIT_CANCELLED);
}

static void take_reason(struct op_run *run, const char *line)
{
	text_clean(line, strlen(line), TEXT_ONE_LINE, run->reason, sizeof run->reason, NULL);
	run->has_reason = true;
	op_cli_stop_asking(run);
	op_cli_submit(run, run->plan->typed);
}

static void take_line(struct op_run *run, const char *line)
{
	const char *wanted = run->plan->guard >= GUARD_TYPE_NAME ? run->plan->typed : "yes";

	if (run->wants_reason) {
		if (line[strspn(line, " \t")])
			take_reason(run, line);
		else
			cancel(run, "no reason was given");
		return;
	}
	if (strcmp(line, wanted) != 0) {
		cancel(run, "that is not what was asked for");
		return;
	}
	if (needs_reason(run)) {
		run->wants_reason = true;
		prompt(run);
		return;
	}
	op_cli_stop_asking(run);
	op_cli_submit(run, run->plan->typed);
}

static void on_input(uv_poll_t *poll, int status, int events)
{
	struct op_run *run = poll->data;
	ssize_t n = read(STDIN_FILENO, run->line + run->n_line, sizeof run->line - 1 - run->n_line);
	char *end;

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR) && status == 0)
		return;
	if (n <= 0) {
		fputc('\n', stderr);
		cancel(run, "");
		return;
	}
	run->n_line += (size_t)n;
	run->line[run->n_line] = '\0';
	end = strchr(run->line, '\n');
	if (!end && run->n_line < sizeof run->line - 1)
		return;
	if (end && end[1]) { // more lines than were asked for: nobody types that
		cancel(run, "more than one line came at once");
		return;
	}
	if (end)
		*end = '\0';
	take_line(run, run->line);
}

static void ask(struct op_run *run)
{
	int flags = fcntl(STDIN_FILENO, F_GETFL), r = uv_poll_init(&run->session.loop, &run->input, STDIN_FILENO);

	if (flags >=
	    0) // the terminal is the shell's too: it is read once there is a line, and need not be told not to wait
		fcntl(STDIN_FILENO, F_SETFL, flags);
	if (r < 0) {
		fprintf(stderr, "opscon op: the terminal cannot be read: %s\n", uv_strerror(r));
		op_cli_end(run, EXIT_OURS);
		return;
	}
	run->has_input = true;
	run->input.data = run;
	uv_poll_start(&run->input, UV_READABLE, on_input);
	op_cli_enter(run, OP_ASKING);
	prompt(run);
}

void op_cli_stop_asking(struct op_run *run)
{
	if (run->has_input)
		uv_close((uv_handle_t *)&run->input, NULL);
	run->has_input = false;
}

static void deny(struct op_run *run, int code, const char *why)
{
	fprintf(stderr, "opscon op: nothing was done: %s\n", why);
	op_cli_audit_refused(run, why);
	op_cli_end(run, code);
}

static bool wants_answer(const struct op_run *run)
{
	return !run->request->is_yes && run->plan->guard != GUARD_VIEW;
}

bool op_cli_is_asking(const struct op_run *run)
{
	return !run->request->is_dry && wants_answer(run) && has_terminal();
}

void op_cli_confirm(struct op_run *run)
{
	if (op_cli_is_asking(run))
		ask(run);
	else if (wants_answer(run))
		deny(run, EXIT_CANCELLED, "there is no terminal to confirm it at; --yes confirms the plan");
	else if (needs_reason(run))
		deny(run, EXIT_DENIED, "a reason must be given: --reason TEXT");
	else
		op_cli_submit(run, run->plan->typed);
}
