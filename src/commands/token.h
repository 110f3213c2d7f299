#pragma once
// SPDX-License-Identifier: Apache-2.0
// opscon token: what its files share.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tokens;

enum token_format { TOKEN_FORMAT_TABLE, TOKEN_FORMAT_JSON };

struct token_list {
	const struct tokens *tokens;
	const char *path;       // of their file
	const int64_t *last_ms; // wall: when the last session of each began; 0: of none is known
	bool has_uses;          // false: the audit trail could not be read, or there is none
	bool is_cut;            // older sessions were not looked at: who has none among the newest may have had one
	int64_t now_ms;         // wall
};

// Writes the list to standard output. 0 or an exit code after saying what is wrong.
int token_list_print(const struct token_list *list, enum token_format format);

// Looks through the audit trail in `dir`, at its newest AUDIT_LIMIT_MAX sessions. 0, 1 when there may be older ones, or
// negative errno; last_ms[] has a place for each token, and 0 where none was found.
int token_uses_find(const char *dir, const struct tokens *tokens, int64_t *last_ms);
