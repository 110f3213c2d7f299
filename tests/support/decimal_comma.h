#pragma once
// SPDX-License-Identifier: Apache-2.0
// A locale with a decimal comma, which numbers for programs must not care about. Made with the tests.

// Sets it for the process; fails the test when it cannot.
void decimal_comma_set(void);
