// SPDX-License-Identifier: Apache-2.0
#include "tests/support/process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/suite.h"

enum { RUN_TIMEOUT_MS = 60000, END_TIMEOUT_MS = 20000, LOOK_AGAIN_MS = 10 };

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void apply_env(const char *const env[])
{
	for (; env && *env; env++) {
		if (strchr(*env, '='))
			putenv((char *)*env);
		else
			unsetenv(*env);
	}
}

static pid_t spawn(const char *const argv[], const char *const env[], int out, int err)
{
	pid_t parent = getpid(), pid = fork();
	int null;

	ck_assert_int_ge(pid, 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	null = open("/dev/null", O_RDWR);
	dup2(null, STDIN_FILENO);
	dup2(out >= 0 ? out : null, STDOUT_FILENO);
	dup2(err >= 0 ? err : null, STDERR_FILENO);
	apply_env(env);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

// Reads what is there; false at the end.
static bool take(int fd, char *buffer, size_t *n)
{
	ssize_t got = read(fd, buffer + *n, PROCESS_OUTPUT_MAX - 1 - *n);

	if (got <= 0)
		return got < 0 && errno == EINTR;
	*n += (size_t)got;
	return true;
}

static void collect(pid_t pid, int fds[2], char *const buffers[2])
{
	struct pollfd polled[2] = { { .fd = fds[0], .events = POLLIN }, { .fd = fds[1], .events = POLLIN } };
	long deadline = now_ms() + RUN_TIMEOUT_MS;
	size_t n[2] = { 0 };

	while (polled[0].fd >= 0 || polled[1].fd >= 0) {
		if (now_ms() > deadline) {
			kill(pid, SIGKILL);
			ck_abort_msg("a program did not end within a minute; it said: %s%s", buffers[0], buffers[1]);
		}
		poll(polled, 2, 100);
		for (int i = 0; i < 2; i++)
			if (polled[i].revents && !take(polled[i].fd, buffers[i], &n[i]))
				polled[i].fd = -1;
	}
}

static int wait_status(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1 - WTERMSIG(status);
}

struct process_result process_run(const char *const argv[], const char *const env[])
{
	struct process_result result = { .out = calloc(1, PROCESS_OUTPUT_MAX), .err = calloc(1, PROCESS_OUTPUT_MAX) };
	int out[2], err[2];
	pid_t pid;

	ck_assert(result.out && result.err);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(err, O_CLOEXEC), 0);
	pid = spawn(argv, env, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	collect(pid, (int[2]){ out[0], err[0] }, (char *const[2]){ result.out, result.err });
	close(out[0]);
	close(err[0]);
	result.status = wait_status(pid);
	return result;
}

void process_result_finish(struct process_result *result)
{
	free(result->out);
	free(result->err);
	*result = (struct process_result){ 0 };
}

pid_t process_start(const char *const argv[])
{
	return spawn(argv, NULL, -1, -1);
}

void process_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	wait_status(pid);
}

void process_end(pid_t pid)
{
	struct pollfd end = { .events = POLLIN };
	int n_ended, status;

	if (pid <= 0)
		return;
	end.fd = pidfd_open(pid, 0);
	ck_assert_int_ge(end.fd, 0);
	kill(pid, SIGTERM);
	kill(pid, SIGCONT);
	n_ended = poll(&end, 1, END_TIMEOUT_MS);
	close(end.fd);
	if (n_ended != 1)
		kill(pid, SIGKILL);
	status = wait_status(pid);
	ck_assert_msg(n_ended == 1, "a program did not end when it was asked to");
	ck_assert_msg(status == 0, "a program that was asked to end did so with %d", status);
}

int process_free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, n), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &n), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static void look_again(void)
{
	poll(NULL, 0, LOOK_AGAIN_MS);
}

void process_await_port(int port, int timeout_ms)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)port),
	};
	long deadline = now_ms() + timeout_ms;
	int r;

	do {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		r = connect(fd, (const struct sockaddr *)&address, sizeof address);
		close(fd);
		if (r < 0)
			look_again();
	} while (r < 0 && now_ms() < deadline);
	ck_assert_msg(r == 0, "nobody listens on port %d", port);
}

void process_await_file(const char *path, int timeout_ms)
{
	long deadline = now_ms() + timeout_ms;
	struct stat st;

	while (stat(path, &st) < 0 || st.st_size == 0) {
		ck_assert_msg(now_ms() < deadline, "%s did not come", path);
		look_again();
	}
}

void process_stat(pid_t pid, char *out, size_t size)
{
	char path[64], line[1024];
	FILE *file;
	const char *at;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
	fclose(file);
	at = strrchr(line, ')');
	ck_assert_ptr_nonnull(at);
	snprintf(out, size, "%s", at + 2);
}

char process_state(pid_t pid)
{
	char stat[1024];

	process_stat(pid, stat, sizeof stat);
	return stat[0];
}

long process_cpu_ms(pid_t pid)
{
	unsigned long user = 0, system = 0;
	char stat[1024];

	process_stat(pid, stat, sizeof stat);
	ck_assert_int_eq(sscanf(stat, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system), 2);
	return (long)(user + system) * 1000 / sysconf(_SC_CLK_TCK);
}
