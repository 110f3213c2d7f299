// SPDX-License-Identifier: Apache-2.0
/* opscon audit: who did what, and whether the record of it is what was written. Never writes to the trail. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/export.h"
#include "audit/verify.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "commands/audit_trail.h"
#include "commands/exit_code.h"
#include "commands/fleet_options.h"
#include "commands/options.h"
#include "commands/words.h"

enum { OUTPUT_MAX = 512 << 20, DIR_MAX = 1200 };

// Exit codes of `verify` are its own, and stand in opscon-audit(7).
enum { VERIFY_SOUND = 0, VERIFY_TAMPERED = 1, VERIFY_SHORT = 2, VERIFY_UNREADABLE = 3 };

static const struct command_option own_options[] = {
	{ "since", "TIME", "2026-11-25, 2026-11-25T10:00Z, or an age like 2h", 's' },
	{ "until", "TIME", "the same", 'u' },
	{ "user", "NAME", "who did it", 'w' },
	{ "action", "ACTION", "what was done:", 'a', .word = words_audit_action },
	{ "resource", "WHAT", "a kind, an id, an agent's name, KIND/ID or KIND/NAME", 'o' },
	{ "level", "LEVEL", "how grave it is:", 'l', .word = words_audit_level },
	{ "result", "RESULT", "what became of it:", 'r', .word = words_audit_result },
	{ "limit", "N", "the newest N that fit; default 100", 'n' },
	{ "format", "FORMAT", "table (default), json, csv or md", 'f', .word = words_audit_format },
	{ "dir", "DIR", "the trail; default: the configured one", 'd', .completes = COMPLETES_DIRECTORIES },
	{ "demo", NULL, "that of the demo", 'D' },
	{ "config", "FILE", "the configuration that says where it is", 'c', .completes = COMPLETES_FILES },
	{ "key", "FILE", "of verify: the public key; default: key.pub in the trail", 'k',
	  .completes = COMPLETES_FILES },
	{ "head", "SIZE:HASH", "of verify: a checkpoint known from elsewhere; a number of records, and the hash in hex",
	  'H' },
	{ 0 },
};

struct request {
	struct audit_filter filter;
	struct audit_verify_options verify;
	char since[32], until[32], dir_found[DIR_MAX];
	const char *dir, *config;
	enum audit_format format;
	bool is_verify, is_demo;
};

static int complain(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "opscon audit: --%s %s: expected %s\n", option, value, expected);
	return EXIT_USAGE;
}

static int take_head(struct request *request, const char *value)
{
	const char *colon = strchr(value, ':');

	if (!colon || number_parse_u64(value, (size_t)(colon - value), INT64_MAX, &request->verify.head_n) < 0 ||
	    request->verify.head_n == 0 || audit_hash_from_hex(colon + 1, strlen(colon + 1), &request->verify.head) < 0)
		return complain("head", value, "SIZE:HASH, a number of records and 64 hexadecimal digits");
	return 0;
}

static int take_limit(struct request *request, const char *value)
{
	uint64_t n;

	if (number_parse_u64(value, strlen(value), AUDIT_LIMIT_MAX, &n) < 0 || n == 0)
		return complain("limit", value, "a number from 1 to 10000");
	request->filter.limit = n;
	return 0;
}

static int take_word(int *out, int value, const char *(*word)(size_t i), const char *option, const char *text)
{
	char expected[200];
	struct strbuf list;
	int count = 0;

	strbuf_init(&list, expected, sizeof expected);
	for (; word((size_t)count); count++)
		strbuf_addf(&list, "%s%s", count ? ", " : "", word((size_t)count));
	*out = value;
	return value < count ? 0 : complain(option, text, expected);
}

static int take_time(char out[32], const char **field, const char *option, const char *value)
{
	*field = out;
	return audit_parse_time(value, clock_now().wall_ms, out) == 0
		       ? 0
		       : complain(option, value, "a time like 2026-11-25T10:00Z, or an age like 2h");
}

static int take_filter(struct request *request, int option, const char *value)
{
	struct audit_filter *filter = &request->filter;

	switch (option) {
	case 's':
		return take_time(request->since, &filter->since, "since", value);
	case 'u':
		return take_time(request->until, &filter->until, "until", value);
	case 'a':
		return take_word(&filter->action, (int)audit_action_from_name(value), words_audit_action, "action",
				 value);
	case 'l':
		return take_word(&filter->level, (int)audit_level_from_name(value), words_audit_level, "level", value);
	case 'r':
		return take_word(&filter->result, (int)audit_result_from_name(value), words_audit_result, "result",
				 value);
	case 'n':
		return take_limit(request, value);
	case 'f':
		request->format = audit_format_from_name(value);
		return request->format < AUDIT_FORMAT_COUNT ? 0 : complain("format", value, "table, json, csv or md");
	case 'w':
		filter->user = value;
		return 0;
	default:
		filter->resource = value;
		return 0;
	}
}

static int take(void *ctx, int option, const char *value)
{
	struct request *request = ctx;

	switch (option) {
	case 'c':
		request->config = value;
		return 0;
	case 'd':
		request->dir = value;
		return 0;
	case 'D':
		request->is_demo = true;
		return 0;
	case 'k':
		request->verify.key = value;
		return 0;
	case 'H':
		return take_head(request, value);
	default:
		return take_filter(request, option, value);
	}
}

static int understand(struct request *request, int n, char **words)
{
	const char *meant = n ? words_meant(words[0], words_audit_verb) : NULL;

	if (n == 0)
		return 0;
	request->is_verify = strcmp(words[0], "verify") == 0;
	if (!request->is_verify && strcmp(words[0], "list") != 0) {
		fprintf(stderr, "opscon audit: %s: %s%s%s\n", words[0],
			meant ? "did you mean '" : "expected list or verify", meant ? meant : "", meant ? "'?" : "");
		return EXIT_USAGE;
	}
	if (n == 1)
		return 0;
	fprintf(stderr, "opscon audit %s: %s: expected no more words; --user, --resource and the like filter\n",
		words[0], words[1]);
	return EXIT_USAGE;
}

// Where the trail is, unless it was said.
static int find_dir(struct request *request)
{
	struct fleet_options options;
	char *none[] = { NULL };
	int r;

	if (request->dir)
		return 0;
	fleet_options_init(&options);
	options.config_path = request->config;
	r = fleet_options_resolve(&options, none, false);
	if (r == 0 && audit_trail_dir(&options, request->is_demo, request->dir_found, DIR_MAX) < 0) {
		fputs("opscon audit: there is no state directory; name the trail with --dir\n", stderr);
		r = EXIT_OURS;
	}
	fleet_options_finish(&options);
	request->dir = request->dir_found;
	return r;
}

// ---- list

static int list(const struct request *request)
{
	struct audit_trouble trouble = { 0 };
	struct audit_found found;
	struct bytes out;
	int r = audit_query(request->dir, &request->filter, &found, &trouble);

	bytes_init(&out, OUTPUT_MAX);
	if (r == 0)
		r = audit_export(&found, request->format, &out);
	if (r == 0)
		fwrite(out.data, 1, out.len, stdout);
	else if (trouble.error == -ENOENT)
		fprintf(stderr, "opscon audit: %s: there is no audit trail yet\n", request->dir);
	else
		fprintf(stderr, "opscon audit: %s\n", trouble.error ? trouble.text : strerrordesc_np(-r));
	if (found.n_unreadable)
		fprintf(stderr, "opscon audit: %zu line%s no record%s; see 'opscon audit verify'\n", found.n_unreadable,
			found.n_unreadable == 1 ? " is" : "s are", found.n_unreadable == 1 ? "" : "s");
	bytes_finish(&out);
	audit_found_finish(&found);
	return r < 0 ? EXIT_OURS : EXIT_WELL;
}

// ---- verify

static void print_place(const struct audit_place *bad)
{
	char name[AUDIT_FILE_NAME_MAX];

	if (!bad->segment)
		return;
	audit_segment_name(bad->segment, name);
	printf("first bad: %s line %" PRIu64, name, bad->line);
	if (bad->seq)
		printf(", record %" PRIu64, bad->seq);
	putchar('\n');
}

static void print_trusted(const struct audit_verdict *verdict)
{
	char hex[AUDIT_HASH_HEX + 1];

	if (!verdict->chained) {
		puts("trusted: nothing");
		return;
	}
	if (verdict->n_signed)
		printf("signed: records %" PRIu64 " to %" PRIu64 ", by %s\n", verdict->first, verdict->n_signed,
		       verdict->key_name);
	else
		puts("signed: nothing");
	audit_hash_hex(&verdict->head, hex);
	printf("chained: records %" PRIu64 " to %" PRIu64 "\n", verdict->first, verdict->chained);
	printf("head: %" PRIu64 ":%s\n", verdict->chained, hex);
}

static int verify(struct request *request)
{
	static const struct {
		const char *word;
		int code;
	} findings[] = {
		[AUDIT_SOUND] = { "sound", VERIFY_SOUND },
		[AUDIT_TAMPERED] = { "TAMPERED WITH", VERIFY_TAMPERED },
		[AUDIT_TRUNCATED] = { "TRUNCATED", VERIFY_SHORT },
		[AUDIT_UNANCHORED] = { "NOT ANCHORED", VERIFY_SHORT },
		[AUDIT_UNREADABLE] = { "UNREADABLE", VERIFY_UNREADABLE },
	};
	struct audit_verdict verdict;
	int r;

	request->verify.dir = request->dir;
	r = audit_verify(&request->verify, &verdict);
	if (r < 0) {
		fprintf(stderr, "opscon audit: %s\n", strerrordesc_np(-r));
		return VERIFY_UNREADABLE;
	}
	printf("%s%s%s\n", findings[verdict.finding].word, *verdict.text ? ": " : "", verdict.text);
	print_place(&verdict.bad);
	if (verdict.finding != AUDIT_UNREADABLE)
		print_trusted(&verdict);
	if (verdict.is_being_written)
		puts("it is being written to: what came meanwhile was not looked at");
	return findings[verdict.finding].code;
}

static int run_command(int argc, char **argv)
{
	struct request request = {
		.filter = { .action = -1, .level = -1, .result = -1, .limit = AUDIT_LIMIT_DEFAULT },
	};
	int r = options_parse(&command_audit, argc, argv, take, &request);

	if (r == 0)
		r = understand(&request, argc - optind, argv + optind);
	if (r)
		return r;
	r = find_dir(&request);
	if (r)
		return request.is_verify ? VERIFY_UNREADABLE : r;
	return request.is_verify ? verify(&request) : list(&request);
}

static void print_more_help(void)
{
	fputs("\nverify: exit 0 sound, 1 tampered with, 2 truncated or not anchored, 3 unreadable.\n", stdout);
}

const struct subcommand command_audit = {
	.name = "audit",
	.run = run_command,
	.summary = "who did what: list and verify the audit trail",
	.usage = "opscon audit [list] [OPTION ...]\n"
		 "       opscon audit verify [--head SIZE:HASH] [--key FILE] [OPTION ...]",
	.options = { own_options, help_option },
	.verb = words_audit_verb,
	.more_help = print_more_help,
};
