// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/wire/frames.h"

#include <check.h>
#include <string.h>

static const char mask[4] = { 0x37, 'z', '\xfa', '!' };

void frame_write(struct bytes *out, const struct frame *frame, bool is_masked)
{
	uint8_t head[10] = { (uint8_t)((frame->is_last ? 0x80 : 0) | frame->rsv << 4 | frame->opcode) };
	size_t n_head = 2, at;

	if (frame->n < 126) {
		head[1] = (uint8_t)frame->n;
	} else {
		size_t n_length = frame->n < 65536 ? 2 : 8;

		head[1] = n_length == 2 ? 126 : 127;
		for (size_t i = 0; i < n_length; i++)
			head[2 + i] = (uint8_t)((uint64_t)frame->n >> 8 * (n_length - 1 - i));
		n_head += n_length;
	}
	head[1] |= is_masked ? 0x80 : 0;
	ck_assert_int_eq(bytes_add(out, head, n_head), 0);
	if (is_masked)
		ck_assert_int_eq(bytes_add(out, mask, sizeof mask), 0);
	at = out->len;
	ck_assert_int_eq(bytes_add(out, frame->payload, frame->n), 0);
	for (size_t i = 0; is_masked && i < frame->n; i++)
		out->data[at + i] ^= mask[i % 4];
}

bool frame_read(char *bytes, size_t n, size_t *at, struct frame *out, bool *is_masked)
{
	const uint8_t *head = (const uint8_t *)bytes + *at;
	size_t left = n - *at, n_head = 2, n_payload, n_length;

	if (left < 2)
		return false;
	n_payload = head[1] & 0x7f;
	n_length = n_payload == 126 ? 2 : n_payload == 127 ? 8 : 0;
	*is_masked = head[1] & 0x80;
	if (left < 2 + n_length + (*is_masked ? 4 : 0))
		return false;
	if (n_length)
		n_payload = 0;
	for (size_t i = 0; i < n_length; i++)
		n_payload = n_payload << 8 | head[2 + i];
	n_head += n_length;
	if (left < n_head + (*is_masked ? 4 : 0) + n_payload)
		return false;
	if (*is_masked) {
		for (size_t i = 0; i < n_payload; i++)
			bytes[*at + n_head + 4 + i] ^= bytes[*at + n_head + i % 4];
		n_head += 4;
	}
	*out = (struct frame){ head[0] & 15, head[0] & 0x80, head[0] >> 4 & 7, bytes + *at + n_head, n_payload };
	*at += n_head + n_payload;
	return true;
}

static void tell(const struct frame *frame, struct bytes *out)
{
	static const char *const names[16] = { "more",  "text", "binary", "3",   "4",   "5",   "6",   "7",
					       "close", "ping", "pong",   "0xb", "0xc", "0xd", "0xe", "0xf" };

	ck_assert_uint_eq(frame->rsv, 0);
	ck_assert_int_eq(bytes_addf(out, "%s%s", names[frame->opcode], frame->is_last ? ":" : "+:"), 0);
	if (frame->opcode == OP_CLOSE && frame->n >= 2)
		bytes_addf(out, "%u:%.*s", (unsigned)((uint8_t)frame->payload[0] << 8 | (uint8_t)frame->payload[1]),
			   (int)frame->n - 2, frame->payload + 2);
	else if (frame->n > 40 || frame->opcode == OP_BINARY)
		bytes_addf(out, "[%zu]", frame->n);
	else
		bytes_add(out, frame->payload, frame->n);
	bytes_add(out, " ", 1);
}

void frames_tell(char *bytes, size_t n, bool expects_mask, struct bytes *out)
{
	struct frame frame;
	size_t at = 0;
	bool is_masked;

	while (at < n) {
		ck_assert_msg(frame_read(bytes, n, &at, &frame, &is_masked), "a frame is not whole");
		ck_assert_int_eq(is_masked, expects_mask);
		tell(&frame, out);
	}
}
