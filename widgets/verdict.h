#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The verdict: is it well, since when, and is this live? One line, of what the picked context lets through.
 *
 *   ✖ DOWN  3 of 22 agents down, 2 degraded · since 14m ago · live 1s ago
 *
 * The worst counts, and unknown does not hide a known-bad one. Without answers (stale, offline, refused, reconnecting)
 * nothing is said to be up: the verdict is UNKNOWN, with what was known last. Where it is narrow the end goes first.
 */
#include "opscon/widget.h"

extern const struct widget_class verdict_class;
