// SPDX-License-Identifier: Apache-2.0
#include "drivers/exec_sight.h"

#include <string.h>

#include "text/text.h"

static const char blanks[] = " \t\r\n\v\f";

struct word {
	const char *text; // NULL: there is none
	size_t n;
};

static struct word next_word(const char **text)
{
	struct word word;

	*text += strspn(*text, blanks);
	word = (struct word){ **text ? *text : NULL, strcspn(*text, blanks) };
	*text += word.n;
	return word;
}

static const struct exec_reading *find_reading(const struct exec_profile *profile, struct word word, int exit_code)
{
	for (size_t i = 0; word.text && i < profile->n_readings; i++) {
		const char *known = profile->readings[i].word;

		if (known && strlen(known) == word.n && memcmp(known, word.text, word.n) == 0)
			return &profile->readings[i];
	}
	for (size_t i = 0; i < profile->n_readings; i++)
		if (!profile->readings[i].word && profile->readings[i].exit_code == exit_code)
			return &profile->readings[i];
	return NULL;
}

static void take(struct word word, char *out, size_t size)
{
	if (word.text)
		text_clean(word.text, word.n, TEXT_ONE_LINE, out, size, NULL);
}

bool exec_sight_read(const struct exec_profile *profile, int exit_code, const char *text, struct driver_sight *out)
{
	const struct exec_reading *reading;
	struct word words[EXEC_WORD_COUNT] = { 0 };

	*out = (struct driver_sight){ 0 };
	for (size_t i = 0; i < profile->n_words; i++)
		words[profile->words[i]] = next_word(&text);
	reading = find_reading(profile, words[EXEC_WORD_STATE], exit_code);
	if (!reading)
		return false;
	out->exists = !reading->is_gone;
	if (!out->exists)
		return true;
	out->state = reading->state;
	take(words[EXEC_WORD_VERSION], out->version, sizeof out->version);
	take(words[EXEC_WORD_INSTANCE], out->instance, sizeof out->instance);
	take(words[EXEC_WORD_PREVIOUS], out->previous, sizeof out->previous);
	if (!words[EXEC_WORD_PREVIOUS].text && profile->verbs[VERB_ROLLBACK]) // it keeps count of that itself
		take((struct word){ EXEC_PREVIOUS, sizeof EXEC_PREVIOUS - 1 }, out->previous, sizeof out->previous);
	return true;
}
