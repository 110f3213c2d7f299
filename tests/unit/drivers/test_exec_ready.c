// SPDX-License-Identifier: Apache-2.0
/* The profiles that need no configuration, with programs that write down how they were called. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "drivers/exec_run.h"
#include "drivers/exec_sight.h"
#include "tests/unit/drivers/exec_fixture.h"

static struct exec_fixture f;
static struct label labels[] = { { "container", "app" }, { "namespace", "shop" }, { "unit", "web@1.service" } };
static char path[128];

// A driver of the configuration's defaults, whose programs are in the directory of the test.
static void set_up(const char *profile, const char *program)
{
	const struct driver_options options = { .loop = &f.loop, .config = &f.config };
	struct driver *first;

	exec_set_up(&f);
	first = f.driver;
	config_defaults(&f.config);
	snprintf(path, sizeof path, "%s:/bin", f.dir);
	f.config.drivers.exec.path = path;
	f.agent.control_target = profile;
	f.agent.name = "checkout";
	f.agent.labels = (struct labels){ labels, 3 };
	f.params.version = "reg/app@sha256:12";
	ck_assert_int_eq(exec_driver_create(&options, &f.driver), 0);
	first->class->close(first, NULL, NULL);
	exec_script(&f, program, "echo \"$*\"");
}

static void expect_call(unsigned command, const char *called)
{
	char line[512];

	exec_ask(&f, (int)command, 10000, "");
	ck_assert_msg(f.answer.outcome == DRIVER_DONE, "%s", f.answer.detail);
	snprintf(line, sizeof line, "%s\n", called);
	ck_assert_str_eq(f.lines, line);
}

// What observing comes to when the program prints that and exits so.
static const struct driver_sight *observe(const char *program, const char *printed)
{
	char text[512];

	snprintf(text, sizeof text, "cat <<'END'\n%s\nEND", printed);
	exec_script(&f, program, text);
	exec_ask(&f, -1, 10000, "");
	return f.answer.has_sight ? &f.answer.sight : NULL;
}

START_TEST(systemd_is_driven_by_units)
{
	const struct driver_sight *sight;

	set_up("systemd", "systemctl");
	ck_assert_uint_eq(f.driver->class->verbs(f.driver, &f.agent),
			  1U << VERB_START | 1U << VERB_STOP | 1U << VERB_RESTART);
	expect_call(VERB_RESTART, "restart -- web@1.service");
	expect_call(VERB_START, "start -- web@1.service");
	expect_call(VERB_STOP, "stop -- web@1.service");
	expect_call(EXEC_FORCE_STOP, "kill --signal=SIGKILL -- web@1.service");
	exec_ask(&f, -1, 10000, "");
	ck_assert_str_eq(f.lines, "show --value --property=ActiveState --property=InvocationID -- web@1.service\n");
	sight = observe("systemctl", "active\n\n0123456789abcdef0123456789abcdef");
	ck_assert(sight && sight->exists && sight->state == LIFECYCLE_RUNNING);
	ck_assert_str_eq(sight->instance, "0123456789abcdef0123456789abcdef");
	sight = observe("systemctl", "failed\n");
	ck_assert(sight && sight->state == LIFECYCLE_ERRORED && !*sight->instance);
	sight = observe("systemctl", "inactive\n");
	ck_assert(sight && sight->state == LIFECYCLE_STOPPED);
	exec_script(&f, "systemctl", "echo 'Unit web@1.service not found.' >&2; exit 5");
	exec_ask(&f, VERB_RESTART, 10000, "");
	ck_assert_int_eq((int)f.answer.outcome, DRIVER_REFUSED);
	exec_tear_down(&f);
}
END_TEST

START_TEST(kubernetes_is_driven_by_deployments)
{
	const struct driver_sight *sight;
	struct driver_recipe made = { 0 };

	set_up("kubernetes", "kubectl");
	expect_call(VERB_RESTART, "rollout restart deployment/checkout --namespace=shop");
	expect_call(VERB_ROLLBACK, "rollout undo deployment/checkout --namespace=shop");
	expect_call(VERB_UPGRADE, "set image deployment/checkout app=reg/app@sha256:12 --namespace=shop");
	expect_call(VERB_DELETE, "delete deployment/checkout --wait=false --namespace=shop");
	exec_ask(&f, -1, 10000, "");
	ck_assert_str_eq(f.lines, "get deployment/checkout --ignore-not-found --namespace=shop --output "
				  "jsonpath=available={.status.conditions[?(@.type==\"Available\")].status} "
				  "{.spec.template.spec.containers[0].image} "
				  "{.metadata.annotations.deployment\\.kubernetes\\.io/revision}\n");
	sight = observe("kubectl", "available=True reg/app:1.2 7");
	ck_assert(sight && sight->exists && sight->state == LIFECYCLE_RUNNING);
	ck_assert_str_eq(sight->version, "reg/app:1.2");
	ck_assert_str_eq(sight->instance, "7");
	ck_assert_str_eq(sight->previous, EXEC_PREVIOUS);
	sight = observe("kubectl", "available=False reg/app:1.2 ");
	ck_assert(sight && sight->state == LIFECYCLE_ERRORED && !*sight->instance);
	sight = observe("kubectl", "available= reg/app:1.2 ");
	ck_assert(sight && sight->state == LIFECYCLE_DEPLOYED);
	sight = observe("kubectl", "");
	ck_assert(sight && !sight->exists);
	exec_script(&f, "kubectl", "echo 'connection refused' >&2; exit 1");
	exec_ask(&f, -1, 10000, "");
	ck_assert(!f.answer.has_sight);
	ck_assert_str_eq(f.answer.detail, "exit 1: connection refused");
	f.params.verb = VERB_UPGRADE;
	ck_assert_int_eq(f.driver->class->recipe(f.driver, &f.agent, &f.params, NULL, true, &made), 0);
	ck_assert_str_eq(made.steps[0].action, "kubectl rollout undo deployment/checkout --namespace=shop");
	exec_tear_down(&f);
}
END_TEST

START_TEST(nomad_is_driven_by_jobs)
{
	const struct driver_sight *sight;

	set_up("nomad", "nomad");
	expect_call(VERB_RESTART, "job restart -yes checkout");
	expect_call(VERB_STOP, "job stop -yes -detach checkout");
	exec_ask(&f, -1, 10000, "");
	ck_assert_str_eq(f.lines, "job inspect -t {{.Status}} {{.Version}} checkout\n");
	sight = observe("nomad", "running 3");
	ck_assert(sight && sight->exists && sight->state == LIFECYCLE_RUNNING);
	ck_assert_str_eq(sight->version, "3");
	sight = observe("nomad", "dead 3");
	ck_assert(sight && sight->state == LIFECYCLE_STOPPED);
	exec_tear_down(&f);
}
END_TEST

SUITE("exec ready", systemd_is_driven_by_units, kubernetes_is_driven_by_deployments, nomad_is_driven_by_jobs)
