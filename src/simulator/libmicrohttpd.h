#pragma once
// SPDX-License-Identifier: Apache-2.0
/* libmicrohttpd, loaded by the first simulator: a console has none, and need not place it and its TLS. */
#include <microhttpd.h>

// Before any other call. 0 or -ELIBACC; calling it again costs nothing.
int libmicrohttpd_load(void);
