#pragma once
// SPDX-License-Identifier: Apache-2.0
/* libcurl, loaded with the first request: with the libraries it brings along it would be most of the time in which a
 * console starts, and its first picture needs none of them.
 */
#include <curl/curl.h>

#include "base/library.h"

// Before any other call. 0, or -ELIBACC with why; once it is there, calling it again costs nothing.
int libcurl_load(char why[LIBRARY_WHY_MAX]);
