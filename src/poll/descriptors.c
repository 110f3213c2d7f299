// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/log.h"
#include "poll/admission.h"

enum {
	RESERVED = 64,    // terminal, loop, files, sockets of consoles
	PER_TRANSFER = 3, // a connection, and the pair by which a resolver's thread reports
};

static size_t at_most(uint64_t n, uint64_t max)
{
	return (size_t)(n < max ? n : max);
}

void poll_descriptor_divide(uint64_t limit, size_t n_agents, size_t n_in_flight, struct descriptor_budget *out)
{
	uint64_t usable = limit > RESERVED ? limit - RESERVED : 0;
	uint64_t wanted = (uint64_t)n_agents + (uint64_t)n_in_flight * PER_TRANSFER;

	*out = (struct descriptor_budget){ .limit = limit, .is_short = usable < wanted };
	// Transfers come first, up to half of what there is: a fleet that reconnects is seen, one that waits is not.
	out->n_in_flight = out->is_short ? at_most(n_in_flight, usable / 2 / PER_TRANSFER) : n_in_flight;
	if (out->n_in_flight == 0)
		out->n_in_flight = 1;
	out->n_slow = at_most((uint64_t)out->n_in_flight * ADMISSION_SLOW_X, usable / 2);
	usable -= at_most((uint64_t)out->n_in_flight * PER_TRANSFER, usable);
	out->n_kept = at_most(n_agents, usable);
	if (out->is_short)
		snprintf(out->message, sizeof out->message,
			 "only %llu files may be open, %zu agents want %llu: %zu are probed at a time, %zu connections "
			 "are kept; raise `ulimit -n`",
			 (unsigned long long)limit, n_agents, (unsigned long long)(wanted + RESERVED), out->n_in_flight,
			 out->n_kept);
}

int poll_descriptor_budget(size_t n_agents, size_t n_in_flight, struct descriptor_budget *out)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0) {
		int error = errno;

		poll_descriptor_divide(0, n_agents, n_in_flight, out);
		return -error;
	}
	if (files.rlim_cur < files.rlim_max) {
		rlim_t soft = files.rlim_cur;

		files.rlim_cur = files.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &files) < 0) {
			log_line(LOG_WARN, "cannot raise the limit of open files from %llu", (unsigned long long)soft);
			files.rlim_cur = soft;
		}
	}
	poll_descriptor_divide(files.rlim_cur, n_agents, n_in_flight, out);
	return 0;
}
