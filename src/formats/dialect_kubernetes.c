// SPDX-License-Identifier: Apache-2.0
/* Kubernetes' ?verbose lines: `[+]ping ok`, `[-]etcd failed: reason withheld`, and a last line such as `readyz check
 * failed`. Source: kubernetes.io/docs/reference/using-api/health-checks.
 */
#include <string.h>

#include "formats/dialect.h"

static bool is_check(const char *line, size_t n)
{
	return n > 3 && line[0] == '[' && (line[1] == '+' || line[1] == '-') && line[2] == ']';
}

static bool fits(const struct answer *answer)
{
	return is_check(answer->body, answer->n);
}

static void read_line(const char *line, size_t n, struct check_list *checks)
{
	const char *name = line + 3, *space = memchr(name, ' ', n - 3);
	size_t name_len = space ? (size_t)(space - name) : n - 3;
	struct check_text detail = { "", 0 };

	if (space)
		detail = (struct check_text){ space + 1, n - 3 - name_len - 1 };
	check_list_add(checks, (struct check_text){ name, name_len }, detail, line[1] == '+' ? HEALTH_UP : HEALTH_DOWN);
}

static void read_answer(const struct answer *answer, struct judgement *out)
{
	static const char not_ready[] = "readyz check failed";
	const char *at = answer->body, *end = at + answer->n, *line_end;
	bool is_ready = true;

	for (; at < end; at = line_end + 1) {
		line_end = memchr(at, '\n', (size_t)(end - at));
		if (!line_end)
			line_end = end;
		if (is_check(at, (size_t)(line_end - at)))
			read_line(at, (size_t)(line_end - at), &out->checks);
		else if (memmem(at, (size_t)(line_end - at), not_ready, sizeof not_ready - 1))
			is_ready = false;
	}
	if (!is_ready)
		judgement_of_word(out, health_word_find("not ready", 9), "");
	else if (out->checks.n_by_state[HEALTH_UP] || out->checks.first_bad[0])
		judgement_of_checks(out);
	else
		judgement_set(out, VERDICT_FAIL, REASON_BAD_BODY, "no [+] or [-] line in the answer");
}

const struct dialect dialect_kubernetes = { DIALECT_KUBERNETES, false, fits, read_answer };
