// SPDX-License-Identifier: Apache-2.0
#include "formats/cells.h"

#include <string.h>

#include "base/strbuf.h"

int cells_put_csv(struct bytes *out, const char *text)
{
	int r = bytes_add(out, "\"", 1);

	if (r == 0 && *text && strchr("=+-@\t\r", *text))
		r = bytes_add(out, "'", 1);
	for (; *text && r == 0; text++)
		r = bytes_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
	return r == 0 ? bytes_add(out, "\"", 1) : r;
}

int cells_put_markdown(struct bytes *out, const char *text)
{
	int r = 0;

	for (; *text && r == 0; text++) {
		if (*text == '\n' || *text == '\r')
			r = bytes_add(out, " ", 1);
		else if (strchr("\\`*_{}[]<>()#+-.!|~&:@", *text))
			r = bytes_addf(out, "\\%c", *text);
		else
			r = bytes_add(out, text, 1);
	}
	return r;
}
