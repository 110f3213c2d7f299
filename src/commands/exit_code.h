#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Exit codes are API: scripts depend on them. The same table stands in opscon(1). */

enum exit_code {
	EXIT_WELL = 0,
	EXIT_OURS = 1,        // a failure of opscon itself
	EXIT_USAGE = 2,       // wrong usage or configuration
	EXIT_DEGRADED = 3,    // degraded found
	EXIT_DOWN = 4,        // down found
	EXIT_UNREACHABLE = 5, // hub or feed out of reach
	EXIT_DENIED = 6,
	EXIT_CANCELLED = 7,
	EXIT_INDETERMINATE = 8, // nothing bad found, but not everything is known
};
