#pragma once
// SPDX-License-Identifier: Apache-2.0
/* libcurl, loaded with the first request: with the libraries it brings along it would be most of the time in which a
 * console starts, and its first picture needs none of them.
 */
#include <curl/curl.h>

// Before any other call. 0 or -ELIBACC; calling it again costs nothing.
int libcurl_load(void);
