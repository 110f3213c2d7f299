// SPDX-License-Identifier: Apache-2.0
/* The profiles that are there without being configured. They take the names of their targets from labels. */
#include "config/exec_profiles.h"

enum { COMMAND_MS = 60000, SLOW_COMMAND_MS = 120000 };

#define ARGV(...) ((const char *const[]){ __VA_ARGS__, NULL })

const struct exec_reading exec_readings_usual[] = {
	{ .word = "active", .state = LIFECYCLE_RUNNING },
	{ .word = "reloading", .state = LIFECYCLE_RUNNING },
	{ .word = "deactivating", .state = LIFECYCLE_RUNNING },
	{ .word = "activating", .state = LIFECYCLE_DEPLOYED },
	{ .word = "inactive", .state = LIFECYCLE_STOPPED },
	{ .word = "failed", .state = LIFECYCLE_ERRORED },
	{ .word = "unknown", .is_gone = true },
};
const size_t n_exec_readings_usual = sizeof exec_readings_usual / sizeof exec_readings_usual[0];

// Whether it is available, the image of the first container, and the revision: another one after every rollout, and the
// same after scaling.
static const char kubernetes_template[] = "jsonpath=available={{.status.conditions[?(@.type==\"Available\")].status}} "
					  "{{.spec.template.spec.containers[0].image}} "
					  "{{.metadata.annotations.deployment\\.kubernetes\\.io/revision}}";

// An answer of kubectl without a word: there is no such deployment.
static const struct exec_reading kubernetes_readings[] = {
	{ .word = "available=True", .state = LIFECYCLE_RUNNING },
	{ .word = "available=False", .state = LIFECYCLE_ERRORED },
	{ .word = "available=", .state = LIFECYCLE_DEPLOYED },
	{ .exit_code = 0, .is_gone = true },
};

static const struct exec_reading nomad_readings[] = {
	{ .word = "running", .state = LIFECYCLE_RUNNING },
	{ .word = "pending", .state = LIFECYCLE_DEPLOYED },
	{ .word = "dead", .state = LIFECYCLE_STOPPED },
};

// systemctl: 5 is a unit that is not there.
static const uint8_t systemd_refused[] = { 5 };

const struct exec_profile exec_profiles_ready[] = {
	{
		.name = "kubernetes",
		.verbs = {
			[VERB_RESTART] = ARGV("kubectl", "rollout", "restart", "deployment/{name}",
					      "--namespace={label:namespace}"),
			[VERB_ROLLBACK] = ARGV("kubectl", "rollout", "undo", "deployment/{name}",
					       "--namespace={label:namespace}"),
			[VERB_UPGRADE] = ARGV("kubectl", "set", "image", "deployment/{name}",
					      "{label:container}={version}", "--namespace={label:namespace}"),
			[VERB_DELETE] = ARGV("kubectl", "delete", "deployment/{name}", "--wait=false",
					     "--namespace={label:namespace}"),
		},
		.observe = ARGV("kubectl", "get", "deployment/{name}", "--ignore-not-found",
				"--namespace={label:namespace}", "--output",
				kubernetes_template),
		.words = { EXEC_WORD_STATE, EXEC_WORD_VERSION, EXEC_WORD_INSTANCE },
		.n_words = 3,
		.readings = kubernetes_readings,
		.n_readings = sizeof kubernetes_readings / sizeof kubernetes_readings[0],
		.timeout_ms = COMMAND_MS,
	},
	{
		.name = "nomad",
		.verbs = {
			[VERB_RESTART] = ARGV("nomad", "job", "restart", "-yes", "{name}"),
			[VERB_STOP] = ARGV("nomad", "job", "stop", "-yes", "-detach", "{name}"),
		},
		.observe = ARGV("nomad", "job", "inspect", "-t", "{{{{.Status}}}} {{{{.Version}}}}", "{name}"),
		.words = { EXEC_WORD_STATE, EXEC_WORD_VERSION },
		.n_words = 2,
		.readings = nomad_readings,
		.n_readings = sizeof nomad_readings / sizeof nomad_readings[0],
		.timeout_ms = SLOW_COMMAND_MS,
	},
	{
		.name = "systemd",
		.verbs = {
			[VERB_START] = ARGV("systemctl", "start", "--", "{unit}"),
			[VERB_STOP] = ARGV("systemctl", "stop", "--", "{unit}"),
			[VERB_RESTART] = ARGV("systemctl", "restart", "--", "{unit}"),
		},
		.force_stop = ARGV("systemctl", "kill", "--signal=SIGKILL", "--", "{unit}"),
		// One property a line, in the order of systemd; of a unit that has not run the last one is empty.
		.observe = ARGV("systemctl", "show", "--value", "--property=ActiveState", "--property=InvocationID", "--",
				"{unit}"),
		.words = { EXEC_WORD_STATE, EXEC_WORD_INSTANCE },
		.n_words = 2,
		.readings = exec_readings_usual,
		.n_readings = sizeof exec_readings_usual / sizeof exec_readings_usual[0],
		.refused_exits = systemd_refused,
		.n_refused_exits = 1,
		.timeout_ms = SLOW_COMMAND_MS, // systemd gives a unit 90 s
	},
};
const size_t n_exec_profiles_ready = sizeof exec_profiles_ready / sizeof exec_profiles_ready[0];
