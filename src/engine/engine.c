#include "engine/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/tz.h"
#include "base/version.h"
#include "config/config.h"
#include "control/control_client.h"
#include "control/control_server.h"
#include "control/socket.h"
#include "engine/accounts.h"
#include "engine/alerts.h"
#include "engine/jobs.h"
#include "engine/limits.h"
#include "engine/operate.h"
#include "engine/policy.h"
#include "engine/record.h"
#include "engine/scheduler.h"
#include "engine/share.h"
#include "engine/state.h"
#include "engine/threads.h"
#include "engine/worker.h"
#include "http/http.h"
#include "store/engines.h"
#include "store/reader.h"
#include "store/runs.h"

enum { CONTROL_POLL_MS = 500, PATH_SIZE = 2200 };

int64_t engine_now(const struct engine *engine)
{
    return clock_now_ms(&engine->clock);
}

void engine_wake(void *ctx)
{
    struct engine *engine = ctx;
    pthread_mutex_lock(&engine->lock);
    engine->stirred = true;
    pthread_cond_signal(&engine->tick);
    pthread_mutex_unlock(&engine->lock);
}

/* Takes <state dir>/adtop.lock and writes who we are into it. */
static bool take_lock(struct engine *engine, struct err *err)
{
    char path[PATH_SIZE], host[64] = "", line[160];
    snprintf(path, sizeof path, "%s/%s", engine->state_dir, CONTROL_LOCK_NAME);
    struct control_holder holder;
    engine->lock_fd = fd_lock(path, err);
    if (engine->lock_fd < 0) {
        if (err->code == ERR_LOCKED && control_lock_holder(engine->state_dir, &holder)) {
            return err_set(err, ERR_LOCKED,
                           "state directory %s: an engine runs on it already (pid %lld on %s); "
                           "attach with 'adtop', or 'adtop stop' ends it",
                           engine->state_dir, (long long)holder.pid, holder.host);
        }
        return false;
    }
    gethostname(host, sizeof host - 1);
    int n = snprintf(line, sizeof line, "%lld %lld %s\n", (long long)getpid(),
                     (long long)clock_real_ms(), host[0] ? host : "?");
    return (ftruncate(engine->lock_fd, 0) == 0 && n > 0 &&
            pwrite(engine->lock_fd, line, (size_t)n, 0) == n) ||
           err_set(err, ERR_IO, "%s: %s; check the disk", path, strerror(errno));
}

/* The directory, made when missing, and its lock. */
static bool take_directory(struct engine *engine, struct err *err)
{
    if (fd_mkdir_private(engine->state_dir, err) && take_lock(engine, err)) {
        return true;
    }
    if (err->code == ERR_IO) {
        struct err why = *err;
        err_set(err, ERR_IO, "%.300s; check who owns it, or choose another --state-dir",
                why.message);
    }
    return false;
}

static bool open_store(struct engine *engine, struct err *err)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/adtop.db", engine->state_dir);
    gid_t group = share_group(engine->config);
    struct store_options options = {
        .file_mode = group ? 0640 : 0600, .dir_mode = group ? 0750 : 0700, .group = group};
    engine->store = store_open(path, &options, err);
    engine->reader = engine->store ? store_reader_open(path, &engine->clock, err) : NULL;
    return engine->reader && share_directory(engine->state_dir, group, err);
}

/* What a crash left: runs still RUNNING, an engine without an end. */
static bool recover(struct engine *engine, struct err *err)
{
    struct engine_row row = {.started_at = engine->started_at,
                             .heartbeat_at = engine->started_at,
                             .pid = getpid(),
                             .workers = engine->worker_count,
                             .clock = engine->clock};
    snprintf(row.mode, sizeof row.mode, "%s", engine->demo ? "demo" : "engine");
    snprintf(row.version, sizeof row.version, "%s", ADTOP_VERSION);
    snprintf(row.base_url, sizeof row.base_url, "%s", engine->config->base_url);
    gethostname(row.host, sizeof row.host - 1);
    struct arena *arena = arena_create(16384);
    struct store_runs runs = {0};
    size_t crashed = 0;
    bool ok = arena &&
              store_runs_interrupted(engine->store, arena, engine->started_at, &runs, err) &&
              store_engine_start(engine->store, &row, &crashed, err);
    engine->engine_id = row.engine_id;
    engine->crashed_before = crashed > 0;
    ok = ok && accounts_load(engine, arena, err) && alerts_restore(engine, arena, err);
    for (size_t i = 0; ok && i < runs.count; i++) {
        long at = engine_find(engine, runs.rows[i].account_id);
        if (at >= 0) {
            engine->accounts[at]->due_at = engine->started_at;
        }
        record_log(engine, LOG_WARN, runs.rows[i].account_id, runs.rows[i].run_id,
                   "the run was interrupted; its account is due at once");
    }
    arena_destroy(arena);
    return ok;
}

static bool init_sync(struct engine *engine, struct err *err)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    bool ok = pthread_mutex_init(&engine->lock, NULL) == 0 &&
              pthread_cond_init(&engine->work, &attr) == 0 &&
              pthread_cond_init(&engine->tick, &attr) == 0 && inbox_init(&engine->inbox);
    pthread_condattr_destroy(&attr);
    engine->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return (ok && engine->stop_fd >= 0) || err_set(err, ERR_MEMORY, "engine: out of resources");
}

/* The rates that ship with the program, and over them the operator's own beside the database. */
static bool load_rates(struct engine *engine, struct err *err)
{
    const struct embed *built_in = embed_find("data/fx.conf");
    char path[PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct err absent = {0};
    engine->fx = fx_create();
    if (!engine->fx || !built_in || !fx_load(engine->fx, built_in->name, built_in->data, err)) {
        return engine->fx && built_in ? false : err_set(err, ERR_MEMORY, "rates: out of memory");
    }
    snprintf(path, sizeof path, "%s/fx.conf", engine->state_dir);
    bool ok =
        !fd_read_file(path, 1 << 20, &text, &size, &absent) || fx_load(engine->fx, path, text, err);
    free(text);
    return ok;
}

struct engine *engine_create(const struct engine_options *options, struct err *err)
{
    if (!http_global_init(err)) { /* before there are threads */
        return NULL;
    }
    struct engine *engine = calloc(1, sizeof *engine);
    if (!engine) {
        err_set(err, ERR_MEMORY, "engine: out of memory");
        return NULL;
    }
    engine->config = options->config;
    engine->clock = options->clock;
    engine->token = options->token;
    engine->app_secret = options->app_secret;
    engine->demo = options->demo;
    engine->lock_fd = engine->stop_fd = -1;
    engine->started_at = engine_now(engine);
    engine->worker_count =
        options->config->workers < WORKERS_MAX ? options->config->workers : WORKERS_MAX;
    snprintf(engine->state_dir, sizeof engine->state_dir, "%s", options->state_dir);
    rand_seed(&engine->rand, rand_entropy(), 1);
    policy_tier(engine->config, &engine->tiers);
    engine->stop_why = "end";
    if (!init_sync(engine, err) || !take_directory(engine, err) || !load_rates(engine, err) ||
        !open_store(engine, err) || !limits_create(engine, err) || !recover(engine, err)) {
        err_prefix(err, "--state-dir");
        engine_destroy(engine);
        return NULL;
    }
    return engine;
}

void engine_destroy(struct engine *engine)
{
    if (!engine) {
        return;
    }
    if (engine->store && engine->engine_id) {
        store_engine_stop(engine->store, engine->engine_id, engine_now(engine), engine->stop_why,
                          NULL);
    }
    accounts_free(engine);
    limits_destroy(engine);
    fx_destroy(engine->fx);
    store_reader_close(engine->reader);
    store_close(engine->store);
    if (engine->lock_fd >= 0) {
        close(engine->lock_fd);
    }
    if (engine->stop_fd >= 0) {
        close(engine->stop_fd);
        inbox_fini(&engine->inbox);
        pthread_cond_destroy(&engine->work);
        pthread_cond_destroy(&engine->tick);
        pthread_mutex_destroy(&engine->lock);
    }
    free(engine);
}

void engine_stop(struct engine *engine)
{
    uint64_t one = 1;
    atomic_store(&engine->stop_asked, true);
    ssize_t n = write(engine->stop_fd, &one, sizeof one); /* full = already set */
    (void)n;
}

/* Signals are for the main thread alone: blocked while the others are made. */
bool engine_start_threads(struct engine *engine, struct err *err)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    bool ok = workers_start(engine, err) && scheduler_start(engine, err);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return ok;
}

void engine_stop_threads(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    engine->stopping = true;
    pthread_cond_broadcast(&engine->work);
    pthread_cond_broadcast(&engine->tick);
    pthread_mutex_unlock(&engine->lock);
    workers_stop(engine);
    scheduler_stop(engine);
    jobs_close(engine);
    workers_destroy(engine);
}

static void serve_control(void *ctx, const struct control_peer *peer,
                          const struct control_request *request, struct control_reply *reply)
{
    struct engine *engine = ctx;
    if (request->hello) {
        reply->ok = true;
        reply->pid = getpid();
        reply->started_at = engine->started_at;
        gethostname(reply->host, sizeof reply->host - 1);
        snprintf(reply->version, sizeof reply->version, "%s", ADTOP_VERSION);
        return;
    }
    struct inbox_item item = {.peer = peer, .request = request, .reply = reply};
    if (!inbox_ask(&engine->inbox, &item, engine_wake, engine)) {
        reply->code = ERR_REFUSED;
        snprintf(reply->message, sizeof reply->message, "the engine is stopping");
    }
}

struct control_server *engine_listen(struct engine *engine, struct err *err)
{
    struct control_access access;
    snprintf(access.operators, sizeof access.operators, "%s", engine->config->operators);
    snprintf(access.readers, sizeof access.readers, "%s", engine->config->readers);
    struct control_server *server =
        control_server_create(engine->state_dir, &access, serve_control, engine, err);
    if (server && !share_socket(engine->state_dir, share_group(engine->config), err)) {
        control_server_destroy(server);
        server = NULL;
    }
    return server;
}

bool engine_run(struct engine *engine, int64_t for_ms, struct err *err)
{
    struct control_server *server = engine_listen(engine, err);
    bool ok = server && engine_start_threads(engine, err);
    int64_t end = for_ms ? engine->started_at + for_ms : INT64_MAX;
    while (ok && !atomic_load(&engine->stop_asked) && engine_now(engine) < end) {
        int64_t left = end == INT64_MAX
                           ? CONTROL_POLL_MS
                           : clock_to_real_ms(&engine->clock, end - engine_now(engine));
        control_server_poll(server, engine->stop_fd,
                            left < CONTROL_POLL_MS ? (int)left : CONTROL_POLL_MS);
    }
    engine_stop_threads(engine);
    control_server_destroy(server);
    return ok;
}

bool engine_operate(struct engine *engine, const struct control_request *request,
                    struct control_reply *reply, struct err *err)
{
    struct control_peer peer = {.uid = getuid(), .gid = getgid(), .pid = getpid()};
    struct control_access owner = {"", ""};
    if (!control_peer_may_act(&peer, &owner)) {
        return err_set(err, ERR_REFUSED, "only the owner of %s may act without an engine",
                       engine->state_dir);
    }
    if (request->op == OP_FORCE || request->op == OP_RETRY) {
        return err_set(
            err, ERR_REFUSED,
            "%s: no engine runs that would do it; start one with 'adtop engine', or make "
            "one pass with 'adtop sync'",
            op_kind_name(request->op));
    }
    control_user_name(peer.uid, peer.user);
    operate(engine, &peer, request, reply);
    scheduler_record(engine);
    return true;
}
