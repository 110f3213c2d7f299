// SPDX-License-Identifier: Apache-2.0
#include "drivers/docker_create.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "formats/json_copy.h"

enum { BIND_MAX = 2048 };

static bool is_one_of(const struct json_text *name, const char *const *words)
{
	for (; *words; words++)
		if (name->n == strlen(*words) && memcmp(name->bytes, *words, name->n) == 0)
			return true;
	return false;
}

static bool text_begins(const struct json_value *value, const char *beginning)
{
	struct json_text text;

	return json_read_text(value, &text) == 0 && text.n >= strlen(beginning) &&
	       memcmp(text.bytes, beginning, strlen(beginning)) == 0;
}

// What says nothing, in each way that an Engine has of saying it: a directory and a signal that are the usual ones too.
static bool is_empty(const struct json_value *value)
{
	struct json_members members;
	const struct json_value *member;
	struct json_text text;

	switch (json_kind(value)) {
	case JSON_NULL:
		return true;
	case JSON_STRING:
		return (json_read_text(value, &text) == 0 && text.n == 0) || json_text_is(value, "/") ||
		       json_text_is(value, "15") || json_text_is(value, "SIGTERM");
	case JSON_ARRAY:
		return json_array_length(value) == 0;
	case JSON_OBJECT:
		json_members_init(&members, value);
		return !json_members_next(&members, &text, &member);
	default:
		return false;
	}
}

static bool is_alike(const struct json_value *a, const struct json_value *b)
{
	return json_same(a, b) || (is_empty(a) && is_empty(b));
}

static void write_stamps(struct json_writer *w, const struct docker_stamp *stamp)
{
	json_text(w, DOCKER_LABEL_MANAGED, "true");
	json_text(w, DOCKER_LABEL_OPERATION, stamp->operation);
	json_text(w, DOCKER_LABEL_AGENT, stamp->agent_key);
	json_text(w, DOCKER_LABEL_IMAGE, stamp->reference);
}

int docker_create_body(const struct docker_stamp *stamp, const char *network, struct bytes *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	json_text(&w, "Image", stamp->image_id);
	json_open(&w, "Labels", '{');
	write_stamps(&w, stamp);
	json_close(&w, '}');
	json_open(&w, "HostConfig", '{');
	json_text(&w, "NetworkMode", network);
	json_open(&w, "RestartPolicy", '{');
	json_text(&w, "Name", "no");
	json_close(&w, '}');
	json_close(&w, '}');
	json_close(&w, '}');
	return w.error;
}

// ---- Config

// What the Engine fills in from the image when it is not said. What has entries of its own is treated entry by entry.
static const char *const inherited[] = { "Cmd",        "Entrypoint", "User",    "WorkingDir",  "Healthcheck",
					 "StopSignal", "Shell",      "OnBuild", "ArgsEscaped", NULL };
static const char *const by_entry[] = { "Volumes", "ExposedPorts", NULL };
static const char *const written_apart[] = { "Image", "Labels", "Env", "Hostname", NULL };

// The members of an object but those that the image has as well, word for word.
static void copy_rest(struct json_writer *w, const char *key, const struct json_value *object,
		      const struct json_value *of_image)
{
	struct json_members members;
	const struct json_value *value;
	struct json_text name;

	json_open(w, key, '{');
	json_members_init(&members, object);
	while (json_members_next(&members, &name, &value)) {
		const struct json_value *same = json_member(of_image, name.bytes);

		if (!same || !json_same(same, value))
			json_copy(w, name.bytes, value);
	}
	json_close(w, '}');
}

static void write_labels(struct json_writer *w, const struct docker_stamp *stamp, const struct json_value *labels,
			 const struct json_value *of_image)
{
	struct json_members members;
	const struct json_value *value;
	struct json_text name;

	json_open(w, "Labels", '{');
	json_members_init(&members, labels);
	while (json_members_next(&members, &name, &value)) {
		const struct json_value *same = json_member(of_image, name.bytes);

		if (strncmp(name.bytes, DOCKER_LABEL, strlen(DOCKER_LABEL)) != 0 && (!same || !json_same(same, value)))
			json_copy(w, name.bytes, value);
	}
	write_stamps(w, stamp);
	json_close(w, '}');
}

static bool is_among(const struct json_value *array, const struct json_value *value)
{
	for (size_t i = 0; i < json_array_length(array); i++)
		if (json_same(json_array_at(array, i), value))
			return true;
	return false;
}

static bool is_podmans_own(const struct json_value *variable)
{
	return json_text_is(variable, "container=podman") || json_text_is(variable, "TERM=xterm") ||
	       text_begins(variable, "HOSTNAME=") ||
	       json_text_is(variable, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
}

static void write_environment(struct json_writer *w, const struct json_value *environment,
			      const struct json_value *of_image)
{
	const bool is_of_podman = docker_is_podman(environment);

	json_open(w, "Env", '[');
	for (size_t i = 0; i < json_array_length(environment); i++) {
		const struct json_value *variable = json_array_at(environment, i);

		if (!is_among(of_image, variable) && !(is_of_podman && is_podmans_own(variable)))
			json_copy(w, NULL, variable);
	}
	json_close(w, ']');
}

// Not the one that was made from the id, nor one that cannot be said together with the network.
static bool has_own_hostname(const struct json_value *container)
{
	const struct json_value *mode = json_member(json_member(container, "HostConfig"), "NetworkMode");
	const struct json_value *hostname = json_member(json_member(container, "Config"), "Hostname");
	struct json_text id, text;

	if (json_read_text(hostname, &text) < 0 || text.n == 0 || json_read_text(json_member(container, "Id"), &id) < 0)
		return false;
	if (text_begins(mode, "host") || text_begins(mode, "container:"))
		return false;
	return text.n != DOCKER_SHORT_ID || id.n < DOCKER_SHORT_ID || memcmp(text.bytes, id.bytes, text.n) != 0;
}

/* Arguments belong to the entry point they were given for: with one of its own they are its own, even when they read
 * like the image's.
 */
static bool is_from_image(const struct json_text *name, const struct json_value *value, const struct json_value *config,
			  const struct json_value *of_image)
{
	static const char *const arguments[] = { "Cmd", NULL };

	if (!of_image || !is_one_of(name, inherited) || !is_alike(json_member(of_image, name->bytes), value))
		return false;
	return !is_one_of(name, arguments) ||
	       is_alike(json_member(of_image, "Entrypoint"), json_member(config, "Entrypoint"));
}

// Podman says 0 when nothing was said; taken for an answer it would kill the new one at once.
static bool is_unsaid_timeout(const struct json_text *name, const struct json_value *value)
{
	static const char *const timeout[] = { "StopTimeout", NULL };
	int64_t seconds = -1;

	return is_one_of(name, timeout) && json_read_int(value, &seconds) == 0 && seconds == 0;
}

static void write_config(struct json_writer *w, const struct docker_stamp *stamp, const struct json_value *container,
			 const struct json_value *of_image)
{
	const struct json_value *config = json_member(container, "Config"), *value;
	struct json_members members;
	struct json_text name;

	json_members_init(&members, config);
	while (json_members_next(&members, &name, &value)) {
		if (is_one_of(&name, written_apart) || is_from_image(&name, value, config, of_image) ||
		    is_unsaid_timeout(&name, value))
			continue;
		if (is_one_of(&name, by_entry) && json_kind(value) == JSON_OBJECT)
			copy_rest(w, name.bytes, value, json_member(of_image, name.bytes));
		else
			json_copy(w, name.bytes, value);
	}
	json_text(w, "Image", stamp->image_id);
	write_labels(w, stamp, json_member(config, "Labels"), json_member(of_image, "Labels"));
	write_environment(w, json_member(config, "Env"), json_member(of_image, "Env"));
	if (has_own_hostname(container))
		json_copy(w, "Hostname", json_member(config, "Hostname"));
}

// ---- HostConfig

// Whether the settings name the place themselves: "source:PLACE" or "source:PLACE:options", or a mount.
static bool is_bound(const struct json_value *host, const struct json_text *place)
{
	const struct json_value *binds = json_member(host, "Binds"), *mounts = json_member(host, "Mounts");
	struct json_text text;

	for (size_t i = 0; i < json_array_length(binds); i++) {
		const char *at;

		if (json_read_text(json_array_at(binds, i), &text) < 0 || !(at = memchr(text.bytes, ':', text.n)))
			continue;
		text.n -= (size_t)(at + 1 - text.bytes);
		text.bytes = at + 1;
		if (text.n >= place->n && memcmp(text.bytes, place->bytes, place->n) == 0 &&
		    (text.n == place->n || text.bytes[place->n] == ':'))
			return true;
	}
	for (size_t i = 0; i < json_array_length(mounts); i++)
		if (json_read_text(json_member(json_array_at(mounts, i), "Target"), &text) == 0 && text.n == place->n &&
		    memcmp(text.bytes, place->bytes, text.n) == 0)
			return true;
	return false;
}

// A volume that nobody named is found by its name all the same: what is in it must not be lost.
static void write_volume(struct json_writer *w, const struct json_value *host, const struct json_value *mount)
{
	struct json_text name, place;
	char bind[BIND_MAX];
	bool is_writable = true;
	int n;

	if (!json_text_is(json_member(mount, "Type"), "volume") ||
	    json_read_text(json_member(mount, "Name"), &name) < 0 || name.n == 0 ||
	    json_read_text(json_member(mount, "Destination"), &place) < 0 || is_bound(host, &place))
		return;
	(void)json_read_bool(json_member(mount, "RW"), &is_writable);
	n = snprintf(bind, sizeof bind, "%.*s:%.*s%s", (int)name.n, name.bytes, (int)place.n, place.bytes,
		     is_writable ? "" : ":ro");
	if (n >= 0 && (size_t)n < sizeof bind)
		json_text(w, NULL, bind);
	else if (!w->error)
		w->error = -EMSGSIZE;
}

static void write_host(struct json_writer *w, const struct json_value *container)
{
	// Of the swappiness Podman says 0 when nothing was said.
	static const char *const apart[] = { "Binds", NULL }, *const apart_of_podman[] = { "Binds", "MemorySwappiness",
											   NULL };
	const bool is_of_podman = docker_is_podman(json_member(json_member(container, "Config"), "Env"));
	const struct json_value *host = json_member(container, "HostConfig"), *binds = json_member(host, "Binds");
	const struct json_value *mounts = json_member(container, "Mounts"), *value;
	struct json_members members;
	struct json_text name;

	json_open(w, "HostConfig", '{');
	json_members_init(&members, host);
	while (json_members_next(&members, &name, &value))
		if (!is_one_of(&name, is_of_podman ? apart_of_podman : apart))
			json_copy(w, name.bytes, value);
	json_open(w, "Binds", '[');
	for (size_t i = 0; i < json_array_length(binds); i++)
		json_copy(w, NULL, json_array_at(binds, i));
	for (size_t i = 0; i < json_array_length(mounts); i++)
		write_volume(w, host, json_array_at(mounts, i));
	json_close(w, ']');
	json_close(w, '}');
}

// ---- NetworkingConfig

static void write_endpoint(struct json_writer *w, const struct json_text *network, const struct json_value *endpoint,
			   const struct json_value *container)
{
	const struct json_value *aliases = json_member(endpoint, "Aliases");
	struct json_text id = { "", 0 }, alias;

	(void)json_read_text(json_member(container, "Id"), &id);
	json_open(w, network->bytes, '{');
	json_copy(w, "IPAMConfig", json_member(endpoint, "IPAMConfig"));
	json_copy(w, "Links", json_member(endpoint, "Links"));
	json_copy(w, "DriverOpts", json_member(endpoint, "DriverOpts"));
	json_open(w, "Aliases", '[');
	for (size_t i = 0; i < json_array_length(aliases); i++) // but the one that is its id
		if (json_read_text(json_array_at(aliases, i), &alias) == 0 &&
		    !(alias.n == DOCKER_SHORT_ID && id.n >= alias.n && memcmp(alias.bytes, id.bytes, alias.n) == 0))
			json_copy(w, NULL, json_array_at(aliases, i));
	json_close(w, ']');
	json_close(w, '}');
}

static void write_networks(struct json_writer *w, const struct json_value *container)
{
	const struct json_value *mode = json_member(json_member(container, "HostConfig"), "NetworkMode"), *value;
	struct json_members members;
	struct json_text name;

	if (json_text_is(mode, "none") || json_text_is(mode, "host") || text_begins(mode, "container:"))
		return;
	json_open(w, "NetworkingConfig", '{');
	json_open(w, "EndpointsConfig", '{');
	json_members_init(&members, json_member(json_member(container, "NetworkSettings"), "Networks"));
	while (json_members_next(&members, &name, &value))
		write_endpoint(w, &name, value, container);
	json_close(w, '}');
	json_close(w, '}');
}

int docker_copy_body(const struct docker_stamp *stamp, const struct json_value *container,
		     const struct json_value *old_image, struct bytes *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	write_config(&w, stamp, container, json_member(old_image, "Config"));
	write_host(&w, container);
	write_networks(&w, container);
	json_close(&w, '}');
	return w.error;
}
