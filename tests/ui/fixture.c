#include "fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "control/control_server.h"
#include "control/socket.h"
#include "fixture_rows.h"
#include "store/alerts.h"
#include "store/overrides.h"
#include "store/store.h"

enum { SOCKET_LOOKS = 15000 }; /* half a minute of them */

struct fixture {
    char dir[64];
    int lock_fd;
    pthread_t thread;
    bool serving;
    pthread_mutex_t lock;
    /* guarded by lock */
    bool stop, asked;
    struct fixture_request last;
    char refusal[256];
    int64_t action_id;
};

struct fixture *fixture_create(enum fixture_state state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture_check(fixture != NULL, "memory");
    fixture->lock_fd = -1;
    pthread_mutex_init(&fixture->lock, NULL);
    snprintf(fixture->dir, sizeof fixture->dir, "/tmp/adtop-screen-XXXXXX");
    fixture_check(mkdtemp(fixture->dir) != NULL, "mkdtemp");
    fixture_fill(fixture->dir, state);
    fixture_drill(fixture->dir, state);
    return fixture;
}

void fixture_destroy(struct fixture *fixture)
{
    char command[128];
    if (!fixture) {
        return;
    }
    fixture_engine_stop(fixture);
    snprintf(command, sizeof command, "rm -rf '%s'", fixture->dir);
    int ignored = system(command);
    (void)ignored;
    pthread_mutex_destroy(&fixture->lock);
    free(fixture);
}

const char *fixture_dir(const struct fixture *fixture)
{
    return fixture->dir;
}

static void answer(void *ctx, const struct control_peer *peer,
                   const struct control_request *request, struct control_reply *reply)
{
    struct fixture *fixture = ctx;
    (void)peer;
    reply->ok = true;
    reply->may_act = true;
    if (request->hello) {
        return;
    }
    pthread_mutex_lock(&fixture->lock);
    fixture->asked = true;
    fixture->last.count++;
    fixture->last.request = *request;
    fixture->last.request.targets = NULL;
    fixture->last.target_count = request->target_count;
    snprintf(fixture->last.first_target, ID_SIZE, "%s",
             request->target_count ? request->targets[0] : "");
    bool refused = fixture->refusal[0] != '\0';
    reply->ok = !refused;
    snprintf(reply->message, sizeof reply->message, "%s", fixture->refusal);
    for (size_t i = 0; i < request->target_count; i++) {
        control_reply_add(reply, request->targets[i], !refused, ++fixture->action_id, "");
    }
    pthread_mutex_unlock(&fixture->lock);
}

static bool stopping(struct fixture *fixture)
{
    pthread_mutex_lock(&fixture->lock);
    bool stop = fixture->stop;
    pthread_mutex_unlock(&fixture->lock);
    return stop;
}

static void *serve(void *ctx)
{
    struct fixture *fixture = ctx;
    struct err err = {0};
    struct control_access access = {{0}, {0}};
    struct control_server *server =
        control_server_create(fixture->dir, &access, answer, fixture, &err);
    fixture_check(server != NULL, err.message);
    while (!stopping(fixture)) {
        control_server_poll(server, -1, 20);
    }
    control_server_destroy(server);
    return NULL;
}

void fixture_engine_start(struct fixture *fixture)
{
    char path[128], line[64];
    struct err err = {0};
    snprintf(path, sizeof path, "%s/%s", fixture->dir, CONTROL_LOCK_NAME);
    fixture->lock_fd = fd_lock(path, &err);
    fixture_check(fixture->lock_fd >= 0, err.message);
    int n =
        snprintf(line, sizeof line, "%d %lld test\n", (int)getpid(), (long long)clock_real_ms());
    fixture_check(write(fixture->lock_fd, line, (size_t)n) == n, "lock file");
    fixture->stop = false;
    fixture_check(pthread_create(&fixture->thread, NULL, serve, fixture) == 0, "thread");
    fixture->serving = true;
    snprintf(path, sizeof path, "%s/%s", fixture->dir, CONTROL_SOCKET_NAME);
    for (int i = 0; i < SOCKET_LOOKS && access(path, F_OK) != 0; i++) {
        usleep(2000);
    }
    fixture_check(access(path, F_OK) == 0, "no socket");
}

void fixture_engine_stop(struct fixture *fixture)
{
    if (!fixture->serving) {
        return;
    }
    pthread_mutex_lock(&fixture->lock);
    fixture->stop = true;
    pthread_mutex_unlock(&fixture->lock);
    pthread_join(fixture->thread, NULL);
    fixture->serving = false;
    close(fixture->lock_fd);
    fixture->lock_fd = -1;
}

bool fixture_last_request(struct fixture *fixture, struct fixture_request *out)
{
    pthread_mutex_lock(&fixture->lock);
    bool asked = fixture->asked;
    *out = fixture->last;
    pthread_mutex_unlock(&fixture->lock);
    return asked;
}

void fixture_alert(struct fixture *fixture, const char *scope, const char *detail)
{
    char path[128];
    struct err err = {0};
    struct alert_row alert = {
        .rule = "stale_high", .severity = ALERT_CRITICAL, .since = FIXTURE_NOW - 60000};
    snprintf(path, sizeof path, "%s/adtop.db", fixture->dir);
    snprintf(alert.scope, sizeof alert.scope, "%s", scope);
    snprintf(alert.detail, sizeof alert.detail, "%s", detail);
    struct store *store = store_open(path, NULL, &err);
    fixture_check(store != NULL, err.message);
    fixture_check(store_alert_open(store, &alert, NULL, &err), err.message);
    store_close(store);
}

void fixture_override(struct fixture *fixture, const struct override_row *row)
{
    char path[128];
    struct err err = {0};
    struct override_row written = *row;
    snprintf(path, sizeof path, "%s/adtop.db", fixture->dir);
    struct store *store = store_open(path, NULL, &err);
    fixture_check(store != NULL, err.message);
    fixture_check(store_override_set(store, &written, &err), err.message);
    store_close(store);
}

void fixture_refuse(struct fixture *fixture, const char *message)
{
    pthread_mutex_lock(&fixture->lock);
    snprintf(fixture->refusal, sizeof fixture->refusal, "%s", message ? message : "");
    pthread_mutex_unlock(&fixture->lock);
}
