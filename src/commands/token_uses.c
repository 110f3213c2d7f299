// SPDX-License-Identifier: Apache-2.0
/* When each token was last used for a session of the stream, by the audit trail, which has every one of them. */
#include <string.h>

#include "audit/query.h"
#include "base/human.h"
#include "base/memory.h"
#include "commands/token.h"
#include "formats/json.h"
#include "hub/access_tokens.h"

static const char by_token[] = " (token)"; // the end of such an origin

static bool ends_with(const struct json_text *text, const char *end)
{
	size_t n = strlen(end);

	return text->n >= n && memcmp(text->bytes + text->n - n, end, n) == 0;
}

static struct json_text text_of(const struct json_value *object, const char *name)
{
	struct json_text text = { "", 0 };

	json_read_text(json_member(object, name), &text);
	return text;
}

// Another token may have had the name before.
static void note(const struct tokens *tokens, const struct json_text *user, int64_t at_ms, int64_t *last_ms)
{
	for (size_t i = 0; i < tokens->n; i++) {
		const struct token *token = &tokens->items[i];

		if (strlen(token->name) == user->n && memcmp(token->name, user->bytes, user->n) == 0 &&
		    at_ms >= token->created_ms && at_ms > last_ms[i])
			last_ms[i] = at_ms;
	}
}

static void take(const struct tokens *tokens, const struct audit_line *line, int64_t *last_ms)
{
	struct json_value *root = NULL;
	const struct json_value *who;
	struct json_text at, user, origin;
	char text[HUMAN_MAX] = "";
	int64_t at_ms;

	if (json_parse(line->text, line->n, &root, NULL) < 0)
		return;
	who = json_member(root, "who");
	at = text_of(root, "at");
	user = text_of(who, "user");
	origin = text_of(who, "origin");
	if (at.n < sizeof text)
		memcpy(text, at.bytes, at.n);
	if (ends_with(&origin, by_token) && human_parse_rfc3339(text, &at_ms) == 0)
		note(tokens, &user, at_ms, last_ms);
	json_free(root);
}

int token_uses_find(const char *dir, const struct tokens *tokens, int64_t *last_ms)
{
	const struct audit_filter filter = {
		.action = AUDIT_LOGIN, .level = -1, .result = AUDIT_SUCCESS, .limit = AUDIT_LIMIT_MAX
	};
	struct audit_trouble trouble = { 0 };
	struct audit_found found = { 0 };
	int r = audit_query(dir, &filter, &found, &trouble);

	for (size_t i = 0; r == 0 && i < found.n; i++)
		take(tokens, &found.lines[i], last_ms);
	if (r == 0 && found.n == filter.limit)
		r = 1;
	audit_found_finish(&found);
	return r;
}
