#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Where the time of a probe went: name lookup, connect, TLS, first byte, the rest; each phase a line with its share. */
#include "opscon/canvas.h"
#include "opscon/sample.h"

enum { PHASES = 5 };

/* Draws from row y on and returns the rows used. Phases that did not happen are left out, as are those that the probe
 * did not live to see; a kept connection is named as such.
 */
int phase_bar_draw(struct canvas *canvas, int y, const struct probe_timing *timing);
int phase_bar_rows(const struct probe_timing *timing);
