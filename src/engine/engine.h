/*
 * engine: the sync engine of one state directory. The only room that creates threads. What it does
 * is seen in the store; what it is asked comes through the control socket, or through
 * engine_operate() in its own process, which is the same door.
 *
 * Life: engine_create (takes the lock, opens the store, closes what a crash left) -> engine_run
 * (threads, until asked to stop) -> engine_destroy. One thread owns the struct; engine_stop alone
 * may be called from any thread or signal handler.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "control/protocol.h"
#include "model/run.h"

struct config;
struct secret;
struct engine;

struct engine_options {
    const char *state_dir;
    const struct config *config; /* outlives the engine */
    struct clock clock;
    const struct secret *token;      /* outlives the engine; NULL = none configured */
    const struct secret *app_secret; /* NULL = no appsecret_proof */
    bool demo;                       /* ends with its owner: shown in the engine row */
};

/* ERR_LOCKED with who holds the directory; ERR_STORE_NEWER, ERR_STORE, ERR_IO. */
struct engine *engine_create(const struct engine_options *options, struct err *err);
void engine_destroy(struct engine *engine);

/* Schedules, works and serves the control socket until engine_stop, an OP_STOP, or for_ms of the
 * engine's clock have passed (0 = no end). Runs not finished within 8 s of the stop are left
 * resumable. */
bool engine_run(struct engine *engine, int64_t for_ms, struct err *err);
void engine_stop(struct engine *engine);

/* What a foreground pass tells while it goes on, on the calling thread, about every 200 ms. */
struct pass_account {
    char account_id[ID_SIZE];
    char name[128]; /* UTF-8 as it came, cut */
    bool finished;
    int64_t held_until; /* 0 = not held */
    struct run run;     /* figures so far */
};
struct pass_progress {
    size_t accounts, finished;
    const struct pass_account *rows;
};
typedef void engine_progress(void *ctx, const struct pass_progress *progress);

struct pass_request {
    const char (*accounts)[ID_SIZE]; /* NULL = every account of the token */
    size_t account_count;
    bool full;
    int64_t wait_ms; /* how long a throttled pass may wait in all */
    engine_progress *progress;
    void *progress_ctx;
};
struct pass_result {
    size_t succeeded, partial, throttled, failed, cancelled;
    int64_t earliest_resume; /* of the throttled ones, ms; 0 = none */
    char worst[512];         /* what to tell of the worst run */
};
/* One pass in this process: every account once, then returns. false when nothing could be done at
 * all (no token, never reached, unknown account): err says why. */
bool engine_pass(struct engine *engine, const struct pass_request *request, struct pass_result *out,
                 struct err *err);

/* An operator's action in this process (no engine was running): same handler, same audit row. What
 * only an engine at work would do (force, retry) is refused. */
bool engine_operate(struct engine *engine, const struct control_request *request,
                    struct control_reply *reply, struct err *err);

/* What `check` asks the API through the engine's own client; needs no state directory. */
struct engine_probe {
    bool reached, token_valid;
    char served_version[16];
    int64_t skew_ms; /* our clock minus the server's */
    char user[128];
    char permissions[512]; /* granted ones, comma separated */
    bool ads_read;
    size_t accounts; /* on the first page */
    char error[400]; /* why not, "" = all well */
};
bool engine_probe(const struct engine_options *options, struct engine_probe *out, struct err *err);

#endif
