// SPDX-License-Identifier: Apache-2.0
#include "simulator/simulator.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Every text comes from the roster: letters, digits, dots and dashes, so there is nothing to escape.
static int write_group(FILE *file, const struct simulator_target *t, bool is_last)
{
	int n = fprintf(file,
			"  {\"targets\": [\"%s\"], \"labels\": {\"__agent_name__\": \"%s\", "
			"\"__health_path__\": \"/health\", \"__metrics_path__\": \"/metrics\", "
			"\"__control_path__\": \"/control\", "
			"\"name\": \"%s\", \"tier\": \"%s\", \"env\": \"%s\", "
			"\"service\": \"%s\", \"version\": \"%s\"}}%s\n",
			t->url + strlen("http://"), t->name, t->name, t->tier, t->env, t->service, t->version,
			is_last ? "" : ",");

	return n < 0 ? -EIO : 0;
}

static int write_all(FILE *file, const struct simulator *simulator)
{
	size_t n = simulator_count(simulator);
	struct simulator_target target;
	int r = fputs("[\n", file) < 0 ? -EIO : 0;

	for (size_t i = 0; i < n && !r; i++) {
		simulator_target_get(simulator, i, &target);
		r = write_group(file, &target, i + 1 == n);
	}
	if (!r && fputs("]\n", file) < 0)
		r = -EIO;
	return r;
}

int simulator_write_targets(const struct simulator *simulator, const char *path)
{
	char temporary[4096];
	FILE *file;
	int r;

	if (snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid()) >= (int)sizeof temporary)
		return -ENAMETOOLONG;
	file = fopen(temporary, "we");
	if (!file)
		return -errno;
	r = write_all(file, simulator);
	if (fclose(file) != 0 && !r)
		r = -EIO;
	if (!r && rename(temporary, path) < 0)
		r = -errno;
	if (r)
		(void)unlink(temporary);
	return r;
}
