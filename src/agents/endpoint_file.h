#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The file of endpoint_memory.h:
 *
 *   {"version":1,"endpoints":[{"key":"http://a:1","health":"/health","metrics":null,"dialect":"auto"}]}
 */
#include <stddef.h>

#include "agents/endpoint_memory.h"
#include "base/strbuf.h"
#include "formats/json_writer.h"

void endpoint_file_begin(struct json_writer *writer, struct bytes *out);
void endpoint_file_add(struct json_writer *writer, const char *key, const struct endpoint_memo *memo);
void endpoint_file_end(struct json_writer *writer);

// Puts the text in the place of DIR/endpoints.json in one step. 0 or negative errno; on error the old file stands.
int endpoint_file_write(const char *dir, const struct bytes *text);

// As endpoint_memory_load().
int endpoint_file_read(const char *dir, struct endpoint_memory *memory, char *why, size_t why_size);
