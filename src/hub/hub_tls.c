// SPDX-License-Identifier: Apache-2.0
/* Connections that come by TLS are connections like the others once their handshake is done. */
#include "hub/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

enum { PEM_BYTES_MAX = 1 << 20 };

static void on_ready(void *ctx, void *user, int fd)
{
	struct hub_conn *conn = user;

	(void)ctx;
	conn->fd = fd;
	(void)hub_http_take(conn);
}

static void on_failed(void *ctx, void *user, const char *why)
{
	struct hub *hub = ctx;
	struct hub_conn *conn = user;

	if (!hub->is_ended)
		access_stranger(hub->access, (const struct sockaddr *)&conn->from, "tls", why, hub_now());
	hub->counters.n_tls_failed++;
	hub_conn_free(conn);
}

static void on_closed(void *ctx)
{
	hub_handle_closed(ctx);
}

// *out is owned by the caller; NULL when there is no path.
static int read_pem(const char *path, char **out, char why[HUB_WHY_MAX])
{
	struct bytes text;
	int fd, r;

	if (!path)
		return 0;
	bytes_init(&text, PEM_BYTES_MAX);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	r = fd < 0 ? -errno : file_read_all(fd, &text);
	if (fd >= 0)
		close(fd);
	if (r == 0 && !text.len)
		r = -ENODATA;
	if (r < 0) {
		snprintf(why, HUB_WHY_MAX, "%s: %s", path, strerrordesc_np(-r));
		bytes_finish(&text);
		return r;
	}
	*out = text.data;
	return 0;
}

int hub_tls_start(struct hub *hub, const struct hub_config *config, char why[HUB_WHY_MAX])
{
	char *cert = NULL, *key = NULL, *ca = NULL, reason[LIBRARY_WHY_MAX] = "";
	struct tls_options options = {
		.loop = hub->loop, .ready = on_ready, .failed = on_failed, .closed = on_closed, .ctx = hub
	};
	int r;

	if (!config->cert_file)
		return 0;
	r = read_pem(config->key_file, &key, why);
	if (r == 0)
		r = read_pem(config->cert_file, &cert, why);
	if (r == 0)
		r = read_pem(config->client_ca_file, &ca, why);
	if (r == 0) {
		options.cert = cert;
		options.key = key;
		options.client_ca = ca;
		r = tls_server_create(&options, &hub->tls, reason);
		if (r == 0)
			hub_handle_opened(hub);
		else
			snprintf(why, HUB_WHY_MAX, "TLS does not start: %s", reason[0] ? reason : strerrordesc_np(-r));
	}
	mem_free(cert);
	mem_free(key);
	mem_free(ca);
	return r;
}
