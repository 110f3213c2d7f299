#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What a hub would find on this machine: who its rules name, its certificate and key, its files and directories.
 *
 * Whoever asks may be another user than the hub, or on another machine: what they may not look at is said, and is no
 * mistake.
 */
#include <stddef.h>

#include "opscon/config.h"

// For struct config_checks; ctx is not looked at.
int hub_finding_cb(void *ctx, const struct config *config, enum hub_thing thing, const char *name, char *why,
		   size_t why_size);
