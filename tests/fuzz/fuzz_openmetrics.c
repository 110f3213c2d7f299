// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/exposition.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	exposition_check((const char *)data, size, PROM_OPENMETRICS);
	return 0;
}
