// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <time.h>

static int64_t read_ms(clockid_t id)
{
	struct timespec ts = { 0 };

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct instant clock_now(void)
{
	return (struct instant){ .mono_ms = read_ms(CLOCK_BOOTTIME), .wall_ms = read_ms(CLOCK_REALTIME) };
}

struct instant instant_add(struct instant t, int64_t ms)
{
	return (struct instant){ .mono_ms = t.mono_ms + ms, .wall_ms = t.wall_ms + ms };
}
