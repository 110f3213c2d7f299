#pragma once
// SPDX-License-Identifier: Apache-2.0
/* libmicrohttpd, loaded by the first simulator or hub: a console has neither, and need not place it and its TLS. */
#include <microhttpd.h>

#include "base/library.h"

// Before any other call. 0, or -ELIBACC with why; once it is there, calling it again costs nothing.
int libmicrohttpd_load(char why[LIBRARY_WHY_MAX]);
