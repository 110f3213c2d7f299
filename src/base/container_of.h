#pragma once
// SPDX-License-Identifier: Apache-2.0
// From a member back to the struct that embeds it.
#include <stddef.h>

// By way of void *: the member stands where the struct put it, so its alignment is right.
#define container_of(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))
