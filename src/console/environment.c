// SPDX-License-Identifier: Apache-2.0
#include "console/environment.h"

#include <string.h>

#include "base/glob.h"
#include "text/text.h"

struct word {
	const char *word;
	style_t style;
};

static const struct word colours[] = {
	{ "red", STYLE_ENV_PROD },   { "yellow", STYLE_ENV_STAGING }, { "green", STYLE_ENV_DEV },
	{ "blue", STYLE_ENV_OTHER }, { "grey", STYLE_ENV_OTHER },     { NULL, 0 },
};

static const struct word names[] = {
	{ "dev", STYLE_ENV_DEV },
	{ "development", STYLE_ENV_DEV },
	{ "live", STYLE_ENV_PROD },
	{ "local", STYLE_ENV_DEV },
	{ "preprod", STYLE_ENV_STAGING },
	{ "prod", STYLE_ENV_PROD },
	{ "production", STYLE_ENV_PROD },
	{ "qa", STYLE_ENV_STAGING },
	{ "stage", STYLE_ENV_STAGING },
	{ "staging", STYLE_ENV_STAGING },
	{ "test", STYLE_ENV_DEV },
	{ "uat", STYLE_ENV_STAGING },
	{ NULL, 0 },
};

static style_t find(const struct word *words, const char *word)
{
	for (; words->word; words++)
		if (text_compare(words->word, word) == 0)
			return words->style;
	return STYLE_ENV_OTHER;
}

static int delicacy(style_t style)
{
	switch (style) {
	case STYLE_ENV_PROD:
		return 4;
	case STYLE_ENV_STAGING:
		return 3;
	case STYLE_ENV_OTHER:
		return 2;
	case STYLE_ENV_DEV:
		return 1;
	default:
		return 0;
	}
}

static style_t more_delicate(style_t a, style_t b)
{
	return delicacy(b) > delicacy(a) ? b : a;
}

// STYLE_HEADER: it says nothing of it.
static style_t configured(const struct config *config, const char *name)
{
	for (size_t i = 0; config && i < config->n_environments; i++)
		if (text_compare(config->environments[i].name, name) == 0)
			return find(colours, config->environments[i].colour);
	for (size_t i = 0; config && i < config->operations.n_production; i++)
		if (glob_matches(config->operations.production[i], name))
			return STYLE_ENV_PROD;
	return STYLE_HEADER;
}

// The same of one hub; where it says nothing, the name does, as it would in a console beside it.
static style_t said_by(const struct environments_said *said, uint8_t hub, const char *name)
{
	bool is_production = false;

	for (size_t i = 0; i < said->n; i++) {
		const struct environment_said *item = &said->items[i];

		if (item->hub != hub)
			continue;
		if (item->is_production)
			is_production |= glob_matches(item->name, name);
		else if (*item->colour && text_compare(item->name, name) == 0)
			return find(colours, item->colour);
	}
	return is_production ? (style_t)STYLE_ENV_PROD : find(names, name);
}

static style_t style_of(const struct config *config, const struct environments_said *said, const char *name)
{
	style_t style = configured(config, name);

	if (!said->hubs)
		return style == (style_t)STYLE_HEADER ? find(names, name) : style;
	for (uint8_t hub = 0; hub < 32; hub++)
		if (said->hubs & 1U << hub)
			style = more_delicate(style, said_by(said, hub, name));
	return style;
}

style_t environment_style(const struct config *config, const struct environments_said *said,
			  const struct tally *environments)
{
	style_t style = STYLE_HEADER;

	for (size_t i = 0; i < environments->n; i++) {
		const char *name = environments->items[i].name;

		if (*name)
			style = more_delicate(style, style_of(config, said, name));
	}
	return style;
}
