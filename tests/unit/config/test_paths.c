// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "opscon/config.h"

START_TEST(the_configuration_is_looked_up_in_order)
{
	char dir[] = "/tmp/opscon-paths-XXXXXX", sub[64], file[96], found[200], tiny[8];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(sub, sizeof sub, "%s/opscon", dir);
	snprintf(file, sizeof file, "%s/opscon.yml", sub);
	ck_assert_int_eq(mkdir(sub, 0700), 0);
	setenv("XDG_CONFIG_HOME", dir, 1);
	setenv("HOME", "/nowhere", 1);
	ck_assert_int_eq(config_find("asked.yml", found, sizeof found), 0);
	ck_assert_str_eq(found, "asked.yml");
	ck_assert_int_eq(config_find("asked.yml", tiny, sizeof tiny), -ENAMETOOLONG);
	if (access("/etc/opscon/opscon.yml", F_OK) < 0)
		ck_assert_int_eq(config_find(NULL, found, sizeof found), -ENOENT);
	fclose(fopen(file, "w"));
	ck_assert_int_eq(config_find(NULL, found, sizeof found), 0);
	ck_assert_str_eq(found, file);
	unlink(file);
	snprintf(sub, sizeof sub, "%s/.config", dir);
	ck_assert_int_eq(mkdir(sub, 0700), 0);
	snprintf(sub, sizeof sub, "%s/.config/opscon", dir);
	ck_assert_int_eq(mkdir(sub, 0700), 0);
	snprintf(file, sizeof file, "%s/opscon.yml", sub);
	fclose(fopen(file, "w"));
	setenv("XDG_CONFIG_HOME", "relative/is/ignored", 1);
	setenv("HOME", dir, 1);
	ck_assert_int_eq(config_find(NULL, found, sizeof found), 0);
	ck_assert_str_eq(found, file);
	unlink(file);
	rmdir(sub);
	snprintf(sub, sizeof sub, "%s/.config", dir);
	rmdir(sub);
	snprintf(sub, sizeof sub, "%s/opscon", dir);
	rmdir(sub);
	rmdir(dir);
}
END_TEST

START_TEST(the_state_directory_is_made_private)
{
	char dir[] = "/tmp/opscon-paths-XXXXXX", found[200], parent[64];
	struct stat status;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	unsetenv("XDG_STATE_HOME");
	setenv("HOME", dir, 1);
	ck_assert_int_eq(config_state_dir(found, sizeof found), 0);
	ck_assert_ptr_nonnull(strstr(found, "/.local/state/opscon"));
	ck_assert_int_eq(chmod(found, 0755), 0);
	ck_assert_int_eq(config_state_dir(found, sizeof found), 0);
	ck_assert_int_eq(stat(found, &status), 0);
	ck_assert_int_eq((int)(status.st_mode & 0777), 0700);
	rmdir(found);
	fclose(fopen(found, "w"));
	ck_assert_int_eq(config_state_dir(parent, sizeof parent), -ENOTDIR);
	unlink(found);
	snprintf(parent, sizeof parent, "%s/.local/state", dir);
	rmdir(parent);
	snprintf(parent, sizeof parent, "%s/.local", dir);
	rmdir(parent);
	rmdir(dir);
	setenv("XDG_STATE_HOME", "/dev/null/x", 1);
	ck_assert_int_eq(config_state_dir(found, sizeof found), -ENOTDIR);
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	ck_assert_int_eq(config_state_dir(found, sizeof found), -ENOENT);
}
END_TEST

SUITE("paths", the_configuration_is_looked_up_in_order, the_state_directory_is_made_private)
