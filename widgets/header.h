#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The header bar: product, fleet, DEMO, the environment on its own colour, what is picked and the key that clears it,
 * connection and clock. Nobody takes prod for staging: of all of it, DEMO and the environment go last.
 */
#include <stddef.h>

#include "opscon/widget.h"

struct header_environment {
	const char *name;
	style_t style; // STYLE_ENV_*
};

struct header_options {
	const struct header_environment *environments; // asked before the names that are known
	size_t n_environments;
};

// prod, production, live: STYLE_ENV_PROD; staging, stage, uat, preprod: _STAGING; dev, development, test, local: _DEV;
// anything else _OTHER.
style_t style_of_environment(const char *name);

extern const struct widget_class header_class; // options: struct header_options, or NULL
