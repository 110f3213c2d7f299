#pragma once
// SPDX-License-Identifier: Apache-2.0
// What the output of a profile's `observe` says of a target. Pure.
#include "opscon/driver.h"
#include "opscon/exec_profile.h"

// What a rollback goes back to where nobody says which one that is, but there is a command for it.
#define EXEC_PREVIOUS "the one before"

// True when it says in what state it is, or that it is gone; false when neither the first word nor the exit code is one
// that the profile knows. What else is told is filled in.
bool exec_sight_read(const struct exec_profile *profile, int exit_code, const char *text, struct driver_sight *out);
