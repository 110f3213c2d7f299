// SPDX-License-Identifier: Apache-2.0
#include "wire/message_words.h"

#include <errno.h>
#include <string.h>

static const char *const types[WIRE_TYPE_COUNT] = {
	[WIRE_HELLO] = "hello",     [WIRE_SUBSCRIBE] = "subscribe", [WIRE_UNSUBSCRIBE] = "unsubscribe",
	[WIRE_REQUEST] = "request", [WIRE_PING] = "ping",           [WIRE_PONG] = "pong",
	[WIRE_EVENT] = "event",     [WIRE_ANSWER] = "answer",       [WIRE_RESYNC] = "resync",
	[WIRE_ERROR] = "error",     [WIRE_LIMITS] = "limits",
};

const char *wire_type_name(enum wire_type type)
{
	return (size_t)type < WIRE_TYPE_COUNT ? types[type] : "?";
}

static const char *type_name(unsigned value)
{
	return types[value];
}

const struct wire_words wire_types = { type_name, WIRE_TYPE_COUNT };

static const char *const errors[WIRE_ERROR_COUNT] = {
	[WIRE_ERROR_PROTOCOL] = "protocol", [WIRE_ERROR_VERSION] = "version",   [WIRE_ERROR_AUTH] = "auth",
	[WIRE_ERROR_DENIED] = "denied",     [WIRE_ERROR_LIMIT] = "limit",       [WIRE_ERROR_SLOW] = "slow",
	[WIRE_ERROR_IDLE] = "idle",         [WIRE_ERROR_SHUTDOWN] = "shutdown", [WIRE_ERROR_INTERNAL] = "internal",
};

const char *wire_error_name(enum wire_error_code code)
{
	return (size_t)code < WIRE_ERROR_COUNT ? errors[code] : "?";
}

static const char *error_name(unsigned value)
{
	return errors[value];
}

const struct wire_words wire_errors = { error_name, WIRE_ERROR_COUNT };

#define IN_HELLO(member) WIRE_AT(struct wire_hello, member)
#define IN_WELCOME(member) WIRE_AT(struct wire_welcome, member)

const struct wire_field wire_hello_fields[] = {
	{ "protocol", WIRE_KIND_U32, IN_HELLO(protocol), .is_needed = true },
	{ "client", WIRE_KIND_CHARS, IN_HELLO(client), .size = WIRE_NAME_MAX },
	{ "version", WIRE_KIND_CHARS, IN_HELLO(version), .size = WIRE_NAME_MAX },
	{ "who", WIRE_KIND_CHARS, IN_HELLO(who), .size = WIRE_NAME_MAX },
	{ "host", WIRE_KIND_CHARS, IN_HELLO(host), .size = WIRE_NAME_MAX },
	{ "tty", WIRE_KIND_CHARS, IN_HELLO(tty), .size = WIRE_NAME_MAX },
	{ "boot", WIRE_KIND_CHARS, IN_HELLO(boot), .size = WIRE_BOOT_HEX + 1 },
};
const size_t wire_n_hello_fields = WIRE_COUNT(wire_hello_fields);

const struct wire_field wire_welcome_fields[] = {
	{ "protocol", WIRE_KIND_U32, IN_WELCOME(protocol), .is_needed = true },
	{ "version", WIRE_KIND_CHARS, IN_WELCOME(version), .size = WIRE_NAME_MAX },
	{ "fleet", WIRE_KIND_CHARS, IN_WELCOME(fleet), .size = WIRE_NAME_MAX },
	{ "boot", WIRE_KIND_CHARS, IN_WELCOME(boot), .size = WIRE_BOOT_HEX + 1, .is_needed = true },
	{ "session", WIRE_KIND_U32, IN_WELCOME(session), .is_needed = true },
	{ "you", WIRE_KIND_CHARS, IN_WELCOME(you), .size = WIRE_NAME_MAX },
	{ "role", WIRE_KIND_CHARS, IN_WELCOME(role), .size = WIRE_NAME_MAX },
	{ "shard", WIRE_KIND_CHARS, IN_WELCOME(shard), .size = WIRE_NAME_MAX },
	{ "demo", WIRE_KIND_BOOL, IN_WELCOME(is_demo) },
	{ "read_only", WIRE_KIND_BOOL, IN_WELCOME(is_read_only) },
	{ "resumed", WIRE_KIND_BOOL, IN_WELCOME(is_resumed) },
	{ "at_ms", WIRE_KIND_I64, IN_WELCOME(at_ms) },
	{ "strategy", WIRE_KIND_CHARS, IN_WELCOME(strategy), .size = WIRE_COLOUR_MAX },
};
const size_t wire_n_welcome_fields = WIRE_COUNT(wire_welcome_fields);

#define IN_ENVIRONMENT(member) WIRE_AT(struct wire_environment, member)

const struct wire_field wire_environment_fields[] = {
	{ "name", WIRE_KIND_CHARS, IN_ENVIRONMENT(name), .size = WIRE_NAME_MAX, .is_needed = true },
	{ "colour", WIRE_KIND_CHARS, IN_ENVIRONMENT(colour), .size = WIRE_COLOUR_MAX },
	{ "is_production", WIRE_KIND_BOOL, IN_ENVIRONMENT(is_production) },
};
const size_t wire_n_environment_fields = WIRE_COUNT(wire_environment_fields);

const struct wire_field wire_audit_fields[] = {
	{ "records", WIRE_KIND_U64, IN_WELCOME(n_audit_records) },
	{ "head", WIRE_KIND_CHARS, IN_WELCOME(audit_head), .size = WIRE_HEAD_HEX + 1 },
	{ "key", WIRE_KIND_CHARS, IN_WELCOME(audit_key), .size = WIRE_HEAD_HEX + 1 },
};
const size_t wire_n_audit_fields = WIRE_COUNT(wire_audit_fields);

// Those that a feed answers with (opscon/feed.h), and what may happen on the way.
static const struct {
	int error;
	const char *name;
} errnos[] = {
	{ EACCES, "EACCES" },     { EAGAIN, "EAGAIN" },     { EALREADY, "EALREADY" },
	{ EBADMSG, "EBADMSG" },   { EBUSY, "EBUSY" },       { ECANCELED, "ECANCELED" },
	{ EEXIST, "EEXIST" },     { EFBIG, "EFBIG" },       { EINVAL, "EINVAL" },
	{ EIO, "EIO" },           { EMSGSIZE, "EMSGSIZE" }, { ENOBUFS, "ENOBUFS" },
	{ ENOENT, "ENOENT" },     { ENOMEM, "ENOMEM" },     { ENOSPC, "ENOSPC" },
	{ ENOTCONN, "ENOTCONN" }, { ENOTSUP, "ENOTSUP" },   { EPERM, "EPERM" },
	{ EPROTO, "EPROTO" },     { EROFS, "EROFS" },       { ESHUTDOWN, "ESHUTDOWN" },
	{ ESTALE, "ESTALE" },     { E2BIG, "E2BIG" },       { ETIMEDOUT, "ETIMEDOUT" },
};

const char *wire_errno_name(int error)
{
	for (size_t i = 0; i < WIRE_COUNT(errnos); i++)
		if (errnos[i].error == -error)
			return errnos[i].name;
	return "EIO";
}

int wire_errno_from_name(const char *name, size_t n)
{
	for (size_t i = 0; i < WIRE_COUNT(errnos); i++)
		if (strlen(errnos[i].name) == n && memcmp(errnos[i].name, name, n) == 0)
			return -errnos[i].error;
	return -EIO;
}
