#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Writes what was read: a value of one document goes into another, exactly but for blanks. */
#include "formats/json.h"
#include "formats/json_writer.h"

/* Integers of up to 63 bits stay what they are. A string that holds NUL cannot be written: -EINVAL in w->error. NULL
 * writes null.
 */
void json_copy(struct json_writer *w, const char *key, const struct json_value *value);
