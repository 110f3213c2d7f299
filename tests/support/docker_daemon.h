#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A Docker Engine of the test's own: a folder, a socket, no network, and nothing left of it afterwards, whatever
 * becomes of the test. Needs root, dockerd and a static busybox.
 */
#include <stdbool.h>
#include <sys/types.h>

struct docker_daemon {
	char dir[64], socket[96];
	pid_t guard; // ends the daemon when `leash` closes, by itself or with the test
	int leash;
};

// NULL, or why there is none: for suite_skip().
const char *docker_daemon_start(struct docker_daemon *daemon);
void docker_daemon_stop(struct docker_daemon *daemon);
void docker_daemon_restart(struct docker_daemon *daemon); // what it runs ends with it; it answers again on return

// Makes an image of busybox and the file /www/health, with a command for sh, and "NAME=value" without blanks in its
// environment.
void docker_daemon_image(struct docker_daemon *daemon, const char *name, const char *variable, const char *command);

// The answer to a GET, as long as the process lives; NULL unless it is 200.
char *docker_daemon_get(struct docker_daemon *daemon, const char *path);
int docker_daemon_ask(struct docker_daemon *daemon, const char *method, const char *path, const char *json); // status
