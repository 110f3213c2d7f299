#pragma once
// SPDX-License-Identifier: Apache-2.0
// drivers.exec.profiles: commands by name, and those that are there without being configured.
#include "config/reader.h"
#include "opscon/exec_profile.h"

// Reads the list into a struct exec_config; the ready ones follow whose names are not taken.
void exec_profiles_read(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);

// kubernetes, nomad and systemd.
extern const struct exec_profile exec_profiles_ready[];
extern const size_t n_exec_profiles_ready;

// How the first words of systemctl is-active read; profiles that say nothing of states have these.
extern const struct exec_reading exec_readings_usual[];
extern const size_t n_exec_readings_usual;
