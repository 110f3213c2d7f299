// SPDX-License-Identifier: Apache-2.0
#include "console/environment.h"

#include <string.h>

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

static style_t style_of(const struct config *config, const char *name)
{
	for (size_t i = 0; config && i < config->n_environments; i++)
		if (text_compare(config->environments[i].name, name) == 0)
			return find(colours, config->environments[i].colour);
	return find(names, name);
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

style_t environment_style(const struct config *config, const struct tally *environments)
{
	style_t style = STYLE_HEADER;

	for (size_t i = 0; i < environments->n; i++) {
		const char *name = environments->items[i].name;
		style_t other = *name ? style_of(config, name) : (style_t)STYLE_HEADER;

		if (delicacy(other) > delicacy(style))
			style = other;
	}
	return style;
}
