// SPDX-License-Identifier: Apache-2.0
#include "commands/demo_fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/target_groups.h"
#include "base/file.h"
#include "base/log.h"
#include "feeds/direct.h"
#include "formats/json_writer.h"
#include "simulator/simulator.h"
#include "text/text.h"

enum { LIST_BYTES_MAX = 1 << 20, LINE_MAX_SHOWN = 400 };

#define ENDED "its process has ended"

// ---- the child

static int format_list(const struct simulator *simulator, struct bytes *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, NULL, '[');
	for (size_t i = 0; i < simulator_count(simulator); i++) {
		struct simulator_target target;

		simulator_target_get(simulator, i, &target);
		json_open(&w, NULL, '{');
		json_open(&w, "targets", '[');
		json_text(&w, NULL, strstr(target.url, "//") + 2);
		json_close(&w, ']');
		json_open(&w, "labels", '{');
		json_text(&w, "__agent_name__", target.name);
		json_text(&w, "__health_path__", "/health");
		json_text(&w, "__metrics_path__", "/metrics");
		json_text(&w, "__control_path__", "/control");
		json_text(&w, "tier", target.tier);
		json_text(&w, "env", target.env);
		json_text(&w, "service", target.service);
		json_text(&w, "version", target.version);
		json_close(&w, '}');
		json_close(&w, '}');
	}
	json_close(&w, ']');
	return w.error;
}

static void say_failure(void *ctx, const char *why)
{
	const int *fd = ctx;

	if (file_write_all(*fd, why, strlen(why)) == 0)
		(void)file_write_all(*fd, "\n", 1);
}

static void serve(int fd)
{
	const struct simulator_options options = {
		.n_agents = SIMULATOR_DEMO_AGENTS, .seed = 1, .is_demo = true, .failed = say_failure, .ctx = &fd
	};
	struct simulator *simulator;
	struct bytes list;
	uv_loop_t loop;

	if (uv_loop_init(&loop) < 0 || simulator_start(&loop, &options, &simulator) < 0)
		_exit(1);
	bytes_init(&list, LIST_BYTES_MAX);
	if (format_list(simulator, &list) < 0 || bytes_add(&list, "\n", 1) < 0 ||
	    file_write_all(fd, list.data, list.len) < 0)
		_exit(1);
	bytes_finish(&list);
	uv_run(&loop, UV_RUN_DEFAULT); // until the signal that ends us
	_exit(0);
}

static void become_child(int fd, pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);        // it went before we asked
	signal(SIGINT, SIG_IGN); // C-c is the console's business
	signal(SIGTSTP, SIG_IGN);
	for (int i = STDIN_FILENO; null >= 0 && i <= STDERR_FILENO; i++)
		dup2(null, i);
	serve(fd);
}

// ---- the parent

int demo_fleet_start(struct demo_fleet *demo)
{
	pid_t parent = getpid();
	int ends[2];

	*demo = (struct demo_fleet){ .fd = -1 };
	bytes_init(&demo->said, LIST_BYTES_MAX);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	demo->pid = fork();
	if (demo->pid < 0) {
		int error = -errno;

		demo->pid = 0;
		close(ends[0]);
		close(ends[1]);
		return error;
	}
	if (demo->pid == 0) {
		close(ends[0]);
		become_child(ends[1], parent);
	}
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	demo->fd = ends[0];
	return 0;
}

static void publish(struct demo_fleet *demo, const char *text, size_t n)
{
	struct target_list list = { 0 };
	struct target_error error = { 0 };

	demo->is_ready = true;
	if (n && target_groups_parse_json(text, n, "demo", NULL, &list, &error) == 0) {
		direct_feed_publish(demo->feed, "demo", list.agents, list.n);
	} else {
		demo->has_failed = true;
		log_line(LOG_ERROR, "the simulated fleet did not start: %s", error.text);
	}
	target_list_finish(&list);
}

static void tell_failure(struct demo_fleet *demo, const char *text, size_t n)
{
	char why[LINE_MAX_SHOWN];

	text_clean(text, n, TEXT_ONE_LINE, why, sizeof why, NULL);
	direct_feed_notice(demo->feed, SEVERITY_CRITICAL, ACTION_ERROR, "the simulated fleet cannot answer", why);
}

static void take_lines(struct demo_fleet *demo)
{
	struct bytes *said = &demo->said;
	const char *end;

	while (said->len && (end = memchr(said->data, '\n', said->len))) {
		size_t n = (size_t)(end - said->data);

		if (demo->is_ready)
			tell_failure(demo, said->data, n);
		else
			publish(demo, said->data, n);
		said->len -= n + 1;
		memmove(said->data, end + 1, said->len);
	}
}

// It ends with us only: before, something ended it.
static void take_end(struct demo_fleet *demo)
{
	uv_poll_stop(&demo->poll);
	close(demo->fd);
	demo->fd = -1;
	if (demo->is_ready)
		tell_failure(demo, ENDED, sizeof ENDED - 1);
	else
		publish(demo, "", 0);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct demo_fleet *demo = poll->data;
	char chunk[4096];
	ssize_t n;
	int r = 0;

	(void)status;
	(void)events;
	while (r == 0 && (n = read(demo->fd, chunk, sizeof chunk)) > 0)
		r = bytes_add(&demo->said, chunk, (size_t)n);
	take_lines(demo);
	if (r < 0 || n == 0 || (errno != EAGAIN && errno != EINTR))
		take_end(demo);
}

int demo_fleet_attach(struct demo_fleet *demo, uv_loop_t *loop, struct feed *feed)
{
	int r = uv_poll_init(loop, &demo->poll, demo->fd);

	if (r < 0)
		return r;
	demo->feed = feed;
	demo->poll.data = demo;
	demo->is_polling = true;
	return uv_poll_start(&demo->poll, UV_READABLE | UV_DISCONNECT, on_readable);
}

bool demo_fleet_is_ready(const struct demo_fleet *demo)
{
	return demo->is_ready;
}

void demo_fleet_detach(struct demo_fleet *demo)
{
	if (demo->is_polling)
		uv_close((uv_handle_t *)&demo->poll, NULL);
	demo->is_polling = false;
}

void demo_fleet_stop(struct demo_fleet *demo)
{
	if (!demo->pid)
		return;
	kill(demo->pid, SIGKILL);
	while (waitpid(demo->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (demo->fd >= 0)
		close(demo->fd);
	bytes_finish(&demo->said);
	*demo = (struct demo_fleet){ .fd = -1 };
}
