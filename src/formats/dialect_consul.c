// SPDX-License-Identifier: Apache-2.0
/* Consul: a list of checks (passing, warning, critical), or of services with `Checks`; the worst one counts.
 * Source: developer.hashicorp.com/consul/api-docs/health.
 */
#include "formats/dialect_json.h"

static const char *const keys[SHAPE_KEYS_MAX] = { "Status", "Checks" };

static bool fits(const struct answer *answer)
{
	struct node_walk walk;

	node_walk_array(&walk, answer->json);
	return json_first_key(node_walk_next(&walk, NULL), keys);
}

static void read_answer(const struct answer *answer, struct judgement *out)
{
	const struct json_node *service;
	struct node_walk walk;

	node_walk_array(&walk, answer->json);
	while ((service = node_walk_next(&walk, NULL)))
		json_read_checks(&out->checks, node_member(service, "Checks"), false);
	json_read_checks(&out->checks, node_kind(answer->json) == JSON_ARRAY ? answer->json : NULL, false);
	if (out->checks.n_by_state[HEALTH_UP] || out->checks.first_bad[0] || out->checks.first_doubt[0])
		judgement_of_checks(out);
	else
		// An empty list says that nothing is registered, which is not the same as well.
		judgement_set(out, VERDICT_WARN, REASON_BAD_BODY, "no checks in the answer");
}

const struct dialect dialect_consul = { DIALECT_CONSUL, true, fits, read_answer };
