/*
 * fixture: a state directory with a database that is the same every time, and a stand-in for the
 * engine on its control socket that remembers what it was asked. Time stands still at
 * 2026-11-24T10:19:41.500Z: the engine's row carries a clock of (all but) no speed.
 */
#ifndef TESTS_UI_FIXTURE_H
#define TESTS_UI_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/protocol.h"

struct override_row;

enum fixture_state {
    FIXTURE_HEALTHY,
    FIXTURE_BURNING,
    FIXTURE_NOTICED, /* healthy; a run that lasts, an edit of many entities, a header that stands */
    FIXTURE_FAILING, /* healthy, but calls fail at Meta */
    FIXTURE_APP_FULL /* another program has used up the app's limit; the end has moved */
};

#define FIXTURE_NOW INT64_C(1795515581500)

struct fixture;

/* Fails the test when it cannot be built. */
struct fixture *fixture_create(enum fixture_state state);
void fixture_destroy(struct fixture *fixture);
const char *fixture_dir(const struct fixture *fixture);

/* Holds the directory's lock and answers on its socket, in a thread, until stopped. */
void fixture_engine_start(struct fixture *fixture);
void fixture_engine_stop(struct fixture *fixture);
/* The last request that asked for something, with its first target; false = none yet. */
struct fixture_request {
    struct control_request request; /* targets NULL */
    char first_target[ID_SIZE];
    size_t target_count;
    int count; /* requests so far */
};
bool fixture_last_request(struct fixture *fixture, struct fixture_request *out);
/* Opens an alert in the store, as an engine would. */
void fixture_alert(struct fixture *fixture, const char *scope, const char *detail);
/* An operator's threshold or budget, as an engine would write it. */
void fixture_override(struct fixture *fixture, const struct override_row *row);
/* From now on every request is refused with this sentence; NULL = accepted again. */
void fixture_refuse(struct fixture *fixture, const char *message);

#endif
