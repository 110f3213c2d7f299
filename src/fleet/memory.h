#pragma once
// SPDX-License-Identifier: Apache-2.0
// What a fleet keeps, in bytes, for whoever watches the memory of a process.
#include <stddef.h>

#include "opscon/fleet.h"

// Of points: those kept, and runs of them that end later. Walks all series.
size_t fleet_points_bytes(const struct fleet *fleet);
