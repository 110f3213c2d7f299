// SPDX-License-Identifier: Apache-2.0
/* The console driven by a script: keys from a file, named screens to files. See SCRIPTS in opscon(1). */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "commands/app.h"
#include "commands/exit_code.h"
#include "commands/status_run.h"
#include "text/text.h"

enum { SCRIPT_BYTES_MAX = 1 << 20, DUMP_BYTES_MAX = 16 << 20, POLL_MS = 20 };

struct script {
	struct app *app;
	struct canvas canvas; // owned
	const char *path;     // borrowed
	struct bytes text;    // owned
	char *next;           // line to do next, in text
	unsigned line;
	uv_timer_t timer;       // ages and waits go on without events
	int64_t deadline_ms;    // mono, of a wait; 0: none
	const char *waited_for; // in text
	int result;
};

static int complain(struct script *s, const char *what, const char *detail)
{
	fprintf(stderr, "%s:%u: %s%s%s\n", s->path, s->line, what, *detail ? ": " : "", detail);
	s->result = EXIT_USAGE;
	return -EINVAL;
}

static int read_script(struct script *s)
{
	FILE *file = fopen(s->path, "re");
	char chunk[4096];
	size_t n;
	int r = file ? 0 : -errno;

	while (r == 0 && (n = fread(chunk, 1, sizeof chunk, file)) > 0)
		r = bytes_add(&s->text, chunk, n);
	if (file)
		fclose(file);
	if (r < 0)
		fprintf(stderr, "opscon: %s: %s\n", s->path, strerror(-r));
	s->next = s->text.data;
	return r < 0 ? EXIT_USAGE : 0;
}

static void draw(struct script *s)
{
	console_draw(s->app->console, &s->canvas, session_now(&s->app->session));
}

static int do_keys(struct script *s, char *names)
{
	struct key key;

	for (char *rest = NULL, *name = strtok_r(names, " \t", &rest); name; name = strtok_r(NULL, " \t", &rest)) {
		if (key_from_name(name, &key) < 0)
			return complain(s, "no such key", name);
		console_key(s->app->console, &key, session_now(&s->app->session));
	}
	return 0;
}

static int do_text(struct script *s, char *text)
{
	const char *at = text;
	struct text_cluster cluster;

	while (text_next(&at, &cluster)) {
		struct key key = { .code = cluster.codepoint };

		console_key(s->app->console, &key, session_now(&s->app->session));
	}
	return 0;
}

static int do_size(struct script *s, char *size)
{
	int width, height;

	if (app_parse_size(size, &width, &height) < 0)
		return complain(s, "expected COLSxROWS", size);
	return canvas_resize(&s->canvas, width, height);
}

static int do_wait(struct script *s, char *arguments)
{
	char *text = strchr(arguments, ' ');
	int64_t ms;

	if (!text)
		return complain(s, "expected: wait DURATION TEXT", "");
	*text++ = '\0';
	if (human_parse_duration(arguments, &ms) < 0)
		return complain(s, "expected a duration", arguments);
	s->waited_for = text;
	s->deadline_ms = clock_now().mono_ms + ms;
	return 0;
}

static int do_dump(struct script *s, char *path)
{
	struct bytes out;
	FILE *file;
	int r;

	if (!*path)
		return complain(s, "expected a file to dump to", "");
	bytes_init(&out, DUMP_BYTES_MAX);
	draw(s);
	r = canvas_dump(&s->canvas, false, &out);
	file = r == 0 ? fopen(path, "we") : NULL;
	if (r == 0 && (!file || fwrite(out.data, 1, out.len, file) != out.len))
		r = errno ? -errno : -EIO;
	if (file && fclose(file) != 0 && r == 0)
		r = -errno;
	bytes_finish(&out);
	if (r < 0) {
		complain(s, path, strerror(-r));
		s->result = EXIT_OURS;
	}
	return r;
}

static const struct {
	const char *name;
	int (*run)(struct script *s, char *arguments);
} verbs[] = {
	{ "dump", do_dump }, { "key", do_keys }, { "size", do_size }, { "text", do_text }, { "wait", do_wait },
};

static int do_line(struct script *s, char *line)
{
	char *arguments;

	while (isspace((unsigned char)*line))
		line++;
	if (!*line || *line == '#')
		return 0;
	arguments = line + strcspn(line, " \t");
	if (*arguments)
		*arguments++ = '\0';
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, line) == 0)
			return verbs[i].run(s, arguments);
	return complain(s, "expected dump, key, size, text or wait", line);
}

// True when the text is in one line of the screen.
static bool is_shown(struct script *s, const char *text)
{
	struct bytes out;
	bool is_there;

	bytes_init(&out, DUMP_BYTES_MAX);
	draw(s);
	is_there = canvas_dump(&s->canvas, false, &out) == 0 && out.data && strstr(out.data, text);
	bytes_finish(&out);
	return is_there;
}

static void fail_wait(struct script *s)
{
	struct bytes out;

	fprintf(stderr, "%s:%u: '%s' is not on the screen:\n", s->path, s->line, s->waited_for);
	bytes_init(&out, DUMP_BYTES_MAX);
	if (canvas_dump(&s->canvas, false, &out) == 0 && out.data)
		fputs(out.data, stderr);
	bytes_finish(&out);
	s->result = EXIT_INDETERMINATE;
}

// Goes on with the script as far as it can be gone without waiting. True when it is over.
static bool step(struct script *s)
{
	while (s->next || s->deadline_ms) {
		char *line = s->next;

		if (s->deadline_ms) {
			if (!is_shown(s, s->waited_for)) {
				if (clock_now().mono_ms < s->deadline_ms)
					return false;
				fail_wait(s);
				return true;
			}
			s->deadline_ms = 0;
			continue;
		}
		s->line++;
		s->next = strchr(line, '\n');
		if (s->next)
			*s->next++ = '\0';
		if (do_line(s, line) < 0)
			return true;
		if (console_wants_quit(s->app->console))
			return true;
	}
	return true;
}

static void on_timer(uv_timer_t *timer)
{
	struct script *s = timer->data;

	if (console_next_wake_ms(s->app->console) <= clock_now().mono_ms)
		console_tick(s->app->console, session_now(&s->app->session));
}

static int run(struct script *s)
{
	uv_loop_t *loop = &s->app->session.loop;

	uv_timer_init(loop, &s->timer);
	s->timer.data = s;
	uv_timer_start(&s->timer, on_timer, POLL_MS, POLL_MS);
	while (!step(s))
		uv_run(loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&s->timer, NULL);
	uv_run(loop, UV_RUN_NOWAIT); // the timer lives in the caller's frame
	return s->result;
}

int app_run_script(struct app *app)
{
	const struct app_options *options = app->options;
	struct script s = { .app = app, .path = options->script };
	bool has_unicode = status_has_unicode() && !options->is_ascii && !options->fleet.config.is_ascii;
	int r;

	bytes_init(&s.text, SCRIPT_BYTES_MAX);
	r = read_script(&s);
	if (r == 0 && canvas_create(options->width, options->height, !has_unicode, &s.canvas) < 0)
		r = EXIT_OURS;
	r = r ? r : app_start_console(app, has_unicode);
	r = r ? r : run(&s);
	canvas_destroy(&s.canvas);
	bytes_finish(&s.text);
	return r;
}
