// SPDX-License-Identifier: Apache-2.0
#include "base/library.h"

#include <dlfcn.h>
#include <errno.h>

#include "base/log.h"

static int complain(void)
{
	const char *why = dlerror();

	log_line(LOG_ERROR, "%s", why ? why : "a library cannot be loaded");
	return -ELIBACC;
}

int library_load(const char *file, const struct library_function *functions, size_t n)
{
	void *library = dlopen(file, RTLD_LAZY | RTLD_LOCAL);

	for (size_t i = 0; library && i < n; i++)
		if (!dlsym(library, functions[i].name))
			return complain();
	if (!library)
		return complain();
	for (size_t i = 0; i < n; i++)
		*(void **)functions[i].to = dlsym(library, functions[i].name);
	return 0;
}
