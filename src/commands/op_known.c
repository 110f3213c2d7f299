// SPDX-License-Identifier: Apache-2.0
/* opscon op list and show of hubs: what they have told of their operations, in the form that journals are shown in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "commands/exit_code.h"
#include "commands/op_run.h"

// The newest first, as the directory of journals has them: names begin with the time.
static int newest_first(const void *a, const void *b)
{
	const struct op_row *x = a, *y = b;

	return strcmp(y->operation->id, x->operation->id);
}

// Of a hub that is away nothing is known, or what it was: that is said, and is no success.
static int complain_of_hubs(const struct op_run *run)
{
	struct websocket_manager_summary summary;

	websocket_manager_summary(run->session.feed, &summary);
	if (summary.n_live == summary.n_hubs)
		return EXIT_WELL;
	if (summary.n_hubs == 1)
		fprintf(stderr, "opscon op: the hub is away: %s\n", summary.why);
	else
		fprintf(stderr, "opscon op: %zu of %zu hubs away: %s\n", summary.n_hubs - summary.n_live,
			summary.n_hubs, summary.why);
	return EXIT_UNREACHABLE;
}

// What a hub has open it runs, also when it waits for a person.
static int list(const struct op_run *run)
{
	const struct fleet *fleet = run->session.fleet;
	size_t n = fleet_n_operations(fleet);
	mem_auto struct op_row *rows = mem_calloc(n + 1, sizeof *rows);

	if (!rows) {
		fputs("opscon op list: out of memory\n", stderr);
		return EXIT_OURS;
	}
	for (size_t i = 0; i < n; i++) {
		const struct operation *operation = fleet_operation_at(fleet, i);

		rows[i] = (struct op_row){ .operation = operation,
					   .state = operation->state,
					   .why = operation->why,
					   .is_held = !operation_is_over(operation->state) };
	}
	qsort(rows, n, sizeof *rows, newest_first);
	return op_cli_print_list(rows, n, run->request->is_json);
}

static int show(const struct op_run *run)
{
	const struct operation *operation = op_cli_find(run);

	if (operation)
		return op_cli_print(operation, operation->state, operation->why, run->request->is_json);
	fprintf(stderr, "opscon op show: %s: " OP_UNKNOWN "\n", run->request->id);
	return EXIT_OURS;
}

const struct operation *op_cli_find(const struct op_run *run)
{
	const struct fleet *fleet = run->session.fleet;

	for (size_t i = 0; i < fleet_n_operations(fleet); i++)
		if (strcmp(fleet_operation_at(fleet, i)->id, run->request->id) == 0)
			return fleet_operation_at(fleet, i);
	return NULL;
}

void op_cli_tell_known(struct op_run *run)
{
	int r = run->request->kind == OP_LIST ? list(run) : show(run), away = complain_of_hubs(run);

	op_cli_end(run, r ? r : away);
}
