// SPDX-License-Identifier: Apache-2.0
#include "hub/notify.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/number.h"

int notify_send(const char *socket_name, const char *state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t n = socket_name ? strlen(socket_name) : 0;
	ssize_t sent;
	int fd, error;

	if (n == 0)
		return 0;
	if ((socket_name[0] != '/' && socket_name[0] != '@') || n >= sizeof address.sun_path)
		return -EINVAL;
	memcpy(address.sun_path, socket_name, n);
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&address,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	error = sent < 0 ? -errno : 0;
	close(fd);
	return error;
}

uint64_t notify_watchdog_ms(const char *usec, const char *pid, int64_t own_pid)
{
	uint64_t us, whose;

	if (!usec || number_parse_u64(usec, strlen(usec), INT64_MAX, &us) < 0)
		return 0;
	if (pid && (number_parse_u64(pid, strlen(pid), INT64_MAX, &whose) < 0 || whose != (uint64_t)own_pid))
		return 0;
	return us / 2000 ? us / 2000 : us > 0;
}
