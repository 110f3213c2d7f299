#pragma once
// SPDX-License-Identifier: Apache-2.0
// What both directions of the messages need. Used inside wire/ only.
#include "wire/fields.h"
#include "wire/message.h"

extern const struct wire_words wire_types, wire_errors;

// Fields of struct wire_hello and struct wire_welcome; `last`, `channels`, `audit` and `environments` are beside them.
extern const struct wire_field wire_hello_fields[], wire_welcome_fields[], wire_audit_fields[],
	wire_environment_fields[];
extern const size_t wire_n_hello_fields, wire_n_welcome_fields, wire_n_audit_fields, wire_n_environment_fields;

const char *wire_errno_name(int error);               // "ESTALE"; of negative errno
int wire_errno_from_name(const char *name, size_t n); // negative errno; -EIO for a name it does not know
