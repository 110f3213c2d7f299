#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What an answer may bring in: headers and body, counted by us as they arrive, and gzip undone here.
 *
 * libcurl is told to leave the content coding alone: it would undo codings that were not asked for, knows no bound
 * between bytes on the wire and decoded ones, and takes a gzip stream that ends early for a whole one.
 * Headers of all blocks count together (an endless row of 100 Continue is one answer), trailers too. Pure but for zlib.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include "base/strbuf.h"
#include "opscon/reason.h"
#include "poll/http.h"

struct http_intake {
	struct http_limits limits;
	struct bytes body; // decoded
	uint64_t wire_bytes;
	uint32_t n_headers, header_bytes;
	int status;         // of the block that is being read, or was last
	uint8_t n_codings;  // gzip seen in Content-Encoding
	bool has_headers;   // the final block (not 1xx) is complete
	bool is_inflating;  // in the middle of a gzip member
	bool has_inflater;  // zlib is initialised
	enum reason reason; // why the answer is refused; REASON_NONE: it is not
	char why[96];       // beside the reason; raw bytes of the peer may be in it
	z_stream inflater;
};

void http_intake_init(struct http_intake *intake);                                    // once
void http_intake_start(struct http_intake *intake, const struct http_limits *limits); // for each answer
void http_intake_finish(struct http_intake *intake);

// One header line with its end, or one piece of the body. False: refused, see `reason`.
bool http_intake_header(struct http_intake *intake, const char *line, size_t n);
bool http_intake_body(struct http_intake *intake, const char *data, size_t n);

// The transfer ended well: is the content whole? False: see `reason`.
bool http_intake_end(struct http_intake *intake);

// Lets go of a buffer that one large answer needed.
void http_intake_trim(struct http_intake *intake);
