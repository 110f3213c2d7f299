#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What a service manager is told (sd_notify(3)), by its datagram socket; without one nothing is told. */
#include <stdint.h>

// "READY=1\nSTATUS=..."; `socket` as in $NOTIFY_SOCKET (a path, or @ and an abstract name); NULL: none. 0 or negative
// errno.
int notify_send(const char *socket, const char *state);

// How often it wants to hear that we are alive, from $WATCHDOG_USEC and $WATCHDOG_PID: half of the time it waits, in
// milliseconds; 0: it does not.
uint64_t notify_watchdog_ms(const char *usec, const char *pid, int64_t own_pid);
