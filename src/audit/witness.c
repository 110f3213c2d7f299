// SPDX-License-Identifier: Apache-2.0
#include "audit/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "text/text.h"

enum { LINE_MAX_BYTES = 1024 };

#define NO_KEY "-"

struct seen {
	char hub[WITNESS_NAME_MAX];
	uint64_t n; // records; 0: nothing was seen
	struct audit_hash head;
	char key[AUDIT_HASH_HEX + 1]; // NO_KEY: it did not say
	int64_t at_s;

	bool is_asked; // what was heard is remembered once the answer is good
	uint64_t heard_n;
	struct audit_hash heard;
	char heard_key[AUDIT_HASH_HEX + 1];
	int64_t heard_s;
};

struct witness {
	char *path;        // owned
	struct seen *hubs; // owned, in the order of the file
	size_t n_hubs, cap_hubs;
	bool is_changed;
};

// ---- hubs

static struct seen *find(struct witness *witness, const char *hub)
{
	for (size_t i = 0; i < witness->n_hubs; i++)
		if (strncmp(witness->hubs[i].hub, hub, WITNESS_NAME_MAX - 1) == 0)
			return &witness->hubs[i];
	return NULL;
}

static size_t oldest(const struct witness *witness)
{
	size_t at = 0;

	for (size_t i = 1; i < witness->n_hubs; i++)
		if (witness->hubs[i].at_s < witness->hubs[at].at_s)
			at = i;
	return at;
}

// NULL: memory. Of too many the one that was not heard of for longest makes room.
static struct seen *add(struct witness *witness, const char *hub)
{
	struct seen *seen;

	if (witness->n_hubs == WITNESS_HUBS_MAX) {
		seen = &witness->hubs[oldest(witness)];
	} else {
		if (witness->n_hubs == witness->cap_hubs) {
			size_t cap = witness->cap_hubs ? 2 * witness->cap_hubs : 4;
			struct seen *hubs = mem_realloc(witness->hubs, cap * sizeof *hubs);

			if (!hubs)
				return NULL;
			witness->hubs = hubs;
			witness->cap_hubs = cap;
		}
		seen = &witness->hubs[witness->n_hubs++];
	}
	*seen = (struct seen){ .key = NO_KEY };
	snprintf(seen->hub, sizeof seen->hub, "%s", hub);
	return seen;
}

// ---- the file

static bool is_hex(const char *text)
{
	struct audit_hash hash;

	return audit_hash_from_hex(text, strlen(text), &hash) == 0;
}

static int read_line(struct witness *witness, char *line)
{
	char hash[AUDIT_HASH_HEX + 2] = "", key[AUDIT_HASH_HEX + 2] = "";
	unsigned long long n = 0;
	long long at_s = 0;
	int used = 0;
	struct seen *seen;

	if (sscanf(line, "%20llu %65s %65s %20lld %n", &n, hash, key, &at_s, &used) != 4 || !line[used] || n == 0 ||
	    !is_hex(hash) || (strcmp(key, NO_KEY) != 0 && !is_hex(key)) || !text_is_clean(line + used) ||
	    strlen(line + used) >= WITNESS_NAME_MAX || find(witness, line + used))
		return -EINVAL;
	seen = add(witness, line + used);
	if (!seen)
		return -ENOMEM;
	seen->n = n;
	seen->at_s = at_s;
	snprintf(seen->key, sizeof seen->key, "%.*s", (int)sizeof seen->key - 1, key);
	return audit_hash_from_hex(hash, strlen(hash), &seen->head);
}

static int read_file(struct witness *witness, FILE *file, char why[WITNESS_WHY_MAX])
{
	char line[LINE_MAX_BYTES];
	size_t no = 0;
	int r = 0;

	while (r == 0 && fgets(line, sizeof line, file)) {
		no++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0])
			r = read_line(witness, line);
	}
	if (r == -EINVAL)
		snprintf(why, WITNESS_WHY_MAX, "line %zu of what was seen of hubs' audit trails is none of ours", no);
	return r == 0 && ferror(file) ? -EIO : r;
}

int witness_open(const char *path, struct witness **out, char why[WITNESS_WHY_MAX])
{
	struct witness *witness = mem_calloc(1, sizeof *witness);
	FILE *file;
	int r = 0;

	*out = NULL;
	why[0] = '\0';
	if (!witness)
		return -ENOMEM;
	witness->path = mem_strdup(path);
	file = witness->path ? fopen(witness->path, "re") : NULL;
	if (path && !witness->path)
		r = -ENOMEM;
	else if (file)
		r = read_file(witness, file, why);
	else if (path && errno != ENOENT)
		r = -errno;
	if (file)
		fclose(file);
	if (r < 0) {
		if (!why[0])
			snprintf(why, WITNESS_WHY_MAX, "%s", strerrordesc_np(-r));
		witness_close(witness);
		return r;
	}
	*out = witness;
	return 0;
}

void witness_close(struct witness *witness)
{
	if (!witness)
		return;
	mem_free(witness->path);
	mem_free(witness->hubs);
	mem_free(witness);
}

static int write_lines(const struct witness *witness, struct bytes *out)
{
	char hex[AUDIT_HASH_HEX + 1];
	int r = 0;

	for (size_t i = 0; i < witness->n_hubs && r == 0; i++) {
		const struct seen *seen = &witness->hubs[i];

		audit_hash_hex(&seen->head, hex);
		r = bytes_addf(out, "%" PRIu64 " %s %s %" PRId64 " %s\n", seen->n, hex, seen->key, seen->at_s,
			       seen->hub);
	}
	return r;
}

int witness_save(struct witness *witness)
{
	struct bytes text;
	int r;

	if (!witness->is_changed || !witness->path)
		return 0;
	bytes_init(&text, WITNESS_HUBS_MAX * LINE_MAX_BYTES);
	r = write_lines(witness, &text);
	if (r == 0)
		r = file_replace(AT_FDCWD, witness->path, text.data, text.len, 0600, FILE_QUICK);
	bytes_finish(&text);
	if (r == 0)
		witness->is_changed = false;
	return r;
}

// ---- what is heard

static void say(char why[WITNESS_WHY_MAX], const struct seen *seen, const char *what, uint64_t n)
{
	snprintf(why, WITNESS_WHY_MAX, "%.*s: %s (record %" PRIu64 " was seen, %" PRIu64 " now)",
		 text_fit(seen->hub, 100), seen->hub, what, seen->n, n);
	text_trim(why);
}

static const char *key_of(const struct witness_sight *sight)
{
	return sight->key && is_hex(sight->key) ? sight->key : NO_KEY;
}

static bool is_another_key(const struct seen *seen, const char *key)
{
	return strcmp(seen->key, NO_KEY) != 0 && strcmp(key, NO_KEY) != 0 && strcasecmp(seen->key, key) != 0;
}

static void remember(struct witness *witness, struct seen *seen)
{
	seen->n = seen->heard_n;
	seen->head = seen->heard;
	if (strcmp(seen->heard_key, NO_KEY) != 0)
		memcpy(seen->key, seen->heard_key, sizeof seen->key);
	seen->at_s = seen->heard_s;
	seen->is_asked = false;
	witness->is_changed = true;
}

static void note_heard(struct seen *seen, const struct witness_sight *sight, const struct audit_hash *head)
{
	seen->heard_n = sight->n;
	seen->heard = *head;
	snprintf(seen->heard_key, sizeof seen->heard_key, "%s", key_of(sight));
	seen->heard_s = sight->at_ms / 1000;
}

static enum witness_finding compare(struct witness *witness, struct seen *seen, const struct witness_sight *sight,
				    const struct audit_hash *head, uint64_t *ask, char why[WITNESS_WHY_MAX])
{
	seen->is_asked = false;
	if (is_another_key(seen, key_of(sight))) {
		say(why, seen, "its audit trail is signed by another key", sight->n);
		return WITNESS_REKEYED;
	}
	if (sight->n < seen->n) {
		say(why, seen, "records of its audit trail are missing", sight->n);
		return WITNESS_SHRUNK;
	}
	if (sight->n == seen->n && !audit_hash_is(&seen->head, head)) {
		say(why, seen, "its audit trail is not the one that was seen", sight->n);
		return WITNESS_FORKED;
	}
	note_heard(seen, sight, head);
	if (sight->n == seen->n) {
		remember(witness, seen);
		return WITNESS_GOOD;
	}
	seen->is_asked = true;
	*ask = seen->n;
	return WITNESS_ASK;
}

enum witness_finding witness_heard(struct witness *witness, const char *hub, const struct witness_sight *sight,
				   uint64_t *ask, char why[WITNESS_WHY_MAX])
{
	struct seen *seen = find(witness, hub);
	struct audit_hash head = { { 0 } };

	why[0] = '\0';
	*ask = 0;
	if (!seen && sight->n == 0)
		return WITNESS_GOOD;
	if (sight->n && audit_hash_from_hex(sight->head, strlen(sight->head), &head) < 0) {
		snprintf(why, WITNESS_WHY_MAX, "%.*s: what it says of its audit trail is no hash", text_fit(hub, 100),
			 hub);
		return WITNESS_FORKED;
	}
	if (seen)
		return compare(witness, seen, sight, &head, ask, why);
	seen = add(witness, hub);
	if (!seen)
		return WITNESS_GOOD; // what could not be remembered is seen again with the next one
	note_heard(seen, sight, &head);
	remember(witness, seen);
	return WITNESS_GOOD;
}

enum witness_finding witness_told(struct witness *witness, const char *hub, uint64_t seq, const char *hash,
				  char why[WITNESS_WHY_MAX])
{
	struct seen *seen = find(witness, hub);
	struct audit_hash told;

	why[0] = '\0';
	if (!seen || !seen->is_asked || seq != seen->n)
		return WITNESS_ASK;
	if (!hash[0]) {
		say(why, seen, "it no longer keeps the record of its audit trail that was seen last", seen->heard_n);
		remember(witness, seen);
		return WITNESS_LOST;
	}
	if (audit_hash_from_hex(hash, strlen(hash), &told) < 0 || !audit_hash_is(&told, &seen->head)) {
		seen->is_asked = false;
		say(why, seen, "its audit trail is not the one that was seen", seen->heard_n);
		return WITNESS_FORKED;
	}
	remember(witness, seen);
	return WITNESS_GOOD;
}
