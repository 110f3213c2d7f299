// SPDX-License-Identifier: Apache-2.0
/* Connections that come by TLS are connections like the others once their handshake is done. */
#include "hub/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/human.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/certificate.h"

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
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe in its place would wait for a writer
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

struct pems {
	char *cert, *key, *ca; // owned; ca may be NULL
};

static void pems_finish(struct pems *pems)
{
	mem_free(pems->cert);
	if (pems->key)
		explicit_bzero(pems->key, strlen(pems->key));
	mem_free(pems->key);
	mem_free(pems->ca);
}

static int read_pems(const struct hub_config *config, struct pems *out, char why[HUB_WHY_MAX])
{
	int r = read_pem(config->key_file, &out->key, why);

	if (r == 0)
		r = read_pem(config->cert_file, &out->cert, why);
	if (r == 0)
		r = read_pem(config->client_ca_file, &out->ca, why);
	return r;
}

int hub_tls_start(struct hub *hub, const struct hub_config *config, char why[HUB_WHY_MAX])
{
	struct tls_options options = {
		.loop = hub->loop, .ready = on_ready, .failed = on_failed, .closed = on_closed, .ctx = hub
	};
	char reason[LIBRARY_WHY_MAX] = "";
	struct pems pems = { 0 };
	int r;

	if (!config->cert_file)
		return 0;
	r = read_pems(config, &pems, why);
	if (r == 0) {
		options.cert = pems.cert;
		options.key = pems.key;
		options.client_ca = pems.ca;
		r = tls_server_create(&options, &hub->tls, reason);
		if (r == 0)
			hub_handle_opened(hub);
		else
			snprintf(why, HUB_WHY_MAX, "TLS does not start: %s", reason[0] ? reason : strerrordesc_np(-r));
	}
	pems_finish(&pems);
	return r;
}

// One that is over already is no better than the one there is. `at` is until when it is valid.
static int judge_cert(const char *path, const char *pem, char at[HUMAN_MAX], char why[HUB_WHY_MAX])
{
	char reason[LIBRARY_WHY_MAX] = "";
	struct certificate certificate;
	int r = certificate_read(pem, &certificate, reason);

	if (r < 0) {
		snprintf(why, HUB_WHY_MAX, "%.150s: %.100s", path, reason[0] ? reason : strerrordesc_np(-r));
		return r;
	}
	human_rfc3339(certificate.until_ms, at);
	if (hub_now().wall_ms >= certificate.until_ms) {
		snprintf(why, HUB_WHY_MAX, "%.150s has expired at %.40s", path, at);
		return -EINVAL;
	}
	return 0;
}

static int renew(struct hub *hub, const struct hub_config *config, char why[HUB_WHY_MAX])
{
	char reason[LIBRARY_WHY_MAX] = "", at[HUMAN_MAX] = "";
	struct pems pems = { 0 };
	int r = read_pems(config, &pems, why);

	if (r == 0)
		r = judge_cert(config->cert_file, pems.cert, at, why);
	if (r == 0) {
		r = tls_server_renew(hub->tls, pems.cert, pems.key, pems.ca, reason);
		if (r < 0)
			snprintf(why, HUB_WHY_MAX, "%s", reason[0] ? reason : strerrordesc_np(-r));
		else
			log_line(LOG_INFO, "the certificate is read again: it is valid until %s", at);
	}
	pems_finish(&pems);
	return r;
}

void hub_tls_renew(struct hub *hub, const struct hub_config *config)
{
	char why[HUB_WHY_MAX] = "";

	if (!hub->tls && !config->cert_file)
		return;
	if (!hub->tls || !config->cert_file)
		log_line(LOG_WARN, "TLS is not %s before the next start", hub->tls ? "ended" : "begun");
	else if (renew(hub, config, why) < 0)
		log_line(LOG_WARN, "the old certificate and key are kept: %s", why);
}
