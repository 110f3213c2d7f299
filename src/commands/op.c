// SPDX-License-Identifier: Apache-2.0
/* opscon op: lifecycle operations from the command line, with a plan first and to their end. */
#include "commands/op.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/human.h"
#include "base/number.h"
#include "commands/exit_code.h"
#include "commands/options.h"
#include "commands/words.h"
#include "operations/journal_id.h"
#include "operations/journal_read.h"
#include "operations/plan.h"
#include "operations/policy.h"

enum { WAIT_MAX_MS = 24 * 3600 * 1000, GIVE_UP_MS = 300000, BATCH_MAX = OPERATION_TARGETS_MAX };

static const struct command_option own_options[] = {
	{ "version", "V", "what to create, or to upgrade to", 'v' },
	{ "image", "I", "the same, as containers have it", 'v' },
	{ "patch", "JSON", "what configure changes: a JSON object", 'p' },
	{ "force", NULL, "stop at once, not gracefully", 'F' },
	{ "dry-run", NULL, "show the plan and do nothing", 'n' },
	{ "yes", NULL, "do not ask; also without a terminal", 'y', .letter = 'y' },
	{ "reason", "TEXT", "why it is done, for the record", 'r' },
	{ "batch", "N",
	  "so many at a time; what is not given, of this and the next five, is as configured, with --hub as the hub "
	  "has it",
	  'b' },
	{ "canary", NULL, "a few first, then half, then all", 'c' },
	{ "blue-green", NULL, "the new one beside the old one, where the driver can", 'g' },
	{ "between", "DURATION", "wait so long between batches or phases", 'B' },
	{ "max-unavailable", "N", "stop when so many are bad at once", 'u' },
	{ "no-rollback", NULL, "then wait for a person instead of taking it back", 'R' },
	{ "wait", NULL,
	  "wait while somebody else operates on one of them, and of a hub for the second person, where one has to "
	  "agree",
	  'w' },
	{ "format", "FORMAT", "table (default) or json", 'f', .word = words_table_or_json },
	{ "hub", "ADDRESS", "on the agents of a hub, which carries it out; may be given again", 'H', .repeats = true },
	{ "give-up", "DURATION", "how long a hub that does not answer is waited for; default 5m", 'G' },
	{ 0 },
};

static int complain(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "opscon op: --%s %s: expected %s\n", option, value, expected);
	return EXIT_USAGE;
}

static int take_count(uint16_t *out, const char *option, const char *value)
{
	uint64_t n;

	if (number_parse_u64(value, strlen(value), BATCH_MAX, &n) < 0 || n == 0)
		return complain(option, value, "a number from 1 to 10000");
	*out = (uint16_t)n;
	return 0;
}

static int take_format(struct op_request *request, const char *value)
{
	request->is_json = strcmp(value, "json") == 0;
	return request->is_json || strcmp(value, "table") == 0 ? 0 : complain("format", value, "table or json");
}

static int take_kind(struct op_request *request, enum rollout_kind kind)
{
	if (request->has_kind && request->params.rollout.kind != kind) {
		fputs("opscon op: expected one of --canary and --blue-green\n", stderr);
		return EXIT_USAGE;
	}
	request->has_kind = true;
	request->params.rollout.kind = kind;
	return 0;
}

static int take_rollout(struct op_request *request, int option, const char *value)
{
	switch (option) {
	case 'b':
		return take_count(&request->batch, "batch", value);
	case 'u':
		return take_count(&request->max_unavailable, "max-unavailable", value);
	case 'B':
		if (human_parse_duration(value, &request->between_ms) == 0 && request->between_ms <= WAIT_MAX_MS)
			return 0;
		return complain("between", value, "a duration of at most a day, like 30s or 5m");
	case 'c':
		return take_kind(request, ROLLOUT_CANARY);
	case 'g':
		return take_kind(request, ROLLOUT_BLUE_GREEN);
	default:
		request->stays = true;
		return 0;
	}
}

static int take_give_up(struct op_request *request, const char *value)
{
	if (human_parse_duration(value, &request->give_up_ms) == 0 && request->give_up_ms > 0 &&
	    request->give_up_ms <= WAIT_MAX_MS)
		return 0;
	return complain("give-up", value, "a duration of at most a day, like 30s or 5m");
}

static int take_hub(struct op_request *request, const char *value)
{
	if (request->n_hubs == HUBS_MAX)
		return complain("hub", value, "no more than 16 of them");
	request->hub_addresses[request->n_hubs++] = (char *)value;
	return 0;
}

static int take(void *ctx, int option, const char *value)
{
	struct op_request *request = ctx;

	switch (option) {
	case 'v':
		request->params.version = value;
		return 0;
	case 'p':
		request->params.patch = value;
		return 0;
	case 'r':
		request->params.reason = value;
		return 0;
	case 'F':
		request->params.is_forced = true;
		return 0;
	case 'f':
		return take_format(request, value);
	case 'n':
		request->is_dry = true;
		return 0;
	case 'y':
		request->is_yes = true;
		return 0;
	case 'w':
		request->waits = true;
		return 0;
	case 'G':
		return take_give_up(request, value);
	case 'H':
		return take_hub(request, value);
	case ATTACH_OPTION_CA:
	case ATTACH_OPTION_PING:
	case ATTACH_OPTION_RETRY:
	case ATTACH_OPTION_TOKEN_FILE:
		return attach_options_take(&request->hub, option, value);
	default:
		return take_rollout(request, option, value);
	}
}

static void say(struct operation_params *params, enum rollout_figure figure)
{
	params->unsaid &= ~(1U << figure);
}

void op_cli_settle_rollout(struct op_request *request, const struct operations_config *config)
{
	struct operation_params *params = &request->params;
	struct rollout *rollout = &params->rollout;

	params->unsaid = ROLLOUT_FIGURES_ALL;
	if (request->has_kind)
		say(params, ROLLOUT_FIGURE_KIND);
	*rollout = policy_rollout(config, params);
	if (request->batch) {
		rollout->batch = request->batch;
		say(params, ROLLOUT_FIGURE_BATCH);
	}
	if (request->max_unavailable) {
		rollout->max_unavailable = request->max_unavailable;
		say(params, ROLLOUT_FIGURE_MAX_UNAVAILABLE);
	}
	if (request->between_ms >= 0) {
		rollout->wait_ms = (uint32_t)request->between_ms;
		say(params, ROLLOUT_FIGURE_WAIT);
	}
	if (request->stays) {
		rollout->rolls_back = false;
		say(params, ROLLOUT_FIGURE_ROLLS_BACK);
	}
}

// ---- what it is about

// "20261125-225130-restart-1a2b3c4d", or what is left of one, or mistyped: no selector looks like that.
static bool looks_like_id(const char *word)
{
	for (int i = 0; i < 8; i++)
		if (!isdigit((unsigned char)word[i]))
			return false;
	return word[8] == '-';
}

static int complain_of_verb(const char *word)
{
	const char *meant = words_meant(word, words_op_verb);

	if (meant)
		fprintf(stderr, "opscon op: %s: did you mean '%s'?\n", word, meant);
	else
		fprintf(stderr, "opscon op: %s: expected a verb, or list, show, pause, resume, abort or rollback\n",
			word);
	return EXIT_USAGE;
}

// What the words say, of which there are n after "op". 0, or EXIT_USAGE.
static int understand(struct op_request *request, char **words, int n)
{
	bool has_id = n > 1 && looks_like_id(words[1]);

	request->id = n > 1 ? words[1] : NULL;
	if (n == 0) {
		fputs("opscon op: expected a verb, or list, show, pause, resume, abort or rollback; see --help\n",
		      stderr);
		return EXIT_USAGE;
	}
	if (strcmp(words[0], "list") == 0) {
		request->kind = OP_LIST;
		if (n == 1)
			return 0;
		fprintf(stderr, "opscon op list: %s: expected nothing more\n", words[1]);
		return EXIT_USAGE;
	}
	if (strcmp(words[0], "show") == 0) {
		request->kind = OP_SHOW;
	} else if (journal_control_from_name(words[0], &request->control) == 0 &&
		   (has_id || verb_from_name(words[0], &request->params.verb) < 0)) {
		request->kind = OP_CONTROL;
	} else if (verb_from_name(words[0], &request->params.verb) < 0) {
		return complain_of_verb(words[0]);
	}
	if (request->kind != OP_RUN && (n != 2 || !has_id)) {
		fprintf(stderr, "opscon op %s: expected the name of an operation, as 'opscon op list' has it\n",
			words[0]);
		return EXIT_USAGE;
	}
	if (n == 1) {
		fprintf(stderr,
			"opscon op %s: expected a selector or URLs: nothing stands for everybody but 'name=~*'\n",
			words[0]);
		return EXIT_USAGE;
	}
	return 0;
}

// Whose agents: those of hubs, or our own.
static int resolve(struct op_request *request, struct fleet_options *options, char **operands)
{
	bool changes = request->kind == OP_RUN || request->kind == OP_CONTROL;
	char path[1024];
	int r;

	if (!request->n_hubs) // what is on record can be looked at without a configuration
		return fleet_options_resolve(options, operands, changes || config_find(NULL, path, sizeof path) == 0);
	r = attach_check_polling(options);
	if (r == 0)
		r = fleet_options_resolve(options, operands, config_find(NULL, path, sizeof path) == 0);
	if (r == 0)
		r = attach_options_resolve(&request->hub, request->hub_addresses, &options->config.attach);
	if (r == 0 && changes &&
	    options->config.operations.is_read_only) { // the hub does not know what is configured here
		fprintf(stderr, "opscon op: not done: %s\n", request_refusal(REQUEST_PLAN, -EROFS));
		return EXIT_DENIED;
	}
	if (r == 0 && options->n_urls) {
		fputs("opscon op: expected a selector: with --hub the agents are the hub's\n", stderr);
		r = EXIT_USAGE;
	}
	return r;
}

static int run(struct op_request *request, struct fleet_options *options, char **operands)
{
	char why[256];
	int r = resolve(request, options, operands);

	if (r)
		return r;
	if (request->kind == OP_CONTROL) { // what takes back one that is over is planned
		request->params.verb = VERB_ROLLBACK;
		op_cli_settle_rollout(request, &options->config.operations);
	}
	if (request->kind != OP_RUN && request->n_hubs)
		return request->kind == OP_CONTROL ? op_cli_go_on(request, options) : op_cli_look(request, options);
	if (request->kind != OP_RUN)
		return request->kind == OP_CONTROL ? op_cli_control(request, options)
		       : request->kind == OP_LIST  ? op_cli_list(request, options)
						   : op_cli_show(request, options);
	op_cli_settle_rollout(request, &options->config.operations);
	r = plan_params_check(&request->params, why, sizeof why);
	if (r < 0) {
		fprintf(stderr, "opscon op %s: %s\n", verb_name(request->params.verb),
			r == -EINVAL ? why : strerrordesc_np(-r));
		return r == -EINVAL ? EXIT_USAGE : EXIT_OURS;
	}
	return op_cli_run(request, options);
}

static int run_command(int argc, char **argv)
{
	struct op_request request = {
		.params = { .version = "", .patch = "", .reason = "" },
		.between_ms = -1,
		.give_up_ms = GIVE_UP_MS,
	};
	struct fleet_options options;
	char *none[] = { NULL };
	int r;

	fleet_options_init(&options);
	r = fleet_options_parse(&options, &command_op, argc, argv, take, &request);
	if (r == 0)
		r = understand(&request, argv + optind, argc - optind);
	if (r == 0)
		r = run(&request, &options, request.kind == OP_RUN ? argv + optind + 1 : none);
	fleet_options_finish(&options);
	return r;
}

const struct subcommand command_op = {
	.name = "op",
	.run = run_command,
	.summary = "restart, upgrade and the like: plan, confirm, follow to the end",
	.usage = "opscon op VERB [OPTION ...] SELECTOR | URL ...\n"
		 "       opscon op list [--format FORMAT]\n"
		 "       opscon op show ID [--format FORMAT]\n"
		 "       opscon op pause|resume|abort|rollback ID\n\n"
		 "Verbs: create start stop restart suspend resume upgrade rollback delete configure.\n"
		 "First the plan is shown, and what it takes to confirm it is asked for; then the\n"
		 "operation is followed to its end.",
	.options = { own_options, attach_hub_options, fleet_timeout_options, fleet_polling_options, fleet_state_options,
		     fleet_file_options, help_option },
	.verb = words_op_verb,
};

// ---- what its parts share

int op_cli_dir(const struct fleet_options *options, char out[OP_DIR_MAX])
{
	if (!options->state_dir[0]) {
		fputs("opscon op: there is no state directory, so no operation is on record\n", stderr);
		return -ENOENT;
	}
	snprintf(out, OP_DIR_MAX, "%s/operations", options->state_dir);
	return 0;
}

const char *op_cli_unread(const struct journal_story *story, const char *id)
{
	if (story->error == -ENOENT || !journal_id_is_valid(id))
		return OP_UNKNOWN;
	return story->trouble[0] ? story->trouble : strerrordesc_np(-story->error);
}

int op_cli_exit_code(enum operation_state state)
{
	switch (state) {
	case OPERATION_SUCCEEDED:
		return EXIT_WELL;
	case OPERATION_ROLLED_BACK:
		return EXIT_DEGRADED;
	case OPERATION_FAILED:
		return EXIT_DOWN;
	case OPERATION_ABORTED:
		return EXIT_CANCELLED;
	default:
		return EXIT_INDETERMINATE;
	}
}

int op_cli_columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}
