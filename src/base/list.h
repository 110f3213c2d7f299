#pragma once
// SPDX-License-Identifier: Apache-2.0
// Lists linked through their elements' own fields. Include this, never <utlist.h>.
#include <utlist.h>
