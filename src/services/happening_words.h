#pragma once
// SPDX-License-Identifier: Apache-2.0
// What has happened, in words. Pure.
#include "services/happenings.h"

struct happening_phrase {
	int64_t at_ms; // wall
	enum action_type type;
	enum severity severity;
	unsigned kinds; // bit = 1 << enum crowd_kind; never 0
	char title[HAPPENINGS_TEXT_MAX], text[HAPPENINGS_TEXT_MAX];
};

void happening_phrase_of(const struct happening_group *group, struct happening_phrase *out);

// Of many groups of one agent, added up, within that time.
void happening_phrase_sum(const struct happening_sum *sum, int64_t within_ms, struct happening_phrase *out);

bool happening_is_asked_for(const struct happening_group *group); // somebody has, of its end

enum happening_urgency happening_urgency(const struct happening_group *group);
