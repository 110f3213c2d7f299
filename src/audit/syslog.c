// SPDX-License-Identifier: Apache-2.0
#include "audit/syslog.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/human.h"

enum { FACILITY_AUDIT = 13 }; // RFC 5424, table 1: log audit

static const int severities[AUDIT_LEVEL_COUNT] = {
	[AUDIT_INFO] = 6,
	[AUDIT_WARNING] = 4,
	[AUDIT_ERROR] = 3,
	[AUDIT_CRITICAL] = 2,
};

// A HOSTNAME is printable ASCII without spaces, or the nil value.
void audit_syslog_init(struct audit_syslog *log, const char *path, const char *host)
{
	*log = (struct audit_syslog){ .fd = -1, .path = path, .pid = getpid() };
	snprintf(log->host, sizeof log->host, "%s", *host ? host : "-");
	for (char *c = log->host; *c; c++)
		if (*c <= ' ' || *c >= 0x7f)
			*c = '-';
}

static int open_socket(struct audit_syslog *log)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(log->path) >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, log->path, strlen(log->path));
	log->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (log->fd < 0)
		return -1;
	if (connect(log->fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return 0;
	close(log->fd);
	log->fd = -1;
	return -1;
}

// A log that was restarted has another socket under the same name: once more, and that is all.
static int send_message(struct audit_syslog *log, const char *message, size_t n)
{
	if (log->fd >= 0) {
		if (send(log->fd, message, n, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
			return 0;
		if (errno == EAGAIN || errno == ENOBUFS || errno == EMSGSIZE)
			return -1;
		close(log->fd);
		log->fd = -1;
	}
	if (open_socket(log) < 0)
		return -1;
	return send(log->fd, message, n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -1 : 0;
}

void audit_syslog_send(struct audit_syslog *log, const char *text, size_t n, enum audit_level level, int64_t at_ms)
{
	char message[AUDIT_SYSLOG_MAX], at[HUMAN_MAX];
	int used =
		snprintf(message, sizeof message, "<%d>1 %s %s opscon %ld audit - {",
			 FACILITY_AUDIT * 8 + severities[level], human_rfc3339(at_ms, at), log->host, (long)log->pid);
	size_t room = sizeof message - (size_t)used;

	n = n < room ? n : room;
	memcpy(message + used, text, n);
	if (send_message(log, message, (size_t)used + n) < 0)
		log->n_failed++;
	else
		log->n_sent++;
}

void audit_syslog_finish(struct audit_syslog *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}
