// SPDX-License-Identifier: Apache-2.0
#include "server/peer_certificate.h"

#include "server/libmicrohttpd.h"

bool peer_certificate_is_good(struct MHD_Connection *conn)
{
	static int (*verify_peers)(void *session, unsigned *status); // of GnuTLS, which libmicrohttpd has brought along
	static const struct library_function functions[] = { { "gnutls_certificate_verify_peers2", &verify_peers } };
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	char why[LIBRARY_WHY_MAX];
	unsigned status = ~0u;

	if (!verify_peers && library_load("libgnutls.so.30", functions, 1, why) < 0)
		return false;
	return info && info->tls_session && verify_peers(info->tls_session, &status) == 0 && status == 0;
}
