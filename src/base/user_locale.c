// SPDX-License-Identifier: Apache-2.0
#include "base/user_locale.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

void locale_settle(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
}

bool locale_wants_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool is_utf8;

	if (!locale) // it is not there: as if none were set
		return false;
	is_utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
	freelocale(locale);
	return is_utf8;
}
