// SPDX-License-Identifier: Apache-2.0
/* The opening handshake: an answer as a server or a proxy may send it, headers as a client may send them, and values
 * that become headers. The parts stand on lines of their own after a line of '='.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "tests/fuzz/fuzz.h"
#include "wire/handshake.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

static void check_answer(const char *text, size_t n)
{
	struct handshake_answer whole, part;
	int r = handshake_answer_read(text, n, KEY, &whole);

	fuzz_expect(r == 1 || r == 0 || r == -EPROTO, "an answer is whole, not yet, or none");
	if (r != 1)
		return;
	fuzz_expect(whole.n_head <= n && whole.n_head <= HANDSHAKE_HEAD_BYTES_MAX, "its head is in what came");
	fuzz_expect(memcmp(text + whole.n_head - 4, "\r\n\r\n", 4) == 0, "and ends with an empty line");
	fuzz_expect(whole.http_status >= 100 && whole.http_status <= 999, "it has a status");
	fuzz_expect(!whole.is_upgraded || whole.http_status == 101, "only 101 upgrades");
	fuzz_expect(!whole.is_upgraded || memmem(text, n, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 28),
		    "and answers to the key");
	fuzz_expect(handshake_answer_read(text, whole.n_head, KEY, &part) == 1 && part.n_head == whole.n_head &&
			    part.is_upgraded == whole.is_upgraded,
		    "what follows the head does not change it");
	fuzz_expect(handshake_answer_read(text, whole.n_head - 1, KEY, &part) != 1, "a byte less is not whole");
}

static void check_request(struct fuzz_input *input)
{
	char *parts[6], accept[HANDSHAKE_ACCEPT_SIZE] = "";
	struct handshake_request request;
	const char *why;
	unsigned status;

	for (int i = 0; i < 6; i++)
		parts[i] = fuzz_part(input, "\n", NULL);
	request = (struct handshake_request){ parts[0], parts[1], parts[2], parts[3], parts[4], parts[5] };
	status = handshake_judge(&request, accept, &why);
	fuzz_expect(status == 101 || status == 400 || status == 405 || status == 426, "a request is judged");
	fuzz_expect((status == 101) == (*why == '\0') && (status == 101) == (strlen(accept) == 28), "and that said");
	fuzz_expect(status != 101 ||
			    (strcmp(parts[0], "GET") == 0 && strcmp(parts[5], "13") == 0 && strlen(parts[4]) == 24),
		    "what is taken is as the standard has it");
	for (int i = 0; i < 6; i++)
		mem_free(parts[i]);
}

static void check_call(struct fuzz_input *input)
{
	char *host = fuzz_part(input, "\n", NULL), *path = fuzz_part(input, "\n", NULL);
	char *authorization = fuzz_part(input, "\n", NULL);
	const struct handshake_call call = { .host = host, .path = path, .key = KEY, .authorization = authorization };
	struct bytes out;
	size_t n_lines = 0;

	bytes_init(&out, 1 << 20);
	if (handshake_call_write(&call, &out) == 0) {
		for (size_t i = 0; i < out.len; i++)
			n_lines += out.data[i] == '\n';
		fuzz_expect(n_lines == 8 && memmem(out.data, out.len, "\r\n\r\n", 4) == out.data + out.len - 4,
			    "no value becomes a line of its own");
	} else {
		fuzz_expect(out.len == 0, "what is refused leaves nothing");
	}
	bytes_finish(&out);
	mem_free(host);
	mem_free(path);
	mem_free(authorization);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	size_t n;
	char *answer = fuzz_part(&input, "=====", &n);

	check_answer(answer, n);
	check_request(&input);
	check_call(&input);
	mem_free(answer);
	return 0;
}
