// SPDX-License-Identifier: Apache-2.0
#include "audit/segment.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "audit/files.h"
#include "audit/record.h"
#include "formats/json.h"

int audit_segment_encode(const char *log_id, uint32_t number, const struct audit_chain *before, const struct bytes *who,
			 int64_t at_ms, struct bytes *out)
{
	char name[AUDIT_FILE_NAME_MAX], head[AUDIT_HASH_HEX + 1];
	const struct audit_field details[] = {
		{ "trail", audit_text(log_id) },
		{ "segment", audit_number(number) },
		{ "records_before", audit_number((int64_t)before->n) },
		{ "head_before", audit_text(head) },
	};
	const struct audit_record record = {
		.phase = AUDIT_SEGMENT,
		.action = AUDIT_CREATE,
		.result = AUDIT_SUCCESS,
		.resource_kind = "segment",
		.resource_id = name,
		.details = { details, sizeof details / sizeof details[0] },
	};

	audit_segment_name(number, name);
	audit_hash_hex(&before->head, head);
	return audit_record_encode(&record, who, at_ms, out);
}

static int copy_text(const struct json_value *value, char *out, size_t size)
{
	struct json_text text;

	if (json_read_text(value, &text) < 0 || text.n >= size)
		return -EINVAL;
	memcpy(out, text.bytes, text.n);
	out[text.n] = '\0';
	return 0;
}

static int read_details(const struct json_value *root, struct audit_segment_head *out)
{
	const struct json_value *details = json_member(root, "details");
	double number = 0;

	if (!json_text_is(json_member(root, "phase"), audit_phase_name(AUDIT_SEGMENT)) ||
	    copy_text(json_member(root, "at"), out->at, sizeof out->at) < 0 ||
	    copy_text(json_member(details, "trail"), out->log_id, sizeof out->log_id) < 0 ||
	    json_read_number(json_member(details, "segment"), &number) < 0 || !(number >= 1 && number < 1e9))
		return -EINVAL;
	out->number = (uint32_t)number;
	return 0;
}

int audit_segment_read(const char *line, size_t n, struct audit_segment_head *out)
{
	struct json_value *root = NULL;
	struct audit_link link;
	int r = audit_link_read(line, n, &link);

	*out = (struct audit_segment_head){ 0 };
	if (r == 0)
		r = audit_hash_from_hex(link.prev, AUDIT_HASH_HEX, &out->prev);
	if (r == 0)
		r = json_parse(line, n, &root, NULL);
	if (r == 0)
		r = read_details(root, out);
	if (r == 0)
		out->first = link.seq;
	json_free(root);
	return r;
}
