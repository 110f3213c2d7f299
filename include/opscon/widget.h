#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A widget draws part of the fleet on a canvas. It cannot fetch, fail, block or see the terminal: the same input gives
 * the same cells. A new widget is one file, one line in the table of console/screens.c, one golden picture.
 */
#include "opscon/canvas.h"
#include "opscon/fleet.h"
#include "opscon/view.h"

struct widget;

struct widget_class {
	const char *name;          // "agent_table"
	int min_width, min_height; // below this the layout leaves it out
	void (*draw)(const struct widget *widget, const struct fleet *fleet, const struct view *view,
		     struct canvas *canvas);
};

struct widget {
	const struct widget_class *class;
	const void *options; // borrowed, of the class's own type; may be NULL
};

static inline void widget_draw(const struct widget *widget, const struct fleet *fleet, const struct view *view,
			       struct canvas *canvas)
{
	if (canvas->width > 0 && canvas->height > 0)
		widget->class->draw(widget, fleet, view, canvas);
}
