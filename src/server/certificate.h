#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What a file of certificates says, before anybody serves with it. */
#include <stdint.h>

#include "base/library.h"

struct certificate {
	int64_t from_ms, until_ms; // wall: when it is valid
};

enum pem_part { PEM_CERTIFICATE = 1 << 0, PEM_KEY = 1 << 1, PEM_LOCKED_KEY = 1 << 2 };

// What is in a PEM, by its headers; a locked key wants a password.
unsigned pem_parts(const char *pem);

// The first one of a PEM. 0; -EINVAL with why: there is none that can be read; -ELIBACC, -ENOMEM.
int certificate_read(const char *pem, struct certificate *out, char why[LIBRARY_WHY_MAX]);

// Whether a PEM holds certificates of authorities to trust. As above.
int certificate_authorities(const char *pem, char why[LIBRARY_WHY_MAX]);

// Whether a certificate and a key can be served with, and belong together. As above; -EKEYREJECTED: it is another's.
int certificate_fits(const char *cert, const char *key, char why[LIBRARY_WHY_MAX]);
