// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77 }; // as meson and automake read it

static int *n_skipped; // shared with the process that a test runs in

void suite_skip(const char *why)
{
	printf("skipped: %s\n", why);
	fflush(stdout);
	++*n_skipped;
}

// Check's messages go through a file that was removed when it was made.
void suite_hush(void)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	DIR *folder = opendir("/proc/self/fd");
	const struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		char target[256] = "";
		int fd = atoi(entry->d_name);

		if (fd > 2 && readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1) > 0 &&
		    strstr(target, " (deleted)"))
			dup2(nowhere, fd);
	}
	closedir(folder);
	close(nowhere);
}

enum { APART = 100 };

int suite_apart(int (*work)(void *ctx), void *ctx)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		suite_hush();
		_exit(APART + work(ctx));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) >= APART, "it failed in its own process: status %d",
		      status);
	return WEXITSTATUS(status) - APART;
}

void suite_fill_disk(unsigned long n_bytes)
{
	const struct rlimit limit = { n_bytes == ULONG_MAX ? RLIM_INFINITY : n_bytes, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		abort();
}

int suite_run(const char *title, const TTest *const *cases, size_t n)
{
	Suite *suite = suite_create(title);
	SRunner *runner;
	int n_failed, n_run;

	setlocale(LC_CTYPE, "C.UTF-8"); // as main() does it, before any thread
	n_skipped = mmap(NULL, sizeof *n_skipped, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (n_skipped == MAP_FAILED)
		return EXIT_FAILURE;
	for (size_t i = 0; i < n; i++) {
		TCase *tcase = tcase_create(cases[i]->name);

		tcase_add_test(tcase, cases[i]);
		tcase_set_timeout(tcase, 60);
		suite_add_tcase(suite, tcase);
	}
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	n_failed = srunner_ntests_failed(runner);
	n_run = srunner_ntests_run(runner);
	srunner_free(runner);
	if (n_run == 0)
		fprintf(stderr, "%s: no test of the name in CK_RUN_CASE\n", title);
	if (n_failed || n_run == 0)
		return EXIT_FAILURE;
	return *n_skipped == n_run ? SKIPPED : EXIT_SUCCESS;
}
