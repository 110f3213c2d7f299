// SPDX-License-Identifier: Apache-2.0
#include "drivers/docker_container.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "text/text.h"

static void read_text(const struct json_value *value, char *out, size_t size)
{
	struct json_text text;

	out[0] = '\0';
	if (json_read_text(value, &text) == 0)
		text_clean(text.bytes, text.n, TEXT_ONE_LINE, out, size, NULL);
}

static bool read_flag(const struct json_value *value)
{
	bool flag = false;

	return json_read_bool(value, &flag) == 0 && flag;
}

static int64_t read_int(const struct json_value *value)
{
	int64_t number = 0;

	(void)json_read_int(value, &number);
	return number;
}

bool docker_is_podman(const struct json_value *environment)
{
	for (size_t i = 0; i < json_array_length(environment); i++)
		if (json_text_is(json_array_at(environment, i), "container=podman"))
			return true;
	return false;
}

static const struct {
	const char *status;
	enum lifecycle state;
} states[] = {
	{ "created", LIFECYCLE_DEPLOYED }, { "configured", LIFECYCLE_DEPLOYED }, { "initialized", LIFECYCLE_DEPLOYED },
	{ "running", LIFECYCLE_RUNNING },  { "stopping", LIFECYCLE_RUNNING },    { "paused", LIFECYCLE_SUSPENDED },
	{ "exited", LIFECYCLE_STOPPED },   { "stopped", LIFECYCLE_STOPPED },     { "restarting", LIFECYCLE_ERRORED },
	{ "dead", LIFECYCLE_ERRORED },     { "removing", LIFECYCLE_ERRORED },
};

static void read_state(const struct json_value *state, struct docker_container *out)
{
	char started[DOCKER_TIME_MAX];

	read_text(json_member(state, "Status"), out->status, sizeof out->status);
	out->state = LIFECYCLE_ERRORED;
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(states[i].status, out->status) == 0)
			out->state = states[i].state;
	out->is_restarting = strcmp(out->status, "restarting") == 0;
	out->exit_code = read_int(json_member(state, "ExitCode"));
	out->is_out_of_memory = read_flag(json_member(state, "OOMKilled"));
	read_text(json_member(state, "Error"), out->error, sizeof out->error);
	read_text(json_member(json_member(state, "Health"), "Status"), out->health, sizeof out->health);
	if (strcmp(out->health, "none") == 0)
		out->health[0] = '\0';
	read_text(json_member(state, "StartedAt"), started, sizeof started);
	if (!started[0] || strncmp(started, "0001-", 5) == 0)
		snprintf(out->instance, sizeof out->instance, "%.*s", DOCKER_SHORT_ID, out->id);
	else
		snprintf(out->instance, sizeof out->instance, "%.*s/%s", DOCKER_SHORT_ID, out->id, started);
}

// It will stand in an address.
static bool is_image_id(const char *id)
{
	const char *digits = strncmp(id, "sha256:", 7) == 0 ? id + 7 : id;

	return *digits && !digits[strspn(digits, "0123456789abcdef")];
}

// One that was made by the id of an image has its name in a label.
static void read_image(const struct json_value *document, const struct json_value *config, struct docker_container *out)
{
	const struct json_value *labels = json_member(config, "Labels");
	char name[DOCKER_REFERENCE_MAX];

	out->is_managed = json_text_is(json_member(labels, DOCKER_LABEL_MANAGED), "true");
	read_text(json_member(labels, DOCKER_LABEL_OPERATION), out->operation, sizeof out->operation);
	read_text(json_member(document, "Image"), out->image_id, sizeof out->image_id);
	if (!is_image_id(out->image_id))
		out->image_id[0] = '\0';
	read_text(json_member(labels, DOCKER_LABEL_IMAGE), name, sizeof name);
	if (!out->is_managed || !name[0])
		read_text(json_member(config, "Image"), name, sizeof name);
	docker_version(name, out->image_id, out->version, sizeof out->version);
}

static bool has_any(const struct json_value *value)
{
	struct json_members members;
	const struct json_value *member;
	struct json_text name;

	json_members_init(&members, value);
	return json_array_length(value) > 0 || json_members_next(&members, &name, &member);
}

static bool read_ports(const struct json_value *host, char *out, size_t size)
{
	struct json_members members;
	const struct json_value *value;
	struct json_text name;
	char port[40];

	json_members_init(&members, json_member(host, "PortBindings"));
	if (json_members_next(&members, &name, &value)) {
		text_clean(name.bytes, name.n, TEXT_ONE_LINE, port, sizeof port, NULL);
		snprintf(out, size, "it publishes port %s", port);
		return true;
	}
	return false;
}

static bool is_own_address(const struct json_value *networks)
{
	struct json_members members;
	const struct json_value *value;
	struct json_text name;

	json_members_init(&members, networks);
	while (json_members_next(&members, &name, &value)) {
		const struct json_value *ipam = json_member(value, "IPAMConfig");
		char address[64], address_6[64];

		read_text(json_member(ipam, "IPv4Address"), address, sizeof address);
		read_text(json_member(ipam, "IPv6Address"), address_6, sizeof address_6);
		if (address[0] || address_6[0])
			return true;
	}
	return false;
}

static bool writes_volumes(const struct json_value *mounts)
{
	for (size_t i = 0; i < json_array_length(mounts); i++)
		if (read_flag(json_member(json_array_at(mounts, i), "RW")) &&
		    !json_text_is(json_member(json_array_at(mounts, i), "Type"), "tmpfs"))
			return true;
	return false;
}

static void read_why_not_beside(const struct json_value *document, const struct json_value *host,
				struct docker_container *out)
{
	const size_t size = sizeof out->why_not_beside;
	char *why = out->why_not_beside;

	why[0] = '\0';
	if (read_ports(host, why, size))
		return;
	if (json_text_is(json_member(host, "NetworkMode"), "host"))
		snprintf(why, size, "it has the host's network");
	else if (is_own_address(json_member(json_member(document, "NetworkSettings"), "Networks")))
		snprintf(why, size, "it has an address of its own");
	else if (writes_volumes(json_member(document, "Mounts")))
		snprintf(why, size, "both would write to the same volume");
}

static size_t count_members(const struct json_value *object)
{
	struct json_members members;
	const struct json_value *value;
	struct json_text name;
	size_t n = 0;

	json_members_init(&members, object);
	while (json_members_next(&members, &name, &value))
		n++;
	return n;
}

static void read_why_not_copied(const struct json_value *document, const struct json_value *host,
				bool can_have_networks, struct docker_container *out)
{
	size_t n_networks = count_members(json_member(json_member(document, "NetworkSettings"), "Networks"));
	const char *why = "";

	if (out->is_self_removing)
		why = "it removes itself when it stops";
	else if (has_any(json_member(host, "Links")))
		why = "it has links to other containers";
	else if (n_networks > 1 && !can_have_networks)
		why = "it is on several networks, which this Engine cannot say at once";
	snprintf(out->why_not_copied, sizeof out->why_not_copied, "%s", why);
}

int docker_container_read(const struct json_value *document, const char *name, bool can_have_networks,
			  struct docker_container *out)
{
	const struct json_value *config = json_member(document, "Config"), *host = json_member(document, "HostConfig");
	char its_name[DOCKER_NAME_MAX];

	*out = (struct docker_container){ .exists = false };
	read_text(json_member(document, "Name"), its_name, sizeof its_name);
	read_text(json_member(document, "Id"), out->id, sizeof out->id);
	if (!its_name[0] || strlen(out->id) < DOCKER_SHORT_ID || out->id[strspn(out->id, "0123456789abcdef")])
		return -EBADMSG;
	if (strcmp(its_name[0] == '/' ? its_name + 1 : its_name, name) != 0)
		return -ENOENT;
	out->exists = true;
	read_state(json_member(document, "State"), out);
	read_image(document, config, out);
	out->is_tty = read_flag(json_member(config, "Tty"));
	out->stop_timeout_s = read_int(json_member(config, "StopTimeout"));
	out->is_self_removing = read_flag(json_member(host, "AutoRemove"));
	// Podman 4.3 cannot be told another policy, so it is none to be changed.
	out->is_always_restarted = json_text_is(json_member(json_member(host, "RestartPolicy"), "Name"), "always") &&
				   !docker_is_podman(json_member(config, "Env"));
	read_why_not_copied(document, host, can_have_networks, out);
	read_why_not_beside(document, host, out);
	return 0;
}

void docker_container_describe(const struct docker_container *container, char *out, size_t size)
{
	bool is_over = container->state == LIFECYCLE_STOPPED || container->is_restarting;
	int n;

	if (!container->exists) {
		snprintf(out, size, "there is none");
		return;
	}
	n = snprintf(out, size, "%s", container->status[0] ? container->status : "in no state");
	if (is_over && n >= 0 && (size_t)n < size)
		n += snprintf(out + n, size - (size_t)n, ", code %lld%s", (long long)container->exit_code,
			      container->is_out_of_memory ? ", out of memory" : "");
	if (container->error[0] && n >= 0 && (size_t)n < size)
		snprintf(out + n, size - (size_t)n, ": %s", container->error);
	(void)text_trim(out);
}

void docker_container_sight(const struct docker_container *container, const struct docker_container *kept,
			    struct driver_sight *out)
{
	*out = (struct driver_sight){ .exists = container->exists, .state = container->state };
	if (!container->exists)
		out->state = LIFECYCLE_REVOKED;
	memcpy(out->version, container->version, sizeof out->version);
	memcpy(out->instance, container->instance, sizeof out->instance);
	if (kept && kept->exists)
		memcpy(out->previous, kept->version, sizeof out->previous);
}
