// SPDX-License-Identifier: Apache-2.0
#include "commands/recorded.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/human.h"
#include "base/moment.h"
#include "commands/exit_code.h"
#include "recording/export.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static int32_t offset_at(int64_t at_ms, bool is_utc)
{
	time_t at = (time_t)(at_ms / 1000);
	struct tm tm;

	if (is_utc || !localtime_r(&at, &tm))
		return 0;
	return (int32_t)tm.tm_gmtoff;
}

int recorded_time(const struct tape_facts *facts, const char *option, const char *text, bool is_utc, int64_t *out_ms)
{
	bool is_of_day = strlen(text) < 5 || text[4] != '-';
	int64_t near_ms = *text == '-' ? facts->to_ms : facts->from_ms;

	if (moment_parse(text, near_ms, offset_at(near_ms, is_utc), out_ms) < 0) {
		fprintf(stderr, "opscon: --%s %s: expected a time, like %s\n", option, text, moment_forms);
		return EXIT_USAGE;
	}
	if (is_of_day && *text != '+' && *text != '-' && *out_ms < facts->from_ms && *out_ms + DAY_MS <= facts->to_ms)
		*out_ms += DAY_MS; // it went past midnight
	return 0;
}

static int open_tape(const char *path, struct tape **out, struct tape_facts *facts)
{
	char why[512];

	if (tape_open(path, out, why, sizeof why) < 0) {
		fprintf(stderr, "opscon record: %s\n", why);
		return EXIT_USAGE;
	}
	tape_look(*out, facts);
	return 0;
}

static void print_times(const struct tape_facts *facts)
{
	char at[HUMAN_MAX], length[HUMAN_MAX];

	printf("from      %s\n", human_rfc3339(facts->from_ms, at));
	printf("to        %s (%s)\n", human_rfc3339(facts->to_ms, at),
	       human_duration(facts->to_ms - facts->from_ms, length));
}

static void print_sizes(const struct tape_facts *facts)
{
	char stored[HUMAN_MAX], raw[HUMAN_MAX];

	printf("events    %llu, in %zu blocks and %zu file%s; changes %llu, turns of a state %llu\n",
	       (unsigned long long)facts->n_records, facts->n_blocks, facts->n_files, facts->n_files == 1 ? "" : "s",
	       (unsigned long long)facts->n_changes, (unsigned long long)facts->n_transitions);
	printf("snapshots %zu\n", facts->n_snapshots);
	printf("size      %s, %s before compression\n", human_bytes((double)facts->n_bytes, stored),
	       human_bytes((double)facts->n_raw_bytes, raw));
}

static void print_end(const struct tape_facts *facts)
{
	if (facts->was_torn && facts->n_cut)
		printf("end       a file was not closed: what came last may be missing (%" PRIu64
		       " bytes that are no whole block)\n",
		       facts->n_cut);
	else if (facts->was_torn)
		puts("end       a file was not closed: what came last may be missing");
	else if (facts->n_stray)
		printf("end       closed; %" PRIu64 " bytes behind it are no part of it\n", facts->n_stray);
	else
		puts("end       closed");
}

// "1 block could not be read, from ... to ...".
static void write_damage(FILE *to, const struct tape_damage *damage)
{
	char from[HUMAN_MAX], until[HUMAN_MAX], what[TAPE_DAMAGE_WORDS_MAX];

	tape_damage_words(damage, what);
	fprintf(to, "%s could not be read, from %s to %s\n", what, human_rfc3339(damage->from_ms, from),
		human_rfc3339(damage->to_ms, until));
}

static bool is_any(const struct tape_damage *damage)
{
	return damage->n_blocks || damage->n_places;
}

// An exit code.
static int print_damage(struct tape *tape, const struct tape_facts *facts)
{
	struct tape_damage damage;
	int r = tape_check(tape, &damage);

	if (r < 0) {
		fprintf(stderr, "opscon record: it could not be read through: %s\n", strerrordesc_np(-r));
		return EXIT_OURS;
	}
	if (is_any(&damage)) {
		fputs("damaged   ", stdout);
		write_damage(stdout, &damage);
	}
	if (facts->n_damaged_files)
		printf("damaged   what says what is in it, of %zu file%s\n", facts->n_damaged_files,
		       facts->n_damaged_files == 1 ? "" : "s");
	return is_any(&damage) || facts->n_stray || facts->n_damaged_files ? EXIT_OURS : EXIT_WELL;
}

int recorded_info(const char *path)
{
	struct tape_facts facts;
	struct tape *tape;
	int r = open_tape(path, &tape, &facts);

	if (r)
		return r;
	printf("fleet     %s%s\n", *facts.about->fleet ? facts.about->fleet : "(no name)",
	       facts.about->is_demo ? " (simulated)" : "");
	printf("by        %s, run %s\n", facts.about->program, facts.about->boot);
	if (facts.n_blocks)
		print_times(&facts);
	print_sizes(&facts);
	if (facts.n_gaps)
		printf("gaps      %zu: events are missing there\n", facts.n_gaps);
	if (*facts.about->dropped)
		printf("left out  %s\n", facts.about->dropped);
	print_end(&facts);
	r = print_damage(tape, &facts);
	tape_close(tape);
	return r;
}

static void print_outcome(const char *path, const struct export_outcome *outcome)
{
	char size[HUMAN_MAX];
	bool was_any = false;

	printf("%s: %llu events, %s\n", path, (unsigned long long)outcome->n_events,
	       human_bytes((double)outcome->n_bytes, size));
	for (int i = 0; i < REDACTED_COUNT; i++) {
		if (!outcome->n_redacted[i])
			continue;
		printf("left out: %s\n", redacted_name((enum redacted)i));
		was_any = true;
	}
	if (!was_any)
		puts("left out: nothing");
	if (is_any(&outcome->damage)) {
		fputs("opscon record: damaged: ", stderr);
		write_damage(stderr, &outcome->damage);
	}
	if (outcome->n_bad)
		fprintf(stderr, "opscon record: damaged: %llu event%s could not be read\n",
			(unsigned long long)outcome->n_bad, outcome->n_bad == 1 ? "" : "s");
}

int recorded_export(const char *path, const char *to_path, const char *from, const char *to, bool is_utc)
{
	struct export_options options = { .path = to_path };
	struct export_outcome outcome;
	struct tape_facts facts;
	struct tape *tape;
	char why[512];
	int r = open_tape(path, &tape, &facts);

	if (r)
		return r;
	if (from)
		r = recorded_time(&facts, "from", from, is_utc, &options.from_ms);
	if (r == 0 && to)
		r = recorded_time(&facts, "to", to, is_utc, &options.to_ms);
	if (r == 0 && from && to && options.from_ms > options.to_ms) {
		fprintf(stderr, "opscon record: --from %s is later than --to %s\n", from, to);
		r = EXIT_USAGE;
	}
	if (r == 0) {
		r = recording_export(tape, &options, &outcome, why, sizeof why);
		if (r == 0)
			print_outcome(to_path, &outcome);
		if (r == 0 && facts.n_stray)
			fprintf(stderr, "opscon record: damaged: %llu bytes behind the end are no part of it\n",
				(unsigned long long)facts.n_stray);
		if (r < 0)
			fprintf(stderr, "opscon record: %s\n", why);
		r = r == 0 ? EXIT_WELL : r == -ERANGE || r == -EEXIST ? EXIT_USAGE : EXIT_OURS;
	}
	tape_close(tape);
	return r;
}
