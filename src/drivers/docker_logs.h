#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The log of a container (GET /containers/ID/logs): frames of a stream's number and a length, or plain text where the
 * container has a terminal. Pure; takes anything.
 */
#include <stdbool.h>
#include <stddef.h>

enum { DOCKER_LOG_LINE_MAX = 400, DOCKER_LOG_LINES_MAX = 40 };

/* Gives each line, clean and cut to DOCKER_LOG_LINE_MAX - 1 bytes, to `line`, the last DOCKER_LOG_LINES_MAX of them;
 * empty ones are left out. What is no frame is taken for text from there on. `is_plain`: there are no frames.
 */
void docker_logs_read(const char *bytes, size_t n, bool is_plain, void (*line)(void *ctx, const char *text), void *ctx);
