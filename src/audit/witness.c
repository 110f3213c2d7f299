// SPDX-License-Identifier: Apache-2.0
#include "audit/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "opscon/audit.h"
#include "text/text.h"

enum { LINE_MAX_BYTES = 1024, PATH_BYTES = 4096 };

#define NO_KEY "-"

// How far a trail had come when somebody heard of it.
struct mark {
	uint64_t n; // records; 0: nothing
	struct audit_hash head;
	char key[AUDIT_HASH_HEX + 1]; // NO_KEY: it did not say
	int64_t at_s;
};

struct seen {
	char hub[WITNESS_NAME_MAX];
	struct mark last;  // what was heard, and found good
	struct mark heard; // it becomes the last once the answer is good
	struct mark filed; // as the file has it, as far as that is known to be good
	struct mark doubt; // what another process has put there meanwhile, until the hub says that it is of this trail
	bool is_asked, is_doubt_asked;
	bool is_refuted; // it is not
	bool is_in_file; // while that is read
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
		if (witness->hubs[i].last.at_s < witness->hubs[at].last.at_s)
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
	*seen = (struct seen){ .last.key = NO_KEY };
	snprintf(seen->hub, sizeof seen->hub, "%s", hub);
	return seen;
}

static bool is_same(const struct mark *a, const struct mark *b)
{
	return a->n == b->n && audit_hash_is(&a->head, &b->head);
}

// ---- the file

static bool is_hex(const char *text)
{
	struct audit_hash hash;

	return audit_hash_from_hex(text, strlen(text), &hash) == 0;
}

static int parse_line(const char *line, struct mark *out, const char **hub)
{
	char hash[AUDIT_HASH_HEX + 2] = "", key[AUDIT_HASH_HEX + 2] = "";
	unsigned long long n = 0;
	long long at_s = 0;
	int used = 0;

	if (sscanf(line, "%20llu %65s %65s %20lld %n", &n, hash, key, &at_s, &used) != 4 || !line[used] || n == 0 ||
	    !is_hex(hash) || (strcmp(key, NO_KEY) != 0 && !is_hex(key)) || !text_is_clean(line + used) ||
	    strlen(line + used) >= WITNESS_NAME_MAX)
		return -EINVAL;
	*hub = line + used;
	*out = (struct mark){ .n = n, .at_s = at_s };
	snprintf(out->key, sizeof out->key, "%.*s", (int)sizeof out->key - 1, key);
	return audit_hash_from_hex(hash, strlen(hash), &out->head);
}

// What was not known here is as good as when it was read at the beginning.
static int take_line(struct witness *witness, const char *line)
{
	struct mark mark;
	const char *hub;
	struct seen *seen;
	int r = parse_line(line, &mark, &hub);

	if (r < 0)
		return r;
	seen = find(witness, hub);
	if (seen && seen->is_in_file)
		return -EINVAL; // twice
	if (!seen) {
		seen = add(witness, hub);
		if (!seen)
			return -ENOMEM;
		seen->last = seen->filed = mark;
	}
	seen->is_in_file = true;
	if (is_same(&seen->filed, &mark) || is_same(&seen->doubt, &mark))
		return 0;
	if (is_same(&seen->last, &mark)) {
		seen->filed = mark;
		seen->doubt.n = 0;
		return 0;
	}
	seen->doubt = mark;
	seen->is_doubt_asked = seen->is_refuted = false;
	return 0;
}

static int read_lines(struct witness *witness, FILE *file, char why[WITNESS_WHY_MAX])
{
	char line[LINE_MAX_BYTES];
	size_t no = 0;
	int r = 0;

	while (r == 0 && fgets(line, sizeof line, file)) {
		no++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0])
			r = take_line(witness, line);
	}
	if (r == -EINVAL)
		snprintf(why, WITNESS_WHY_MAX, "line %zu of what was seen of hubs' audit trails is none of ours", no);
	return r == 0 && ferror(file) ? -EIO : r;
}

/* What is in the file now. A line that was taken out was taken out by a person, who has looked into it: what was seen
 * of that hub is forgotten here too.
 */
static int read_file(struct witness *witness, char why[WITNESS_WHY_MAX])
{
	FILE *file = fopen(witness->path, "re");
	int r = file || errno == ENOENT ? 0 : -errno;

	for (size_t i = 0; i < witness->n_hubs; i++)
		witness->hubs[i].is_in_file = false;
	if (file) {
		r = read_lines(witness, file, why);
		fclose(file);
	}
	for (size_t i = 0; i < witness->n_hubs && r == 0; i++) {
		struct seen *seen = &witness->hubs[i];

		if (!seen->is_in_file && (seen->filed.n || seen->doubt.n)) {
			seen->last.n = seen->filed.n = seen->doubt.n = 0;
			seen->is_asked = seen->is_refuted = false;
		}
	}
	return r;
}

int witness_open(const char *path, struct witness **out, char why[WITNESS_WHY_MAX])
{
	struct witness *witness = mem_calloc(1, sizeof *witness);
	int r = 0;

	*out = NULL;
	why[0] = '\0';
	if (!witness)
		return -ENOMEM;
	witness->path = mem_strdup(path);
	if (path)
		r = witness->path ? read_file(witness, why) : -ENOMEM;
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
		const struct mark *mark = seen->doubt.n ? &seen->doubt : &seen->last;

		audit_hash_hex(&mark->head, hex);
		if (mark->n)
			r = bytes_addf(out, "%" PRIu64 " %s %s %" PRId64 " %s\n", mark->n, hex, mark->key, mark->at_s,
				       seen->hub);
	}
	return r;
}

static int write_file(struct witness *witness)
{
	struct bytes text;
	int r;

	bytes_init(&text, WITNESS_HUBS_MAX * LINE_MAX_BYTES);
	r = write_lines(witness, &text);
	if (r == 0)
		r = file_replace(AT_FDCWD, witness->path, text.data, text.len, 0600, FILE_QUICK);
	bytes_finish(&text);
	for (size_t i = 0; i < witness->n_hubs && r == 0; i++)
		if (!witness->hubs[i].doubt.n)
			witness->hubs[i].filed = witness->hubs[i].last;
	return r;
}

// The lock that every console of this user takes to write; its descriptor, or negative errno.
static int lock_file(const struct witness *witness)
{
	char path[PATH_BYTES];
	int fd;

	if ((size_t)snprintf(path, sizeof path, "%s.lock", witness->path) >= sizeof path)
		return -ENAMETOOLONG;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int error = errno == EWOULDBLOCK ? -EAGAIN : -errno;

		close(fd);
		return error;
	}
	return fd;
}

int witness_save(struct witness *witness)
{
	char why[WITNESS_WHY_MAX];
	int fd, r;

	if (!witness->is_changed || !witness->path)
		return 0;
	fd = lock_file(witness);
	if (fd < 0)
		return fd;
	r = read_file(witness, why);
	if (r == 0)
		r = write_file(witness);
	close(fd); // and lets the lock go
	if (r == 0)
		witness->is_changed = false;
	return r;
}

// ---- what is heard

static void say(char why[WITNESS_WHY_MAX], const struct seen *seen, const char *what, uint64_t then, uint64_t now)
{
	snprintf(why, WITNESS_WHY_MAX, "%.*s: %s (record %" PRIu64 " was seen, %" PRIu64 " now)",
		 text_fit(seen->hub, 100), seen->hub, what, then, now);
	text_trim(why);
}

static const char *key_of(const struct witness_sight *sight)
{
	return sight->key && is_hex(sight->key) ? sight->key : NO_KEY;
}

static bool is_another_key(const struct seen *seen, const char *key)
{
	return strcmp(seen->last.key, NO_KEY) != 0 && strcmp(key, NO_KEY) != 0 && strcasecmp(seen->last.key, key) != 0;
}

static void remember(struct witness *witness, struct seen *seen)
{
	char key[sizeof seen->last.key];

	memcpy(key, seen->last.key, sizeof key);
	seen->last = seen->heard;
	if (strcmp(seen->heard.key, NO_KEY) == 0)
		memcpy(seen->last.key, key, sizeof key);
	seen->is_asked = false;
	witness->is_changed = true;
}

static void note_heard(struct seen *seen, const struct witness_sight *sight, const struct audit_hash *head)
{
	seen->heard = (struct mark){ .n = sight->n, .head = *head, .at_s = sight->at_ms / 1000 };
	snprintf(seen->heard.key, sizeof seen->heard.key, "%s", key_of(sight));
}

static enum witness_finding refute(struct seen *seen, char why[WITNESS_WHY_MAX])
{
	seen->is_refuted = true;
	say(why, seen, "its audit trail is not the one that another console here was told of", seen->doubt.n,
	    seen->last.n);
	return WITNESS_FORKED;
}

static enum witness_finding compare(struct witness *witness, struct seen *seen, const struct witness_sight *sight,
				    const struct audit_hash *head, uint64_t *ask, char why[WITNESS_WHY_MAX])
{
	seen->is_asked = seen->is_doubt_asked = false;
	if (seen->is_refuted)
		return refute(seen, why);
	if (is_another_key(seen, key_of(sight))) {
		say(why, seen, "its audit trail is signed by another key", seen->last.n, sight->n);
		return WITNESS_REKEYED;
	}
	if (sight->n < seen->last.n) {
		say(why, seen, "records of its audit trail are missing", seen->last.n, sight->n);
		return WITNESS_SHRUNK;
	}
	if (sight->n == seen->last.n && !audit_hash_is(&seen->last.head, head)) {
		say(why, seen, "its audit trail is not the one that was seen", seen->last.n, sight->n);
		return WITNESS_FORKED;
	}
	note_heard(seen, sight, head);
	if (sight->n == seen->last.n || seen->last.n == 0) {
		remember(witness, seen);
		return WITNESS_GOOD;
	}
	seen->is_asked = true;
	*ask = seen->last.n;
	return WITNESS_ASK;
}

enum witness_finding witness_heard(struct witness *witness, const char *hub, const struct witness_sight *sight,
				   uint64_t *ask, char why[WITNESS_WHY_MAX])
{
	struct seen *seen = find(witness, hub);
	struct audit_hash head = { { 0 } };

	why[0] = '\0';
	*ask = 0;
	if ((!seen || !seen->last.n) && sight->n == 0)
		return WITNESS_GOOD;
	if (sight->n && audit_hash_from_hex(sight->head, strlen(sight->head), &head) < 0) {
		snprintf(why, WITNESS_WHY_MAX, "%.*s: what it says of its audit trail is no hash", text_fit(hub, 100),
			 hub);
		return WITNESS_FORKED;
	}
	if (!seen)
		seen = add(witness, hub);
	if (!seen)
		return WITNESS_GOOD; // what could not be remembered is seen again with the next one
	return compare(witness, seen, sight, &head, ask, why);
}

static bool is_hash(const char *text, const struct audit_hash *wanted)
{
	struct audit_hash told;

	return audit_hash_from_hex(text, strlen(text), &told) == 0 && audit_hash_is(&told, wanted);
}

// The hub does not say. That it keeps no record so old may be, and whatever else it says is no reason to forget.
static enum witness_finding take_silence(const struct seen *seen, const struct mark *mark, const char *why_not,
					 char why[WITNESS_WHY_MAX])
{
	if (strcmp(why_not, AUDIT_HEAD_CUT) == 0) {
		say(why, seen, "a record of its audit trail is missing among others", mark->n, seen->heard.n);
		return WITNESS_FORKED;
	}
	if (strcmp(why_not, AUDIT_HEAD_GONE) == 0) {
		say(why, seen, "it no longer keeps the record of its audit trail that was seen last", mark->n,
		    seen->heard.n);
		return WITNESS_LOST;
	}
	snprintf(why, WITNESS_WHY_MAX, "%.*s: record %" PRIu64 " of its audit trail is not told: %.*s",
		 text_fit(seen->hub, 100), seen->hub, mark->n, text_fit(why_not, 80), why_not);
	text_trim(why);
	return WITNESS_UNTOLD;
}

static enum witness_finding settle(struct witness *witness, struct seen *seen, const char *hash, const char *why_not,
				   char why[WITNESS_WHY_MAX])
{
	enum witness_finding finding = hash[0] ? WITNESS_GOOD : take_silence(seen, &seen->last, why_not, why);

	if (hash[0] && !is_hash(hash, &seen->last.head)) {
		say(why, seen, "its audit trail is not the one that was seen", seen->last.n, seen->heard.n);
		finding = WITNESS_FORKED;
	}
	seen->is_asked = false;
	if (finding == WITNESS_GOOD || finding == WITNESS_LOST)
		remember(witness, seen);
	return finding;
}

static enum witness_finding settle_doubt(struct witness *witness, struct seen *seen, const char *hash,
					 const char *why_not, char why[WITNESS_WHY_MAX])
{
	enum witness_finding finding = hash[0] ? WITNESS_GOOD : take_silence(seen, &seen->doubt, why_not, why);

	seen->is_doubt_asked = false;
	if (finding == WITNESS_FORKED || (hash[0] && !is_hash(hash, &seen->doubt.head)))
		return refute(seen, why);
	if (finding == WITNESS_UNTOLD)
		return finding;
	seen->filed = seen->doubt;
	seen->doubt.n = 0;
	witness->is_changed = true;
	return finding;
}

enum witness_finding witness_told(struct witness *witness, const char *hub, const struct witness_answer *answer,
				  char why[WITNESS_WHY_MAX])
{
	struct seen *seen = find(witness, hub);

	why[0] = '\0';
	if (seen && seen->is_asked && answer->seq == seen->last.n)
		return settle(witness, seen, answer->hash, answer->why_not, why);
	if (seen && seen->is_doubt_asked && answer->seq == seen->doubt.n)
		return settle_doubt(witness, seen, answer->hash, answer->why_not, why);
	return WITNESS_ASK;
}

bool witness_doubts(struct witness *witness, const char *hub, uint64_t *ask)
{
	struct seen *seen = find(witness, hub);

	if (!seen || !seen->doubt.n || seen->doubt.n > seen->last.n || seen->is_doubt_asked || seen->is_refuted)
		return false;
	seen->is_doubt_asked = true;
	*ask = seen->doubt.n;
	return true;
}
