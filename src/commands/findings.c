// SPDX-License-Identifier: Apache-2.0
#include "commands/findings.h"

#include "opscon/config.h"

void findings_print(FILE *to, const struct config_errors *errors)
{
	for (size_t i = 0; i < errors->n; i++) {
		const struct config_error *error = &errors->items[i];

		fputs(error->path, to);
		if (error->line)
			fprintf(to, ":%u:%u", error->line, error->column);
		fprintf(to, ": %s%s\n", error->is_warning ? "warning: " : "", error->text);
	}
	if (errors->n_more)
		fprintf(to, "and %zu more\n", errors->n_more);
}
