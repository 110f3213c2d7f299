#pragma once
// SPDX-License-Identifier: Apache-2.0
// What libmicrohttpd asks a client for and does not look at: its certificate.
#include <stdbool.h>

struct MHD_Connection;

// Whether the client of a TLS connection has one that the authorities of MHD_OPTION_HTTPS_MEM_TRUST vouch for.
bool peer_certificate_is_good(struct MHD_Connection *conn);
