// SPDX-License-Identifier: Apache-2.0
#include "audit/query.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/chain.h"
#include "audit/lines.h"
#include "base/human.h"
#include "base/memory.h"
#include "base/ring.h"
#include "formats/json.h"

struct search {
	const struct audit_filter *filter;
	struct audit_found *found;
	struct audit_line *slots; // of the segment at hand: its newest that fit
	struct ring ring;
};

// ---- one record against the filter

static bool text_is(const struct json_value *value, const char *wanted)
{
	struct json_text text;

	return json_read_text(value, &text) == 0 && text.n == strlen(wanted) && memcmp(text.bytes, wanted, text.n) == 0;
}

// As bytes; times in UTC of one width compare as times do.
static int compare(const struct json_value *value, const char *wanted)
{
	struct json_text text = { "", 0 };
	size_t n = strlen(wanted);
	int order;

	json_read_text(value, &text);
	order = memcmp(text.bytes, wanted, text.n < n ? text.n : n);
	return order ? order : (text.n > n) - (text.n < n);
}

// An agent goes by its name as well, which stands among the details: with an alert of it, and beside its key.
static bool resource_is(const struct json_value *root, const char *wanted)
{
	const struct json_value *resource = json_member(root, "resource"), *kind = json_member(resource, "kind"),
				*id = json_member(resource, "id"),
				*name = json_member(json_member(root, "details"), "name");
	const char *slash = strchr(wanted, '/');
	struct json_text text;

	if (text_is(kind, wanted) || text_is(id, wanted) || text_is(name, wanted))
		return true;
	return slash && json_read_text(kind, &text) == 0 && text.n == (size_t)(slash - wanted) &&
	       memcmp(text.bytes, wanted, text.n) == 0 && (text_is(id, slash + 1) || text_is(name, slash + 1));
}

static bool passes(const struct json_value *root, const struct audit_filter *f)
{
	const struct json_value *at = json_member(root, "at");

	if (text_is(json_member(root, "phase"), audit_phase_name(AUDIT_SEGMENT)))
		return false; // the file's own
	if ((f->since && compare(at, f->since) < 0) || (f->until && compare(at, f->until) > 0))
		return false;
	if (f->action >= 0 && !text_is(json_member(root, "action"), audit_action_name((enum audit_action)f->action)))
		return false;
	if (f->level >= 0 && !text_is(json_member(root, "level"), audit_level_name((enum audit_level)f->level)))
		return false;
	if (f->result >= 0 && !text_is(json_member(root, "result"), audit_result_name((enum audit_result)f->result)))
		return false;
	if (f->user && !text_is(json_member(json_member(root, "who"), "user"), f->user))
		return false;
	return !f->resource || resource_is(root, f->resource);
}

// 1: it fits; 0; -ENOMEM.
static int fits(struct search *search, const char *line, size_t n)
{
	struct json_value *root = NULL;
	int r = json_parse(line, n, &root, NULL);

	if (r == 0)
		r = passes(root, search->filter);
	else if (r != -ENOMEM) {
		search->found->n_unreadable++;
		r = 0;
	}
	json_free(root);
	return r;
}

// ---- a segment

static int keep(struct search *search, const char *line, size_t n)
{
	char *copy = mem_strndup(line, n);
	struct audit_line *slot;

	if (!copy)
		return -ENOMEM;
	slot = &search->slots[ring_push(&search->ring)];
	mem_free(slot->text);
	*slot = (struct audit_line){ copy, n };
	return 0;
}

static int search_file(struct search *search, struct audit_lines *lines)
{
	const char *line;
	size_t n;
	int r;

	while ((r = audit_lines_next(lines, &line, &n)) == 1) {
		r = fits(search, line, n);
		if (r > 0)
			r = keep(search, line, n);
		if (r < 0)
			return r;
	}
	if (r == -ENODATA || r == -EMSGSIZE) { // what comes after cannot be told apart
		search->found->n_unreadable++;
		r = 0;
	}
	return r;
}

// The ring's lines become the found ones, the newest first.
static void hand_over(struct search *search)
{
	struct audit_found *found = search->found;

	for (size_t i = search->ring.count; i-- > 0;) {
		struct audit_line *slot = &search->slots[ring_at(&search->ring, i)];

		if (found->n < search->filter->limit)
			found->lines[found->n++] = *slot;
		else
			mem_free(slot->text);
		*slot = (struct audit_line){ 0 };
	}
	ring_init(&search->ring, search->filter->limit);
}

static int search_segment(struct search *search, int dir_fd, uint32_t number, struct audit_lines *lines,
			  struct audit_trouble *trouble)
{
	char name[AUDIT_FILE_NAME_MAX];
	int fd, r;

	audit_segment_name(number, name);
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return 0; // retention was faster
	if (fd < 0)
		return audit_trouble_set(trouble, -errno, "%s: %s", name, strerrordesc_np(errno));
	audit_lines_use(lines, fd);
	r = search_file(search, lines);
	close(fd);
	hand_over(search);
	return r < 0 ? audit_trouble_set(trouble, r, "%s: %s", name, strerrordesc_np(-r)) : 0;
}

static int search_all(struct search *search, int dir_fd, struct audit_trouble *trouble)
{
	struct audit_lines lines;
	uint32_t *numbers = NULL;
	size_t n = 0;
	int r = audit_segments_list(dir_fd, &numbers, &n);

	if (r == 0)
		r = audit_lines_init(&lines, -1);
	if (r < 0) {
		mem_free(numbers);
		return audit_trouble_set(trouble, r, "%s", strerrordesc_np(-r));
	}
	for (size_t i = n; i-- > 0 && r == 0 && search->found->n < search->filter->limit;)
		r = search_segment(search, dir_fd, numbers[i], &lines, trouble);
	audit_lines_finish(&lines);
	mem_free(numbers);
	return r;
}

int audit_query(const char *dir, const struct audit_filter *filter, struct audit_found *out,
		struct audit_trouble *trouble)
{
	struct search search = { .filter = filter, .found = out };
	int dir_fd, r;

	*out = (struct audit_found){ .lines = mem_calloc(filter->limit, sizeof *out->lines) };
	search.slots = mem_calloc(filter->limit, sizeof *search.slots);
	ring_init(&search.ring, filter->limit);
	if (!out->lines || !search.slots) {
		mem_free(search.slots);
		return audit_trouble_set(trouble, -ENOMEM, "out of memory");
	}
	dir_fd = audit_dir_open(dir, false, trouble);
	r = dir_fd < 0 ? dir_fd : search_all(&search, dir_fd, trouble);
	if (dir_fd >= 0)
		close(dir_fd);
	mem_free(search.slots);
	return r;
}

void audit_found_finish(struct audit_found *found)
{
	for (size_t i = 0; i < found->n; i++)
		mem_free(found->lines[i].text);
	mem_free(found->lines);
	*found = (struct audit_found){ 0 };
}

// ---- times

int audit_parse_time(const char *text, int64_t now_ms, char out[32])
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ", rest[] = "0000-00-00T00:00:00.000Z";
	size_t n = strlen(text);
	char at[HUMAN_MAX];
	int64_t ms;

	if (human_parse_duration(text, &ms) == 0) {
		snprintf(out, 32, "%s", human_rfc3339(now_ms - ms, at));
		return 0;
	}
	if (n && text[n - 1] == 'Z')
		n--;
	if (n != 10 && n != 16 && n != 19 && n != 23)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return -EINVAL;
	snprintf(out, 32, "%.*s%s", (int)n, text, rest + n);
	return 0;
}
