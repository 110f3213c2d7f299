// SPDX-License-Identifier: Apache-2.0
/* A line of input. Up to the first newline what stands in it already; then the keys. */
#include <string.h>

#include "base/memory.h"
#include "console/prompt.h"
#include "tests/fuzz/key_stream.h"
#include "text/text.h"

static void check_prompt(const struct prompt *prompt)
{
	const char *at = prompt->text;
	struct text_cluster cluster;

	fuzz_expect(memchr(prompt->text, '\0', sizeof prompt->text), "the text has an end");
	fuzz_expect_clean(prompt->text, "the text is clean");
	fuzz_expect(prompt->cursor <= strlen(prompt->text), "the cursor is in the text");
	while (at < prompt->text + prompt->cursor)
		fuzz_expect(text_next(&at, &cluster), "there is text before the cursor");
	fuzz_expect(at == prompt->text + prompt->cursor, "the cursor is between clusters");
}

static void check_outcome(const struct key *key, enum prompt_outcome outcome, bool has_changed)
{
	bool is_paste = key->code == KEY_CODE_PASTE;

	fuzz_expect(outcome <= PROMPT_CANCELLED, "an outcome is one of ours");
	fuzz_expect(outcome == PROMPT_EDITED || !has_changed, "a change is said");
	fuzz_expect(!is_paste || (outcome != PROMPT_SUBMITTED && outcome != PROMPT_CANCELLED), "a paste only inserts");
	fuzz_expect(outcome != PROMPT_SUBMITTED || key->code == KEY_CODE_ENTER, "Enter alone submits");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *text = fuzz_part(&input, "\n", NULL), before[PROMPT_MAX];
	struct key_stream stream;
	struct prompt prompt;
	struct key key;

	prompt_open(&prompt, "/", text);
	check_prompt(&prompt);
	key_stream_init(&stream, input.at, input.n, SIZE_MAX);
	while (key_stream_next(&stream, &key)) {
		enum prompt_outcome outcome;

		memcpy(before, prompt.text, sizeof before);
		prompt_fail(&prompt, "no");
		outcome = prompt_key(&prompt, &key);
		check_prompt(&prompt);
		check_outcome(&key, outcome, strcmp(before, prompt.text) != 0);
		fuzz_expect(outcome != PROMPT_EDITED || !prompt.error[0], "an edit takes the error away");
	}
	key_stream_finish(&stream);
	mem_free(text);
	return 0;
}
