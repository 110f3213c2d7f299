// SPDX-License-Identifier: Apache-2.0
/* opscon token: who may come to the hub over the network. A token is printed once, when it is made, and to standard
 * output alone; what is kept is its hash.
 */
#include "commands/token.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/human.h"
#include "base/memory.h"
#include "commands/audit_trail.h"
#include "commands/exit_code.h"
#include "commands/fleet_options.h"
#include "commands/options.h"
#include "commands/words.h"
#include "hub/access_tokens.h"
#include "opscon/agent.h"
#include "text/text.h"

static const struct command_option own_options[] = {
	{ "role", "ROLE", "viewer, operator, deployer or admin", 'r', .word = words_role },
	{ "expires", "TIME", "how long it is good for: 90d (default), 12h, up to 366d, or never", 'e' },
	{ "network", "CIDR", "from where it may be used, such as 10.0.0.0/8; may be given again; default: anywhere",
	  'n', .repeats = true },
	{ "allow", "SELECTOR", "to which agents alone it may do something; default: all", 'a' },
	{ "deny", "SELECTOR", "to which it may not, whatever is allowed", 'd' },
	{ "output", "FILE", "of create: a new file for the token, of mode 0600; default: standard output", 'o',
	  .completes = COMPLETES_FILES },
	{ "format", "FORMAT", "of list: table (default) or json", 'F', .word = words_table_or_json },
	{ "config", "FILE", "the configuration that says where tokens are kept", 'c', .completes = COMPLETES_FILES },
	{ "file", "FILE", "where they are kept", 'f', .completes = COMPLETES_FILES },
	{ 0 },
};

enum { DAY_MS = 86400000, DEFAULT_DAYS = 90, PATH_BYTES = 4096, SELECTOR_BYTES = 1024 };

struct asked {
	const char *verb, *name, *config, *file;
	const char *output; // of create; NULL: standard output
	char path[PATH_BYTES];
	enum role role;
	int64_t good_for_ms; // 0: for ever
	struct network networks[TOKEN_NETWORKS_MAX];
	size_t n_networks;
	const char *allow, *deny;
	enum token_format format;
	struct fleet_options options; // where the audit trail is
};

// ---- options

static int complain(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "opscon token: --%s %s: expected %s\n", option, value, expected);
	return EXIT_USAGE;
}

static int take_role(struct asked *asked, const char *value)
{
	if (role_from_name(value, &asked->role) == 0 && asked->role != ROLE_NONE)
		return 0;
	return complain("role", value, "viewer, operator, deployer or admin");
}

static int take_expires(struct asked *asked, const char *value)
{
	asked->good_for_ms = 0;
	if (strcmp(value, "never") == 0 ||
	    (human_parse_duration(value, &asked->good_for_ms) == 0 && asked->good_for_ms >= 1000))
		return 0;
	return complain("expires", value, "a time such as 90d, up to 366d, or never");
}

static int take_network(struct asked *asked, const char *value)
{
	if (asked->n_networks == TOKEN_NETWORKS_MAX)
		return complain("network", value, "at most 64 of them");
	if (network_parse(value, &asked->networks[asked->n_networks]) < 0)
		return complain("network", value, "a network such as 10.0.0.0/8, with no bits set behind the prefix");
	asked->n_networks++;
	return 0;
}

static int take_selector(const char **out, const char *option, const char *value)
{
	struct selector *selector = NULL;
	char why[120] = "clean text of at most 1024 bytes";
	int r = -EINVAL;

	if (strlen(value) <= SELECTOR_BYTES && text_is_clean(value))
		r = selector_parse(value, &selector, why, sizeof why);
	selector_free(selector);
	if (r < 0) {
		fprintf(stderr, "opscon token: --%s: %s\n", option, r == -ENOMEM ? "not enough memory" : why);
		return EXIT_USAGE;
	}
	*out = value;
	return 0;
}

static int take(void *ctx, int option, const char *value)
{
	struct asked *asked = ctx;

	switch (option) {
	case 'r':
		return take_role(asked, value);
	case 'e':
		return take_expires(asked, value);
	case 'n':
		return take_network(asked, value);
	case 'a':
		return take_selector(&asked->allow, "allow", value);
	case 'd':
		return take_selector(&asked->deny, "deny", value);
	case 'c':
		asked->config = value;
		return 0;
	case 'f':
		asked->file = value;
		return 0;
	case 'o':
		asked->output = value;
		return 0;
	case 'F':
		asked->format = strcmp(value, "json") == 0 ? TOKEN_FORMAT_JSON : TOKEN_FORMAT_TABLE;
		return asked->format == TOKEN_FORMAT_JSON || strcmp(value, "table") == 0
			       ? 0
			       : complain("format", value, "table or json");
	default:
		return EXIT_USAGE;
	}
}

static int check_operands(struct asked *asked, int n, char **operands)
{
	bool is_list = n > 0 && strcmp(operands[0], "list") == 0;

	const char *meant;

	if (n == 0) {
		fputs("opscon token: expected create, list or revoke; see opscon token --help\n", stderr);
		return EXIT_USAGE;
	}
	if (!is_list && strcmp(operands[0], "create") != 0 && strcmp(operands[0], "revoke") != 0) {
		meant = words_meant(operands[0], words_token_verb);
		fprintf(stderr, "opscon token: %s: %s%s%s\n", operands[0],
			meant ? "did you mean '" : "expected create, list or revoke", meant ? meant : "",
			meant ? "'?" : "");
		return EXIT_USAGE;
	}
	asked->verb = operands[0];
	if (n != (is_list ? 1 : 2)) {
		fprintf(stderr, "opscon token %s: expected %s\n", asked->verb,
			is_list ? "no more words" : "the name of one token");
		return EXIT_USAGE;
	}
	asked->name = is_list ? NULL : operands[1];
	if (asked->name && !token_name_is_fine(asked->name)) {
		fprintf(stderr, "opscon token: the name: expected letters, digits and . _ - @, at most 64\n");
		return EXIT_USAGE;
	}
	if (strcmp(asked->verb, "create") == 0 && asked->role == ROLE_NONE) {
		fputs("opscon token create: expected --role viewer, operator, deployer or admin\n", stderr);
		return EXIT_USAGE;
	}
	if (asked->output && strcmp(asked->verb, "create") != 0) {
		fprintf(stderr, "opscon token %s: --output is for create\n", asked->verb);
		return EXIT_USAGE;
	}
	return 0;
}

// The configuration where there is one, and by it the token file and the audit trail.
static int find_file(struct asked *asked)
{
	char *none[] = { NULL }, found[PATH_BYTES];
	int r;

	asked->options.config_path = asked->config;
	r = fleet_options_resolve(&asked->options, none, config_find(NULL, found, sizeof found) == 0);
	if (r)
		return r;
	if (asked->file)
		r = (size_t)snprintf(asked->path, PATH_BYTES, "%s", asked->file) >= PATH_BYTES ? -ENAMETOOLONG : 0;
	else
		r = config_hub_token_file(&asked->options.config, asked->path, PATH_BYTES);
	if (r == 0)
		return 0;
	fprintf(stderr, "opscon token: no place for tokens: %s; name one with --file\n", strerrordesc_np(-r));
	return EXIT_OURS;
}

// ---- create, revoke

static int fail(const struct asked *asked, int error, const char *why)
{
	fprintf(stderr, "opscon token: %s: %s\n", asked->path, why[0] ? why : strerrordesc_np(-error));
	return error == -EACCES || error == -EPERM    ? EXIT_DENIED
	       : error == -EEXIST || error == -ENOENT ? EXIT_USAGE
						      : EXIT_OURS;
}

static int record(const struct asked *asked, enum audit_action action)
{
	const struct audit_field details[] = {
		{ "role", audit_text(role_name(asked->role)) },
		{ "allow", audit_text(asked->allow) },
		{ "deny", audit_text(asked->deny) },
		{ "networks", audit_number((int64_t)asked->n_networks) },
		{ "days", audit_number(asked->good_for_ms / DAY_MS) },
		{ "token", audit_secret() },
	};
	const struct audit_record made = {
		.phase = AUDIT_EVENT,
		.action = action,
		.level = AUDIT_WARNING,
		.result = AUDIT_SUCCESS,
		.resource_kind = "token",
		.resource_id = asked->name,
		.details = { details, action == AUDIT_CREATE ? sizeof details / sizeof details[0] : 0 },
	};

	return audit_trail_once(&asked->options, &made);
}

struct making {
	struct asked *asked;
	char text[TOKEN_TEXT_MAX];
	int64_t now_ms;
};

static int fill(const struct making *making, struct token *token)
{
	const struct asked *asked = making->asked;

	*token = (struct token){
		.name = mem_strdup(asked->name),
		.role = asked->role,
		.created_ms = making->now_ms,
		.expires_ms = asked->good_for_ms ? making->now_ms + asked->good_for_ms : 0,
		.networks = mem_calloc(asked->n_networks + 1, sizeof *token->networks),
		.n_networks = asked->n_networks,
		.allow = mem_strdup(asked->allow),
		.deny = mem_strdup(asked->deny),
	};
	if (!token->name || !token->networks || (asked->allow && !token->allow) || (asked->deny && !token->deny))
		return -ENOMEM;
	memcpy(token->networks, asked->networks, asked->n_networks * sizeof *token->networks);
	token_hash(making->text, strlen(making->text), token->hash);
	return 0;
}

static int add(void *ctx, struct tokens *tokens, char why[TOKENS_WHY_MAX])
{
	struct making *making = ctx;
	struct token token;
	int r = fill(making, &token);

	if (r < 0) {
		token_finish(&token);
		return r;
	}
	r = tokens_add(tokens, &token);
	if (r == -EEXIST)
		snprintf(why, TOKENS_WHY_MAX, "there is a token %s already; revoke it first", making->asked->name);
	else if (r == -ENOSPC)
		snprintf(why, TOKENS_WHY_MAX, "there are %d tokens, as many as there may be", TOKENS_MAX);
	return r;
}

static int take_away(void *ctx, struct tokens *tokens, char why[TOKENS_WHY_MAX])
{
	const struct asked *asked = ctx;
	int r = tokens_remove(tokens, asked->name);

	if (r < 0)
		snprintf(why, TOKENS_WHY_MAX, "there is no token %s", asked->name);
	return r;
}

// A file for the token alone, which is good for nothing yet. 0 or an exit code after saying what is wrong.
static int put_out(const struct making *making)
{
	char line[TOKEN_TEXT_MAX + 1];
	const char *path = making->asked->output;
	int n = snprintf(line, sizeof line, "%s\n", making->text);
	int r = path ? file_write_new(AT_FDCWD, path, line, (size_t)n, 0600, FILE_DURABLE) : 0;

	explicit_bzero(line, sizeof line);
	if (r == 0)
		return 0;
	fprintf(stderr, "opscon token create: --output %s: %s\n", path,
		r == -EEXIST ? "it is there already; expected a file that is not" : strerrordesc_np(-r));
	return r == -EEXIST || r == -ENOENT || r == -ENOTDIR ? EXIT_USAGE : EXIT_OURS;
}

// The token counts from here on, unless it could not be recorded. 0 or an exit code after saying what is wrong.
static int put_in(struct making *making)
{
	struct asked *asked = making->asked;
	char why[TOKENS_WHY_MAX];
	int r = tokens_change(asked->path, add, making, why);

	if (r < 0)
		return fail(asked, r, why);
	r = record(asked, AUDIT_CREATE);
	if (r == 0)
		return 0;
	tokens_change(asked->path, take_away, asked, why); // nobody has seen it yet
	snprintf(why, sizeof why, "no token was made: it could not be recorded: %s", strerrordesc_np(-r));
	return fail(asked, r, why);
}

static void tell_made(const struct making *making)
{
	const struct asked *asked = making->asked;
	char until[HUMAN_MAX] = "never";

	if (asked->good_for_ms)
		human_rfc3339(making->now_ms + asked->good_for_ms, until);
	fprintf(stderr, "token %s, %s, expires %s; it is %s%s\n", asked->name, role_name(asked->role), until,
		asked->output ? "in " : "shown this once", asked->output ? asked->output : "");
}

static int create(struct asked *asked)
{
	struct making making = { .asked = asked, .now_ms = clock_now().wall_ms };
	int r = token_make(making.text);

	if (r < 0)
		return fail(asked, r, "there are no random numbers");
	r = put_out(&making);
	if (r == 0) {
		r = put_in(&making);
		if (r && asked->output)
			unlink(asked->output);
	}
	if (r == 0 && !asked->output)
		puts(making.text);
	token_wipe(making.text);
	if (r == 0)
		tell_made(&making);
	return r;
}

// What nobody may use any more is taken away whatever else fails.
static int revoke_token(struct asked *asked)
{
	char why[TOKENS_WHY_MAX];
	int r = tokens_change(asked->path, take_away, asked, why);

	if (r < 0)
		return fail(asked, r, why);
	fprintf(stderr, "token %s is revoked; a hub that runs ends its sessions within seconds\n", asked->name);
	r = record(asked, AUDIT_DELETE);
	if (r == 0)
		return EXIT_WELL;
	fprintf(stderr, "opscon token: that could not be recorded: %s\n", strerrordesc_np(-r));
	return EXIT_OURS;
}

static int list(struct asked *asked)
{
	struct token_list list = { .path = asked->path, .now_ms = clock_now().wall_ms };
	char why[TOKENS_WHY_MAX], trail[PATH_BYTES];
	struct tokens_stamp stamp;
	struct tokens tokens;
	int64_t *last_ms;
	int r = tokens_load(asked->path, &tokens, &stamp, why), uses = -ENOENT;

	if (r < 0)
		return fail(asked, r, why);
	last_ms = mem_calloc(tokens.n + 1, sizeof *last_ms);
	list.tokens = &tokens;
	list.last_ms = last_ms;
	if (last_ms && tokens.n && audit_trail_dir(&asked->options, false, trail, sizeof trail) == 0)
		uses = token_uses_find(trail, &tokens, last_ms);
	list.has_uses = uses >= 0;
	list.is_cut = uses > 0;
	r = last_ms ? token_list_print(&list, asked->format) : fail(asked, -ENOMEM, "");
	mem_free(last_ms);
	tokens_finish(&tokens);
	return r;
}

static int carry_out(struct asked *asked)
{
	int r = find_file(asked);

	if (r)
		return r;
	if (strcmp(asked->verb, "create") == 0)
		return create(asked);
	return strcmp(asked->verb, "revoke") == 0 ? revoke_token(asked) : list(asked);
}

static int run_command(int argc, char **argv)
{
	struct asked asked = { .good_for_ms = (int64_t)DEFAULT_DAYS * DAY_MS };
	int r = options_parse(&command_token, argc, argv, take, &asked);

	if (r == 0)
		r = check_operands(&asked, argc - optind, argv + optind);
	if (r)
		return r;
	fleet_options_init(&asked.options);
	r = carry_out(&asked);
	fleet_options_finish(&asked.options);
	return r;
}

static void print_more_help(void)
{
	fputs("\ncreate prints the token, once and nowhere else, or puts it in a file of its own\n(--output) for "
	      "'opscon attach --token-file'. A hub that runs knows it at once.\n",
	      stdout);
}

const struct subcommand command_token = {
	.name = "token",
	.run = run_command,
	.summary = "who may come to the hub over the network: create, list and revoke tokens",
	.usage = "opscon token create NAME --role ROLE [OPTION ...]\n"
		 "       opscon token list [--format table|json] [OPTION ...]\n"
		 "       opscon token revoke NAME [OPTION ...]",
	.options = { own_options, help_option },
	.verb = words_token_verb,
	.more_help = print_more_help,
};
