// SPDX-License-Identifier: Apache-2.0
#include "server/gnutls.h"

#include <stdbool.h>

const struct gnutls *gnutls_load(char why[LIBRARY_WHY_MAX])
{
	static struct gnutls lib;
	static bool is_loaded;
	static const struct library_function functions[] = {
		{ "gnutls_certificate_allocate_credentials", &lib.allocate },
		{ "gnutls_certificate_free_credentials", &lib.release },
		{ "gnutls_certificate_set_x509_key_mem", &lib.set_key },
		{ "gnutls_certificate_set_x509_trust_mem", &lib.set_trust },
		{ "gnutls_init", &lib.init },
		{ "gnutls_deinit", &lib.deinit },
		{ "gnutls_priority_set_direct", &lib.set_priority },
		{ "gnutls_credentials_set", &lib.set_credentials },
		{ "gnutls_certificate_server_set_request", &lib.request_certificate },
		{ "gnutls_certificate_verify_peers2", &lib.verify },
		{ "gnutls_transport_set_int2", &lib.set_fds },
		{ "gnutls_handshake", &lib.handshake },
		{ "gnutls_record_recv", &lib.recv },
		{ "gnutls_record_send", &lib.send },
		{ "gnutls_bye", &lib.bye },
		{ "gnutls_record_get_direction", &lib.direction },
		{ "gnutls_record_check_pending", &lib.pending },
		{ "gnutls_x509_crt_init", &lib.x509_init },
		{ "gnutls_x509_crt_deinit", &lib.x509_deinit },
		{ "gnutls_x509_crt_import", &lib.x509_import },
		{ "gnutls_x509_crt_get_activation_time", &lib.x509_from },
		{ "gnutls_x509_crt_get_expiration_time", &lib.x509_until },
		{ "gnutls_error_is_fatal", &lib.is_fatal },
		{ "gnutls_strerror", &lib.describe },
	};

	if (!is_loaded)
		is_loaded =
			library_load("libgnutls.so.30", functions, sizeof functions / sizeof functions[0], why) == 0;
	return is_loaded ? &lib : NULL;
}
