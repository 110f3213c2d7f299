// SPDX-License-Identifier: Apache-2.0
#include "config/exec_profiles.h"

#include <string.h>

#include "agents/command_template.h"
#include "base/memory.h"
#include "base/number.h"
#include "config/values.h"
#include "text/text.h"

enum { NAME_MAX_BYTES = 64, TIMEOUT_MS = 60000 };

// ---- commands

enum { WITH_VERSION = 1 }; // field->max of commands in which {version} is known

static bool check_argument(struct reader *reader, const yaml_node_t *node, const char *text, const struct field *field,
			   size_t i)
{
	bool has_any = false, has_version = false;
	char why[160], quote[QUOTE_MAX];

	if (strlen(text) >= EXEC_ARGUMENT_MAX) {
		reader_mistake(reader, node, "%zu bytes; expected at most %d", strlen(text), EXEC_ARGUMENT_MAX - 1);
		return false;
	}
	if (!text_is_clean(text)) { // cleaning would make it another one
		reader_mistake(reader, node, "%s has a control character; expected none in a command",
			       reader_quote(node, quote));
		return false;
	}
	if (command_argument_check(text, &has_any, &has_version, why, sizeof why) < 0)
		reader_mistake(reader, node, "%s", why);
	else if (i == 0 && (has_any || !*text || (*text != '/' && strchr(text, '/'))))
		reader_mistake(reader, node, "%s; expected a program: a path from / on, or a name found in path",
			       reader_quote(node, quote));
	else if (has_version && field->max != WITH_VERSION)
		reader_mistake(reader, node, "{version} in %s; expected it in create and upgrade, where one is given",
			       field->name);
	else
		return true;
	return false;
}

struct argv {
	const struct field *field;
	const char **items;
	size_t n;
};

static void read_argument(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	const char *text = reader_scalar(reader, node, "an argument");
	struct argv *argv = ctx;

	if (!text || !check_argument(reader, node, text, argv->field, i))
		return;
	argv->items[argv->n] = arena_strdup(reader->arena, text);
	reader->is_out_of_memory |= !argv->items[argv->n];
	argv->n++;
}

// const char *const *: ended by NULL
static void value_command(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	size_t n = reader_count(reader, node, "arguments");
	struct argv argv = { .field = field };

	if (node->type != YAML_SEQUENCE_NODE)
		return; // told
	if (n == 0 || n > EXEC_ARGUMENTS_MAX) {
		reader_mistake(reader, node, "%zu arguments; expected a program and at most %d", n,
			       EXEC_ARGUMENTS_MAX - 1);
		return;
	}
	argv.items = reader_alloc(reader, (n + 1) * sizeof *argv.items);
	if (argv.items)
		reader_each(reader, node, read_argument, &argv);
	*(const char *const **)out = argv.items;
}

// ---- what observing tells

static const char *const words[] = { "state", "version", "previous", "instance", "ignored", NULL };

static void value_words_told(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field choice = { .words = words };
	struct exec_profile *profile = out;
	size_t n = reader_count(reader, node, "words");
	bool has_state = false;

	(void)field;
	if (node->type != YAML_SEQUENCE_NODE || n > EXEC_WORDS_MAX) {
		if (n > EXEC_WORDS_MAX)
			reader_mistake(reader, node, "%zu words; expected at most %d", n, EXEC_WORDS_MAX);
		return;
	}
	profile->n_words = 0;
	for (size_t i = 0; i < n; i++) {
		int word = EXEC_WORD_IGNORED;

		value_choice(reader, reader_node(reader, node->data.sequence.items.start[i]), &choice, &word);
		profile->words[profile->n_words++] = (enum exec_word)word;
		has_state |= word == EXEC_WORD_STATE;
	}
	if (!has_state)
		reader_mistake(reader, node, "no state; expected it among the words");
}

// A state, or that there is no such thing.
static bool read_state(struct reader *reader, const yaml_node_t *node, struct exec_reading *out)
{
	const char *text = reader_scalar(reader, node, "a state such as running, or gone");
	char quote[QUOTE_MAX];

	if (!text)
		return false;
	out->is_gone = strcmp(text, "gone") == 0;
	if (out->is_gone || lifecycle_from_name(text, &out->state) == 0)
		return true;
	reader_mistake(reader, node, "%s; expected provisioned, deployed, running, stopped, suspended, errored or gone",
		       reader_quote(node, quote));
	return false;
}

static bool read_word(struct reader *reader, const yaml_node_t *node, struct exec_reading *out)
{
	static const struct field limits = { .max = 128 };
	char quote[QUOTE_MAX];

	value_text(reader, node, &limits, &out->word);
	if (out->word && (!*out->word || strpbrk(out->word, " \t"))) {
		reader_mistake(reader, node, "%s; expected a word", reader_quote(node, quote));
		return false;
	}
	return out->word;
}

static bool read_exit_code(struct reader *reader, const yaml_node_t *node, uint8_t *out)
{
	static const struct field limits = { .max = 255 };
	uint16_t code = UINT16_MAX;

	value_count16(reader, node, &limits, &code);
	*out = (uint8_t)code;
	return code <= UINT8_MAX;
}

struct readings {
	struct exec_reading *items;
	size_t n;
};

static bool is_known(const struct readings *readings, const struct exec_reading *reading)
{
	for (size_t i = 0; i < readings->n; i++) {
		const struct exec_reading *known = &readings->items[i];

		if (known->word && reading->word && strcmp(known->word, reading->word) == 0)
			return true;
		if (!known->word && !reading->word && known->exit_code == reading->exit_code)
			return true;
	}
	return false;
}

// A mapping of words, or of exit codes, to states.
static void add_readings(struct reader *reader, const yaml_node_t *node, bool is_exits, struct readings *out)
{
	char quote[QUOTE_MAX];

	if (node->type != YAML_MAPPING_NODE) {
		if (!reader_is_nothing(node))
			reader_mistake(reader, node, "%s; expected a mapping (%s: state)", reader_quote(node, quote),
				       is_exits ? "exit code" : "word");
		return;
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = reader_node(reader, pair->key);
		struct exec_reading reading = { 0 };
		bool has_key =
			is_exits ? read_exit_code(reader, key, &reading.exit_code) : read_word(reader, key, &reading);

		if (has_key && is_known(out, &reading))
			reader_mistake(reader, key, "%s is given again; expected it once", reader_quote(key, quote));
		else if (read_state(reader, reader_node(reader, pair->value), &reading) && has_key)
			out->items[out->n++] = reading;
	}
}

static size_t n_pairs(const yaml_node_t *node)
{
	if (!node || node->type != YAML_MAPPING_NODE)
		return 0;
	return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
}

static void value_exits(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct exec_profile *profile = out;
	size_t n = reader_count(reader, node, "exit codes");
	uint8_t *codes = n ? reader_alloc(reader, n) : NULL;

	(void)field;
	profile->n_refused_exits = 0;
	for (size_t i = 0; codes && i < n; i++) {
		const yaml_node_t *item = reader_node(reader, node->data.sequence.items.start[i]);
		uint8_t code = 1;

		if (read_exit_code(reader, item, &code) && code == 0)
			reader_mistake(reader, item, "exit code 0 is success; expected 1 to 255");
		codes[profile->n_refused_exits++] = code;
	}
	profile->refused_exits = codes;
}

// ---- a profile

struct written {
	struct exec_profile profile;
	const yaml_node_t *states, *exits;
};

static const struct field profile_fields[] = {
	{ "name", value_text, offsetof(struct written, profile.name), .max = NAME_MAX_BYTES, .is_required = true },
	{ "create", value_command, offsetof(struct written, profile.verbs[VERB_CREATE]), .max = WITH_VERSION },
	{ "start", value_command, offsetof(struct written, profile.verbs[VERB_START]) },
	{ "stop", value_command, offsetof(struct written, profile.verbs[VERB_STOP]) },
	{ "restart", value_command, offsetof(struct written, profile.verbs[VERB_RESTART]) },
	{ "suspend", value_command, offsetof(struct written, profile.verbs[VERB_SUSPEND]) },
	{ "resume", value_command, offsetof(struct written, profile.verbs[VERB_RESUME]) },
	{ "upgrade", value_command, offsetof(struct written, profile.verbs[VERB_UPGRADE]), .max = WITH_VERSION },
	{ "rollback", value_command, offsetof(struct written, profile.verbs[VERB_ROLLBACK]) },
	{ "delete", value_command, offsetof(struct written, profile.verbs[VERB_DELETE]) },
	{ .name = "force_stop", .read = value_command, .offset = offsetof(struct written, profile.force_stop) },
	{ .name = "observe", .read = value_command, .offset = offsetof(struct written, profile.observe) },
	{ .name = "words", .read = value_words_told, .offset = offsetof(struct written, profile) },
	{ .name = "states", .read = value_node, .offset = offsetof(struct written, states) },
	{ .name = "exits", .read = value_node, .offset = offsetof(struct written, exits) },
	{ .name = "refused_exits", .read = value_exits, .offset = offsetof(struct written, profile) },
	{ "timeout", value_duration32, offsetof(struct written, profile.timeout_ms), .min = 100, .max = 86400000 },
	{ .name = NULL },
};

static bool has_commands(const struct exec_profile *profile)
{
	bool has = profile->force_stop;

	for (size_t i = 0; i < VERB_COUNT; i++)
		has |= profile->verbs[i] != NULL;
	return has;
}

static void set_readings(struct reader *reader, struct written *written)
{
	size_t n_usual = written->states ? 0 : n_exec_readings_usual;
	size_t n = n_usual + n_pairs(written->states) + n_pairs(written->exits);
	struct readings readings = { .items = reader_alloc(reader, (n + 1) * sizeof *readings.items), .n = n_usual };

	if (!readings.items)
		return;
	if (n_usual)
		memcpy(readings.items, exec_readings_usual, n_usual * sizeof *readings.items);
	if (written->states)
		add_readings(reader, written->states, false, &readings);
	if (written->exits)
		add_readings(reader, written->exits, true, &readings);
	written->profile.readings = readings.items;
	written->profile.n_readings = readings.n;
}

struct profiles {
	struct exec_config *config;
	struct exec_profile *items; // config->profiles
};

static void read_profile(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	struct written written = {
		.profile = { .words = { EXEC_WORD_STATE, EXEC_WORD_VERSION }, .n_words = 2, .timeout_ms = TIMEOUT_MS },
	};
	struct profiles *profiles = ctx;
	bool had_mistakes = reader->has_mistakes;

	(void)i;
	reader->has_mistakes = false;
	if (!reader_mapping(reader, node, profile_fields, &written))
		return;
	set_readings(reader, &written);
	if (!has_commands(&written.profile) && !reader->has_mistakes)
		reader_mistake(reader, node, "no command; expected one such as restart: [program, argument]");
	reader->has_mistakes |= had_mistakes;
	if (!written.profile.name)
		return;
	if (exec_profile_find(profiles->config, written.profile.name))
		reader_mistake(reader, node, "a profile %s is there already; expected it once", written.profile.name);
	profiles->items[profiles->config->n_profiles++] = written.profile;
}

void exec_profiles_read(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct exec_config *exec = out;
	size_t n = reader_count(reader, node, "profiles");
	struct exec_profile *all = reader_alloc(reader, (n + n_exec_profiles_ready) * sizeof *all);
	struct profiles own = { .config = exec, .items = all };

	(void)field;
	if (!all)
		return;
	exec->profiles = all;
	exec->n_profiles = 0;
	if (n)
		reader_each(reader, node, read_profile, &own);
	for (size_t i = 0; i < n_exec_profiles_ready; i++)
		if (!exec_profile_find(exec, exec_profiles_ready[i].name))
			memcpy(&all[exec->n_profiles++], &exec_profiles_ready[i], sizeof *all);
}
