// SPDX-License-Identifier: Apache-2.0
/* Whether a question makes sense, whoever it is about. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "formats/json.h"
#include "operations/plan_internal.h"
#include "text/text.h"

static int refuse(char *why, size_t why_size, const char *text)
{
	snprintf(why, why_size, "%s", text);
	return -EINVAL;
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int check_targets(const struct plan_question *question, char *why, size_t why_size)
{
	size_t n = question->n_subjects;
	mem_auto uint32_t *ids = NULL;

	if (n == 0)
		return refuse(why, why_size, "there is no target");
	if (n > OPERATION_TARGETS_MAX) {
		snprintf(why, why_size, "%zu targets; at most %d", n, OPERATION_TARGETS_MAX);
		return -EINVAL;
	}
	ids = mem_alloc(n * sizeof *ids);
	if (!ids)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		ids[i] = question->subjects[i].agent->id;
	qsort(ids, n, sizeof *ids, compare_ids);
	for (size_t i = 1; i < n; i++)
		if (ids[i] == ids[i - 1])
			return refuse(why, why_size, "a target is named twice");
	return 0;
}

static int check_patch(const char *patch, char *why, size_t why_size)
{
	struct json_error error = { 0 };
	struct json_value *value;
	bool is_object;
	int r = json_parse(patch, strlen(patch), &value, &error);

	if (r == -EINVAL)
		snprintf(why, why_size, "the patch is no JSON: %s at byte %zu", error.reason, error.offset + 1);
	if (r < 0)
		return r;
	is_object = json_kind(value) == JSON_OBJECT;
	json_free(value);
	return is_object ? 0 : refuse(why, why_size, "the patch is not a JSON object");
}

// What only some verbs take, and these must have.
static int check_verb(const struct operation_params *params, char *why, size_t why_size)
{
	enum verb verb = params->verb;

	if ((unsigned)verb >= VERB_COUNT)
		return refuse(why, why_size, "there is no such verb");
	if (verb == VERB_UPGRADE && !params->version[0])
		return refuse(why, why_size, "an upgrade needs a version");
	if (params->version[0] && verb != VERB_UPGRADE && verb != VERB_CREATE)
		return refuse(why, why_size, "only create and upgrade take a version");
	if (strlen(params->version) >= DRIVER_VERSION_MAX || !text_is_clean(params->version))
		return refuse(why, why_size, "the version is too long, or has characters that cannot be shown");
	if (params->is_forced && verb != VERB_STOP)
		return refuse(why, why_size, "only stop can be forced");
	if (params->patch[0] && verb != VERB_CONFIGURE)
		return refuse(why, why_size, "only configure takes a patch");
	if (verb == VERB_CONFIGURE)
		return params->patch[0] ? check_patch(params->patch, why, why_size)
					: refuse(why, why_size, "configure needs a patch");
	return 0;
}

static bool is_canary_sound(const uint8_t percent[CANARY_PHASES_MAX])
{
	unsigned before = 0;

	for (size_t i = 0; i < CANARY_PHASES_MAX && percent[i]; i++) {
		if (percent[i] <= before)
			return false;
		before = percent[i];
	}
	return before == 100;
}

static int check_rollout(const struct rollout *rollout, char *why, size_t why_size)
{
	if ((unsigned)rollout->kind >= ROLLOUT_KIND_COUNT)
		return refuse(why, why_size, "there is no such kind of rollout");
	if (rollout->batch == 0 || rollout->max_unavailable == 0)
		return refuse(why, why_size, "a batch and what may be unavailable are 1 at least");
	if (rollout->verify_ms < rollout->min_healthy_ms)
		return refuse(why, why_size, "a target must be well for longer than there is time for");
	if (rollout->kind == ROLLOUT_CANARY && !is_canary_sound(rollout->canary_percent))
		return refuse(why, why_size, "the phases of a canary ascend to 100 percent");
	if (!(rollout->max_error_share >= 0) || rollout->max_error_share > 1 || !(rollout->max_latency_growth >= 0))
		return refuse(why, why_size, "the limits of errors and latency are out of range");
	return 0;
}

int plan_params_check(const struct operation_params *params, char *why, size_t why_size)
{
	int r = check_verb(params, why, why_size);

	return r == 0 ? check_rollout(&params->rollout, why, why_size) : r;
}

int plan_question_check(const struct plan_question *question, char *why, size_t why_size)
{
	int r = plan_params_check(question->params, why, why_size);

	return r == 0 ? check_targets(question, why, why_size) : r;
}
