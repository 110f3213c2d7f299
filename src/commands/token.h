#pragma once
// SPDX-License-Identifier: Apache-2.0
// opscon token: what its files share.
#include <stdbool.h>
#include <stdint.h>

struct tokens;

enum token_format { TOKEN_FORMAT_TABLE, TOKEN_FORMAT_JSON };

// Writes the list to standard output. 0 or an exit code after saying what is wrong.
int token_list_print(const struct tokens *tokens, const char *path, enum token_format format, int64_t now_ms);
