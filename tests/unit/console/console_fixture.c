// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/console/console_fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

static void note_operation(struct fake_feed *fake, const struct request *request)
{
	snprintf(fake->typed, sizeof fake->typed, "%s", request->typed);
	snprintf(fake->reason, sizeof fake->reason, "%s", request->reason);
	snprintf(fake->hash, sizeof fake->hash, "%s", request->hash ? request->hash : "");
	if (request->type != REQUEST_PLAN)
		return;
	ck_assert_uint_le(request->n_agents, AGENTS_MAX);
	memcpy(fake->agents, request->agents, request->n_agents * sizeof *request->agents);
	memcpy(fake->is_hidden, request->is_hidden, request->n_agents * sizeof *request->is_hidden);
	fake->params = *request->params;
	snprintf(fake->version, sizeof fake->version, "%s", request->params->version);
	snprintf(fake->patch, sizeof fake->patch, "%s", request->params->patch);
	fake->params.version = fake->version;
	fake->params.patch = fake->patch;
}

static int fake_request(struct feed *feed, const struct request *request)
{
	struct fake_feed *fake = (struct fake_feed *)feed;

	if (request->type == REQUEST_OBSERVE) {
		fake->observed[fake->n_observed++ % AGENTS_MAX] = request->agent;
		return fake->answer;
	}
	if (request->type == REQUEST_AUDIT_LIST || request->type == REQUEST_AUDIT_CLOSE ||
	    request->type == REQUEST_AUDIT_VERIFY) {
		fake->n_audit_lists += request->type == REQUEST_AUDIT_LIST;
		fake->n_audit_closes += request->type == REQUEST_AUDIT_CLOSE;
		fake->n_audit_checks += request->type == REQUEST_AUDIT_VERIFY;
		return fake->audit_answer;
	}
	ck_assert_uint_lt(fake->n, REQUESTS_MAX);
	fake->requests[fake->n] = *request;
	snprintf(fake->texts[fake->n], sizeof fake->texts[0], "%s", request->text);
	snprintf(fake->who[fake->n], sizeof fake->who[0], "%s", request->who);
	fake->requests[fake->n].text = fake->texts[fake->n];
	fake->requests[fake->n].who = fake->who[fake->n];
	note_operation(fake, request);
	fake->n++;
	return fake->takes_plans && request->type == REQUEST_PLAN ? 0 : fake->answer;
}

static void fake_stop(struct feed *feed)
{
	(void)feed;
}

static const struct feed_class fake_class = { .name = "fake", .request = fake_request, .stop = fake_stop };

void console_fixture_start(struct console_fixture *f)
{
	console_destroy(f->console);
	f->console = NULL;
	ck_assert_int_eq(console_create(&f->options, f->now, &f->console), 0);
	console_fixture_draw(f, f->canvas.width, f->canvas.height);
}

void console_fixture_empty(struct console_fixture *f)
{
	memset(f, 0, sizeof *f);
	fleet_fixture_init(&f->fleet);
	f->feed.base.class = &fake_class;
	f->now = (struct instant){ .mono_ms = 7200000, .wall_ms = FIXTURE_NOW_MS };
	f->options = (struct console_options){ .fleet = f->fleet.fleet,
					       .feed = &f->feed.base,
					       .has_unicode = true,
					       .who = "maria",
					       .utc_offset_s = 3600 };
	ck_assert_int_eq(canvas_create(120, 36, false, &f->canvas), 0);
	console_fixture_start(f);
}

void console_fixture_init(struct console_fixture *f)
{
	console_fixture_empty(f);
	fleet_fixture_platform(&f->fleet);
	audit_fixture_page(&f->fleet, AUDIT_FIXTURE_ENTRIES, "");
	audit_fixture_check(&f->fleet, AUDIT_CHECK_SOUND, 412, "");
	console_fixture_draw(f, 120, 36);
}

void console_fixture_finish(struct console_fixture *f)
{
	console_destroy(f->console);
	canvas_destroy(&f->canvas);
	fleet_fixture_finish(&f->fleet);
}

static void press(struct console_fixture *f, const struct key *key)
{
	console_key(f->console, key, f->now);
	console_fixture_draw(f, f->canvas.width, f->canvas.height);
}

void console_fixture_keys(struct console_fixture *f, const char *names)
{
	while (*names) {
		size_t n = strcspn(names, " ");
		char name[128];
		struct key key;

		snprintf(name, sizeof name, "%.*s", (int)n, names);
		names += n + (names[n] == ' ');
		if (key_from_name(name, &key) == 0) {
			press(f, &key);
			continue;
		}
		for (const char *c = name; *c; c++) {
			key = (struct key){ .code = (unsigned char)*c };
			press(f, &key);
		}
	}
}

void console_fixture_paste(struct console_fixture *f, const char *text)
{
	press(f, &(struct key){ .code = KEY_CODE_PASTE, .text = text });
}

void console_fixture_wait(struct console_fixture *f, int64_t ms)
{
	f->now = instant_add(f->now, ms);
	console_tick(f->console, f->now);
	console_fixture_draw(f, f->canvas.width, f->canvas.height);
}

void console_fixture_draw(struct console_fixture *f, int width, int height)
{
	ck_assert_int_eq(canvas_resize(&f->canvas, width, height), 0);
	console_draw(f->console, &f->canvas, f->now);
	ck_assert(!console_is_dirty(f->console));
	if (getenv("SHOW_SCREENS")) {
		struct bytes text;

		bytes_init(&text, 1 << 20);
		canvas_dump(&f->canvas, false, &text);
		printf("%s\n%.*s\n", text.data, width, "================================================");
		bytes_finish(&text);
	}
}

bool console_fixture_shows(struct console_fixture *f, const char *text)
{
	struct bytes screen;
	bool is_there;

	bytes_init(&screen, 1 << 20);
	ck_assert_int_eq(canvas_dump(&f->canvas, false, &screen), 0);
	is_there = strstr(screen.data, text) != NULL;
	bytes_finish(&screen);
	return is_there;
}

const struct view *console_fixture_view(const struct console_fixture *f)
{
	return console_view(f->console);
}

const struct request *console_fixture_request(const struct console_fixture *f)
{
	ck_assert_uint_gt(f->feed.n, 0);
	return &f->feed.requests[f->feed.n - 1];
}

const char *console_fixture_selected(const struct console_fixture *f)
{
	const struct fleet_agent *agent = fleet_agent(f->fleet.fleet, console_fixture_view(f)->selected);

	ck_assert_ptr_nonnull(agent);
	return agent->agent->name;
}
