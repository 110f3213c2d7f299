// SPDX-License-Identifier: Apache-2.0
#include "config/operated.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/command_template.h"
#include "agents/target.h"
#include "base/memory.h"
#include "config/suggest.h"
#include "config/values.h"
#include "text/text.h"

static const char *const drivers[] = { "none", "http", "docker", "exec", NULL };
static const char *const keys[] = { "none", "control", "docker", "exec" };

// What is said, without looking at anything else. OPERATED_WRONG after a mistake was listed.
static enum operated_kind read_kind(struct reader *reader, const yaml_node_t *node, const struct operated *said)
{
	static const struct field choice = { .words = drivers };
	const yaml_node_t *const values[] = { NULL, said->control, said->docker, said->exec };
	enum operated_kind found = OPERATED_UNSAID;
	int word = OPERATED_WRONG;

	if (said->driver) {
		value_choice(reader, said->driver, &choice, &word);
		return (enum operated_kind)word;
	}
	for (enum operated_kind kind = OPERATED_HTTP; kind <= OPERATED_EXEC; kind++) {
		if (!values[kind])
			continue;
		if (found != OPERATED_UNSAID) {
			reader_mistake(reader, node, "%s and %s; expected one of control, docker and exec", keys[found],
				       keys[kind]);
			return OPERATED_WRONG;
		}
		found = kind;
	}
	return found;
}

static void set_text(struct reader *reader, const char **to, const char *from)
{
	mem_free((char *)*to);
	*to = mem_strdup(from);
	reader->is_out_of_memory |= !*to;
}

// ---- http

static bool is_word_none(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && strcmp((const char *)node->data.scalar.value, "none") == 0;
}

static bool set_control(struct reader *reader, const yaml_node_t *node, struct agent *agent)
{
	const char *given = reader_scalar(reader, node, "a path, a URL or none");
	char why[120], *whole = NULL;
	int r;

	if (!given)
		return false;
	r = target_resolve(agent->url, given, &whole, why, sizeof why);
	if (r == -EINVAL)
		reader_mistake(reader, node, "not a path or URL; %s", why);
	reader->is_out_of_memory |= r == -ENOMEM;
	mem_free((char *)agent->control_url);
	agent->control_url = whole;
	return whole;
}

static bool apply_http(struct reader *reader, const struct operated *own, const struct operated_defaults *defaults,
		       struct agent *agent)
{
	const yaml_node_t *control = own->control ? own->control : defaults->control;

	if (control && !is_word_none(control))
		return set_control(reader, control, agent);
	if (own->driver)
		reader_mistake(reader, own->driver, "driver http without control; expected control: a path or URL");
	return false;
}

// ---- docker

// Docker's own rule for names; an id is one as well.
static bool is_container(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return name[0] && !strchr("_.-", name[0]) && name[strspn(name, letters)] == '\0';
}

static bool apply_docker(struct reader *reader, const yaml_node_t *node, const struct operated *own,
			 struct agent *agent)
{
	static const struct field limits = { .max = 200 };
	const char *name = agent->name;
	char quote[QUOTE_MAX];

	if (own->docker) {
		name = NULL;
		value_text(reader, own->docker, &limits, &name);
	}
	if (!name)
		return false;
	if (is_container(name)) {
		set_text(reader, &agent->control_target, name);
		return true;
	}
	if (own->docker)
		reader_mistake(reader, own->docker, "%s; expected the name or id of a container",
			       reader_quote(own->docker, quote));
	else
		reader_mistake(reader, node, "the name %.*s is no container's; expected docker: CONTAINER",
			       text_fit(name, 64), name);
	return false;
}

// ---- exec

static const struct exec_profile *find_profile(struct reader *reader, const yaml_node_t *node,
					       const struct exec_config *exec)
{
	const char *name = reader_scalar(reader, node, "the name of a profile"), *names[64];
	const struct exec_profile *profile = name ? exec_profile_find(exec, name) : NULL;
	char list[120], quote[QUOTE_MAX];
	size_t n = 0;

	if (!name || profile)
		return profile;
	for (; n < exec->n_profiles && n < sizeof names / sizeof names[0]; n++)
		names[n] = exec->profiles[n].name;
	suggest_list(name, names, n, list, sizeof list);
	reader_mistake(reader, node, "there is no profile %s; expected %s", reader_quote(node, quote), list);
	return NULL;
}

// Whether an agent has what a profile asks for: to be observed, and for one verb at least. What a version will be
// nobody knows yet.
static bool fits(const struct exec_profile *profile, const struct agent *agent, char *why, size_t why_size)
{
	struct command command;
	bool is_able =
		profile->force_stop && command_fill(profile->force_stop, agent, "", &command, why, why_size) == 0;

	for (size_t i = 0; i < VERB_COUNT && !is_able; i++)
		is_able =
			profile->verbs[i] && command_fill(profile->verbs[i], agent, "1", &command, why, why_size) == 0;
	return is_able &&
	       (!profile->observe || command_fill(profile->observe, agent, "", &command, why, why_size) == 0);
}

static bool apply_exec(struct reader *reader, const yaml_node_t *node, const struct operated *own,
		       const struct operated_defaults *defaults, const struct exec_config *exec, struct agent *agent)
{
	const struct exec_profile *profile = own->exec ? find_profile(reader, own->exec, exec) : defaults->profile;
	char why[160];

	if (!profile && !own->exec)
		reader_mistake(reader, own->driver ? own->driver : node,
			       "driver exec without a profile; expected exec: PROFILE");
	if (!profile)
		return false;
	set_text(reader, &agent->control_target, profile->name);
	if (fits(profile, agent, why, sizeof why))
		return true;
	reader_mistake(reader, own->exec ? own->exec : node, "profile %.*s: %s", text_fit(profile->name, 40),
		       profile->name, why);
	return false;
}

// ---- which one

// A driver that is named, and a key of another one beside it.
static bool is_contradiction(struct reader *reader, const struct operated *own, enum operated_kind kind)
{
	const yaml_node_t *const values[] = { NULL, own->control, own->docker, own->exec };

	for (enum operated_kind other = OPERATED_HTTP; other <= OPERATED_EXEC; other++) {
		if (!own->driver || !values[other] || other == kind ||
		    (other == OPERATED_HTTP && is_word_none(values[other])))
			continue;
		reader_mistake(reader, values[other], "%s beside driver: %s; expected %s", keys[other], drivers[kind],
			       kind == OPERATED_NONE ? "no such key, or another driver" : keys[kind]);
		return true;
	}
	return false;
}

void operated_read_defaults(struct reader *reader, const yaml_node_t *node, const struct operated *said,
			    const struct exec_config *exec, struct operated_defaults *out)
{
	enum operated_kind kind = read_kind(reader, node, said);

	*out = (struct operated_defaults){ .control = said->control };
	if (said->exec) {
		out->profile = find_profile(reader, said->exec, exec);
		if (!out->profile)
			return;
	}
	if (kind == OPERATED_EXEC && !said->exec)
		reader_mistake(reader, said->driver, "driver exec without a profile; expected exec: PROFILE");
	else if (kind == OPERATED_HTTP && !said->control)
		reader_mistake(reader, said->driver, "driver http without control; expected control: a path");
	else if (kind != OPERATED_UNSAID && kind != OPERATED_WRONG)
		out->kind = kind;
}

void operated_apply(struct reader *reader, const yaml_node_t *node, const struct operated *own,
		    const struct operated_defaults *defaults, const struct exec_config *exec, struct agent *agent)
{
	enum operated_kind kind = read_kind(reader, node, own);
	bool is_set = false;

	if (kind == OPERATED_UNSAID)
		kind = defaults->kind;
	if (kind == OPERATED_WRONG || is_contradiction(reader, own, kind))
		return;
	if (kind == OPERATED_HTTP)
		is_set = apply_http(reader, own, defaults, agent);
	else if (kind == OPERATED_DOCKER)
		is_set = apply_docker(reader, node, own, agent);
	else if (kind == OPERATED_EXEC)
		is_set = apply_exec(reader, node, own, defaults, exec, agent);
	if (is_set)
		set_text(reader, &agent->driver, drivers[kind]);
}
