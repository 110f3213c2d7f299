// SPDX-License-Identifier: Apache-2.0
#include "commands/hub_findings.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/human.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "hub/access.h"
#include "hub/access_tokens.h"
#include "server/certificate.h"

enum { WARNING = 1, PEM_BYTES_MAX = 1 << 20, PATH_BYTES_MAX = 4096 };

#define SOON_MS (INT64_C(14) * 86400000) // that a certificate is still valid

struct finding {
	const struct config *config;
	const char *name;
	char *why;
	size_t size;
};

__attribute__((format(printf, 3, 4))) static int say(const struct finding *f, int result, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(f->why, f->size, format, args);
	va_end(args);
	return result;
}

// The last part of a path, which is at the place that is named already.
static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static bool is_ours(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && status.st_uid == geteuid();
}

// What only its owner may do is no mistake where somebody else asks.
static int cannot(const struct finding *f, const char *path, int error, const char *expected)
{
	struct access_world world;
	char user[80];

	if ((error != EACCES && error != EPERM) || is_ours(path))
		return say(f, -EINVAL, "%s: %s; expected %s", base(path), strerrordesc_np(error), expected);
	access_world_here(&world);
	if (world.user_name(world.ctx, world.uid, user, sizeof user) < 0)
		snprintf(user, sizeof user, "user id %lld", (long long)world.uid);
	return say(f, WARNING, "%s cannot be looked at by %.40s; the hub, as another user, is expected to find %s",
		   base(path), user, expected);
}

// ---- who

static int find_user(const struct finding *f, bool is_group)
{
	struct access_world world;
	int64_t id;
	int r;

	access_world_here(&world);
	r = is_group ? world.group_gid(world.ctx, f->name, &id) : world.user_uid(world.ctx, f->name, &id);
	if (r == 0 || r == -ENOMEM)
		return 0;
	return say(f, -EINVAL, "%.100s: there is no such %s on this machine; expected one that the hub can look up",
		   f->name, is_group ? "group" : "user");
}

// Tokens come and go while the hub runs.
static int find_token(const struct finding *f)
{
	char path[PATH_BYTES_MAX], why[TOKENS_WHY_MAX];
	struct tokens_stamp stamp;
	struct tokens tokens;
	bool is_there;

	if (!token_name_is_fine(f->name))
		return say(f, -EINVAL, "%.64s is no name of a token; expected letters, digits and . _ - @", f->name);
	if (!f->config->hub.token_file && !f->config->state_dir)
		return 0; // where the hub has it depends on whose it is
	if (config_hub_token_file(f->config, path, sizeof path) < 0 || tokens_load(path, &tokens, &stamp, why) < 0)
		return 0; // that is said elsewhere
	is_there = tokens_named(&tokens, f->name);
	tokens_finish(&tokens);
	return is_there ? 0
			: say(f, WARNING, "there is no token %.64s in %s; expected one of opscon token list", f->name,
			      base(path));
}

// ---- files

// *out is owned by the caller. 0; what was said.
static int read_pem(const struct finding *f, const char *path, const char *expected, char **out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), r;
	struct bytes text;

	*out = NULL;
	if (fd < 0)
		return cannot(f, path, errno, expected);
	bytes_init(&text, PEM_BYTES_MAX);
	r = file_read_all(fd, &text);
	close(fd);
	if (r == 0 && text.data) {
		*out = text.data;
		return 0;
	}
	bytes_finish(&text);
	return cannot(f, path, r < 0 ? -r : ENODATA, expected);
}

static int judge_times(const struct finding *f, const struct certificate *certificate)
{
	int64_t now_ms = clock_now().wall_ms;
	char at[HUMAN_MAX];

	if (now_ms >= certificate->until_ms)
		return say(f, -EINVAL, "%s has expired at %s; expected one that is valid", base(f->name),
			   human_rfc3339(certificate->until_ms, at));
	if (now_ms < certificate->from_ms)
		return say(f, -EINVAL, "%s is not valid before %s; expected one that is valid", base(f->name),
			   human_rfc3339(certificate->from_ms, at));
	if (certificate->until_ms - now_ms < SOON_MS)
		return say(f, WARNING, "%s expires at %s; expected a newer one by then", base(f->name),
			   human_rfc3339(certificate->until_ms, at));
	return 0;
}

static int look_at_cert(const struct finding *f)
{
	static const char expected[] = "a certificate as PEM, with those between it and its authority";
	char why[LIBRARY_WHY_MAX] = "", *pem;
	struct certificate certificate;
	unsigned parts;
	int r = read_pem(f, f->name, expected, &pem);

	if (r || !pem)
		return r;
	parts = pem_parts(pem);
	r = parts & PEM_CERTIFICATE ? certificate_read(pem, &certificate, why) : -ENODATA;
	mem_free(pem);
	if (r == -ENODATA)
		return say(f, -EINVAL, "%s: there is %sno certificate in it; expected %s", base(f->name),
			   parts ? "a private key and " : "", expected);
	if (r == -EINVAL)
		return say(f, r, "%s: %.80s; expected %s", base(f->name), why, expected);
	if (r == -ELIBACC)
		return say(f, WARNING, "it cannot be looked at: %.80s; expected GnuTLS, which the hub needs, too", why);
	return r == 0 ? judge_times(f, &certificate) : 0;
}

static int look_at_key(const struct finding *f)
{
	static const char expected[] = "a private key as PEM";
	struct stat status;
	unsigned parts;
	char *pem;
	int r = read_pem(f, f->name, expected, &pem);

	if (r || !pem)
		return r;
	parts = pem_parts(pem);
	explicit_bzero(pem, strlen(pem));
	mem_free(pem);
	if (parts & PEM_LOCKED_KEY && !(parts & PEM_KEY))
		return say(f, -EINVAL, "%s: the private key in it wants a password; expected one without",
			   base(f->name));
	if (!(parts & PEM_KEY))
		return say(f, -EINVAL, "%s: there is %sno private key in it; expected %s", base(f->name),
			   parts ? "a certificate and " : "", expected);
	if (stat(f->name, &status) == 0 && status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP))
		return say(f, WARNING, "others may read or change %s, of mode %04o; expected mode 0600, or 0640",
			   base(f->name), (unsigned)status.st_mode & 07777);
	return 0;
}

static int look_at_pair(const struct finding *f)
{
	const struct hub_config *hub = &f->config->hub;
	char why[LIBRARY_WHY_MAX] = "", *cert, *key = NULL;
	int r = read_pem(f, hub->cert_file, "", &cert);

	if (r == 0)
		r = read_pem(f, hub->key_file, "", &key);
	if (r == 0 && cert && key)
		r = certificate_fits(cert, key, why);
	else
		r = 0; // each was said by itself
	if (key)
		explicit_bzero(key, strlen(key));
	mem_free(cert);
	mem_free(key);
	if (r == -EKEYREJECTED)
		return say(f, -EINVAL,
			   "the key in %.80s is not that of the certificate in %.80s; expected the one it was made "
			   "for",
			   base(hub->key_file), base(hub->cert_file));
	if (r == -EINVAL)
		return say(f, r, "%.80s and %.80s: %.100s; expected a certificate and its key", base(hub->cert_file),
			   base(hub->key_file), why);
	return 0;
}

static int look_at_authorities(const struct finding *f)
{
	static const char expected[] = "certificates of authorities as PEM";
	char why[LIBRARY_WHY_MAX] = "", *pem;
	int r = read_pem(f, f->name, expected, &pem);

	if (r || !pem)
		return r;
	r = certificate_authorities(pem, why);
	mem_free(pem);
	return r == -EINVAL ? say(f, r, "%s: %.80s; expected %s", base(f->name), why, expected) : 0;
}

// ---- directories

static const char *parent_of(const char *path, char out[PATH_BYTES_MAX])
{
	snprintf(out, PATH_BYTES_MAX, "%s", path);
	return dirname(out);
}

// That something can be made in it.
static int look_at_directory(const struct finding *f, const char *path, const char *expected)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return cannot(f, path, errno, expected);
	if (!S_ISDIR(status.st_mode))
		return say(f, -EINVAL, "%s is no directory; expected %s", base(path), expected);
	return faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0 ? 0 : cannot(f, path, errno, expected);
}

// The same of one that is made where it is missing, but not what it is in.
static int look_at_made_directory(const struct finding *f, const char *path, const char *expected)
{
	char room[PATH_BYTES_MAX];
	struct stat status;

	if (stat(path, &status) < 0 && errno == ENOENT)
		return look_at_directory(f, parent_of(path, room), expected);
	return look_at_directory(f, path, expected);
}

static int look_at_token_file(const struct finding *f)
{
	char why[TOKENS_WHY_MAX], room[PATH_BYTES_MAX];
	struct tokens_stamp stamp;
	struct tokens tokens;
	struct stat status;
	int r;

	if (stat(f->name, &status) < 0 && errno == ENOENT) // there are no tokens yet
		return look_at_directory(f, parent_of(f->name, room), "a directory for tokens");
	r = tokens_load(f->name, &tokens, &stamp, why);
	tokens_finish(&tokens);
	if (r == -EACCES && !is_ours(f->name))
		return cannot(f, f->name, EACCES, "tokens of its own, of mode 0600");
	return r < 0 && r != -ENOMEM ? say(f, -EINVAL, "%s: %.180s", base(f->name), why) : 0;
}

static int look_at_socket(const struct finding *f)
{
	char room[PATH_BYTES_MAX];
	struct stat status;

	if (lstat(f->name, &status) == 0 && !S_ISSOCK(status.st_mode))
		return say(f, -EINVAL, "%s is there, and no socket; expected a path for one", base(f->name));
	return look_at_made_directory(f, parent_of(f->name, room), "a directory in which it can make a socket");
}

int hub_finding_cb(void *ctx, const struct config *config, enum hub_thing thing, const char *name, char *why,
		   size_t why_size)
{
	const struct finding f = { config, name, why, why_size };

	(void)ctx;
	switch (thing) {
	case HUB_THING_USER:
		return find_user(&f, false);
	case HUB_THING_GROUP:
		return find_user(&f, true);
	case HUB_THING_TOKEN:
		return find_token(&f);
	case HUB_THING_CERT:
		return look_at_cert(&f);
	case HUB_THING_KEY:
		return look_at_key(&f);
	case HUB_THING_PAIR:
		return look_at_pair(&f);
	case HUB_THING_CLIENT_CA:
		return look_at_authorities(&f);
	case HUB_THING_TOKEN_FILE:
		return look_at_token_file(&f);
	case HUB_THING_SOCKET:
		return look_at_socket(&f);
	case HUB_THING_RECORD_DIR:
		return look_at_made_directory(&f, name, "a directory in which it can make files");
	}
	return 0;
}
