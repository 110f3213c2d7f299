// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "opscon/driver.h"

static const char *keep(struct driver_recipe *recipe, const char *text)
{
	size_t n = text ? strlen(text) + 1 : 1;
	char *to = recipe->memory + recipe->used;

	if (n > sizeof recipe->memory - recipe->used) {
		recipe->is_short = true;
		return "";
	}
	memcpy(to, text ? text : "", n);
	recipe->used += n;
	return to;
}

void driver_recipe_add(struct driver_recipe *recipe, const struct plan_step *step)
{
	struct plan_step *to = &recipe->steps[recipe->n];

	if (recipe->n == DRIVER_STEPS_MAX) {
		recipe->is_short = true;
		return;
	}
	*to = *step;
	to->label = keep(recipe, step->label);
	to->precondition = keep(recipe, step->precondition);
	to->action = keep(recipe, step->action);
	to->postcondition = keep(recipe, step->postcondition);
	recipe->n++;
}
