// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "tests/support/suite.h"

enum { PICTURE_MAX = 4 << 20 };

static void picture_path(const char *widget, const char *name, char *out, size_t size)
{
	snprintf(out, size, "%s/tests/golden/%s", TEST_SOURCE_ROOT, widget);
	if (getenv("GOLDEN_UPDATE"))
		mkdir(out, 0777);
	snprintf(out, size, "%s/tests/golden/%s/%s.screen", TEST_SOURCE_ROOT, widget, name);
}

static void write_picture(const char *path, const struct bytes *picture)
{
	FILE *file = fopen(path, "w");

	ck_assert_msg(file != NULL, "cannot write %s", path);
	ck_assert_uint_eq(fwrite(picture->data, 1, picture->len, file), picture->len);
	ck_assert_int_eq(fclose(file), 0);
}

static void read_picture(const char *path, struct bytes *out)
{
	FILE *file = fopen(path, "r");
	char block[4096];
	size_t n;

	ck_assert_msg(file != NULL, "no picture %s (GOLDEN_UPDATE=1 writes it)", path);
	while ((n = fread(block, 1, sizeof block, file)) > 0)
		ck_assert_int_eq(bytes_add(out, block, n), 0);
	fclose(file);
}

void golden_check(const char *widget, const char *name, const struct canvas *canvas)
{
	struct bytes drawn, expected;
	char path[1024];

	bytes_init(&drawn, PICTURE_MAX);
	bytes_init(&expected, PICTURE_MAX);
	ck_assert_int_eq(canvas_dump(canvas, true, &drawn), 0);
	picture_path(widget, name, path, sizeof path);
	if (getenv("GOLDEN_UPDATE"))
		write_picture(path, &drawn);
	read_picture(path, &expected);
	ck_assert_msg(drawn.len == expected.len && memcmp(drawn.data, expected.data, drawn.len) == 0,
		      "%s differs\n-- expected\n%s\n-- drawn\n%s", path, expected.data, drawn.data);
	bytes_finish(&drawn);
	bytes_finish(&expected);
}

void golden_draw(const struct widget *widget, const struct fleet *fleet, const struct view *view,
		 const struct golden_case *golden)
{
	struct canvas canvas;

	ck_assert_int_eq(canvas_create(golden->width, golden->height, golden->is_ascii, &canvas), 0);
	widget_draw(widget, fleet, view, &canvas);
	golden_check(widget->class->name, golden->name, &canvas);
	canvas_destroy(&canvas);
}

static void check_frame(const struct canvas *whole, int width, int height)
{
	for (int y = 0; y < whole->height; y++)
		for (int x = 0; x < whole->width; x++) {
			const struct cell *cell = canvas_cell(whole, x, y);

			bool is_outside = x < 1 || y < 1 || x > width || y > height;

			// Each assertion is a write to the parent: not for every cell of every size.
			if (is_outside && (cell->glyph != '#' || cell->width != 1))
				ck_abort_msg("%dx%d drew outside at %d,%d", width, height, x - 1, y - 1);
		}
}

void golden_sweep(const struct widget *widget, const struct fleet *fleet, const struct view *view, int width,
		  int height)
{
	struct canvas whole, part;

	ck_assert_int_eq(canvas_create(width + 2, height + 2, false, &whole), 0);
	for (int h = 0; h <= height; h++)
		for (int w = 0; w <= width; w++) {
			canvas_clear(&whole, STYLE_TEXT);
			canvas_fill(&whole, 0, 0, width + 2, height + 2, '#', STYLE_TEXT);
			part = canvas_part(&whole, 1, 1, w, h);
			widget_draw(widget, fleet, view, &part);
			check_frame(&whole, w, h);
		}
	canvas_destroy(&whole);
}
