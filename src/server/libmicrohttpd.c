// SPDX-License-Identifier: Apache-2.0
#include "server/libmicrohttpd.h"

#include <stdarg.h>
#include <stdbool.h>

static struct {
	bool is_loaded;
	struct MHD_Daemon *(*start_daemon_va)(unsigned flags, uint16_t port, MHD_AcceptPolicyCallback accept,
					      void *accept_ctx, MHD_AccessHandlerCallback access, void *access_ctx,
					      va_list options);
	void (*stop_daemon)(struct MHD_Daemon *daemon);
	enum MHD_Result (*run)(struct MHD_Daemon *daemon);
	enum MHD_Result (*get_timeout)(struct MHD_Daemon *daemon, MHD_UNSIGNED_LONG_LONG *timeout_ms);
	const union MHD_DaemonInfo *(*get_daemon_info)(struct MHD_Daemon *daemon, enum MHD_DaemonInfoType type, ...);
	enum MHD_Result (*add_connection)(struct MHD_Daemon *daemon, MHD_socket fd, const struct sockaddr *peer,
					  socklen_t size);
	const union MHD_ConnectionInfo *(*get_connection_info)(struct MHD_Connection *conn,
							       enum MHD_ConnectionInfoType type, ...);
	const char *(*lookup_connection_value)(struct MHD_Connection *conn, enum MHD_ValueKind kind, const char *name);
	void (*suspend_connection)(struct MHD_Connection *conn);
	void (*resume_connection)(struct MHD_Connection *conn);
	enum MHD_Result (*queue_response)(struct MHD_Connection *conn, unsigned status, struct MHD_Response *response);
	struct MHD_Response *(*create_response_from_buffer)(size_t size, void *bytes, enum MHD_ResponseMemoryMode mode);
	struct MHD_Response *(*create_response_from_buffer_with_free_callback)(size_t size, void *bytes,
									       MHD_ContentReaderFreeCallback free_cb);
	struct MHD_Response *(*create_response_from_callback)(uint64_t size, size_t block,
							      MHD_ContentReaderCallback read_cb, void *ctx,
							      MHD_ContentReaderFreeCallback free_cb);
	enum MHD_Result (*add_response_header)(struct MHD_Response *response, const char *name, const char *value);
	void (*destroy_response)(struct MHD_Response *response);
	struct MHD_Response *(*create_response_for_upgrade)(MHD_UpgradeHandler upgraded, void *ctx);
	enum MHD_Result (*upgrade_action)(struct MHD_UpgradeResponseHandle *upgraded, enum MHD_UpgradeAction action,
					  ...);
	int (*get_connection_values)(struct MHD_Connection *conn, enum MHD_ValueKind kind, MHD_KeyValueIterator each,
				     void *ctx);
} lib;

static const struct library_function functions[] = {
	{ "MHD_start_daemon_va", &lib.start_daemon_va },
	{ "MHD_stop_daemon", &lib.stop_daemon },
	{ "MHD_run", &lib.run },
	{ "MHD_get_timeout", &lib.get_timeout },
	{ "MHD_get_daemon_info", &lib.get_daemon_info },
	{ "MHD_add_connection", &lib.add_connection },
	{ "MHD_get_connection_info", &lib.get_connection_info },
	{ "MHD_lookup_connection_value", &lib.lookup_connection_value },
	{ "MHD_suspend_connection", &lib.suspend_connection },
	{ "MHD_resume_connection", &lib.resume_connection },
	{ "MHD_queue_response", &lib.queue_response },
	{ "MHD_create_response_from_buffer", &lib.create_response_from_buffer },
	{ "MHD_create_response_from_buffer_with_free_callback", &lib.create_response_from_buffer_with_free_callback },
	{ "MHD_create_response_from_callback", &lib.create_response_from_callback },
	{ "MHD_add_response_header", &lib.add_response_header },
	{ "MHD_destroy_response", &lib.destroy_response },
	{ "MHD_create_response_for_upgrade", &lib.create_response_for_upgrade },
	{ "MHD_upgrade_action", &lib.upgrade_action },
	{ "MHD_get_connection_values", &lib.get_connection_values },
};

int libmicrohttpd_load(char why[LIBRARY_WHY_MAX])
{
	int r = lib.is_loaded
			? 0
			: library_load("libmicrohttpd.so.12", functions, sizeof functions / sizeof functions[0], why);

	lib.is_loaded = r == 0;
	return r;
}

struct MHD_Daemon *MHD_start_daemon(unsigned flags, uint16_t port, MHD_AcceptPolicyCallback accept, void *accept_ctx,
				    MHD_AccessHandlerCallback access, void *access_ctx, ...)
{
	struct MHD_Daemon *daemon;
	va_list options;

	va_start(options, access_ctx);
	daemon = lib.start_daemon_va(flags, port, accept, accept_ctx, access, access_ctx, options);
	va_end(options);
	return daemon;
}

void MHD_stop_daemon(struct MHD_Daemon *daemon)
{
	lib.stop_daemon(daemon);
}

enum MHD_Result MHD_run(struct MHD_Daemon *daemon)
{
	return lib.run(daemon);
}

enum MHD_Result MHD_get_timeout(struct MHD_Daemon *daemon, MHD_UNSIGNED_LONG_LONG *timeout_ms)
{
	return lib.get_timeout(daemon, timeout_ms);
}

const union MHD_DaemonInfo *MHD_get_daemon_info(struct MHD_Daemon *daemon, enum MHD_DaemonInfoType type, ...)
{
	return lib.get_daemon_info(daemon, type);
}

enum MHD_Result MHD_add_connection(struct MHD_Daemon *daemon, MHD_socket fd, const struct sockaddr *peer,
				   socklen_t size)
{
	return lib.add_connection(daemon, fd, peer, size);
}

const union MHD_ConnectionInfo *MHD_get_connection_info(struct MHD_Connection *conn, enum MHD_ConnectionInfoType type,
							...)
{
	return lib.get_connection_info(conn, type);
}

const char *MHD_lookup_connection_value(struct MHD_Connection *conn, enum MHD_ValueKind kind, const char *name)
{
	return lib.lookup_connection_value(conn, kind, name);
}

void MHD_suspend_connection(struct MHD_Connection *conn)
{
	lib.suspend_connection(conn);
}

void MHD_resume_connection(struct MHD_Connection *conn)
{
	lib.resume_connection(conn);
}

enum MHD_Result MHD_queue_response(struct MHD_Connection *conn, unsigned status, struct MHD_Response *response)
{
	return lib.queue_response(conn, status, response);
}

struct MHD_Response *MHD_create_response_from_buffer(size_t size, void *bytes, enum MHD_ResponseMemoryMode mode)
{
	return lib.create_response_from_buffer(size, bytes, mode);
}

struct MHD_Response *MHD_create_response_from_buffer_with_free_callback(size_t size, void *bytes,
									MHD_ContentReaderFreeCallback free_cb)
{
	return lib.create_response_from_buffer_with_free_callback(size, bytes, free_cb);
}

struct MHD_Response *MHD_create_response_from_callback(uint64_t size, size_t block, MHD_ContentReaderCallback read_cb,
						       void *ctx, MHD_ContentReaderFreeCallback free_cb)
{
	return lib.create_response_from_callback(size, block, read_cb, ctx, free_cb);
}

enum MHD_Result MHD_add_response_header(struct MHD_Response *response, const char *name, const char *value)
{
	return lib.add_response_header(response, name, value);
}

void MHD_destroy_response(struct MHD_Response *response)
{
	lib.destroy_response(response);
}

struct MHD_Response *MHD_create_response_for_upgrade(MHD_UpgradeHandler upgraded, void *ctx)
{
	return lib.create_response_for_upgrade(upgraded, ctx);
}

enum MHD_Result MHD_upgrade_action(struct MHD_UpgradeResponseHandle *upgraded, enum MHD_UpgradeAction action, ...)
{
	return lib.upgrade_action(upgraded, action);
}

int MHD_get_connection_values(struct MHD_Connection *conn, enum MHD_ValueKind kind, MHD_KeyValueIterator each,
			      void *ctx)
{
	return lib.get_connection_values(conn, kind, each, ctx);
}
