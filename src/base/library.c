// SPDX-License-Identifier: Apache-2.0
#include "base/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>

static int complain(char why[LIBRARY_WHY_MAX])
{
	const char *said = dlerror();

	snprintf(why, LIBRARY_WHY_MAX, "%s", said ? said : "a library cannot be loaded");
	return -ELIBACC;
}

int library_load(const char *file, const struct library_function *functions, size_t n, char why[LIBRARY_WHY_MAX])
{
	void *library = dlopen(file, RTLD_LAZY | RTLD_LOCAL);

	why[0] = '\0';
	for (size_t i = 0; library && i < n; i++)
		if (!dlsym(library, functions[i].name))
			return complain(why);
	if (!library)
		return complain(why);
	for (size_t i = 0; i < n; i++)
		*(void **)functions[i].to = dlsym(library, functions[i].name);
	return 0;
}
