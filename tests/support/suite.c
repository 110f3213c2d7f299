// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

int suite_run(const char *title, const TTest *const *cases, size_t n)
{
	Suite *suite = suite_create(title);
	TCase *tcase = tcase_create(title);
	SRunner *runner;
	int n_failed;

	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, cases[i]);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? 1 : 0;
}
