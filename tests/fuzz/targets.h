#pragma once
// SPDX-License-Identifier: Apache-2.0
// What must hold of a list of target groups, read or refused.
#include "agents/target_groups.h"

extern const struct labels targets_extra; // labels of the source

void targets_check(int r, const struct target_list *list, const struct target_error *error);
