// SPDX-License-Identifier: Apache-2.0
#include "drivers/exec_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/container_of.h"
#include "base/memory.h"

enum {
	GRACE_MS = 2000, // between SIGTERM and SIGKILL, and until a process that does not die is left behind
	DRAIN_MS = 1000, // for the output once the process is gone: others may hold it open for good
	BUFFER_SIZE = 16384,
};

struct stream {
	uv_pipe_t pipe;
	struct exec_child *child;
	bool is_open; // may still say something
};

struct exec_child {
	uv_process_t process;
	uv_timer_t timer; // its time limit, then the grace, then for the output
	struct stream streams[EXEC_STREAM_COUNT];
	unsigned n_handles; // not closed yet
	bool is_running, is_closing, has_process;
	int last_signal; // that we sent
	struct exec_result result;
	struct exec_output *output; // borrowed
	void (*done)(void *ctx, const struct exec_result *result);
	void *ctx; // borrowed
	char buffer[BUFFER_SIZE];
};

// ---- the end

static void on_closed(uv_handle_t *handle)
{
	struct exec_child *child = handle->data;

	if (--child->n_handles)
		return;
	child->done(child->ctx, &child->result);
	mem_free(child);
}

static void finish(struct exec_child *child)
{
	if (child->is_closing)
		return;
	child->is_closing = true;
	child->n_handles = 1 + EXEC_STREAM_COUNT + child->has_process;
	if (child->has_process)
		uv_close((uv_handle_t *)&child->process, on_closed);
	uv_close((uv_handle_t *)&child->timer, on_closed);
	for (int i = 0; i < EXEC_STREAM_COUNT; i++)
		uv_close((uv_handle_t *)&child->streams[i].pipe, on_closed);
}

static void on_drained(uv_timer_t *timer)
{
	finish(container_of(timer, struct exec_child, timer));
}

static void finish_if_over(struct exec_child *child)
{
	bool is_open = false;

	for (int i = 0; i < EXEC_STREAM_COUNT; i++)
		is_open |= child->streams[i].is_open;
	if (!child->is_running && !is_open)
		finish(child);
}

// ---- its time limit

static void on_grace_over(uv_timer_t *timer)
{
	struct exec_child *child = container_of(timer, struct exec_child, timer);

	if (child->last_signal == SIGKILL) { // it sits in the kernel; whoever asked is not to wait for that
		finish(child);
		return;
	}
	child->last_signal = SIGKILL;
	uv_kill(-child->process.pid, SIGKILL);
	uv_timer_start(timer, on_grace_over, GRACE_MS, 0);
}

void exec_child_end(struct exec_child *child)
{
	if (!child->is_running || child->result.is_expired)
		return;
	child->result.is_expired = true;
	child->last_signal = SIGTERM;
	uv_kill(-child->process.pid, SIGTERM);
	uv_timer_start(&child->timer, on_grace_over, GRACE_MS, 0);
}

static void on_expired(uv_timer_t *timer)
{
	exec_child_end(container_of(timer, struct exec_child, timer));
}

static void on_exit(uv_process_t *process, int64_t status, int signal)
{
	struct exec_child *child = container_of(process, struct exec_child, process);

	child->is_running = false;
	child->result.exit_code = (int)status;
	child->result.signal = signal;
	if (child->result.is_expired) // what it has started goes with it
		uv_kill(-process->pid, SIGKILL);
	uv_timer_start(&child->timer, on_drained, DRAIN_MS, 0);
	finish_if_over(child);
}

// ---- its output

static void on_buffer(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
	struct exec_child *child = handle->data;

	(void)size;
	*out = uv_buf_init(child->buffer, sizeof child->buffer);
}

static void on_read(uv_stream_t *pipe, ssize_t n, const uv_buf_t *buffer)
{
	struct stream *stream = container_of(pipe, struct stream, pipe);
	struct exec_child *child = stream->child;

	if (n > 0)
		exec_output_add(child->output, (enum exec_stream)(stream - child->streams), buffer->base, (size_t)n);
	if (n >= 0)
		return;
	stream->is_open = false;
	uv_read_stop(pipe);
	finish_if_over(child);
}

// ---- the beginning

// Descriptors that we were given ourselves, and that nobody marked: a command has no use for them.
static void hide_descriptors(void)
{
	if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	for (int fd = STDERR_FILENO + 1; fd < 1024; fd++) // a kernel before 5.11
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

// A pipe that we read from; `theirs` is the end to write to. 0 or negative errno.
static int open_stream(struct stream *stream, uv_file *theirs)
{
	uv_file ends[2];
	int r = uv_pipe(ends, UV_NONBLOCK_PIPE, 0);

	if (r < 0)
		return r;
	r = uv_pipe_open(&stream->pipe, ends[0]);
	if (r < 0) {
		close(ends[0]);
		close(ends[1]);
		return r;
	}
	*theirs = ends[1];
	stream->is_open = true;
	return 0;
}

// 0 or negative errno: it has not run.
static int spawn(struct exec_child *child, uv_loop_t *loop, const struct exec_command *command)
{
	uv_stdio_container_t stdio[1 + EXEC_STREAM_COUNT] = { { .flags = UV_IGNORE } };
	const uv_process_options_t options = {
		.exit_cb = on_exit,
		.file = command->argv[0],
		.args = command->argv,
		.env = command->environment,
		.cwd = "/",
		.flags = UV_PROCESS_DETACHED,
		.stdio_count = 1 + EXEC_STREAM_COUNT,
		.stdio = stdio,
	};
	uv_file theirs[EXEC_STREAM_COUNT] = { -1, -1 };
	int r = 0;

	for (int i = 0; i < EXEC_STREAM_COUNT && r == 0; i++) {
		r = open_stream(&child->streams[i], &theirs[i]);
		stdio[1 + i] = (uv_stdio_container_t){ .flags = UV_INHERIT_FD, .data.fd = theirs[i] };
	}
	if (r == 0) {
		hide_descriptors();
		child->has_process = true; // also when it fails
		r = uv_spawn(loop, &child->process, &options);
	}
	for (int i = 0; i < EXEC_STREAM_COUNT; i++)
		if (theirs[i] >= 0)
			close(theirs[i]);
	return r;
}

int exec_child_start(uv_loop_t *loop, const struct exec_command *command, struct exec_child **out)
{
	struct exec_child *child = mem_calloc(1, sizeof *child);

	*out = NULL;
	if (!child)
		return -ENOMEM;
	child->output = command->output;
	child->done = command->done;
	child->ctx = command->ctx;
	uv_timer_init(loop, &child->timer);
	child->timer.data = child;
	for (int i = 0; i < EXEC_STREAM_COUNT; i++) {
		uv_pipe_init(loop, &child->streams[i].pipe, 0);
		child->streams[i].pipe.data = child;
		child->streams[i].child = child;
	}
	child->result.error = spawn(child, loop, command);
	child->process.data = child;
	*out = child;
	if (child->result.error < 0) {
		finish(child);
		return 0;
	}
	child->is_running = true;
	uv_timer_start(&child->timer, on_expired, command->timeout_ms, 0);
	for (int i = 0; i < EXEC_STREAM_COUNT; i++)
		uv_read_start((uv_stream_t *)&child->streams[i].pipe, on_buffer, on_read);
	return 0;
}
