#pragma once
// SPDX-License-Identifier: Apache-2.0
/* opscon op: what one command line asks for, and the parts that do it. Each returns an exit code. */
#include <stdbool.h>
#include <stdint.h>

#include "commands/attach.h"
#include "commands/fleet_options.h"
#include "operations/journal_record.h"
#include "opscon/operation.h"

enum op_kind { OP_RUN, OP_CONTROL, OP_LIST, OP_SHOW };

struct op_request {
	enum op_kind kind;
	struct operation_params params;  // OP_RUN; of its rollout only the kind until op_cli_settle_rollout()
	enum journal_control control;    // OP_CONTROL
	const char *id;                  // of OP_CONTROL and OP_SHOW
	int64_t between_ms;              // of waves; -1: as configured
	int64_t give_up_ms;              // how long a hub that is away is waited for
	uint16_t batch, max_unavailable; // 0: as configured
	struct attach_options hub;       // of which hub; its n_addresses is 0: our own polling
	char *hub_addresses[HUBS_MAX + 1];
	size_t n_hubs;
	bool has_kind; // --canary or --blue-green
	bool stays;    // --no-rollback
	bool is_dry, is_yes, waits, is_json;
};

/* What the command line says of the rollout; all the rest of it is unsaid, and here as configured: for those who look
 * at it, and for an older hub.
 */
void op_cli_settle_rollout(struct op_request *request, const struct operations_config *config);

int op_cli_run(const struct op_request *request, struct fleet_options *options);
int op_cli_go_on(const struct op_request *request, struct fleet_options *options); // with one that nobody runs here
int op_cli_control(const struct op_request *request, struct fleet_options *options);
int op_cli_list(const struct op_request *request, const struct fleet_options *options);
int op_cli_show(const struct op_request *request, const struct fleet_options *options);
int op_cli_look(const struct op_request *request, struct fleet_options *options); // both, of hubs

// Where operations are kept. 0, or -ENOENT after saying that there is no state directory.
enum { OP_DIR_MAX = 600 };
int op_cli_dir(const struct fleet_options *options, char out[OP_DIR_MAX]);

/* How an operation stands, as JSON or for people on stdout; `state` and `why` are what is made of it (an interrupted
 * one is not running whatever its journal says). 0 or EXIT_OURS.
 */
int op_cli_print(const struct operation *operation, enum operation_state state, const char *why, bool is_json);

// One of a list: as it is now, and whether somebody runs it. Borrowed.
struct op_row {
	const struct operation *operation;
	enum operation_state state;
	const char *why;
	bool is_held;
};

int op_cli_print_list(const struct op_row *rows, size_t n, bool is_json); // 0 or EXIT_OURS

#define OP_UNKNOWN "there is no such operation"

// Why a journal could not be read.
struct journal_story;
const char *op_cli_unread(const struct journal_story *story, const char *id);

// The exit code of an operation that is over.
int op_cli_exit_code(enum operation_state state);

int op_cli_columns(void); // of the terminal that stdout is; 80 when it is none
