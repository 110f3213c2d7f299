#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The header's colour, so that nobody takes prod for staging. */
#include "model/tally.h"
#include "opscon/config.h"
#include "opscon/style.h"

/* The style of the environments in sight: as configured (config may be NULL), else by their usual names (prod, staging,
 * dev and what they are called elsewhere), else STYLE_ENV_OTHER. Of several the most delicate: prod before staging
 * before anything else. STYLE_HEADER when no agent has an environment.
 */
style_t environment_style(const struct config *config, const struct tally *environments);
