// SPDX-License-Identifier: Apache-2.0
/* Bytes on a WebSocket: the first one says which end reads them and how they are cut. However they are cut, the same is
 * heard and answered; what is heard is UTF-8 and within the limit; what goes out are whole frames.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "tests/fuzz/fuzz.h"
#include "text/text.h"
#include "wire/websocket.h"

enum { LIMIT = 4096, OUT_MAX = 1 << 20 };

struct end {
	struct websocket *ws;
	struct bytes heard;
};

static void on_message(void *ctx, const char *bytes, size_t n, bool is_text)
{
	struct end *end = ctx;
	char *clean = text_clean_dup(bytes, n, TEXT_ONE_LINE, TEXT_FIELD_MAX);

	fuzz_expect(n <= LIMIT, "a message is within the limit");
	// A replacement that was not there comes of a bad sequence.
	fuzz_expect(!is_text || memmem(bytes, n, "\xef\xbf\xbd", 3) || !strstr(clean, "\xef\xbf\xbd"), "text is UTF-8");
	mem_free(clean);
	fuzz_expect(bytes_addf(&end->heard, "%c%zu:", is_text ? 't' : 'b', n) == 0 &&
			    bytes_add(&end->heard, bytes, n) == 0,
		    "there is room");
	(void)websocket_send(end->ws, "x", 1);
}

static void on_pong(void *ctx)
{
	struct end *end = ctx;

	fuzz_expect(bytes_add(&end->heard, "p", 1) == 0, "there is room");
}

static void take_mask(void *out, size_t n)
{
	memset(out, 0x3c, n);
}

// All output; each is a whole frame with a mask when it must have one.
static void check_output(const struct bytes *out, enum websocket_role role)
{
	size_t at = 0, n_close = 0;

	while (at < out->len) {
		const unsigned char *frame = (const unsigned char *)out->data + at;
		bool is_masked = out->len - at > 1 && frame[1] & 0x80;
		size_t n = out->len - at > 1 ? frame[1] & 0x7f : 200, n_head = is_masked ? 6 : 2;

		fuzz_expect(n < 126 && at + n_head + n <= out->len, "a frame is whole and short");
		fuzz_expect(frame[0] == 0x81 || frame[0] == 0x8a || frame[0] == 0x88, "text, pong or close, final");
		fuzz_expect(is_masked == (role == WEBSOCKET_CLIENT), "a client masks, a server does not");
		fuzz_expect(n_close == 0, "nothing comes after a close frame");
		n_close += frame[0] == 0x88;
		at += n_head + n;
	}
}

static void run(const uint8_t *data, size_t size, enum websocket_role role, size_t step, struct bytes *heard,
		struct bytes *out)
{
	static const struct websocket_class class = { .message = on_message, .pong = on_pong, .random = take_mask };
	struct end end;
	const struct websocket_options options = {
		.role = role, .message_bytes_max = LIMIT, .class = &class, .ctx = &end
	};
	struct iovec part;
	bool is_broken = false;

	bytes_init(&end.heard, OUT_MAX);
	fuzz_expect(websocket_create(&options, &end.ws) == 0, "there is memory");
	for (size_t at = 0; at < size; at += step) {
		int r = websocket_take(end.ws, data + at, size - at < step ? size - at : step);

		fuzz_expect(r == 0 || (r == -EPROTO && !is_broken), "a rule is broken once");
		is_broken |= r == -EPROTO;
	}
	while (websocket_output(end.ws, &part, 1)) {
		fuzz_expect(bytes_add(out, part.iov_base, part.iov_len) == 0, "there is room");
		websocket_written(end.ws, part.iov_len);
	}
	fuzz_expect(websocket_pending(end.ws) == 0, "what was written does not wait");
	fuzz_expect(!is_broken || websocket_is_over(end.ws), "who broke a rule is done with");
	fuzz_expect(!websocket_is_over(end.ws) || websocket_is_closing(end.ws), "what is over has closed");
	websocket_destroy(end.ws);
	*heard = end.heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum websocket_role role = size && data[0] & 1 ? WEBSOCKET_CLIENT : WEBSOCKET_SERVER;
	size_t step = size ? 1 + (data[0] >> 1) % 64 : 1;
	struct bytes heard[2], out[2];

	if (size < 2 || size > 65536)
		return 0;
	for (int i = 0; i < 2; i++) {
		bytes_init(&out[i], OUT_MAX);
		run(data + 1, size - 1, role, i ? size : step, &heard[i], &out[i]);
		check_output(&out[i], role);
	}
	fuzz_expect(heard[0].len == heard[1].len &&
			    (!heard[0].len || memcmp(heard[0].data, heard[1].data, heard[0].len) == 0),
		    "the same is heard however it is cut");
	fuzz_expect(out[0].len == out[1].len && (!out[0].len || memcmp(out[0].data, out[1].data, out[0].len) == 0),
		    "the same is answered however it is cut");
	for (int i = 0; i < 2; i++) {
		bytes_finish(&heard[i]);
		bytes_finish(&out[i]);
	}
	return 0;
}
