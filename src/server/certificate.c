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

// Of what is between "-----BEGIN " and "-----"; a key of the old kind says in its first line that it is locked.
static unsigned part_of(const char *label, size_t n)
{
	static const char key[] = "PRIVATE KEY", certificate[] = "CERTIFICATE", locked[] = "Proc-Type: 4,ENCRYPTED";
	const size_t n_key = sizeof key - 1, n_certificate = sizeof certificate - 1;
	const char *line = strchr(label, '\n');

	if (n >= n_certificate && strncmp(label + n - n_certificate, certificate, n_certificate) == 0)
		return PEM_CERTIFICATE;
	if (n < n_key || strncmp(label + n - n_key, key, n_key) != 0)
		return 0;
	if (strncmp(label, "ENCRYPTED", 9) == 0 || (line && strncmp(line + 1, locked, sizeof locked - 1) == 0))
		return PEM_LOCKED_KEY;
	return PEM_KEY;
}

unsigned pem_parts(const char *pem)
{
	static const char begin[] = "-----BEGIN ";
	unsigned parts = 0;

	while ((pem = strstr(pem, begin))) {
		pem += sizeof begin - 1;
		parts |= part_of(pem, strcspn(pem, "-\n"));
	}
	return parts;
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
	if (r == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		return -EKEYREJECTED;
	return r < 0 ? refuse(lib, r, why) : 0;
}

int certificate_authorities(const char *pem, char why[LIBRARY_WHY_MAX])
{
	const struct gnutls *lib = gnutls_load(why);
	const gnutls_datum_t text = datum(pem);
	gnutls_certificate_credentials_t credentials;
	int r;

	if (!lib)
		return -ELIBACC;
	if (lib->allocate(&credentials) < 0)
		return -ENOMEM;
	r = lib->set_trust(credentials, &text, GNUTLS_X509_FMT_PEM);
	lib->release(credentials);
	if (r > 0)
		return 0;
	snprintf(why, LIBRARY_WHY_MAX, "no certificate is in it%s%s", r < 0 ? ": " : "", r < 0 ? lib->describe(r) : "");
	return -EINVAL;
}
