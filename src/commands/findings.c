// SPDX-License-Identifier: Apache-2.0
#include "commands/findings.h"

#include <errno.h>
#include <string.h>

#include "commands/hub_findings.h"
#include "console/console.h"
#include "opscon/config.h"
#include "services/metric_expr.h"
#include "services/panels.h"

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

// What can be read may still be more than can be watched.
static int try_panels(const struct config *config, FILE *to)
{
	struct panels *panels = NULL;
	char why[256] = "";
	int r = panels_create(config, &panels, why, sizeof why);

	panels_destroy(panels);
	if (r < 0 && r != -ENOMEM)
		fprintf(to, "%s: %s\n", config->path, why);
	return r;
}

int findings_load(const char *path, bool is_all, struct config *out, FILE *to)
{
	const char *series[SERIES_MAX];
	size_t n_series = panels_own_ids(series, SERIES_MAX);
	const struct config_checks checks = {
		.expression = metric_expr_check_cb,
		.key = is_all ? console_check_key_cb : NULL,
		.hub = is_all ? hub_finding_cb : NULL,
		.series = series,
		.n_series = n_series < SERIES_MAX ? n_series : SERIES_MAX,
	};
	struct config_errors errors = { .n = 0 };
	int r = config_load_checked(path, &checks, out, &errors);

	findings_print(to, &errors);
	if (r == 0) {
		r = try_panels(out, to);
		if (r < 0)
			config_finish(out);
		if (r < 0 && r != -ENOMEM)
			return r;
	}
	if (r < 0 && errors.n == 0)
		fprintf(stderr, "opscon: %s: %s\n", path, strerror(-r));
	return r;
}
