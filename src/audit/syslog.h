#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A copy of each record to the machine's log: RFC 5424 over the datagram socket of /dev/log. It never blocks and never
 * matters to the trail: what could not be sent is counted.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "opscon/audit.h"

enum { AUDIT_SYSLOG_MAX = 8192 }; // bytes of a message; the rest of a longer record is left out

struct audit_syslog {
	int fd;           // -1: not connected
	const char *path; // borrowed: "/dev/log"
	char host[128];
	pid_t pid;
	uint64_t n_sent, n_failed;
};

void audit_syslog_init(struct audit_syslog *log, const char *path, const char *host);
// The text is a record without its link to the one before.
void audit_syslog_send(struct audit_syslog *log, const char *text, size_t n, enum audit_level level, int64_t at_ms);
void audit_syslog_finish(struct audit_syslog *log);
