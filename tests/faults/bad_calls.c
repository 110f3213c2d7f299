// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/bad_calls.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

static struct {
	unsigned calls;
	long n_left;
	int error;
	bool was_met, goes_on;
} broken;

void calls_break(unsigned calls, long n, int error, bool goes_on)
{
	broken.calls = calls;
	broken.n_left = n;
	broken.error = error;
	broken.was_met = false;
	broken.goes_on = goes_on;
}

bool calls_mend(void)
{
	broken.calls = 0;
	return broken.was_met;
}

static bool is_bad(unsigned call)
{
	if (!(broken.calls & call) || broken.n_left-- > 0)
		return false;
	broken.was_met = true;
	broken.n_left = 0;
	if (!broken.goes_on)
		broken.calls = 0;
	errno = broken.error;
	return true;
}

// ---- the kernel's

EXPORTED int openat(int dir, const char *name, int flags, ...)
{
	va_list args;
	unsigned mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, unsigned) : 0;
	va_end(args);
	return is_bad(CALL_OPENAT) ? -1 : (int)syscall(SYS_openat, dir, name, flags, mode);
}

EXPORTED int fstat(int fd, struct stat *out)
{
	return is_bad(CALL_FSTAT) ? -1 : (int)syscall(SYS_fstat, fd, out);
}

EXPORTED int fstatat(int dir, const char *restrict name, struct stat *restrict out, int flags)
{
	return is_bad(CALL_FSTATAT) ? -1 : (int)syscall(SYS_newfstatat, dir, name, out, flags);
}

EXPORTED int lstat(const char *restrict name, struct stat *restrict out)
{
	return is_bad(CALL_FSTATAT) ? -1 : (int)syscall(SYS_newfstatat, AT_FDCWD, name, out, AT_SYMLINK_NOFOLLOW);
}

EXPORTED ssize_t pread(int fd, void *out, size_t n, off_t at)
{
	return is_bad(CALL_PREAD) ? -1 : syscall(SYS_pread64, fd, out, n, at);
}

EXPORTED int fchmod(int fd, mode_t mode)
{
	return is_bad(CALL_FCHMOD) ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

EXPORTED int socket(int domain, int type, int protocol)
{
	return is_bad(CALL_SOCKET) ? -1 : (int)syscall(SYS_socket, domain, type, protocol);
}

// ---- libraries', found behind this program's

#define THE_OTHER(call) ((__typeof__(&(call)))(uintptr_t)dlsym(RTLD_NEXT, #call))

EXPORTED DIR *fdopendir(int fd)
{
	return is_bad(CALL_FDOPENDIR) ? NULL : THE_OTHER(fdopendir)(fd);
}

EXPORTED int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict how, void *(*run)(void *),
			    void *restrict arg)
{
	return is_bad(CALL_THREAD) ? broken.error : THE_OTHER(pthread_create)(thread, how, run, arg);
}

int sodium_init(void);
EXPORTED int sodium_init(void)
{
	return is_bad(CALL_SODIUM) ? -1 : THE_OTHER(sodium_init)();
}

void *json_tokener_new_ex(int depth);
EXPORTED void *json_tokener_new_ex(int depth)
{
	return is_bad(CALL_JSON) ? NULL : THE_OTHER(json_tokener_new_ex)(depth);
}
