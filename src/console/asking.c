// SPDX-License-Identifier: Apache-2.0
/* What was asked of a hub and is not answered yet: nothing is said to be done before the hub says so, and what is lost
 * is named.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "console/state.h"
#include "text/text.h"

uint32_t request_about(const struct request *request)
{
	return request->alert ? request->alert : request->operation ? request->operation : request->agent;
}

static void keep(struct asking *asking, const struct request *request, const char *what, const char *done)
{
	struct asked *asked;

	if (asking->n == ASKED_MAX) // the oldest: its end is not told
		memmove(asking->asked, asking->asked + 1, (--asking->n) * sizeof asking->asked[0]);
	asked = &asking->asked[asking->n++];
	*asked = (struct asked){ .type = request->type, .about = request_about(request) };
	snprintf(asked->what, sizeof asked->what, "%s", what);
	snprintf(asked->done, sizeof asked->done, "%s", done);
}

void console_asked(struct console *console, const struct request *request, const char *what, const char *format, ...)
{
	struct asking *asking = &console->asking;
	char done[ASKED_DONE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(done, sizeof done, format, args);
	va_end(args);
	text_trim(done);
	if (!*console->hub_name) {
		console_say(console, SEVERITY_INFO, "%s", done);
		return;
	}
	keep(asking, request, what, done);
	text_trim(asking->asked[asking->n - 1].what);
	console_say(console, SEVERITY_INFO, "asking the hub to %s ...", asking->asked[asking->n - 1].what);
	console->message_until_ms = console->now.mono_ms + MESSAGE_ASKING_MS; // its answer ends it
	asking->is_said = true;
}

static bool take(struct asking *asking, enum request_type type, uint32_t about, struct asked *out)
{
	for (size_t i = 0; i < asking->n; i++) {
		if (asking->asked[i].type != type || asking->asked[i].about != about)
			continue;
		*out = asking->asked[i];
		asking->n--;
		memmove(asking->asked + i, asking->asked + i + 1, (asking->n - i) * sizeof asking->asked[0]);
		return true;
	}
	return false;
}

void console_answered(struct console *console, enum request_type type, uint32_t about, int error)
{
	struct asking *asking = &console->asking;
	struct asked asked;

	asking->refused[0] = '\0';
	if (!take(asking, type, about, &asked))
		return;
	if (error == 0) {
		console_say(console, SEVERITY_INFO, "%s", asked.done);
		return;
	}
	memcpy(asking->refused, asked.what, sizeof asking->refused);
	if (!asking->is_said)
		return;
	asking->is_said = false;
	console->message_until_ms = 0;
	console->is_urgent = true;
}

// Several that are lost at once stand beside each other.
bool console_said_lost(struct console *console)
{
	struct asking *asking = &console->asking;
	char before[sizeof console->message] = "";

	if (!*asking->refused)
		return false;
	if (asking->lost_mono_ms == console->now.mono_ms && console->message_until_ms)
		memcpy(before, console->message, sizeof before);
	if (*before)
		console_say(console, SEVERITY_WARNING, "%.*s; %s", text_fit(before, 170), before, asking->refused);
	else
		console_say(console, SEVERITY_WARNING, "not known whether it was done: %s", asking->refused);
	asking->lost_mono_ms = console->now.mono_ms;
	asking->refused[0] = '\0';
	return true;
}
