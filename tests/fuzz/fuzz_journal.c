// SPDX-License-Identifier: Apache-2.0
/* A journal that somebody else wrote: after an odd byte lines' bodies, to which their sums are added, else bytes as
 * they are. Whatever is read is clean and agrees with itself, what to do about it is known, nothing in it makes anybody
 * begin, and who may go on with it finds what was there before.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "operations/journal_file.h"
#include "operations/recovery.h"
#include "tests/fuzz/fuzz.h"

#define ID "20261125-225130-restart-1a2b3c4d"

static void write_journal(struct fuzz_input *input)
{
	bool is_sealed = fuzz_byte(input) & 1;
	struct journal_chain chain = { .n = 0 };
	struct bytes out;

	bytes_init(&out, 64 << 20);
	if (!is_sealed)
		fuzz_expect(bytes_add(&out, input->at, input->n) == 0, "there is memory");
	while (is_sealed && input->n) {
		size_t n;
		char *body = fuzz_part(input, "\n", &n);

		fuzz_expect(journal_line_seal(&chain, body, n, &out) == 0, "there is memory");
		mem_free(body);
	}
	fuzz_write(ID ".journal", out.data ? out.data : "", out.len);
	bytes_finish(&out);
}

static void check_step(const struct plan_step *step)
{
	fuzz_expect_clean(step->label, "a label is clean");
	fuzz_expect_clean(step->precondition, "a precondition is clean");
	fuzz_expect_clean(step->action, "an action is clean");
	fuzz_expect_clean(step->postcondition, "a postcondition is clean");
}

static void check_plan(const struct plan *plan)
{
	const char *const texts[] = { plan->who,          plan->typed,         plan->refusal, plan->params.version,
				      plan->params.patch, plan->params.reason, plan->hash };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		fuzz_expect_clean(texts[i], "a plan is clean");
	fuzz_expect(plan->n_targets >= 1 && plan->n_targets <= OPERATION_TARGETS_MAX, "somebody is operated on");
	for (size_t i = 0; i < plan->n_targets; i++) {
		const struct plan_target *target = &plan->targets[i];

		fuzz_expect_clean(target->key, "a key is clean");
		fuzz_expect_clean(target->name, "a name is clean");
		for (size_t k = 0; k < target->n_steps; k++)
			check_step(&target->steps[k]);
		for (size_t k = 0; k < target->n_undo; k++)
			check_step(&target->undo[k]);
		for (size_t k = 0; k < target->n_dependents; k++)
			fuzz_expect_clean(target->dependents[k], "a dependent is clean");
	}
}

static void check_operation(const struct operation *operation)
{
	size_t n[TARGET_STATE_COUNT] = { 0 };

	check_plan(operation->plan);
	fuzz_expect_clean(operation->why, "why is clean");
	fuzz_expect_clean(operation->holder, "the holder is clean");
	for (size_t i = 0; i < operation->plan->n_targets; i++) {
		const struct operation_target *target = &operation->targets[i];

		n[target->state]++;
		if (target->error)
			fuzz_expect_clean(target->error, "an error is clean");
		if (target->version)
			fuzz_expect_clean(target->version, "a version is clean");
	}
	fuzz_expect(memcmp(n, operation->n_by_state, sizeof n) == 0, "the states are counted");
}

static void check_recovery(const struct journal_story *story)
{
	const struct plan *plan = story->operation->plan;
	struct journal_record record;
	struct recovery recovery;
	size_t at = 0, n = 0;

	recovery_decide(story, &recovery);
	fuzz_expect((recovery.kind == RECOVERY_DAMAGED) == (story->error != 0), "what is damaged is known");
	fuzz_expect(operation_is_over(recovery.state) || recovery.state == OPERATION_PAUSED,
		    "nothing goes on by itself");
	for (size_t i = 0; i < plan->n_targets; i++) {
		uint16_t next = 0;

		if (recovery_of_target(story, i, &next) == RECOVERY_GO_ON)
			fuzz_expect(next <= plan->targets[i].n_steps + plan->targets[i].n_undo, "there is such a step");
	}
	while (recovery_next_record(story, &recovery, &at, 1, &record))
		n++;
	fuzz_expect(n <= plan->n_targets + 1, "each target changes once");
}

// What is there is there afterwards, and one record more.
static void check_resume(const struct journal_story *before)
{
	struct journal_story story, again;
	struct journal_file file;
	int r;

	fuzz_expect(journal_file_init(&file, fuzz_dir(), ID) == 0, "there is memory");
	r = journal_file_resume(&file, "bob", 1, 1, &story);
	fuzz_expect(r == before->error, "who may read it may go on");
	fuzz_expect((r == 0) == !*file.trouble.text, "who may not is told why");
	fuzz_expect_clean(file.trouble.text, "the trouble is clean");
	journal_file_finish(&file);
	if (r == 0) {
		fuzz_expect(journal_read(fuzz_dir(), ID, 1, &again) == 0, "it can be read again");
		fuzz_expect(again.n_records == before->n_records + 1 && !again.n_torn, "all of it is there");
		fuzz_expect(again.operation->state == before->operation->state, "it is as it was");
		journal_story_finish(&again);
	}
	journal_story_finish(&story);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct journal_story story;

	write_journal(&input);
	fuzz_expect(journal_read(fuzz_dir(), ID, 1, &story) == story.error, "what is wrong is said");
	fuzz_expect((story.error == 0) == !*story.trouble, "in words");
	fuzz_expect_clean(story.trouble, "they are clean");
	fuzz_expect(story.operation || story.error, "there is an operation, or a reason why not");
	if (story.operation) {
		check_operation(story.operation);
		check_recovery(&story);
	}
	check_resume(&story);
	journal_story_finish(&story);
	return 0;
}
