#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A set of agents, by id, ascending. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_set {
	uint32_t *ids; // owned
	size_t n, cap;
};

void id_set_finish(struct id_set *set);
void id_set_clear(struct id_set *set);
bool id_set_has(const struct id_set *set, uint32_t id);
int id_set_add(struct id_set *set, uint32_t id);     // 0 or -ENOMEM; one that is in it already stays once
bool id_set_remove(struct id_set *set, uint32_t id); // whether it was in it
