#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Diagnostics of the program itself, one line each, timed in UTC. Nothing about the fleet goes here: that is events.
 *
 * Lines go to stderr unless log_open() names a file; the console opens a file (or /dev/null) before it takes the
 * screen.
 */
enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level); // default LOG_WARN
int log_open(const char *path);           // appends; 0 or negative errno, and then nothing changed
void log_close(void);                     // back to stderr

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
