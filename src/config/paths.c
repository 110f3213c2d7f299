// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "opscon/config.h"

static int put(char *out, size_t size, const char *dir, const char *rest)
{
	int n = snprintf(out, size, "%s%s", dir, rest);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

// A directory of the XDG base directory specification: relative values are to be ignored.
static int base_dir(const char *variable, const char *fallback, char *out, size_t size)
{
	const char *value = getenv(variable), *home = getenv("HOME");

	if (value && value[0] == '/')
		return put(out, size, value, "");
	if (!home || home[0] != '/')
		return -ENOENT;
	return put(out, size, home, fallback);
}

static int own_place(char *out, size_t size)
{
	char dir[4096];
	int r = base_dir("XDG_CONFIG_HOME", "/.config", dir, sizeof dir);

	return r == 0 ? put(out, size, dir, "/opscon/opscon.yml") : r;
}

static const char everybodys[] = "/etc/opscon/opscon.yml";

const char *config_places(char *out, size_t size)
{
	size_t n = own_place(out, size) == 0 ? strlen(out) : 0;

	snprintf(out + n, size - n, "%s%s", n ? ", " : "", everybodys);
	return out;
}

int config_find(const char *asked, char *out, size_t size)
{
	int r;

	if (asked)
		return put(out, size, asked, "");
	r = own_place(out, size);
	if (r == -ENAMETOOLONG || (r == 0 && access(out, F_OK) == 0))
		return r;
	r = put(out, size, everybodys, "");
	return r == 0 && access(out, F_OK) < 0 ? -ENOENT : r;
}

// mkdir -p with mode 0700 for what is missing.
static int make_dirs(char *path)
{
	for (char *c = path + 1;; c++) {
		char was = *c;

		if (was && was != '/')
			continue;
		*c = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		*c = was;
		if (!was)
			return 0;
	}
}

int config_state_dir(char *out, size_t size)
{
	struct stat status;
	char dir[4096];
	int r = base_dir("XDG_STATE_HOME", "/.local/state", dir, sizeof dir);

	if (r == 0)
		r = put(out, size, dir, "/opscon");
	if (r == 0)
		r = make_dirs(out);
	if (r < 0)
		return r;
	if (stat(out, &status) < 0)
		return -errno;
	if (!S_ISDIR(status.st_mode))
		return -ENOTDIR;
	// What is kept there is nobody else's business, whoever made it.
	return (status.st_mode & 077) && chmod(out, 0700) < 0 ? -errno : 0;
}

int config_hub_socket(const struct config *config, char *out, size_t size)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (config && config->hub.socket)
		return put(out, size, config->hub.socket, "");
	return put(out, size, runtime && runtime[0] == '/' ? runtime : "/run", "/opscon/hub.sock");
}

int config_hub_token_file(const struct config *config, char *out, size_t size)
{
	char dir[4096];
	int r = 0;

	if (config && config->hub.token_file)
		return put(out, size, config->hub.token_file, "");
	if (config && config->state_dir)
		return put(out, size, config->state_dir, "/hub-tokens.json");
	r = config_state_dir(dir, sizeof dir);
	return r < 0 ? r : put(out, size, dir, "/hub-tokens.json");
}
