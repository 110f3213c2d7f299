#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A service that is not there: the numbers it would have at a given moment.
 *
 * Everything is a closed formula of (seed, index, time): a daily and a ten-minute curve of load, and noise interpolated
 * between hashed points whose slope is kept below the rate, so that counters integrate the load and never fall. The
 * same arguments give the same numbers in any order of asking. The only state is what somebody did to the service: a
 * restart, an incident.
 *
 * A service also restarts by itself every 3 to 9 days; counters count from the latest start.
 */
#include <stdbool.h>
#include <stdint.h>

struct model {
	uint64_t key;            // of all its random numbers
	double requests_a_s;     // mean
	int64_t life_ms;         // between restarts of its own
	int64_t life_offset_ms;  // in [0, life_ms)
	int64_t forced_start_ms; // wall; 0: none
	bool is_incident;        // more slow answers and more errors
	int64_t incident_since_ms;
	int64_t incident_total_ms; // of the incidents that ended, in the life that began at incident_life_ms
	int64_t incident_life_ms;
};

enum { MODEL_BUCKETS = 12 };                                // of the latency histogram, +Inf included
extern const char *const model_bucket_names[MODEL_BUCKETS]; // the values of `le`, ascending

enum model_cell { // method and code of a request
	MODEL_GET_200,
	MODEL_GET_404,
	MODEL_GET_500,
	MODEL_POST_201,
	MODEL_POST_503,
	MODEL_CELLS,
};

enum { MODEL_METHODS = 2 }; // GET, POST

struct model_numbers {
	int64_t start_ms; // wall
	uint64_t requests[MODEL_CELLS];
	uint64_t buckets[MODEL_METHODS][MODEL_BUCKETS]; // cumulative; the last is the sum of the method's requests
	double duration_s[MODEL_METHODS];               // sum over all requests
	double cpu_s;
	uint64_t resident_bytes, virtual_bytes, heap_bytes;
	uint64_t open_fds, goroutines, in_flight, queue_depth;
	uint64_t tasks_completed, tasks_failed;
	double load; // requests a second now, over their mean: about 0.5 to 1.6
};

void model_init(struct model *model, uint64_t seed, uint64_t index);
void model_restart(struct model *model, int64_t wall_ms);
void model_set_incident(struct model *model, bool is_incident, int64_t wall_ms);
void model_read(const struct model *model, int64_t wall_ms, struct model_numbers *out);

/* The histogram of one more family of requests, number `salt`: buckets as above; their sum of durations is returned.
 * For bodies of any length.
 */
double model_read_task(const struct model *model, int64_t wall_ms, uint64_t salt, uint64_t buckets[MODEL_BUCKETS]);
