// SPDX-License-Identifier: Apache-2.0
/* From the agents that are asked for to the operation's end. Everybody is watched, not only they: what depends on them,
 * and whether one is the last of its kind, is seen only so.
 */
#include "commands/op_run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/identity.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "commands/exit_code.h"
#include "commands/status_run.h"
#include "operations/plan_json.h"
#include "operations/plan_text.h"

enum {
	TICK_MS = 100,
	HARD_MS = 15000,    // how long a verdict may be open before the plan says "unknown"
	FIND_MS = 10000,    // how long an operation may take to be found
	HELD_MS = 2000,     // between two looks at who holds an agent
	INTERVAL_MS = 2000, // between two probes at most: somebody is waiting
	PLAN_MAX = 256 << 20,
	REFUSAL_MAX = 320,
};

void op_cli_enter(struct op_run *run, enum op_phase phase)
{
	run->phase = phase;
	run->since_ms = clock_now().mono_ms;
}

void op_cli_end(struct op_run *run, int code)
{
	op_cli_tell_refused(run);
	run->is_over = true;
	run->code = code;
	uv_stop(&run->session.loop);
}

static bool is_older_than(const struct op_run *run, int64_t ms)
{
	return clock_now().mono_ms - run->since_ms >= ms;
}

// What keeps anything from being put on record.
static const char *record_words(const struct op_run *run, enum request_type type, int error, char out[REFUSAL_MAX])
{
	const char *why = audit_trail_why(&run->session.trail);

	if (error == -EIO && why[0])
		snprintf(out, REFUSAL_MAX, "the audit trail cannot be written: %s", why);
	else
		snprintf(out, REFUSAL_MAX, "%s", request_refusal(type, error));
	return out;
}

// ---- who

// As for `status --hard`: an agent that is never asked, or cannot be, has no verdict to wait for.
static bool is_known(const struct fleet_agent *agent)
{
	return agent->agent->is_paused || agent->health.quality == PROBE_OFFLINE ||
	       (agent->health.attempt_n == 0 && agent->health.observed != OBSERVED_NEVER) ||
	       (!agent->agent->health_url && !agent->agent->metrics_url);
}

static bool is_settled(const struct op_run *run)
{
	const struct fleet *fleet = run->session.fleet;

	if (!session_is_settled(&run->session))
		return false;
	if (is_older_than(run, HARD_MS))
		return true;
	for (size_t i = 0; run->undone && i < op_cli_n_undone(run); i++)
		if (op_cli_undone(run, i) && !is_known(op_cli_undone(run, i)))
			return false;
	for (size_t i = 0; !run->undone && i < fleet_n_agents(fleet); i++) {
		const struct fleet_agent *agent = fleet_agent_at(fleet, i);

		if (selector_matches(run->selector, agent->agent) && !is_known(agent))
			return false;
	}
	return true;
}

// Whom it is for, in the order of the list. Returns how many.
static size_t choose_agents(const struct op_run *run, uint32_t *agents)
{
	const struct fleet *fleet = run->session.fleet;
	size_t n = 0;

	for (size_t i = 0; run->undone && i < op_cli_n_undone(run); i++)
		if (op_cli_undone(run, i))
			agents[n++] = op_cli_undone(run, i)->agent->id;
	for (size_t i = 0; !run->undone && i < fleet_n_agents(fleet); i++)
		if (selector_matches(run->selector, fleet_agent_at(fleet, i)->agent))
			agents[n++] = fleet_agent_at(fleet, i)->agent->id;
	return n;
}

static void ask_plan(struct op_run *run)
{
	size_t n = run->undone ? op_cli_n_undone(run) : fleet_n_agents(run->session.fleet);
	mem_auto uint32_t *agents = mem_alloc((n + 1) * sizeof *agents);
	struct request request = {
		.type = REQUEST_PLAN,
		.who = run->who,
		.agents = agents,
		.params = &run->request->params,
		.token = ++run->token,
	};
	char why[REFUSAL_MAX];
	int r = agents ? 0 : -ENOMEM;

	if (agents)
		request.n_agents = choose_agents(run, agents);
	if (r == 0 && request.n_agents == 0) {
		fputs("opscon op: no agent matches\n", stderr);
		op_cli_end(run, EXIT_USAGE);
		return;
	}
	op_cli_enter(run, OP_PLANNING);
	if (r == 0)
		r = feed_request(run->session.feed, &request);
	if (r < 0) {
		op_cli_tell_notices(run);
		fprintf(stderr, "opscon op: no plan can be made: %s\n", record_words(run, request.type, r, why));
		op_cli_end(run, r == -EROFS || r == -EPERM || r == -ENOTSUP ? EXIT_DENIED : EXIT_OURS);
	}
}

// ---- the plan

static int show_plan(struct op_run *run)
{
	bool is_json = run->request->is_json;
	FILE *to = is_json && !run->request->is_dry ? stderr : stdout;
	struct bytes out;
	int r;

	bytes_init(&out, PLAN_MAX);
	r = is_json && run->request->is_dry
		    ? plan_json(run->plan, &out)
		    : plan_text(run->plan, op_cli_columns(), !status_has_unicode(), op_cli_is_asking(run), &out);
	if (r == 0)
		fwrite(out.data, 1, out.len, to);
	fflush(to);
	bytes_finish(&out);
	return r;
}

// Nothing is done that is not audited: whatever keeps the trail from being written may be over by now.
static void try_again(struct op_run *run)
{
	if (!is_older_than(run, HELD_MS))
		return;
	if (!run->session.trail.banner[0]) {
		ask_plan(run);
		return;
	}
	op_cli_enter(run, OP_HELD);
	feed_request(run->session.feed, &(struct request){ .type = REQUEST_AUDIT_REOPEN, .who = run->who });
}

static void take_plan(struct op_run *run, const struct plan *plan)
{
	char why[REFUSAL_MAX];

	plan_unref(run->plan);
	run->plan = plan_ref(plan);
	if (run->request->waits && op_cli_is_held(run))
		return;
	if (!op_cli_is_still_undone(run, why, sizeof why)) {
		fprintf(stderr, "opscon op: nothing was done: %s\n", why);
		op_cli_audit_refused(run, why);
		op_cli_end(run, EXIT_DENIED);
	} else if (show_plan(run) < 0) {
		fputs("opscon op: the plan cannot be shown: out of memory\n", stderr);
		op_cli_end(run, EXIT_OURS);
	} else if (run->plan->refusal[0]) {
		if (run->request->is_json)
			fprintf(stderr, "opscon op: it cannot be done: %s\n", run->plan->refusal);
		if (op_cli_is_busy(run))
			fputs("opscon op: nothing was done; --wait waits for it\n", stderr);
		op_cli_audit_refused(run, run->plan->refusal);
		op_cli_end(run, EXIT_DENIED);
	} else if (run->request->is_dry) {
		op_cli_end(run, EXIT_WELL);
	} else {
		op_cli_confirm(run);
	}
}

static void look_for_plan(struct op_run *run)
{
	const struct plan *plan = fleet_plan(run->session.fleet, run->token);

	op_cli_tell_notices(run);
	if (plan)
		take_plan(run, plan);
	else if (run->is_unplanned)
		op_cli_end(run, EXIT_OURS);
}

// ---- carrying it out

static int refusal_code(int error)
{
	switch (error) {
	case -EROFS:
	case -EPERM:
	case -ESTALE:
	case -EBUSY:
	case -ENOTSUP:
	case -ENOENT: // it is over
		return EXIT_DENIED;
	default:
		return EXIT_OURS;
	}
}

// `why` is what the feed has said of it, "" nothing.
static void tell_undone(const struct op_run *run, enum request_type type, int error, const char *why)
{
	bool is_busy = type == REQUEST_SUBMIT && error == -EBUSY && !run->request->waits;
	char words[REFUSAL_MAX];

	fprintf(stderr, "opscon op: %s: %s%s\n", error == -ENOTCONN ? "not done" : "nothing was done",
		*why ? why : record_words(run, type, error, words),
		is_busy                                      ? "; --wait waits for it"
		: type == REQUEST_SUBMIT && error == -ESTALE ? "; ask again"
							     : "");
}

void op_cli_submit(struct op_run *run, const char *typed)
{
	struct request request = {
		.type = REQUEST_SUBMIT,
		.operation = run->plan->no,
		.who = run->who,
		.hash = run->plan->hash,
		.typed = typed,
		.reason = run->has_reason ? run->reason : run->request->params.reason,
	};
	bool is_wanted = op_cli_wants_agreement(run), is_asking = is_wanted && run->request->waits;
	const char *why;
	int r = 0;

	request.text = is_wanted && !is_asking ? "now" : NULL; // who does not wait has nobody asked
	if (!is_asking || op_cli_is_unasked(run))
		r = feed_request(run->session.feed, &request);
	if (r == 0 && is_asking) {
		op_cli_await_agreement(run);
		return;
	}
	if (r == 0) {
		run->no = run->plan->no;
		op_cli_enter(run, OP_FOLLOWING);
		return;
	}
	op_cli_tell_notices(run);
	why = op_cli_why_refused(run);
	if (r == -EBUSY && run->request->waits) {
		op_cli_hold(run, "whoever operates on it now");
		return;
	}
	tell_undone(run, REQUEST_SUBMIT, r, why);
	op_cli_end(run, refusal_code(r));
}

// ---- the loop

static enum request_type request_of(enum journal_control control)
{
	static const enum request_type types[JOURNAL_CONTROL_COUNT] = {
		[JOURNAL_PAUSE] = REQUEST_OPERATION_PAUSE,
		[JOURNAL_RESUME] = REQUEST_OPERATION_RESUME,
		[JOURNAL_ABORT] = REQUEST_OPERATION_ABORT,
		[JOURNAL_ROLLBACK] = REQUEST_OPERATION_ROLLBACK,
	};

	return types[control];
}

// All that hubs have they have told. One that was started just now reads its journals before it does.
static bool is_unknown(const struct op_run *run)
{
	struct websocket_manager_summary summary;

	if (!run->session.is_attached || !session_is_settled(&run->session))
		return false;
	websocket_manager_summary(run->session.feed, &summary);
	return summary.n_live == summary.n_hubs;
}

static void find_operation(struct op_run *run)
{
	const struct operation *operation = op_cli_find(run);
	struct request request = { .type = request_of(run->request->control), .who = run->who };
	char why[REFUSAL_MAX];
	int r;

	if (operation)
		request.operation = operation->no;
	if (!operation && is_unknown(run)) {
		fprintf(stderr, "opscon op %s: %s: " OP_UNKNOWN "\n", journal_control_name(run->request->control),
			run->request->id);
		op_cli_end(run, EXIT_OURS);
		return;
	}
	if (!request.operation && is_older_than(run, FIND_MS)) {
		op_cli_tell_notices(run);
		fprintf(stderr, "opscon op: %s cannot be gone on with here\n", run->request->id);
		op_cli_end(run, EXIT_OURS);
	}
	if (!request.operation || !session_is_settled(&run->session))
		return;
	if (run->request->control == JOURNAL_ROLLBACK && op_cli_can_undo(operation)) {
		run->undone = operation_ref(operation);
		op_cli_enter(run, OP_SETTLING);
		return;
	}
	r = feed_request(run->session.feed, &request);
	op_cli_tell_notices(run);
	if (r < 0) {
		const char *said = op_cli_why_refused(run);

		fprintf(stderr, "opscon op: %s: %s\n", run->request->id,
			*said ? said : record_words(run, request.type, r, why));
		op_cli_end(run, refusal_code(r));
		return;
	}
	run->no = request.operation;
	op_cli_enter(run, OP_FOLLOWING);
}

// Nothing was ever heard of any hub.
static bool is_out_of_reach(const struct op_run *run)
{
	struct websocket_manager_summary summary;

	if (!run->session.is_attached || !session_is_settled(&run->session))
		return false;
	websocket_manager_summary(run->session.feed, &summary);
	return summary.n_reached == 0;
}

static bool is_ours(enum request_type type)
{
	return type == REQUEST_PLAN || type == REQUEST_SUBMIT ||
	       (type >= REQUEST_OPERATION_PAUSE && type <= REQUEST_OPERATION_ROLLBACK);
}

// Of one that is over there is nothing to pause, to end or to take back, whatever the hub calls that.
static const char *over_words(const struct op_run *run, enum request_type type, char out[REFUSAL_MAX])
{
	const struct operation *operation =
		type >= REQUEST_OPERATION_PAUSE && run->request->kind == OP_CONTROL ? op_cli_find(run) : NULL;

	out[0] = '\0';
	if (operation && operation_is_over(operation->state))
		snprintf(out, REFUSAL_MAX, "%s: it is over: %s", operation->id, operation_state_name(operation->state));
	return out;
}

// A hub has refused what it was sent. When it was lost before it answered, nobody here knows whether it was done; a
// plan does nothing.
static void on_refused(void *ctx, enum request_type type, int error, const char *why)
{
	struct op_run *run = ctx;
	char words[REFUSAL_MAX];
	const char *said;

	if (run->is_over || !is_ours(type))
		return;
	if (run->phase == OP_AGREEING && error == -EAGAIN) {
		op_cli_tell_asked(run);
		return;
	}
	op_cli_tell_notices(run);
	said = op_cli_why_refused(run);
	if (type == REQUEST_SUBMIT && error == -EBUSY && run->request->waits) {
		run->no = 0;
		op_cli_hold(run, "whoever operates on it now");
		return;
	}
	if (type == REQUEST_SUBMIT && error == -EPERM && op_cli_wants_agreement(run))
		op_cli_tell_agreement(run);
	else if (*over_words(run, type, words))
		fprintf(stderr, "opscon op: %s\n", words);
	else
		tell_undone(run, type, error, *said ? said : why);
	if (error == -ENOTCONN)
		op_cli_end(run, type == REQUEST_PLAN ? EXIT_UNREACHABLE : EXIT_INDETERMINATE);
	else
		op_cli_end(run, refusal_code(error));
}

// What a hub tells of a refusal comes before its answer.
static bool is_waiting_for_answer(const struct op_run *run)
{
	return run->session.is_attached && (run->phase == OP_AGREEING || (run->phase == OP_FOLLOWING && !run->seen));
}

static void step(struct op_run *run)
{
	if (run->is_over)
		return;
	if (is_out_of_reach(run)) {
		op_cli_end(run, attach_fail(&run->request->hub, run->session.feed));
		return;
	}
	op_cli_hear_old(run);
	op_cli_watch_hub(run);
	if (!is_waiting_for_answer(run))
		op_cli_tell_refused(run);
	if (run->is_over)
		return;
	switch (run->phase) {
	case OP_SETTLING:
		if (is_settled(run))
			ask_plan(run);
		break;
	case OP_PLANNING:
		look_for_plan(run);
		break;
	case OP_HELD:
		try_again(run);
		break;
	case OP_ASKING:
		break;
	case OP_AGREEING:
		op_cli_look_for_agreement(run);
		break;
	case OP_FOLLOWING:
		op_cli_follow(run);
		break;
	case OP_FINDING:
		find_operation(run);
		break;
	case OP_LOOKING:
		if (session_is_settled(&run->session))
			op_cli_tell_known(run);
		break;
	}
}

static void on_check(uv_check_t *check)
{
	step(check->data);
}

static void on_timer(uv_timer_t *timer)
{
	(void)timer; // so that the loop goes round, and time is looked at
}

static void on_signal(uv_signal_t *signal, int number)
{
	(void)number;
	op_cli_interrupt(signal->data);
}

static void start_handles(struct op_run *run)
{
	static const int numbers[OP_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };
	uv_loop_t *loop = &run->session.loop;

	uv_check_init(loop, &run->check);
	uv_timer_init(loop, &run->timer);
	run->check.data = run->timer.data = run;
	uv_check_start(&run->check, on_check);
	uv_timer_start(&run->timer, on_timer, TICK_MS, TICK_MS);
	for (int i = 0; i < OP_SIGNALS; i++) {
		uv_signal_init(loop, &run->signals[i]);
		run->signals[i].data = run;
		uv_signal_start(&run->signals[i], on_signal, numbers[i]);
	}
}

static void close_handles(struct op_run *run)
{
	op_cli_stop_asking(run);
	uv_close((uv_handle_t *)&run->check, NULL);
	uv_close((uv_handle_t *)&run->timer, NULL);
	for (int i = 0; i < OP_SIGNALS; i++)
		uv_close((uv_handle_t *)&run->signals[i], NULL);
}

static int attach(struct op_run *run)
{
	struct websocket_manager_options feed = attach_feed_options(&run->request->hub, run->who);

	feed.refused = on_refused;
	feed.ctx = run;
	return session_attach(&run->session, run->options, &feed);
}

static int run_session(struct op_run *run, struct fleet_options *options)
{
	struct selector *selector = options->selector;
	struct audit_identity who;
	int r;

	audit_identity_here(&who);
	memcpy(run->who, who.user, sizeof run->who);
	if (!options->interval_ms && options->config.probe.interval_ms > INTERVAL_MS)
		options->config.probe.interval_ms = INTERVAL_MS;
	options->selector = NULL; // all are watched
	run->selector = selector;
	run->options = options;
	run->begun_ms = clock_now().wall_ms;
	run->to = run->request->is_json ? stderr : stdout;
	r = run->request->hub.n_addresses ? attach(run) : session_start(&run->session, options, SESSION_AUDITED);
	if (r == 0) {
		start_handles(run);
		op_cli_enter(run, run->phase);
		while (!run->is_over)
			uv_run(&run->session.loop, UV_RUN_ONCE);
		close_handles(run);
		r = run->code;
	}
	session_stop(&run->session);
	plan_unref(run->plan);
	operation_unref((struct operation *)run->seen);
	operation_unref((struct operation *)run->undone);
	options->selector = selector;
	return r;
}

int op_cli_run(const struct op_request *request, struct fleet_options *options)
{
	struct op_run run = { .request = request, .phase = OP_SETTLING };

	return run_session(&run, options);
}

int op_cli_go_on(const struct op_request *request, struct fleet_options *options)
{
	struct op_run run = { .request = request, .phase = OP_FINDING };

	return run_session(&run, options);
}

int op_cli_look(const struct op_request *request, struct fleet_options *options)
{
	struct op_run run = { .request = request, .phase = OP_LOOKING };

	return run_session(&run, options);
}
