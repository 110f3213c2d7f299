// SPDX-License-Identifier: Apache-2.0
#include "audit/export.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "formats/cells.h"
#include "formats/json.h"
#include "formats/json_writer.h"
#include "text/text.h"

enum { CELL_MAX = 512 };

enum {
	COLUMN_SEQ,
	COLUMN_AT,
	COLUMN_PHASE,
	COLUMN_ACTION,
	COLUMN_REQUEST,
	COLUMN_LEVEL,
	COLUMN_USER,
	COLUMN_ORIGIN,
	COLUMN_KIND,
	COLUMN_ID,
	COLUMN_RESULT,
	COLUMN_REASON,
	COLUMN_ERROR,
	COLUMN_CORRELATION,
	COLUMN_NAME, // what is new comes last, for whoever counts columns
	N_COLUMNS,
};

static const struct {
	const char *name;
	int width; // in a table
} columns[N_COLUMNS] = {
	[COLUMN_SEQ] = { "seq", 7 },
	[COLUMN_AT] = { "at", 24 },
	[COLUMN_PHASE] = { "phase", 8 },
	[COLUMN_ACTION] = { "action", 13 },
	[COLUMN_REQUEST] = { "request", 14 },
	[COLUMN_LEVEL] = { "level", 8 },
	[COLUMN_USER] = { "user", 12 },
	[COLUMN_ORIGIN] = { "origin", 0 },
	[COLUMN_KIND] = { "resource_kind", 13 },
	[COLUMN_ID] = { "resource_id", 24 },
	[COLUMN_RESULT] = { "result", 13 },
	[COLUMN_REASON] = { "reason", 0 }, // this and the next end a table's line
	[COLUMN_ERROR] = { "error", 0 },
	[COLUMN_CORRELATION] = { "correlation", 0 },
	[COLUMN_NAME] = { "resource_name", 16 },
};

// What a table has, in this order: whose name it is stands before what it is.
static const int table_columns[] = {
	COLUMN_SEQ,  COLUMN_AT,   COLUMN_PHASE, COLUMN_ACTION, COLUMN_REQUEST, COLUMN_LEVEL,
	COLUMN_USER, COLUMN_KIND, COLUMN_NAME,  COLUMN_ID,     COLUMN_RESULT,
};

struct row {
	char cells[N_COLUMNS][CELL_MAX];
};

static const char *const format_names[AUDIT_FORMAT_COUNT] = { "table", "json", "csv", "md" };

const char *audit_format_name(enum audit_format format)
{
	return (size_t)format < AUDIT_FORMAT_COUNT ? format_names[format] : "?";
}

enum audit_format audit_format_from_name(const char *name)
{
	int i = 0;

	while (i < AUDIT_FORMAT_COUNT && strcmp(format_names[i], name) != 0)
		i++;
	return (enum audit_format)i;
}

// ---- a record as cells

static void put_cell(char *cell, const struct json_value *value)
{
	struct json_text text;
	double number;

	cell[0] = '\0';
	if (json_read_text(value, &text) == 0)
		text_clean(text.bytes, text.n, TEXT_ONE_LINE, cell, CELL_MAX, NULL);
	else if (json_read_number(value, &number) == 0) {
		struct strbuf out;

		strbuf_init(&out, cell, CELL_MAX);
		strbuf_addf(&out, "%.0f", number);
	}
}

static void read_row(const struct json_value *root, struct row *row)
{
	const struct json_value *who = json_member(root, "who"), *resource = json_member(root, "resource"),
				*details = json_member(root, "details");
	const struct json_value *values[N_COLUMNS] = {
		[COLUMN_SEQ] = json_member(root, "seq"),
		[COLUMN_AT] = json_member(root, "at"),
		[COLUMN_PHASE] = json_member(root, "phase"),
		[COLUMN_ACTION] = json_member(root, "action"),
		[COLUMN_REQUEST] = json_member(details, "request"),
		[COLUMN_LEVEL] = json_member(root, "level"),
		[COLUMN_USER] = json_member(who, "user"),
		[COLUMN_ORIGIN] = json_member(who, "origin"),
		[COLUMN_KIND] = json_member(resource, "kind"),
		[COLUMN_ID] = json_member(resource, "id"),
		[COLUMN_RESULT] = json_member(root, "result"),
		[COLUMN_REASON] = json_member(root, "reason"),
		[COLUMN_ERROR] = json_member(root, "error"),
		[COLUMN_CORRELATION] = json_member(root, "correlation"),
		[COLUMN_NAME] = json_member(details, "name"),
	};

	for (int i = 0; i < N_COLUMNS; i++)
		put_cell(row->cells[i], values[i]);
}

// ---- formats

static int put_cells(struct bytes *out, const struct row *row, enum audit_format format)
{
	bool is_csv = format == AUDIT_CSV;
	int r = bytes_addf(out, "%s", is_csv ? "" : "| ");

	for (int i = 0; i < N_COLUMNS && r == 0; i++) {
		r = (is_csv ? cells_put_csv : cells_put_markdown)(out, row->cells[i]);
		if (r == 0 && i + 1 < N_COLUMNS)
			r = bytes_addf(out, "%s", is_csv ? "," : " | ");
	}
	return r == 0 ? bytes_addf(out, "%s", is_csv ? "\r\n" : " |\n") : r;
}

// Columns of a fixed width, cut with an ellipsis; why and what went wrong come last, as long as they are.
static int put_table_row(struct bytes *out, const struct row *row)
{
	const char *reason = row->cells[COLUMN_REASON], *error = row->cells[COLUMN_ERROR];
	int r = 0;

	for (size_t i = 0; i < sizeof table_columns / sizeof table_columns[0] && r == 0; i++) {
		int used = 0, room = columns[table_columns[i]].width;
		const char *cell = row->cells[table_columns[i]];
		bool is_cut = text_width(cell) > room;
		size_t n = text_prefix(cell, is_cut ? room - 1 : room, &used);

		r = bytes_addf(out, "%.*s%s%*s", (int)n, cell, is_cut ? "…" : "", room - used - is_cut + 2, "");
	}
	if (r == 0)
		r = bytes_addf(out, "%s%s%s", reason, *reason && *error ? "; " : "", error);
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	return r == 0 ? bytes_add(out, "\n", 1) : r;
}

static int put_head(struct bytes *out, enum audit_format format)
{
	struct row row = { 0 };
	int r = 0;

	for (int i = 0; i < N_COLUMNS; i++) {
		struct strbuf cell;

		strbuf_init(&cell, row.cells[i], CELL_MAX);
		strbuf_add(&cell, columns[i].name);
	}
	if (format == AUDIT_TABLE) {
		row.cells[COLUMN_ERROR][0] = '\0'; // it has no column of its own
		return put_table_row(out, &row);
	}
	if (format == AUDIT_JSON)
		return bytes_addf(out, "{\"schema_version\":1,\"records\":[");
	if (format == AUDIT_CSV)
		return put_cells(out, &row, format);
	for (int i = 0; i < N_COLUMNS && r == 0; i++)
		r = bytes_addf(out, "| %s ", columns[i].name);
	for (int i = 0; i < N_COLUMNS && r == 0; i++)
		r = bytes_addf(out, "%s", i ? "---|" : "|\n|---|");
	return r == 0 ? bytes_add(out, "\n", 1) : r;
}

// ---- JSON: the record as it is, of cleaned texts

static void put_text(struct json_writer *w, const char *key, const struct json_text *text)
{
	char *clean = text_clean_dup(text->bytes, text->n, TEXT_ONE_LINE, TEXT_FIELD_MAX);

	if (clean)
		json_text(w, key, clean);
	else
		w->error = w->error ? w->error : -ENOMEM;
	mem_free(clean);
}

static void put_number(struct json_writer *w, const char *key, double number)
{
	if (fabs(number) < 9e15 && number == floor(number))
		json_int(w, key, (int64_t)number);
	else
		json_double(w, key, number);
}

// As deep as json_parse() lets a document be.
// NOLINTNEXTLINE(misc-no-recursion)
static void put_value(struct json_writer *w, const char *key, const struct json_value *value)
{
	struct json_members members;
	const struct json_value *inner;
	struct json_text text = { "", 0 };
	double number = 0;
	bool truth = false;
	char name[CELL_MAX];

	switch (json_kind(value)) {
	case JSON_NULL:
		json_null(w, key);
		break;
	case JSON_BOOL:
		json_read_bool(value, &truth);
		json_bool(w, key, truth);
		break;
	case JSON_NUMBER:
		json_read_number(value, &number);
		put_number(w, key, number);
		break;
	case JSON_STRING:
		json_read_text(value, &text);
		put_text(w, key, &text);
		break;
	case JSON_ARRAY:
		json_open(w, key, '[');
		for (size_t i = 0; i < json_array_length(value); i++)
			put_value(w, NULL, json_array_at(value, i));
		json_close(w, ']');
		break;
	case JSON_OBJECT:
		json_open(w, key, '{');
		json_members_init(&members, value);
		while (json_members_next(&members, &text, &inner)) {
			text_clean(text.bytes, text.n, TEXT_ONE_LINE, name, sizeof name, NULL);
			put_value(w, name, inner);
		}
		json_close(w, '}');
		break;
	}
}

static int put_json(struct bytes *out, const struct json_value *root, bool is_first)
{
	int r = bytes_addf(out, "%s\n", is_first ? "" : ",");
	struct json_writer w;

	json_writer_init(&w, out);
	if (r == 0)
		put_value(&w, NULL, root);
	return r ? r : w.error;
}

static int put_record(struct bytes *out, const struct audit_line *line, enum audit_format format, bool is_first)
{
	struct json_value *root = NULL;
	struct row row = { 0 };
	int r = json_parse(line->text, line->n, &root, NULL);

	if (r == 0 && format == AUDIT_JSON) {
		r = put_json(out, root, is_first);
	} else if (r == 0) {
		read_row(root, &row);
		r = format == AUDIT_TABLE ? put_table_row(out, &row) : put_cells(out, &row, format);
	}
	json_free(root);
	return r;
}

int audit_export(const struct audit_found *found, enum audit_format format, struct bytes *out)
{
	int r = put_head(out, format);

	for (size_t i = 0; i < found->n && r == 0; i++)
		r = put_record(out, &found->lines[i], format, i == 0);
	return r == 0 && format == AUDIT_JSON ? bytes_addf(out, "\n]}\n") : r;
}
