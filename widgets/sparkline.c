// SPDX-License-Identifier: Apache-2.0
#include "widgets/sparkline.h"

#include <math.h>

enum { SPACING_SAMPLES = 63 };

static const double FLAT = 1e-9; // a span below this share of the values is rounding

enum sparkline_mode sparkline_mode_for(const struct canvas *canvas)
{
	return canvas->is_ascii ? SPARKLINE_ASCII : SPARKLINE_BRAILLE;
}

int sparkline_dots_per_cell(enum sparkline_mode mode)
{
	return mode == SPARKLINE_BRAILLE ? 2 : 1;
}

// The one that n others are not less than: few are kept in order, and most of what comes by is no greater than they.
static int64_t nth_greatest(const int64_t *distances, size_t count, size_t n)
{
	int64_t greatest[SPACING_SAMPLES / 10 + 2] = { 0 }; // the greatest first
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		size_t at = kept;

		if (kept > n && distances[i] <= greatest[n])
			continue;
		at -= kept > n; // the last one goes
		for (; at > 0 && greatest[at - 1] < distances[i]; at--)
			greatest[at] = greatest[at - 1];
		greatest[at] = distances[i];
		kept += kept <= n;
	}
	return greatest[n];
}

// The usual distance of samples: nine of ten neighbours are this close or closer, of at most SPACING_SAMPLES taken
// evenly. Not the median: an agent in transition is probed faster for a while, and its quiet times are no gaps. A
// failed scrape is a point too.
static int64_t usual_spacing(const struct metric_point *points, size_t n)
{
	int64_t distances[SPACING_SAMPLES];
	size_t stride = n / SPACING_SAMPLES + 1, count = 0;

	for (size_t i = 1; i < n && count < SPACING_SAMPLES; i += stride) {
		int64_t distance = points[i].at_ms - points[i - 1].at_ms;

		if (distance > 0)
			distances[count++] = distance;
	}
	if (!count)
		return 0;
	return nth_greatest(distances, count, count - 1 - (count - 1) * 9 / 10);
}

// Floor division: times before 1970 are bucketed like any other.
static int64_t bucket_of(int64_t at_ms, int64_t width_ms)
{
	return at_ms / width_ms - (at_ms % width_ms < 0);
}

struct buckets {
	int64_t width_ms, first;
};

// A cell keeps its columns: a picture that moves on by half a cell is drawn anew for nothing that one could see.
static struct buckets buckets_of(int64_t from_ms, int64_t to_ms, size_t n_columns, int per_cell)
{
	int64_t n = (int64_t)n_columns, width_ms = (to_ms - from_ms + n - 1) / n;
	int64_t cell = bucket_of(bucket_of(to_ms, width_ms), per_cell);

	return (struct buckets){ width_ms, (cell + 1) * per_cell - n };
}

int64_t sparkline_column_of(int64_t at_ms, int64_t from_ms, int64_t to_ms, size_t n_columns, int per_cell)
{
	struct buckets buckets = buckets_of(from_ms, to_ms, n_columns, per_cell);

	return bucket_of(at_ms, buckets.width_ms) - buckets.first;
}

int64_t sparkline_lasts_ms(int64_t from_ms, int64_t to_ms, size_t n_columns, int per_cell)
{
	struct buckets buckets = buckets_of(from_ms, to_ms, n_columns, per_cell);

	return (buckets.first + (int64_t)n_columns) * buckets.width_ms - to_ms;
}

struct filling {
	double *columns;
	enum sparkline_keep keep;
	size_t in_column;      // values in the newest column, for the mean
	ptrdiff_t last_column; // of the newest value, -1 when it cannot be bridged from
	int64_t last_ms;
	int64_t bridge_ms;
};

// A mean that runs along, so no second array is needed for counts.
static double merged(double old, double value, const struct filling *f)
{
	switch (f->keep) {
	case SPARKLINE_MIN:
		return value < old ? value : old;
	case SPARKLINE_MEAN:
		return old + (value - old) / (double)(f->in_column + 1);
	case SPARKLINE_MAX:
		break;
	}
	return value > old ? value : old;
}

// Fills the columns between two values that belong together.
static void bridge(struct filling *f, ptrdiff_t column, double value)
{
	double from = f->columns[f->last_column];
	ptrdiff_t n = column - f->last_column;

	for (ptrdiff_t i = 1; i < n; i++) {
		double share = (double)i / (double)n;

		// Between equals nothing is computed: a rounding error would be stretched to the full height.
		f->columns[f->last_column + i] = from == value ? value : from * (1 - share) + value * share;
	}
}

static void fill_point(struct filling *f, ptrdiff_t column, int64_t at_ms, double value)
{
	if (isnan(f->columns[column])) {
		if (f->last_column >= 0 && at_ms - f->last_ms <= f->bridge_ms)
			bridge(f, column, value);
		f->columns[column] = value;
		f->in_column = 1;
	} else {
		f->columns[column] = merged(f->columns[column], value, f);
		f->in_column++;
	}
	f->last_column = column;
	f->last_ms = at_ms;
}

size_t sparkline_columns(const struct metric_point *points, size_t n, int64_t from_ms, int64_t to_ms,
			 enum sparkline_keep keep, double *columns, size_t n_columns, int per_cell)
{
	struct filling f = { .columns = columns, .keep = keep, .last_column = -1 };
	struct buckets buckets;
	int64_t newest = INT64_MIN;
	size_t n_values = 0;

	for (size_t i = 0; i < n_columns; i++)
		columns[i] = NAN;
	if (!n_columns || to_ms <= from_ms)
		return 0;
	buckets = buckets_of(from_ms, to_ms, n_columns, per_cell);
	f.bridge_ms = usual_spacing(points, n) * 5 / 2;
	for (size_t i = 0; i < n; i++) {
		int64_t column = bucket_of(points[i].at_ms, buckets.width_ms) - buckets.first;

		// A clock that was set back gives times twice; the first telling stands.
		if (column < 0 || column >= (int64_t)n_columns || points[i].at_ms < newest)
			continue;
		newest = points[i].at_ms;
		if (!isfinite(points[i].value)) {
			f.last_column = -1;
			continue;
		}
		fill_point(&f, (ptrdiff_t)column, points[i].at_ms, points[i].value);
		n_values++;
	}
	return n_values;
}

bool sparkline_fit(const double *columns, size_t n, struct sparkline_scale *out)
{
	bool is_found = false;

	for (size_t i = 0; i < n; i++) {
		if (!isfinite(columns[i]))
			continue;
		if (!is_found)
			*out = (struct sparkline_scale){ columns[i], columns[i] };
		if (columns[i] < out->low)
			out->low = columns[i];
		if (columns[i] > out->high)
			out->high = columns[i];
		is_found = true;
	}
	return is_found;
}

int sparkline_level(double value, const struct sparkline_scale *scale, int n_levels)
{
	// Halves, because the difference of two huge values may be infinite.
	double span = scale->high / 2 - scale->low / 2, share;

	if (!(span > FLAT * fmax(fabs(scale->low), fabs(scale->high))))
		return scale->low == 0 && scale->high == 0 ? 1 : (n_levels + 1) / 2; // nothing is no half
	share = (value / 2 - scale->low / 2) / span;
	if (!(share > 0))
		return 1;
	return share >= 1 ? n_levels : 1 + (int)(share * (n_levels - 1) + 0.5);
}

// The level of a column among n_levels, 0 for a gap or outside.
static int level_at(const struct sparkline_picture *picture, ptrdiff_t column, int n_levels)
{
	if (column < 0 || column >= (ptrdiff_t)picture->n_columns)
		return 0;
	if (picture->levels)
		return picture->levels[column];
	if (!isfinite(picture->columns[column]))
		return 0;
	return sparkline_level(picture->columns[column], &picture->scale, n_levels);
}

// Levels [*low, *high] that are set in a column: up from the bottom, or the stroke that joins it to the one before.
static void stroke(const struct sparkline_picture *picture, ptrdiff_t column, int n_levels, int *low, int *high)
{
	int level = level_at(picture, column, n_levels), before;

	*high = level;
	*low = level ? 1 : 0;
	if (!picture->is_line || !level)
		return;
	before = level_at(picture, column - 1, n_levels);
	*low = level;
	if (before && before < level)
		*low = before + 1;
	else if (before > level)
		*high = before - 1;
}

static int dots_below(int level, int base)
{
	return level <= base ? 0 : level >= base + 4 ? 4 : level - base;
}

static uint32_t braille_cell(const struct sparkline_picture *picture, int x, int y)
{
	static const uint8_t dots[2][5] = { { 0, 0x40, 0x44, 0x46, 0x47 }, { 0, 0x80, 0xa0, 0xb0, 0xb8 } }; // up to n
	int base = (picture->height - 1 - y) * 4;
	uint32_t bits = 0;

	for (int side = 0; side < 2; side++) {
		int low, high;

		stroke(picture, (ptrdiff_t)x * 2 + side, picture->height * 4, &low, &high);
		if (low)
			bits |= dots[side][dots_below(high, base)] & ~dots[side][dots_below(low - 1, base)] & 0xffU;
	}
	return bits ? 0x2800 + bits : ' ';
}

// Eighths from the bottom: U+2581 to U+2588.
static uint32_t block_cell(const struct sparkline_picture *picture, int x, int y)
{
	int level = level_at(picture, x, picture->height * 8) - (picture->height - 1 - y) * 8;

	if (level <= 0)
		return ' ';
	return level >= 8 ? 0x2588 : 0x2580 + (uint32_t)level;
}

// A star where the value is, bars where the line climbs to it.
static uint32_t ascii_line_cell(const struct sparkline_picture *picture, int x, int y)
{
	int row = picture->height - y, low, high;

	stroke(picture, x, picture->height, &low, &high);
	if (!low || row < low || row > high)
		return ' ';
	return row == level_at(picture, x, picture->height) ? '*' : '|';
}

// One row has only weight to tell levels apart; several have height, and thirds of it.
static uint32_t ascii_cell(const struct sparkline_picture *picture, int x, int y)
{
	static const char weights[] = ".:-=+*#@", stack[] = ".:#";
	int level;

	if (picture->is_line)
		return ascii_line_cell(picture, x, y);
	if (picture->height == 1) {
		level = level_at(picture, x, 8);
		return level ? (unsigned char)weights[level - 1] : ' ';
	}
	level = level_at(picture, x, picture->height * 3) - (picture->height - 1 - y) * 3;
	return level <= 0 ? ' ' : (unsigned char)stack[level >= 3 ? 2 : level - 1];
}

uint32_t sparkline_cell(const struct sparkline_picture *picture, int x, int y)
{
	if (y < 0 || y >= picture->height)
		return ' ';
	switch (picture->mode) {
	case SPARKLINE_BLOCKS:
		return block_cell(picture, x, y);
	case SPARKLINE_ASCII:
		return ascii_cell(picture, x, y);
	case SPARKLINE_BRAILLE:
		break;
	}
	return braille_cell(picture, x, y);
}

// How many levels the cells of a picture tell apart.
static int n_levels_of(const struct sparkline_picture *picture)
{
	switch (picture->mode) {
	case SPARKLINE_BLOCKS:
		return picture->height * 8;
	case SPARKLINE_ASCII:
		return picture->height == 1 ? 8 : picture->height * 3;
	case SPARKLINE_BRAILLE:
		break;
	}
	return picture->height * 4;
}

// Each column's level once, and not for each of the cells above one another.
static void take_levels(struct sparkline_picture *picture, uint16_t *levels)
{
	int n_levels = n_levels_of(picture);

	for (size_t i = 0; i < picture->n_columns; i++)
		levels[i] = (uint16_t)level_at(picture, (ptrdiff_t)i, n_levels);
	picture->levels = levels;
}

// Blank cells are not drawn: what lies below shows through gaps. A filled column is blank above its first blank cell.
static int draw_picture(struct canvas *canvas, int x, int y, int width, const struct sparkline_picture *picture,
			style_t style)
{
	int shown = 0;

	for (int column = 0; column < width; column++) {
		int row = picture->height - 1;
		uint32_t glyph;

		for (; (glyph = sparkline_cell(picture, column, row)) != ' '; row--)
			canvas_glyph(canvas, x + column, y + row, glyph, style);
		shown += row < picture->height - 1;
	}
	return shown;
}

int sparkline_draw_keeping(struct canvas *canvas, int x, int y, int width, int height,
			   const struct metric_point *points, size_t n, int64_t from_ms, int64_t to_ms, style_t style,
			   enum sparkline_mode mode, enum sparkline_keep keep)
{
	double columns[SPARKLINE_COLUMNS_MAX];
	uint16_t levels[SPARKLINE_COLUMNS_MAX];
	int per_cell = sparkline_dots_per_cell(mode), most = SPARKLINE_COLUMNS_MAX / per_cell;
	struct sparkline_picture picture = { .columns = columns, .mode = mode, .height = height };

	if (width <= 0 || height <= 0)
		return 0;
	width = width > most ? most : width;
	picture.n_columns = (size_t)(width * per_cell);
	if (sparkline_columns(points, n, from_ms, to_ms, keep, columns, picture.n_columns, per_cell) < 2)
		return 0;
	sparkline_fit(columns, picture.n_columns, &picture.scale);
	take_levels(&picture, levels);
	return draw_picture(canvas, x, y, width, &picture, style);
}

int sparkline_draw(struct canvas *canvas, int x, int y, int width, int height, const struct metric_point *points,
		   size_t n, int64_t from_ms, int64_t to_ms, style_t style, enum sparkline_mode mode)
{
	return sparkline_draw_keeping(canvas, x, y, width, height, points, n, from_ms, to_ms, style, mode,
				      SPARKLINE_MAX);
}
