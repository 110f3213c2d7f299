// SPDX-License-Identifier: Apache-2.0
#include "simulator/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *lifecycle, *health;
} names[] = {
	[LIFE_RUNNING] = { "running", "ok" },      [LIFE_STARTING] = { "deployed", "starting" },
	[LIFE_STOPPED] = { "stopped", "stopped" }, [LIFE_SUSPENDED] = { "suspended", "suspended" },
	[LIFE_GONE] = { "revoked", "deleted" },
};

const char *life_state_name(enum life_state state)
{
	return names[state].lifecycle;
}

const char *life_health_name(enum life_state state)
{
	return names[state].health;
}

// "0.4.2" comes after "0.4.1"; before "0.5.0" nobody knows what there was.
static void name_previous(const char *version, char *out, size_t size)
{
	const char *dot = strrchr(version, '.');
	long last = dot ? strtol(dot + 1, NULL, 10) : 0;

	out[0] = '\0';
	if (last > 0)
		snprintf(out, size, "%.*s.%ld", (int)(dot - version), version, last - 1);
}

void life_init(struct life *life, const char *version, uint32_t boot_ms, uint32_t pull_ms)
{
	*life = (struct life){ .state = LIFE_RUNNING, .boot_ms = boot_ms, .pull_ms = pull_ms, .due_ms = UINT64_MAX };
	snprintf(life->version, sizeof life->version, "%s", version);
	name_previous(version, life->previous, sizeof life->previous);
}

bool life_version_is_valid(const char *version)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+:/@";
	size_t n = strlen(version);

	return n > 0 && n < LIFE_VERSION_MAX && strspn(version, allowed) == n;
}

bool life_is_bad(const struct life *life)
{
	return life->state == LIFE_RUNNING && strstr(life->version, "bad");
}

bool life_is_slow(const struct life *life)
{
	return life->state == LIFE_RUNNING && strstr(life->version, "slow");
}

const char *life_refusal(const struct life *life, enum verb verb, const char *version, bool is_forced)
{
	enum life_state state = life->state;

	if (verb == VERB_CREATE)
		return state == LIFE_GONE ? NULL : "it exists";
	if (state == LIFE_GONE)
		return "it was deleted";
	if (life->phase != LIFE_RESTING && !(verb == VERB_STOP && is_forced))
		return "something else is under way";
	if (verb == VERB_START && state != LIFE_STOPPED)
		return "it is not stopped";
	if (verb == VERB_STOP && state == LIFE_STOPPED)
		return "it is stopped already";
	if ((verb == VERB_SUSPEND || verb == VERB_RESTART) && state == LIFE_SUSPENDED)
		return "it is suspended";
	if (verb == VERB_SUSPEND && state != LIFE_RUNNING)
		return "it is not running";
	if (verb == VERB_RESUME && state != LIFE_SUSPENDED)
		return "it is not suspended";
	if (verb == VERB_ROLLBACK && !life->previous[0])
		return "there is no version to go back to";
	return verb == VERB_UPGRADE && !life_version_is_valid(version) ? "that is no version" : NULL;
}

static void rest(struct life *life, enum life_state state)
{
	life->state = state;
	life->phase = LIFE_RESTING;
	life->due_ms = UINT64_MAX;
	life->revision++;
}

static enum life_event boot(struct life *life, uint64_t now_ms)
{
	if (life->wanted[0] && strcmp(life->wanted, life->version) != 0) {
		if (life->verb == VERB_ROLLBACK)
			life->previous[0] = '\0'; // what was there before that, nobody has kept
		else
			memcpy(life->previous, life->version, sizeof life->previous);
		memcpy(life->version, life->wanted, sizeof life->version);
	}
	life->wanted[0] = '\0';
	life->state = LIFE_STARTING;
	life->phase = LIFE_BOOTING;
	life->due_ms = now_ms + life->boot_ms;
	life->n_boots++;
	life->revision++;
	return LIFE_BOOTS;
}

static enum life_event pull(struct life *life, uint64_t now_ms)
{
	life->phase = LIFE_PULLING;
	life->due_ms = now_ms + life->pull_ms;
	life->revision++;
	return LIFE_NOTHING;
}

enum life_event life_ask(struct life *life, enum verb verb, const char *version, uint64_t now_ms)
{
	life->verb = verb;
	life->begun_ms = now_ms;
	life->wanted[0] = '\0';
	switch (verb) {
	case VERB_STOP:
		rest(life, LIFE_STOPPED);
		return LIFE_NOTHING;
	case VERB_SUSPEND:
		rest(life, LIFE_SUSPENDED);
		return LIFE_NOTHING;
	case VERB_RESUME:
		rest(life, LIFE_RUNNING);
		return LIFE_NOTHING;
	case VERB_DELETE:
		rest(life, LIFE_GONE);
		return LIFE_NOTHING;
	case VERB_CREATE:
	case VERB_UPGRADE:
		snprintf(life->wanted, sizeof life->wanted, "%s", version[0] ? version : life->version);
		return pull(life, now_ms);
	case VERB_ROLLBACK:
		memcpy(life->wanted, life->previous, sizeof life->wanted);
		return boot(life, now_ms);
	case VERB_START:
	case VERB_RESTART:
		return boot(life, now_ms);
	case VERB_CONFIGURE:
	case VERB_COUNT:
		break;
	}
	life->revision++;
	return LIFE_NOTHING;
}

enum life_event life_run(struct life *life, uint64_t now_ms)
{
	if (life->due_ms > now_ms)
		return LIFE_NOTHING;
	if (life->phase == LIFE_BOOTING) {
		rest(life, LIFE_RUNNING);
		return LIFE_UP;
	}
	if (!strstr(life->wanted, "missing"))
		return boot(life, life->due_ms);
	rest(life, life->state);
	return LIFE_FAILS;
}

unsigned life_percent(const struct life *life, uint64_t now_ms)
{
	uint64_t is = now_ms - life->begun_ms, all = life->boot_ms;

	if (life->verb == VERB_UPGRADE || life->verb == VERB_CREATE)
		all += life->pull_ms;
	return is < all ? (unsigned)(is * 100 / all) : 99;
}
