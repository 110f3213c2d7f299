// SPDX-License-Identifier: Apache-2.0
/* drivers: what the drivers need that are no endpoints of the agents themselves. */
#include <errno.h>
#include <string.h>

#include "agents/target.h"
#include "config/exec_profiles.h"
#include "config/sections.h"
#include "config/values.h"

// ---- docker

// const char *: https://host:port, without path or password
static void value_engine_url(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	const char *text = reader_scalar(reader, node, "a URL such as https://host:2376");
	struct agent *agent = NULL;
	char why[120], quote[QUOTE_MAX];
	int r;

	(void)field;
	if (!text)
		return;
	if (!strstr(text, "://")) {
		reader_mistake(reader, node, "%s; expected a URL such as https://host:2376", reader_quote(node, quote));
		return;
	}
	r = target_parse(text, "", &agent, why, sizeof why);
	if (r == -ENOMEM)
		reader->is_out_of_memory = true;
	else if (r < 0)
		reader_mistake(reader, node, "not the address of a Docker Engine; %s", why);
	else if (agent->authorization || !agent->is_discovering)
		reader_mistake(reader, node, "more than an address; expected https://host:2376, without %s",
			       agent->authorization ? "a password" : "a path");
	else
		*(const char **)out = arena_strdup(reader->arena, agent->url);
	reader->is_out_of_memory |= agent && !agent->authorization && agent->is_discovering && !*(const char **)out;
	agent_unref(agent);
}

// const char *: an absolute path
static void value_absolute(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	const char *text = NULL;
	char quote[QUOTE_MAX];

	value_text(reader, node, field, &text);
	if (text && text[0] != '/')
		reader_mistake(reader, node, "%s; expected a path that begins with /", reader_quote(node, quote));
	else if (text)
		*(const char **)out = text;
}

static const char *const networks[] = { "none", "bridge", "host", NULL };

static void section_docker(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct written {
		struct drivers_config config;
		int network;
	} written = { .network = -1 };
	static const struct field fields[] = {
		{ "socket", value_absolute, offsetof(struct written, config.docker_socket), .max = 107 },
		{ "url", value_engine_url, offsetof(struct written, config.docker_url) },
		{ .name = "tls", .read = value_tls, .offset = offsetof(struct written, config.docker_tls) },
		{ .name = "insecure",
		  .read = value_bool,
		  .offset = offsetof(struct written, config.docker_tls.is_insecure) },
		{ "network", value_choice, offsetof(struct written, network), .words = networks },
		{ .name = "allow_docker_from_discovery",
		  .read = value_bool,
		  .offset = offsetof(struct written, config.is_docker_from_discovery) },
		{ .name = NULL },
	};
	struct drivers_config *config = out;
	const struct agent_tls *tls = &written.config.docker_tls;
	bool had_mistakes = reader->has_mistakes;

	(void)field;
	reader->has_mistakes = false;
	if (!reader_mapping(reader, node, fields, &written))
		return;
	if (written.config.docker_socket && written.config.docker_url)
		reader_mistake(reader, node, "socket and url; expected one of them");
	else if (!written.config.docker_url && (tls->ca_file || tls->cert_file || tls->is_insecure) &&
		 !reader->has_mistakes)
		reader_mistake(reader, node, "tls without url; expected url: https://host:2376");
	else if (written.config.docker_url && strncmp(written.config.docker_url, "http:", 5) == 0)
		reader_warn(reader, node,
			    "whoever is on the way to a Docker Engine without TLS owns its host; expected https");
	reader->has_mistakes |= had_mistakes;
	config->docker_socket = written.config.docker_socket;
	config->docker_url = written.config.docker_url;
	config->docker_tls = *tls;
	config->is_docker_from_discovery = written.config.is_docker_from_discovery;
	config->docker_network = written.network < 0 ? NULL : networks[written.network];
}

// ---- exec

// const char *: directories with colons between
static void value_search_path(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	const char *text = NULL, *at;
	char quote[QUOTE_MAX];

	value_text(reader, node, field, &text);
	for (at = text; at; at = strchr(at, ':') ? strchr(at, ':') + 1 : NULL) {
		if (*at == '/')
			continue;
		reader_mistake(reader, node, "%s; expected directories that begin with /, with : between",
			       reader_quote(node, quote));
		return;
	}
	if (text)
		*(const char **)out = text;
}

static bool is_variable(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	size_t n = strspn(name, letters);

	return n > 0 &&
	       name[n + strspn(name + n, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789")] == '\0';
}

static void check_variable(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	static const char *const set[] = { "PATH", "LANG", "HOME" };
	const char *name;
	char quote[QUOTE_MAX];

	(void)i;
	(void)ctx;
	if (node->type != YAML_SCALAR_NODE)
		return; // told already
	name = (const char *)node->data.scalar.value;
	if (!is_variable(name))
		reader_mistake(reader, node, "%s; expected the name of a variable", reader_quote(node, quote));
	for (size_t k = 0; k < sizeof set / sizeof set[0]; k++)
		if (strcmp(name, set[k]) == 0)
			reader_mistake(reader, node, "%s is set for every command; expected another", name);
}

static void value_environment(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct exec_config *exec = out;
	struct value_texts names = { 0 };

	value_texts(reader, node, field, &names);
	if (names.n)
		reader_each(reader, node, check_variable, NULL);
	exec->environment = names.items;
	exec->n_environment = names.n;
}

static void section_exec(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ "path", value_search_path, offsetof(struct exec_config, path), .max = 1024 },
		{ "environment", value_environment, 0, .max = 128 },
		{ .name = "allow_exec_from_discovery",
		  .read = value_bool,
		  .offset = offsetof(struct exec_config, is_allowed_from_discovery) },
		{ .name = "profiles", .read = exec_profiles_read },
		{ .name = NULL },
	};
	struct drivers_config *config = out;

	(void)field;
	reader_mapping(reader, node, fields, &config->exec);
}

void section_drivers(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ .name = "docker", .read = section_docker },
		{ .name = "exec", .read = section_exec },
		{ .name = NULL },
	};
	struct draft *draft = out;

	(void)field;
	reader_mapping(reader, node, fields, &draft->config->drivers);
}
