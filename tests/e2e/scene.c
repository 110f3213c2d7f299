// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/scene.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ARGS_MAX = 24, FILE_BYTES_MAX = 1 << 20 };

static const char config[] = "defaults: {interval: 1s, timeout: 500ms, fall: 2}\n"
			     "discovery:\n"
			     "  file_sd:\n"
			     "    - files: [targets.json]\n";

void scene_open(struct scene *s)
{
	*s = (struct scene){ .dir = "/tmp/opscon-e2e-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(s->dir));
	ck_assert_int_eq(chdir(s->dir), 0);
	snprintf(s->state, sizeof s->state, "XDG_STATE_HOME=%s/state", s->dir);
}

void scene_close(struct scene *s)
{
	struct process_result result;

	process_stop(s->simulator);
	ck_assert_int_eq(chdir("/"), 0);
	result = process_run((const char *[]){ "rm", "-r", s->dir, NULL }, NULL);
	ck_assert_msg(result.status == 0, "%s", result.err);
	process_result_finish(&result);
}

void scene_write(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

char *scene_read(const char *name)
{
	char *text = calloc(1, FILE_BYTES_MAX);
	FILE *file = fopen(name, "r");

	ck_assert(text);
	ck_assert_msg(file, "%s is not there", name);
	ck_assert_uint_lt(fread(text, 1, FILE_BYTES_MAX - 1, file), FILE_BYTES_MAX - 1);
	fclose(file);
	return text;
}

void scene_await_socket(const char *path)
{
	struct stat found;

	for (int i = 0; i < SCENE_MS / 10; i++) {
		if (stat(path, &found) == 0 && S_ISSOCK(found.st_mode))
			return;
		usleep(10000); // a condition that nothing else tells of
	}
	ck_abort_msg("no socket at %s", path);
}

static void join(const char *argv[ARGS_MAX], const char *const first[], const char *const more[])
{
	int n = 0;

	for (; *first; first++)
		argv[n++] = *first;
	for (; more && *more; more++) {
		ck_assert_int_lt(n, ARGS_MAX - 1);
		argv[n++] = *more;
	}
	argv[n] = NULL;
}

void scene_simulate(struct scene *s, const char *const options[])
{
	const char *argv[ARGS_MAX];

	process_stop(s->simulator);
	unlink("targets.json");
	join(argv, (const char *[]){ OPSCON, "simulate", "--targets", "targets.json", NULL }, options);
	s->simulator = process_start(argv);
	process_await_file("targets.json", SCENE_MS);
	scene_write("opscon.yml", config);
}

struct term *scene_start(const struct scene *s, const char *const args[], const char *const env[], int cols, int rows)
{
	const char *argv[ARGS_MAX], *all_env[ARGS_MAX];

	join(argv, (const char *[]){ OPSCON, NULL }, args);
	join(all_env, (const char *[]){ s->state, NULL }, env);
	return term_start(argv, all_env, cols, rows);
}

struct process_result scene_run(const struct scene *s, const char *const args[])
{
	const char *argv[ARGS_MAX];

	join(argv, (const char *[]){ OPSCON, NULL }, args);
	return process_run(argv, (const char *[]){ s->state, "LC_ALL=C.UTF-8", NULL });
}

struct term *scene_console(const struct scene *s, const char *const more[], int cols, int rows)
{
	const char *args[ARGS_MAX];

	join(args, (const char *[]){ "--config", "opscon.yml", NULL }, more);
	return scene_start(s, args, NULL, cols, rows);
}

void scene_take_care(struct term *t)
{
	term_send(t, "A");
	term_wait_for(t, "1 active, 0 acknowledged, 0 snoozed", SCENE_MS);
	term_send(t, "a");
	term_wait_for(t, "agent_down, acknowledged by ", SCENE_MS);
	term_send(t, "m");
	term_send(t, "text:looking into it");
	term_send(t, "Enter");
	term_wait_row(t, "acknowledged by ", ": looking into it", SCENE_MS);
	term_send(t, "z");
	term_wait_for(t, "─ Snooze for ─", SCENE_MS);
	term_send(t, "Enter");
	term_wait_row(t, "agent_down, snoozed by ", " until ", SCENE_MS);
}

void scene_quit(struct term *t)
{
	term_send(t, "q");
	ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 0);
	term_assert_restored(t);
	term_finish(t);
}

int scene_hold_trail(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1 };
	int fd = open("state/opscon/audit/lock", O_RDWR | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	// It may be in use.
	for (int i = 0; fcntl(fd, F_OFD_SETLK, &lock) < 0; i++) {
		ck_assert_int_lt(i, SCENE_MS);
		poll(NULL, 0, 1);
	}
	return fd;
}
