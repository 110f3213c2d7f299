// SPDX-License-Identifier: Apache-2.0
#include "poll/libcurl.h"

#include <stdarg.h>
#include <stdbool.h>

static struct {
	bool is_loaded;
	CURLcode (*global_init)(long flags);
	void (*global_cleanup)(void);
	CURL *(*easy_init)(void);
	void (*easy_cleanup)(CURL *easy);
	CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
	CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
	CURLcode (*easy_recv)(CURL *easy, void *out, size_t n, size_t *n_read);
	CURLcode (*easy_send)(CURL *easy, const void *bytes, size_t n, size_t *n_written);
	CURLHcode (*easy_header)(CURL *easy, const char *name, size_t index, unsigned origin, int request,
				 struct curl_header **out);
	const char *(*easy_strerror)(CURLcode code);
	CURLM *(*multi_init)(void);
	CURLMcode (*multi_cleanup)(CURLM *multi);
	CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
	CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
	CURLMsg *(*multi_info_read)(CURLM *multi, int *n_left);
	CURLMcode (*multi_setopt)(CURLM *multi, CURLMoption option, ...);
	CURLMcode (*multi_socket_action)(CURLM *multi, curl_socket_t fd, int events, int *n_running);
	struct curl_slist *(*slist_append)(struct curl_slist *list, const char *line);
	void (*slist_free_all)(struct curl_slist *list);
} lib;

static const struct library_function functions[] = {
	{ "curl_global_init", &lib.global_init },
	{ "curl_global_cleanup", &lib.global_cleanup },
	{ "curl_easy_init", &lib.easy_init },
	{ "curl_easy_cleanup", &lib.easy_cleanup },
	{ "curl_easy_setopt", &lib.easy_setopt },
	{ "curl_easy_getinfo", &lib.easy_getinfo },
	{ "curl_easy_header", &lib.easy_header },
	{ "curl_easy_recv", &lib.easy_recv },
	{ "curl_easy_send", &lib.easy_send },
	{ "curl_easy_strerror", &lib.easy_strerror },
	{ "curl_multi_init", &lib.multi_init },
	{ "curl_multi_cleanup", &lib.multi_cleanup },
	{ "curl_multi_add_handle", &lib.multi_add_handle },
	{ "curl_multi_remove_handle", &lib.multi_remove_handle },
	{ "curl_multi_info_read", &lib.multi_info_read },
	{ "curl_multi_setopt", &lib.multi_setopt },
	{ "curl_multi_socket_action", &lib.multi_socket_action },
	{ "curl_slist_append", &lib.slist_append },
	{ "curl_slist_free_all", &lib.slist_free_all },
};

int libcurl_load(char why[LIBRARY_WHY_MAX])
{
	int r = lib.is_loaded ? 0
			      : library_load("libcurl.so.4", functions, sizeof functions / sizeof functions[0], why);

	lib.is_loaded = r == 0;
	return r;
}

CURLcode curl_global_init(long flags)
{
	return lib.global_init(flags);
}

void curl_global_cleanup(void)
{
	lib.global_cleanup();
}

CURL *curl_easy_init(void)
{
	return lib.easy_init();
}

void curl_easy_cleanup(CURL *easy)
{
	lib.easy_cleanup(easy);
}

// The option's number tells the type of its value. A pointer to a function is passed as one to an object is.
CURLcode(curl_easy_setopt)(CURL *easy, CURLoption option, ...)
{
	CURLcode code;
	va_list value;

	va_start(value, option);
	if ((int)option < CURLOPTTYPE_OBJECTPOINT)
		// NOLINTNEXTLINE(bugprone-branch-clone): the types differ
		code = lib.easy_setopt(easy, option, va_arg(value, long));
	else if ((int)option >= CURLOPTTYPE_OFF_T && (int)option < CURLOPTTYPE_BLOB)
		code = lib.easy_setopt(easy, option, va_arg(value, curl_off_t));
	else
		code = lib.easy_setopt(easy, option, va_arg(value, void *));
	va_end(value);
	return code;
}

CURLcode(curl_easy_getinfo)(CURL *easy, CURLINFO info, ...)
{
	CURLcode code;
	va_list to;

	va_start(to, info);
	code = lib.easy_getinfo(easy, info, va_arg(to, void *));
	va_end(to);
	return code;
}

CURLHcode curl_easy_header(CURL *easy, const char *name, size_t index, unsigned origin, int request,
			   struct curl_header **out)
{
	return lib.easy_header(easy, name, index, origin, request, out);
}

CURLcode curl_easy_recv(CURL *easy, void *out, size_t n, size_t *n_read)
{
	return lib.easy_recv(easy, out, n, n_read);
}

CURLcode curl_easy_send(CURL *easy, const void *bytes, size_t n, size_t *n_written)
{
	return lib.easy_send(easy, bytes, n, n_written);
}

const char *curl_easy_strerror(CURLcode code)
{
	return lib.easy_strerror(code);
}

CURLM *curl_multi_init(void)
{
	return lib.multi_init();
}

CURLMcode curl_multi_cleanup(CURLM *multi)
{
	return lib.multi_cleanup(multi);
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
	return lib.multi_add_handle(multi, easy);
}

CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
	return lib.multi_remove_handle(multi, easy);
}

CURLMsg *curl_multi_info_read(CURLM *multi, int *n_left)
{
	return lib.multi_info_read(multi, n_left);
}

CURLMcode(curl_multi_setopt)(CURLM *multi, CURLMoption option, ...)
{
	CURLMcode code;
	va_list value;

	va_start(value, option);
	// NOLINTNEXTLINE(bugprone-branch-clone): the types differ
	if ((int)option < CURLOPTTYPE_OBJECTPOINT)
		code = lib.multi_setopt(multi, option, va_arg(value, long));
	else
		code = lib.multi_setopt(multi, option, va_arg(value, void *));
	va_end(value);
	return code;
}

CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t fd, int events, int *n_running)
{
	return lib.multi_socket_action(multi, fd, events, n_running);
}

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *line)
{
	return lib.slist_append(list, line);
}

void curl_slist_free_all(struct curl_slist *list)
{
	lib.slist_free_all(list);
}
