// SPDX-License-Identifier: Apache-2.0
#include "config/target_groups_yaml.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct target_error error;
	struct target_list list;
	int r = target_groups_parse_yaml((const char *)data, size, "file_sd:targets", &targets_extra, &list, &error);

	targets_check(r, &list, &error);
	target_list_finish(&list);
	return 0;
}
