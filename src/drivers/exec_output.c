// SPDX-License-Identifier: Apache-2.0
#include "drivers/exec_output.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text/text.h"

void exec_output_init(struct exec_output *output, void (*line)(void *ctx, const char *line), void *ctx)
{
	*output = (struct exec_output){ .line = line, .ctx = ctx };
}

// What a terminal would show of a line that was written over.
static void last_writing(const char **text, size_t *n)
{
	const char *mark;

	if (*n > 0 && (*text)[*n - 1] == '\r')
		--*n;
	mark = memrchr(*text, '\r', *n);
	if (!mark)
		return;
	*n -= (size_t)(mark + 1 - *text);
	*text = mark + 1;
}

static void end_line(struct exec_output *output, enum exec_stream stream, bool is_passed)
{
	const char *text = output->streams[stream].text;
	size_t n = output->streams[stream].n;
	char clean[TEXT_FIELD_MAX + 1];

	output->streams[stream].n = 0;
	last_writing(&text, &n);
	if (n == 0)
		return;
	memcpy(output->streams[stream].last, text, n);
	output->streams[stream].n_last = n;
	if (!is_passed || !output->line)
		return;
	text_clean(text, n, TEXT_ONE_LINE, clean, sizeof clean, NULL);
	output->line(output->ctx, clean);
}

static void add_to_line(struct exec_output *output, enum exec_stream stream, const char *data, size_t n)
{
	size_t room = EXEC_LINE_MAX - output->streams[stream].n;

	n = n < room ? n : room;
	memcpy(output->streams[stream].text + output->streams[stream].n, data, n);
	output->streams[stream].n += n;
}

static void keep_head(struct exec_output *output, const char *data, size_t n)
{
	size_t room = EXEC_HEAD_MAX - output->n_head;

	n = n < room ? n : room;
	memcpy(output->head + output->n_head, data, n);
	output->n_head += n;
}

void exec_output_add(struct exec_output *output, enum exec_stream stream, const char *data, size_t n)
{
	if (stream == EXEC_STDOUT)
		keep_head(output, data, n);
	while (n > 0) {
		const char *end = memchr(data, '\n', n);
		size_t part = end ? (size_t)(end - data) : n;

		add_to_line(output, stream, data, part);
		part += end != NULL;
		output->n_bytes += part;
		if (end)
			end_line(output, stream, output->n_bytes <= EXEC_OUTPUT_MAX);
		data += part;
		n -= part;
	}
}

void exec_output_end(struct exec_output *output)
{
	char text[64];

	for (int stream = 0; stream < EXEC_STREAM_COUNT; stream++)
		end_line(output, (enum exec_stream)stream, output->n_bytes <= EXEC_OUTPUT_MAX);
	if (output->n_bytes <= EXEC_OUTPUT_MAX || !output->line)
		return;
	snprintf(text, sizeof text, "(%" PRIu64 " bytes in all, the rest is left out)", output->n_bytes);
	output->line(output->ctx, text);
}

void exec_output_last(const struct exec_output *output, char out[DRIVER_DETAIL_MAX])
{
	enum exec_stream stream = output->streams[EXEC_STDERR].n_last ? EXEC_STDERR : EXEC_STDOUT;

	text_clean(output->streams[stream].last, output->streams[stream].n_last, TEXT_ONE_LINE, out, DRIVER_DETAIL_MAX,
		   NULL);
}
