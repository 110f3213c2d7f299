// SPDX-License-Identifier: Apache-2.0
/* What a refused request is refused for, in words: one place for screen and command line. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "opscon/feed.h"

static bool is_operating(enum request_type type)
{
	return (type >= REQUEST_PLAN && type <= REQUEST_OBSERVE) || type == REQUEST_APPROVE ||
	       type == REQUEST_DISAPPROVE;
}

static const char *already(enum request_type type)
{
	switch (type) {
	case REQUEST_OPERATION_PAUSE:
		return "it is paused already";
	case REQUEST_OPERATION_RESUME:
		return "it is not paused";
	case REQUEST_OPERATION_ABORT:
		return "it ends already";
	case REQUEST_OPERATION_ROLLBACK:
		return "it is rolled back already";
	default:
		return "it is so already";
	}
}

static bool is_control(enum request_type type)
{
	return type == REQUEST_OPERATION_PAUSE || type == REQUEST_OPERATION_RESUME || type == REQUEST_OPERATION_ABORT ||
	       type == REQUEST_OPERATION_ROLLBACK;
}

// The same errors mean something else where agents are operated.
static const char *operation_refusal(enum request_type type, int error)
{
	switch (error) {
	case -ENOTSUP:
		return type == REQUEST_OPERATION_ROLLBACK ? "there is no way back" : "nothing operates agents here";
	case -EROFS:
		return "operations are read-only here";
	case -EPERM:
		return is_control(type) ? "it is about to end" : "it is not allowed";
	case -ESTALE:
		return "it has changed since the plan was made";
	case -EBUSY:
		return "somebody else is operating on it";
	case -EAGAIN:
		return "a second person is asked to agree to it";
	case -ENOBUFS:
		return "too many operations are open";
	case -EIO:
		return "the audit trail or the journal cannot be written";
	case -EINVAL:
		return "that makes no sense";
	default:
		return NULL;
	}
}

const char *request_refusal(enum request_type type, int error)
{
	const char *words = is_operating(type) ? operation_refusal(type, error) : NULL;

	if (words)
		return words;
	switch (error) {
	case -EALREADY:
		return already(type);
	case -ENOENT:
		return "it is gone";
	case -EINVAL:
		return "that makes no sense to the feed";
	case -ENOTSUP:
		return "this feed cannot do that";
	case -ESTALE:
		return "the alert has been resolved";
	case -EROFS:
		return "this feed can only be watched";
	case -ENOTCONN:
		return "the hub is away";
	case -EXDEV:
		return "they are on several hubs: act on those of one";
	case -ENOMEM:
		return "out of memory";
	default:
		return strerrordesc_np(-error);
	}
}
