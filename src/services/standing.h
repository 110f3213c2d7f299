#pragma once
// SPDX-License-Identifier: Apache-2.0
/* How a fleet stood when its hub ended: `standing.json` in the state directory. Pure but for the two that read and
 * write the file.
 *
 * Kept of each agent, by its key: its hard state and since when, until when it is in maintenance, and its open alerts
 * with what people did about them. The fleet's own alert (a grouped one) is that of the key "".
 *
 * How long one may have been away: what nobody has looked at for STANDING_TRUST_MS is not taken for the same state or
 * the same alert (Prometheus restores a pending alert within as long, rules.alert.for-outage-tolerance). What has an
 * end of its own, a snooze or a maintenance, holds until then.
 *
 * The file is a help, never a need: one that is missing is none, one that is not as it was written is ignored whole.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "opscon/alert.h"
#include "services/health_checker.h"

struct bytes;
struct json_writer;

enum {
	STANDING_TRUST_MS = 3600 * 1000,
	STANDING_AGENTS_MAX = 20000,
	STANDING_ALERTS_MAX = 64, // of an agent
	STANDING_FILE_MAX = 16 * 1024 * 1024,
	STANDING_WHY_MAX = 200,
};

struct standing_agent {
	UT_hash_handle hh; // standing::agents
	const char *key;   // owned
	int64_t seen_ms;   // wall: when it was known to stand so
	struct health_standing health;
	struct alert *alerts; // owned, their texts too; never resolved; no summary, value or number
	size_t n_alerts;
};

struct standing {
	struct standing_agent *agents; // owned; hash by key
};

// What a person would miss, in numbers.
struct standing_counts {
	size_t n_acknowledged, n_snoozed, n_noted, n_maintained;
};

/* Reads the text of a file, as of now. 0; -EINVAL with why: it is ignored; -ENOMEM. On failure nothing is in it.
 * standing_load() reads DIR/standing.json: 0, also when there is none; the same; another negative errno.
 */
int standing_parse(struct standing *standing, const char *text, size_t n, int64_t now_ms, char why[STANDING_WHY_MAX]);
int standing_load(struct standing *standing, const char *dir, int64_t now_ms, char why[STANDING_WHY_MAX]);
int standing_save(const char *dir, const struct bytes *text); // replaces it whole; 0 or negative errno

/* Renames a file that is ignored to standing.json.bad, over an older one of that name, so that saving does not write
 * over it. 0; -EINVAL: it is no regular file, and stays; another negative errno.
 */
int standing_set_aside(const char *dir);
void standing_finish(struct standing *standing); // of one that was zeroed or read

struct standing_agent *standing_get(const struct standing *standing, const char *key); // NULL: nothing is known
void standing_forget(struct standing *standing, struct standing_agent *agent);         // frees it
void standing_age(struct standing_agent *agent, int64_t now_ms); // lets go of what is too old by now; as a reader does
void standing_count(const struct standing *standing, struct standing_counts *out);

/* The text of the file: begin, one by one, end; then writer->error says whether it is whole. One of whom nothing is
 * known is left out.
 */
void standing_begin(struct json_writer *writer, struct bytes *out);
void standing_add(struct json_writer *writer, const struct standing_agent *agent);
void standing_end(struct json_writer *writer);
