// SPDX-License-Identifier: Apache-2.0
#include "audit/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/lines.h"
#include "audit/lock.h"
#include "audit/notes.h"
#include "audit/segment.h"
#include "audit/signatures.h"
#include "base/memory.h"
#include "text/text.h"

enum { STOP = 1, PROGRESS_EVERY = 1024 }; // the verdict is in; records

struct verifier {
	const struct audit_verify_options *options;
	struct audit_verdict *verdict;
	int dir_fd, notes_fd;
	struct audit_key key;
	struct audit_lines lines;
	struct audit_notes notes; // what was signed; by whom is looked at beside
	struct audit_signatures signatures;
	struct audit_checkpoint next; // the checkpoint that comes next
	bool has_next;
	uint64_t note_at_fault; // the checkpoint that a record does not fit; 0
	uint64_t n_newest;      // records of the newest checkpoint read
	struct audit_chain chain;
	struct audit_hash before_head;    // of the chain without its last record
	struct audit_place place, before; // of the line at hand, and of the one that is the chain's head
	char log_id[AUDIT_LOG_ID_MAX];
	bool is_last; // segment
};

__attribute__((format(printf, 3, 4))) static int find(struct verifier *v, enum audit_finding finding,
						      const char *format, ...)
{
	char text[AUDIT_TROUBLE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	text_clean(text, strlen(text), TEXT_ONE_LINE, v->verdict->text, sizeof v->verdict->text, NULL);
	v->verdict->finding = finding;
	return STOP;
}

static int find_at(struct verifier *v, const struct audit_place *bad, const char *text)
{
	v->verdict->bad = *bad;
	return find(v, AUDIT_TAMPERED, "%s", text);
}

// The chain's last record itself was changed: what is chained ends before it.
static int find_changed(struct verifier *v, const char *text)
{
	v->verdict->chained = v->chain.n > v->verdict->first ? v->chain.n - 1 : 0;
	v->verdict->head = v->before_head;
	return find_at(v, &v->before, text);
}

// ---- checkpoints, which go beside the records

static int refuse_note(struct verifier *v, int error, uint64_t no)
{
	switch (error) {
	case -EINVAL:
		return find(v, AUDIT_TAMPERED, "checkpoint %" PRIu64 " is no checkpoint", no);
	case -EKEYREJECTED:
		return find(v, AUDIT_TAMPERED, "checkpoint %" PRIu64 " is not what was signed", no);
	case -ENOKEY:
		return find(v, AUDIT_TAMPERED, "checkpoint %" PRIu64 " is not signed by the key %s", no, v->key.name);
	default:
		return find(v, AUDIT_UNREADABLE, "the checkpoints: %s", strerrordesc_np(-error));
	}
}

static int read_note(struct verifier *v)
{
	int r = audit_notes_next(&v->notes, UINT64_MAX, &v->next);

	v->has_next = r == 1;
	if (r == 0 || r == -ENODATA)
		return 0;
	if (r < 0)
		return refuse_note(v, r, v->notes.no);
	if (strcmp(v->next.log_id, v->log_id) != 0)
		return find(v, AUDIT_TAMPERED, "checkpoint %" PRIu64 " is of another trail", v->notes.no);
	if (v->next.n < v->n_newest)
		return find(v, AUDIT_TAMPERED,
			    "checkpoint %" PRIu64 " counts %" PRIu64 " records after one that counts %" PRIu64,
			    v->notes.no, v->next.n, v->n_newest);
	v->n_newest = v->next.n;
	return 0;
}

// The record that is the head now against what was signed of it, and against what was known from elsewhere.
static int check_head(struct verifier *v)
{
	int r = 0;

	while (v->has_next && v->next.n < v->chain.n && r == 0)
		r = read_note(v); // of records that are not kept any more
	while (r == 0 && v->has_next && v->next.n == v->chain.n) {
		if (!audit_hash_is(&v->next.head, &v->chain.head)) {
			v->note_at_fault = v->notes.no;
			return find_changed(v, "this record, or one since the last that is signed, was changed");
		}
		v->verdict->n_signed = v->chain.n;
		v->verdict->n_checkpoints++;
		r = read_note(v);
	}
	if (r == 0 && v->options->head_n == v->chain.n && v->chain.n &&
	    !audit_hash_is(&v->options->head, &v->chain.head))
		return find_at(v, &v->before, "up to this record the trail is not the one whose head was given");
	return r;
}

// ---- records

// Which of the two does not fit: where the head is signed, it is the one that comes after.
static int find_break(struct verifier *v, const struct audit_link *link)
{
	bool is_signed = v->verdict->n_signed == v->chain.n;

	if (link->seq > v->chain.n + 1)
		return find_at(v, &v->place, "records before this one are missing");
	if (link->seq <= v->chain.n)
		return find_at(v, &v->place, "this record was put in, or moved here");
	if (is_signed || !v->before.segment)
		return find_at(v, &v->place, "this record is not chained to the one before it");
	return find_changed(v, "this record was changed: the next one is chained to another");
}

// The first line that is kept: what it is chained to is gone, so a checkpoint has to vouch for it.
static int begin_chain(struct verifier *v, const struct audit_segment_head *head)
{
	int r;

	v->verdict->first = head->first;
	memcpy(v->log_id, head->log_id, sizeof v->log_id);
	v->chain.n = head->first - 1;
	if (v->chain.n)
		v->chain.head = head->prev;
	audit_signatures_start(&v->signatures, &v->notes, head->first > 2 ? head->first - 2 : 0);
	r = read_note(v);
	return r ? r : check_head(v);
}

static int check_segment_head(struct verifier *v, const char *line, size_t n)
{
	struct audit_segment_head head;
	int r = audit_segment_read(line, n, &head);

	if (r == -ENOMEM)
		return r;
	if (r < 0 || head.number != v->place.segment)
		return find_at(v, &v->place, "this is not the first record of this segment");
	if (!v->verdict->first)
		return begin_chain(v, &head);
	if (strcmp(head.log_id, v->log_id) != 0)
		return find_at(v, &v->place, "this segment is of another trail");
	return 0;
}

static int check_line(struct verifier *v, const char *line, size_t n)
{
	struct audit_link link;
	int r = audit_link_read(line, n, &link);

	if (r < 0)
		return find_at(v, &v->place, "this is no record");
	v->place.seq = link.seq;
	if (v->place.line == 1)
		r = check_segment_head(v, line, n);
	if (r)
		return r;
	if (!audit_chain_takes(&v->chain, &link))
		return find_break(v, &link);
	v->before_head = v->chain.head;
	audit_chain_add(&v->chain, line, n);
	v->before = v->place;
	v->verdict->chained = v->chain.n;
	v->verdict->head = v->chain.head;
	if (v->chain.n % PROGRESS_EVERY == 0 && v->options->progress &&
	    !v->options->progress(v->options->ctx, v->chain.n))
		return -ECANCELED;
	// Nearly always there is nothing to compare with.
	return (v->has_next && v->next.n <= v->chain.n) || v->options->head_n == v->chain.n ? check_head(v) : 0;
}

// Somebody writes, or has written on since it was read: the lock is looked at first, as it is let go after the writing.
static bool is_going_on(const struct verifier *v)
{
	struct stat status;

	if (v->verdict->is_being_written || audit_lock_is_taken(v->dir_fd))
		return true;
	return fstat(v->lines.fd, &status) == 0 && status.st_size != v->lines.offset + (off_t)v->lines.len;
}

// What a line that cannot be read as one is: the end of a crash, or something worse.
static int judge_end(struct verifier *v, int error)
{
	if (error == -EMSGSIZE)
		return find_at(v, &v->place, "this is no record");
	if (error != -ENODATA)
		return find(v, AUDIT_UNREADABLE, "segment %u: %s", v->place.segment, strerrordesc_np(-error));
	if (!v->is_last)
		return find_at(v, &v->place, "this record is cut short");
	v->verdict->is_being_written = is_going_on(v);
	if (v->verdict->is_being_written)
		return 0;
	v->verdict->bad = v->place;
	return find(v, AUDIT_TRUNCATED, "the last record is cut short");
}

static int check_segment(struct verifier *v, uint32_t number)
{
	char name[AUDIT_FILE_NAME_MAX];
	const char *line;
	size_t n;
	int fd, r, next;

	audit_segment_name(number, name);
	fd = openat(v->dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return find(v, AUDIT_UNREADABLE, "%s: %s", name, strerrordesc_np(errno));
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	audit_lines_use(&v->lines, fd);
	v->place = (struct audit_place){ .segment = number };
	for (r = 0; r == 0 && (next = audit_lines_next(&v->lines, &line, &n)) == 1;) {
		v->place.line = v->lines.no;
		v->place.seq = 0;
		r = check_line(v, line, n);
	}
	v->place.line = v->lines.no;
	v->place.seq = 0;
	if (r == 0 && next < 0)
		r = judge_end(v, next);
	else if (r == 0 && v->place.line == 1 && !v->is_last)
		r = find_at(v, &v->place, "this segment is empty");
	close(fd);
	return r;
}

// ---- the end

static int judge_whole(struct verifier *v)
{
	struct audit_verdict *verdict = v->verdict;
	int r = 0;

	if (!verdict->first)
		return find(v, AUDIT_UNREADABLE, "there is no record");
	while (r == 0 && v->has_next)
		r = read_note(v); // one that goes back tells that it was not only cut
	if (r)
		return r;
	if (v->n_newest > v->chain.n)
		return find(v, AUDIT_TRUNCATED, "a checkpoint counts %" PRIu64 " records, and there are %" PRIu64,
			    v->n_newest, v->chain.n);
	if (v->options->head_n > v->chain.n)
		return find(v, AUDIT_TRUNCATED, "the head given is of %" PRIu64 " records, and there are %" PRIu64,
			    v->options->head_n, v->chain.n);
	if (v->options->head_n && v->options->head_n + 1 < verdict->first)
		return find(v, AUDIT_UNANCHORED, "record %" PRIu64 ", whose hash was given, is not kept any more",
			    v->options->head_n);
	if (!verdict->n_signed)
		return find(v, AUDIT_UNANCHORED, "no checkpoint vouches for any of it");
	if (v->chain.n - verdict->n_signed > AUDIT_CHECKPOINT_EVERY)
		return find(v, AUDIT_UNANCHORED, "no checkpoint covers records %" PRIu64 " to %" PRIu64,
			    verdict->n_signed + 1, v->chain.n);
	return 0;
}

// Nothing counts as signed from the first signature on that is not good.
static int judge_signatures(struct verifier *v, int r)
{
	const struct audit_signatures *s = &v->signatures;
	bool is_other = v->verdict->finding == AUDIT_TAMPERED || v->verdict->finding == AUDIT_UNREADABLE;

	audit_signatures_wait(&v->signatures);
	if (r < 0 || !s->error)
		return r;
	if (v->verdict->n_signed > s->n_good)
		v->verdict->n_signed = s->n_good;
	if (is_other && s->no >= v->notes.no && s->no != v->note_at_fault)
		return r; // that comes first
	v->verdict->bad = (struct audit_place){ 0 };
	return refuse_note(v, s->error, s->no);
}

static int check_all(struct verifier *v)
{
	uint32_t *numbers;
	size_t n;
	int r = audit_segments_list(v->dir_fd, &numbers, &n);

	if (r < 0)
		return r == -ENOMEM ? r : find(v, AUDIT_UNREADABLE, "%s: %s", v->options->dir, strerrordesc_np(-r));
	if (!n)
		r = find(v, AUDIT_UNREADABLE, "there is no audit trail in %s", v->options->dir);
	for (size_t i = 0; i < n && r == 0; i++) {
		v->is_last = i + 1 == n;
		r = check_segment(v, numbers[i]);
	}
	v->verdict->n_segments = n;
	mem_free(numbers);
	if (r == 0)
		r = judge_whole(v);
	return judge_signatures(v, r);
}

static int open_all(struct verifier *v)
{
	const struct audit_verify_options *options = v->options;
	struct audit_trouble trouble = { 0 };
	char text[AUDIT_KEY_TEXT_MAX];
	const char *key = options->key ? options->key : AUDIT_KEY_FILE ".pub";
	int r;

	v->dir_fd = audit_dir_open(options->dir, false, &trouble);
	if (v->dir_fd < 0)
		return find(v, AUDIT_UNREADABLE, "%s", trouble.text);
	v->verdict->is_being_written = audit_lock_is_taken(v->dir_fd);
	r = audit_read_small(options->key ? AT_FDCWD : v->dir_fd, key, text, sizeof text);
	if (r < 0)
		return find(v, AUDIT_UNREADABLE, "the key %s: %s", key, strerrordesc_np(-r));
	r = audit_key_parse(text, (size_t)r, &v->key);
	explicit_bzero(text, sizeof text);
	if (r < 0)
		return find(v, AUDIT_UNREADABLE, "%s is no key", key);
	snprintf(v->verdict->key_name, sizeof v->verdict->key_name, "%s", v->key.name);
	// Before the segments are read: what is written meanwhile is never signed beyond what is seen.
	v->notes_fd = openat(v->dir_fd, AUDIT_CHECKPOINTS, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (v->notes_fd < 0 && errno != ENOENT)
		return find(v, AUDIT_UNREADABLE, AUDIT_CHECKPOINTS ": %s", strerrordesc_np(errno));
	audit_notes_init(&v->notes, v->notes_fd, &v->key);
	return 0;
}

int audit_verify(const struct audit_verify_options *options, struct audit_verdict *out)
{
	struct verifier *v = mem_calloc(1, sizeof *v);
	int r;

	*out = (struct audit_verdict){ 0 };
	if (!v)
		return -ENOMEM;
	*v = (struct verifier){ .options = options, .verdict = out, .dir_fd = -1, .notes_fd = -1 };
	r = audit_lines_init(&v->lines, -1);
	if (r == 0)
		r = open_all(v);
	if (r == 0)
		r = check_all(v);
	audit_lines_finish(&v->lines);
	if (v->notes_fd >= 0)
		close(v->notes_fd);
	if (v->dir_fd >= 0)
		close(v->dir_fd);
	audit_key_wipe(&v->key);
	mem_free(v);
	return r == STOP ? 0 : r;
}
