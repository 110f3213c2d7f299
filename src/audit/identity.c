// SPDX-License-Identifier: Apache-2.0
#include "audit/identity.h"

#include <fcntl.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/files.h"
#include "base/number.h"
#include "text/text.h"

enum { SESSION_BYTES = 8 };
#define NOT_SET UINT32_MAX // the kernel's word for "no login"

static void put(const char *text, char *out, size_t size)
{
	text_clean(text, strlen(text), TEXT_ONE_LINE, out, size, NULL);
}

// -1 for what is no user id.
static int64_t parse_uid(const char *text)
{
	uint64_t uid;

	if (!text || number_parse_u64(text, strcspn(text, "\n"), NOT_SET - 1, &uid) < 0)
		return -1;
	return (int64_t)uid;
}

static int64_t read_login_uid(const char *path)
{
	char text[32];

	return audit_read_small(AT_FDCWD, path, text, sizeof text) > 0 ? parse_uid(text) : -1;
}

/* The kernel's login user id cannot be changed by the user; the variables can, so each stands in a field of its own and
 * names a user only where the kernel does not.
 */
static void find_user(const struct audit_surroundings *s, struct audit_identity *out)
{
	const char *sudo = out->uid == 0 ? s->variable("SUDO_USER") : NULL, *variable = s->variable("USER");
	char name[128] = "";

	if (out->login_uid >= 0)
		s->user_name(out->login_uid, name, sizeof name);
	if (!*name && sudo && *sudo)
		snprintf(name, sizeof name, "%s", sudo);
	if (!*name)
		s->user_name(out->uid, name, sizeof name);
	if (!*name && variable)
		snprintf(name, sizeof name, "%s", variable);
	put(*name ? name : "unknown", out->user, sizeof out->user);
}

// SSH_CONNECTION: client address and port, server address and port.
static void find_origin(const struct audit_surroundings *s, struct audit_identity *out)
{
	const char *connection = s->variable("SSH_CONNECTION"), *tty = s->variable("SSH_TTY");
	char address[64], port[8], text[96];

	if (connection && sscanf(connection, "%63s %7s", address, port) == 2) {
		snprintf(text, sizeof text, "ssh %s port %s", address, port);
		put(text, out->origin, sizeof out->origin);
	} else {
		put("local", out->origin, sizeof out->origin);
	}
	put(tty && *tty ? tty : s->tty, out->tty, sizeof out->tty);
}

void audit_identity_read(const struct audit_surroundings *s, struct audit_identity *out)
{
	unsigned char session[SESSION_BYTES];

	*out = (struct audit_identity){ .uid = s->uid, .pid = s->pid };
	out->login_uid = read_login_uid(s->login_uid_file);
	out->sudo_uid = parse_uid(s->variable("SUDO_UID"));
	if (s->variable("SUDO_USER"))
		put(s->variable("SUDO_USER"), out->sudo_user, sizeof out->sudo_user);
	find_user(s, out);
	find_origin(s, out);
	put(s->host, out->host, sizeof out->host);
	randombytes_buf(session, sizeof session);
	sodium_bin2hex(out->session, sizeof out->session, session, sizeof session);
}

static const char *variable(const char *name)
{
	return getenv(name);
}

static void user_name(int64_t uid, char *out, size_t size)
{
	// cppcheck-suppress getpwuidCalled ; asked before any thread is there
	const struct passwd *user = getpwuid((uid_t)uid);

	snprintf(out, size, "%s", user ? user->pw_name : "");
}

void audit_identity_here(struct audit_identity *out)
{
	char host[128] = "", tty[64] = "";
	const struct audit_surroundings here = {
		.variable = variable,
		.login_uid_file = "/proc/self/loginuid",
		.uid = getuid(),
		.pid = getpid(),
		.host = host,
		.tty = tty,
		.user_name = user_name,
	};

	if (sodium_init() < 0) // also for the threads that come
		host[0] = '\0';
	gethostname(host, sizeof host - 1);
	if (ttyname_r(STDIN_FILENO, tty, sizeof tty) != 0)
		tty[0] = '\0';
	audit_identity_read(&here, out);
}
