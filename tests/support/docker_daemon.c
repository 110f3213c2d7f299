// SPDX-License-Identifier: Apache-2.0
#include "tests/support/docker_daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "poll/http.h"
#include "tests/support/http_server.h"
#include "tests/support/process.h"
#include "tests/support/suite.h"

enum { START_TRIES = 300, TRY_MS = 100, IMAGE_MAX = 16 << 20 };

#define DOCKERD "/usr/sbin/dockerd"
#define BUSYBOX "/bin/busybox"

// The daemon ends with its standard input, and so does what it has made: it leaves the host's network mounted. A line
// is another start of it. What it runs must be able to hear the signals that end it.
static const char guard_script[] =
	"dir=$1\n"
	"start() {\n"
	"(trap - HUP INT TERM; exec " DOCKERD " --bridge=none --iptables=false --ip-forward=false --ip-masq=false "
	"--storage-driver=vfs --shutdown-timeout=5 --data-root=\"$dir/data\" --exec-root=\"$dir/exec\" "
	"--pidfile=\"$dir/pid\" --host=\"unix://$dir/docker.sock\") >>\"$dir/log\" 2>&1 </dev/null &\n"
	"pid=$!\n"
	"}\n"
	"trap '' HUP INT TERM\n"
	"start\n"
	"while read -r nothing; do kill -TERM $pid; wait $pid; start; done\n"
	"kill -TERM $pid 2>/dev/null\n"
	"wait $pid\n"
	"cut -d' ' -f2 /proc/mounts | grep \"^$dir/\" | sort -r | xargs -r umount\n"
	"rm -rf \"$dir\"\n";

struct reply {
	bool is_done;
	int status;
	char *body;
};

static void done_cb(const struct http_response *response, void *ctx)
{
	struct reply *reply = ctx;

	reply->status = response->reason == REASON_NONE ? response->status : 0;
	reply->body = strndup(response->body ? response->body : "", response->body_len);
	reply->is_done = true;
}

static struct reply ask(const struct docker_daemon *daemon, const char *method, const char *path, const char *type,
			const void *body, size_t n)
{
	const struct http_header header = { "Content-Type", type };
	struct reply reply = { .is_done = false };
	struct http_request request = { .method = method, .unix_socket = daemon->socket, .body = body, .body_len = n };
	struct http_transfer *transfer;
	struct http_client *client;
	uv_loop_t loop;
	char url[1024];

	snprintf(url, sizeof url, "http://docker%s", path);
	request.url = url;
	request.timeout_ms = 30000;
	request.is_patient = true;
	if (type) {
		request.headers = &header;
		request.n_headers = 1;
	}
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	ck_assert_int_eq(http_client_create(&loop, NULL, &client), 0);
	ck_assert_int_eq(http_request_start(client, &request, done_cb, &reply, &transfer), 0);
	while (!reply.is_done && uv_run(&loop, UV_RUN_ONCE))
		;
	http_client_close(client, NULL, NULL);
	loop_finish(&loop);
	return reply;
}

char *docker_daemon_get(struct docker_daemon *daemon, const char *path)
{
	struct reply reply = ask(daemon, "GET", path, NULL, NULL, 0);

	if (reply.status == 200)
		return reply.body;
	free(reply.body);
	return NULL;
}

int docker_daemon_ask(struct docker_daemon *daemon, const char *method, const char *path, const char *json)
{
	struct reply reply = ask(daemon, method, path, json ? "application/json" : NULL, json, json ? strlen(json) : 0);

	if (reply.status >= 400)
		fprintf(stderr, "%s %s: %s\n", method, path, reply.body);
	free(reply.body);
	return reply.status;
}

static void start_guard(struct docker_daemon *daemon)
{
	int leash[2];

	ck_assert_int_eq(pipe2(leash, O_CLOEXEC), 0);
	daemon->guard = fork();
	if (daemon->guard == 0) {
		setsid(); // whoever kills the test by its group must not kill this
		dup2(leash[0], STDIN_FILENO);
		execl("/bin/sh", "sh", "-c", guard_script, "sh", daemon->dir, (char *)NULL);
		_exit(127);
	}
	close(leash[0]);
	daemon->leash = leash[1];
}

static void show_log(const struct docker_daemon *daemon)
{
	char path[128], line[512];
	FILE *file;

	snprintf(path, sizeof path, "%s/log", daemon->dir);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof line, file))
		fputs(line, stderr);
	if (file)
		fclose(file);
}

void docker_daemon_stop(struct docker_daemon *daemon)
{
	int status;

	close(daemon->leash);
	waitpid(daemon->guard, &status, 0);
	ck_assert_msg(access(daemon->dir, F_OK) < 0, "%s is left", daemon->dir);
}

// A tar archive of busybox, and names for the commands that tests use.
static char *make_archive(const struct docker_daemon *daemon, size_t *n)
{
	static const char script[] =
		"set -e; cd \"$1\"; mkdir -p root/bin root/www; echo ok >root/www/health; "
		"cp " BUSYBOX " root/bin/busybox; for i in sh sleep echo httpd; do ln -sf busybox root/bin/$i; done; "
		"tar cf image.tar -C root .; rm -r root";
	struct process_result result =
		process_run((const char *[]){ "sh", "-c", script, "sh", daemon->dir, NULL }, NULL);
	char path[128], *bytes = malloc(IMAGE_MAX);
	FILE *file;

	ck_assert_msg(result.status == 0, "%s", result.err);
	process_result_finish(&result);
	snprintf(path, sizeof path, "%s/image.tar", daemon->dir);
	file = fopen(path, "r");
	ck_assert(file && bytes);
	*n = fread(bytes, 1, IMAGE_MAX, file);
	fclose(file);
	return bytes;
}

static void add_escaped(char *out, size_t size, const char *text)
{
	size_t n = strlen(out);

	for (; *text && n + 4 < size; text++)
		n += (size_t)snprintf(out + n, size - n, "%%%02X", (unsigned char)*text);
}

void docker_daemon_image(struct docker_daemon *daemon, const char *name, const char *variable, const char *command)
{
	char path[900], change[300];
	struct reply reply;
	size_t n;
	char *archive = make_archive(daemon, &n);
	const char *colon = strchr(name, ':');

	snprintf(path, sizeof path, "/images/create?fromSrc=-&repo=%.*s&tag=%s&changes=", (int)(colon - name), name,
		 colon + 1);
	snprintf(change, sizeof change, "CMD [\"/bin/sh\", \"-c\", \"%s\"]", command);
	add_escaped(path, sizeof path, change);
	strcat(path, "&changes=");
	snprintf(change, sizeof change, "ENV %s", variable);
	add_escaped(path, sizeof path, change);
	reply = ask(daemon, "POST", path, "application/x-tar", archive, n);
	ck_assert_msg(reply.status == 200, "HTTP %d: %s", reply.status, reply.body);
	free(reply.body);
	free(archive);
}

static bool can_run(struct docker_daemon *daemon)
{
	static const char settings[] = "{\"Image\":\"opscon-probe:1\",\"HostConfig\":{\"NetworkMode\":\"none\"}}";
	bool can;

	docker_daemon_image(daemon, "opscon-probe:1", "MADE=probe", "exit 0");
	can = docker_daemon_ask(daemon, "POST", "/containers/create?name=probe", settings) == 201 &&
	      docker_daemon_ask(daemon, "POST", "/containers/probe/start", NULL) == 204;
	(void)docker_daemon_ask(daemon, "DELETE", "/containers/probe?force=1", NULL);
	return can;
}

static const char *give_up(struct docker_daemon *daemon, const char *why)
{
	show_log(daemon);
	docker_daemon_stop(daemon);
	return why;
}

static bool await_answer(struct docker_daemon *daemon)
{
	for (int i = 0; i < START_TRIES; i++) {
		char *said = docker_daemon_get(daemon, "/version");

		free(said);
		if (said)
			return true;
		nanosleep(&(struct timespec){ .tv_nsec = TRY_MS * 1000000L }, NULL);
	}
	return false;
}

const char *docker_daemon_start(struct docker_daemon *daemon)
{
	if (geteuid() != 0)
		return "a Docker Engine of its own needs root";
	if (access(DOCKERD, X_OK) < 0 || access(BUSYBOX, X_OK) < 0)
		return "no " DOCKERD " and no " BUSYBOX " here";
	*daemon = (struct docker_daemon){ .dir = "/tmp/opscon-docker-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(daemon->dir));
	snprintf(daemon->socket, sizeof daemon->socket, "%s/docker.sock", daemon->dir);
	start_guard(daemon);
	if (!await_answer(daemon))
		return give_up(daemon, "no Docker Engine comes up here");
	return can_run(daemon) ? NULL : give_up(daemon, "a Docker Engine comes up here, but no container");
}

// Which process it is; 0: none just now.
static long read_pid(const struct docker_daemon *daemon)
{
	char path[128];
	long pid = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/pid", daemon->dir);
	file = fopen(path, "r");
	if (file && fscanf(file, "%ld", &pid) != 1)
		pid = 0;
	if (file)
		fclose(file);
	return pid;
}

void docker_daemon_restart(struct docker_daemon *daemon)
{
	const long before = read_pid(daemon);
	long now = before;

	ck_assert_int_eq(write(daemon->leash, "again\n", 6), 6);
	for (int i = 0; i < START_TRIES && (now == 0 || now == before); i++) {
		nanosleep(&(struct timespec){ .tv_nsec = TRY_MS * 1000000L }, NULL);
		now = read_pid(daemon);
	}
	ck_assert_msg(now && now != before && await_answer(daemon), "it does not come up again");
}
