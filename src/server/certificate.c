// SPDX-License-Identifier: Apache-2.0
#include "server/certificate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "server/gnutls.h"

static gnutls_datum_t datum(const char *pem)
{
	return (gnutls_datum_t){ (unsigned char *)pem, (unsigned)strlen(pem) };
}

static int refuse(const struct gnutls *lib, int error, char why[LIBRARY_WHY_MAX])
{
	if (error == GNUTLS_E_MEMORY_ERROR)
		return -ENOMEM;
	snprintf(why, LIBRARY_WHY_MAX, "%s", lib->describe(error));
	return -EINVAL;
}

int certificate_read(const char *pem, struct certificate *out, char why[LIBRARY_WHY_MAX])
{
	const struct gnutls *lib = gnutls_load(why);
	const gnutls_datum_t text = datum(pem);
	gnutls_x509_crt_t cert;
	int r;

	*out = (struct certificate){ 0 };
	if (!lib)
		return -ELIBACC;
	if (lib->x509_init(&cert) < 0)
		return -ENOMEM;
	r = lib->x509_import(cert, &text, GNUTLS_X509_FMT_PEM);
	if (r < 0) {
		r = refuse(lib, r, why);
	} else {
		out->from_ms = (int64_t)lib->x509_from(cert) * 1000;
		out->until_ms = (int64_t)lib->x509_until(cert) * 1000;
	}
	lib->x509_deinit(cert);
	return r < 0 ? r : 0;
}

int certificate_fits(const char *cert, const char *key, char why[LIBRARY_WHY_MAX])
{
	const struct gnutls *lib = gnutls_load(why);
	const gnutls_datum_t cert_text = datum(cert), key_text = datum(key);
	gnutls_certificate_credentials_t credentials;
	int r;

	if (!lib)
		return -ELIBACC;
	if (lib->allocate(&credentials) < 0)
		return -ENOMEM;
	r = lib->set_key(credentials, &cert_text, &key_text, GNUTLS_X509_FMT_PEM);
	lib->release(credentials);
	return r < 0 ? refuse(lib, r, why) : 0;
}
