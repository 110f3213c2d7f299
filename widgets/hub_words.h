#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Which hubs a console is attached to, and which of them are away, in words. */
#include "opscon/fleet.h"
#include "opscon/view.h"

enum { HUB_WORDS_MAX = 256 };

// All of them, "eu, us", in at most `cells`; a number, "12 hubs", where that is all there is room for. "" when the
// console is attached to none, or to one (which view.hub names). Returns out.
char *hub_words(const struct fleet *fleet, const struct view *view, int cells, char out[HUB_WORDS_MAX]);

/* Of several hubs those that are away, in at most `cells`: "2 hubs, 1 away: eu", "1 of 2 away: eu", "1 of 2 away"; the
 * first two with names cut to the first part of a host's where that helps. "" when none is. Returns out.
 */
char *hub_words_away(const struct fleet *fleet, const struct view *view, int cells, char out[HUB_WORDS_MAX]);

/* "eu is away since 15:03:05: its agents are stale", "2 of 3 hubs are away: eu since 15:03:05, us since 15:01:40"; of
 * one hub as well. Names are cut as above where it is wider than `cells`. "" when none is away. Returns out.
 */
char *hub_words_stale(const struct fleet *fleet, const struct view *view, int cells, char out[HUB_WORDS_MAX]);
