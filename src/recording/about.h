#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What a file says of itself in its first block: whose fleet it is, and which run of which program wrote it. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes;

enum {
	ABOUT_TEXT_MAX = 256,
	ABOUT_BOOT_MAX = 64,
	ABOUT_DROPPED_MAX = 1024,
	ABOUT_BYTES_MAX = 64 << 10,
};

struct about {
	char fleet[ABOUT_TEXT_MAX];      // as configured; "" no name
	char program[ABOUT_TEXT_MAX];    // "opscon 1.2.0"
	char boot[ABOUT_BOOT_MAX];       // of the run whose events these are: agents keep their numbers within one
	char dropped[ABOUT_DROPPED_MAX]; // of an export: what was left out; "" this is no export
	int64_t started_ms;              // wall: when the file was begun
	uint32_t part;                   // which file of its run, from 1; 0: it does not say
	bool is_demo;
};

void about_init(struct about *about, int64_t now_ms);          // of this program, with a boot id of its own
void about_be_lost(struct about *about, const char *file);     // of a file that cannot say: a run of its own
int about_write(const struct about *about, struct bytes *out); // behind what is there: 0, -EMSGSIZE, -ENOMEM
int about_read(const char *text, size_t n, struct about *out); // texts are displayable: 0, -EBADMSG, -ENOMEM
