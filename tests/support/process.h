#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Programs for end-to-end tests: run to the end, or in the background until the test stops them by process id. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { PROCESS_OUTPUT_MAX = 1 << 20 };

struct process_result {
	int status; // exit status, or -1 - signal
	char *out;  // standard output, terminated; owned
	char *err;  // standard error, terminated; owned
};

/* Runs argv[0] with standard input from /dev/null. `env` (NULL-terminated, may be NULL): "NAME=value" sets, "NAME"
 * removes. Fails the test after 60 s.
 */
struct process_result process_run(const char *const argv[], const char *const env[]);
void process_result_finish(struct process_result *result);

// In the background, output to /dev/null; dies with the test.
pid_t process_start(const char *const argv[]);
void process_stop(pid_t pid); // SIGKILL, and waits; 0 is fine
void process_end(pid_t pid);  // SIGTERM, and it must end well within 20 s: what it has counted is kept; 0 is fine

// As the kernel has it: /proc/PID/stat behind the name, from the state (field 3) on; the state; the processor's time.
void process_stat(pid_t pid, char *out, size_t size);
char process_state(pid_t pid); // 'T' stopped, 'S' sleeping ...
long process_cpu_ms(pid_t pid);

int process_free_port(void);                               // on 127.0.0.1, free a moment ago
void process_await_port(int port, int timeout_ms);         // until somebody listens there
void process_await_file(const char *path, int timeout_ms); // until it is there and not empty
