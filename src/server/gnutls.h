#pragma once
// SPDX-License-Identifier: Apache-2.0
/* GnuTLS, loaded with the first hub that speaks TLS, or is to. */
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/library.h"

struct gnutls {
	int (*allocate)(gnutls_certificate_credentials_t *credentials);
	void (*release)(gnutls_certificate_credentials_t credentials);
	int (*set_key)(gnutls_certificate_credentials_t credentials, const gnutls_datum_t *cert,
		       const gnutls_datum_t *key, gnutls_x509_crt_fmt_t type);
	int (*set_trust)(gnutls_certificate_credentials_t credentials, const gnutls_datum_t *ca,
			 gnutls_x509_crt_fmt_t type);
	int (*init)(gnutls_session_t *session, unsigned flags);
	void (*deinit)(gnutls_session_t session);
	int (*set_priority)(gnutls_session_t session, const char *priorities, const char **error);
	int (*set_credentials)(gnutls_session_t session, gnutls_credentials_type_t type, void *credentials);
	void (*request_certificate)(gnutls_session_t session, gnutls_certificate_request_t request);
	int (*verify)(gnutls_session_t session, unsigned *status);
	void (*set_fds)(gnutls_session_t session, int recv_fd, int send_fd);
	int (*handshake)(gnutls_session_t session);
	ssize_t (*recv)(gnutls_session_t session, void *data, size_t n);
	ssize_t (*send)(gnutls_session_t session, const void *data, size_t n);
	int (*bye)(gnutls_session_t session, gnutls_close_request_t how);
	int (*direction)(gnutls_session_t session);
	size_t (*pending)(gnutls_session_t session);
	int (*x509_init)(gnutls_x509_crt_t *cert);
	void (*x509_deinit)(gnutls_x509_crt_t cert);
	int (*x509_import)(gnutls_x509_crt_t cert, const gnutls_datum_t *data, gnutls_x509_crt_fmt_t format);
	time_t (*x509_from)(gnutls_x509_crt_t cert);
	time_t (*x509_until)(gnutls_x509_crt_t cert);
	int (*is_fatal)(int error);
	const char *(*describe)(int error);
};

// NULL with why: it cannot be loaded. What was loaded stays.
const struct gnutls *gnutls_load(char why[LIBRARY_WHY_MAX]);
