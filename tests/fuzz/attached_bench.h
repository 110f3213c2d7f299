#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A console that is attached to two hubs, whose every word comes from an input: the feed of hubs as it is, over links
 * that have no socket (instead of those of feeds/hub_link), folded into a fleet. What must hold of every event, and of
 * whatever the console sends, is looked at as it comes.
 */
#include "feeds/websocket_manager_internal.h"
#include "opscon/fleet.h"

enum { ATTACHED_HUBS = 2, ATTACHED_IDS_MAX = 1 << 12 };

// Whose number it was when it was seen first: a hub, and which start of it; 0 nobody's.
struct attached_sight {
	uint8_t hub;
	unsigned start;
};

struct attached_bench {
	uv_loop_t loop;
	struct broadcaster *broadcaster;
	struct fleet *fleet;
	struct feed *feed;
	struct websocket_manager *manager; // the same
	bool is_closed;
	char *keys[ATTACHED_IDS_MAX]; // of agents, by our number; owned
	struct attached_sight sights[HUB_ID_KINDS][ATTACHED_IDS_MAX];
	unsigned starts[ATTACHED_HUBS + 1]; // how often a hub has begun to count anew
	char boots[ATTACHED_HUBS + 1][WIRE_BOOT_HEX + 1];
	bool was_by_status[ATTACHED_HUBS + 1];
};

void attached_bench_open(struct attached_bench *bench);
void attached_bench_close(struct attached_bench *bench);

struct attached *attached_bench_hub(struct attached_bench *bench, unsigned no); // 1..ATTACHED_HUBS

void attached_bench_connect(struct attached_bench *bench, unsigned no); // unless it is
void attached_bench_break(struct attached_bench *bench, unsigned no);
void attached_bench_pong(struct attached_bench *bench, unsigned no);
void attached_bench_say(struct attached_bench *bench, unsigned no, const char *text, size_t n);  // a message
void attached_bench_poll(struct attached_bench *bench, unsigned no, const char *text, size_t n); // its status

// The same in short: its hello, with that boot, and an event as JSON; numbered with what comes next on its channel, or
// without a number as in a snapshot.
void attached_bench_hello(struct attached_bench *bench, unsigned no, const char *boot, bool is_resumed);
void attached_bench_event(struct attached_bench *bench, unsigned no, const char *event, size_t n, bool is_numbered);
