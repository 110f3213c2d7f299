// SPDX-License-Identifier: Apache-2.0
#include "recording/about.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/strbuf.h"
#include "formats/json.h"
#include "formats/json_writer.h"
#include "text/text.h"

void about_init(struct about *about, int64_t now_ms)
{
	uint64_t random = 0;

	*about = (struct about){ .started_ms = now_ms };
	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		random = hash_mix((uint64_t)now_ms ^ (uint64_t)getpid() << 48);
	snprintf(about->boot, sizeof about->boot, "%016llx", (unsigned long long)random);
	snprintf(about->program, sizeof about->program, "opscon %s", OPSCON_VERSION);
}

void about_be_lost(struct about *about, const char *file)
{
	*about = (struct about){ .program = "an unknown program" };
	snprintf(about->boot, sizeof about->boot, "lost-%016llx", (unsigned long long)hash_stable(file, strlen(file)));
}

int about_write(const struct about *about, struct bytes *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	json_text(&w, "fleet", about->fleet);
	json_text(&w, "program", about->program);
	json_text(&w, "boot", about->boot);
	json_int(&w, "started_ms", about->started_ms);
	if (about->part)
		json_int(&w, "part", about->part);
	json_bool(&w, "demo", about->is_demo);
	if (about->dropped[0])
		json_text(&w, "dropped", about->dropped);
	json_close(&w, '}');
	return w.error;
}

static void read_text(const struct json_value *object, const char *name, char *out, size_t size)
{
	struct json_text text;

	out[0] = '\0';
	if (json_read_text(json_member(object, name), &text) == 0)
		text_clean(text.bytes, text.n, TEXT_ONE_LINE, out, size, NULL);
}

static uint32_t read_part(const struct json_value *object)
{
	int64_t part = 0;

	json_read_int(json_member(object, "part"), &part);
	return part > 0 && part <= UINT32_MAX ? (uint32_t)part : 0;
}

int about_read(const char *text, size_t n, struct about *out)
{
	struct json_value *document;
	int r = n <= ABOUT_BYTES_MAX ? json_parse(text, n, &document, NULL) : -EINVAL;

	if (r < 0)
		return r == -ENOMEM ? r : -EBADMSG;
	*out = (struct about){ 0 };
	read_text(document, "fleet", out->fleet, sizeof out->fleet);
	read_text(document, "program", out->program, sizeof out->program);
	read_text(document, "boot", out->boot, sizeof out->boot);
	read_text(document, "dropped", out->dropped, sizeof out->dropped);
	json_read_int(json_member(document, "started_ms"), &out->started_ms);
	out->part = read_part(document);
	json_read_bool(json_member(document, "demo"), &out->is_demo);
	json_free(document);
	return 0;
}
