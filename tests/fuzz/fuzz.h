#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the fuzz targets share.
 *
 * A target is one file with LLVMFuzzerTestOneInput(), which says by fuzz_expect() what must hold of any input at all.
 * Linked with libFuzzer (-Dfuzz=true, scripts/fuzz) it is driven by new inputs; linked with replay.c it is a test of
 * the inputs kept under corpus/, in every build.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/agent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size); // always 0

void fuzz_expect(bool holds, const char *what); // says what and aborts when it does not hold

// Displayable and of one line: what everything on a screen must be. NULL is not.
void fuzz_expect_clean(const char *text, const char *what);
void fuzz_expect_agent(const struct agent *agent); // as a source of agents must make it

// The input is read from its beginning.
struct fuzz_input {
	const uint8_t *at; // borrowed
	size_t n;
};

uint8_t fuzz_byte(struct fuzz_input *input); // 0 when nothing is left

/* The bytes up to the separator (left out), or all that is left: on the heap, terminated, and not a byte longer, so
 * that a sanitizer sees who reads past the end. *n (may be NULL) is their number; a NUL may be among them. Free with
 * mem_free().
 */
char *fuzz_part(struct fuzz_input *input, const char *separator, size_t *n);
char *fuzz_text(const uint8_t *data, size_t size); // all of it

// A directory of this process, removed when it ends well. Made at the first call; never NULL.
const char *fuzz_dir(void);
void fuzz_write(const char *name, const void *data, size_t n); // a file in it
char *fuzz_read(const char *name, size_t *n);                  // free with mem_free()
