#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Scripts that complete opscon's command line in a shell, made of the table of commands. */
#include <stdio.h>

#include "commands/commands.h"

void completion_bash(FILE *to);
void completion_fish(FILE *to);
void completion_zsh(FILE *to);

// What a shell says beside an option: its help up to the first ';', without a ':' at its end.
int completion_text_len(const struct command_option *option);

// Between single quotes; what is in `escaped` gets a backslash.
void completion_quoted(FILE *to, const char *text, size_t n, const char *quote, const char *escaped);

void completion_words(FILE *to, const char *(*word)(size_t i)); // with a space between each two
