#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One text as a cell of a table for other programs. 0, -ENOMEM or -EMSGSIZE. */
struct bytes;

int cells_put_csv(struct bytes *out, const char *text);      // in quotes, and never a formula to a spreadsheet
int cells_put_markdown(struct bytes *out, const char *text); // one line, and nothing in it is markup
