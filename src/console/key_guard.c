// SPDX-License-Identifier: Apache-2.0
#include "console/key_guard.h"

#include <string.h>

void key_guard_begin(struct key_guard *guard)
{
	*guard = (struct key_guard){ 0 };
}

void key_guard_painted(struct key_guard *guard, struct instant now)
{
	if (guard->is_painted)
		return;
	guard->is_painted = true;
	guard->painted_mono_ms = now.mono_ms;
}

bool key_guard_is_armed(const struct key_guard *guard, struct instant now)
{
	return guard->is_painted && now.mono_ms - guard->painted_mono_ms >= KEY_GUARD_MS;
}

unsigned key_guard_run(const struct key_guard *guard)
{
	return guard->run;
}

bool key_guard_allows(struct key_guard *guard, const struct key *key, struct instant now)
{
	struct key_run run = { key->code, key->mods, now.mono_ms, 1 };
	size_t at = 0;

	while (at < KEY_GUARD_KEYS - 1 && (guard->keys[at].code != key->code || guard->keys[at].mods != key->mods))
		at++;
	if (guard->keys[at].n && guard->keys[at].code == key->code && guard->keys[at].mods == key->mods &&
	    now.mono_ms - guard->keys[at].last_mono_ms < KEY_REPEAT_MS)
		run.n += guard->keys[at].n;
	guard->run = run.n > 1 && at == 0 ? guard->run + 1 : 1;
	memmove(guard->keys + 1, guard->keys, at * sizeof guard->keys[0]);
	guard->keys[0] = run;
	return run.n == 1 && key_guard_is_armed(guard, now);
}
