/* What `check` asks the API, one question after the other, without store or threads. */
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "engine/engine.h"
#include "engine/state.h"
#include "engine/worker.h"
#include "graph/graph.h"
#include "http/http.h"
#include "json/json.h"

enum { ANSWER_MS = 15000, POLL_MS = 100, PAGE_ACCOUNTS = 500 };

struct probing {
    struct engine_probe *out;
    const struct clock *clock;
    bool answered;
    void (*read)(struct engine_probe *out, const struct graph_result *result);
};

static void answered(void *ctx, const struct graph_result *result)
{
    struct probing *probing = ctx;
    struct engine_probe *out = probing->out;
    probing->answered = true;
    if (result->ok || result->error.http_status > 0) {
        out->reached = true;
    }
    if (result->server_ms) {
        out->skew_ms = clock_now_ms(probing->clock) - result->server_ms;
    }
    if (result->served_version[0]) {
        snprintf(out->served_version, sizeof out->served_version, "%s", result->served_version);
    }
    if (!result->ok) {
        snprintf(out->error, sizeof out->error, "%s", result->error.message);
        return;
    }
    probing->read(out, result);
}

static void read_me(struct engine_probe *out, const struct graph_result *result)
{
    const char *name = json_text(json_get(result->root, "name"));
    const char *id = json_text(json_get(result->root, "id"));
    out->token_valid = id != NULL;
    snprintf(out->user, sizeof out->user, "%s", name ? name : id ? id : "?");
}

static void read_permissions(struct engine_probe *out, const struct graph_result *result)
{
    size_t used = 0;
    for (const struct json *row = json_first(result->data); row; row = json_next(row)) {
        const char *permission = json_text(json_get(row, "permission"));
        const char *status = json_text(json_get(row, "status"));
        if (!permission || !status || strcmp(status, "granted") != 0) {
            continue;
        }
        out->ads_read = out->ads_read || strcmp(permission, "ads_read") == 0 ||
                        strcmp(permission, "ads_management") == 0;
        int n = snprintf(out->permissions + used, sizeof out->permissions - used, "%s%s",
                         used ? ", " : "", permission);
        used += n > 0 && (size_t)n < sizeof out->permissions - used ? (size_t)n : 0;
    }
}

static void read_accounts_page(struct engine_probe *out, const struct graph_result *result)
{
    out->accounts = json_size(result->data);
}

static bool ask(struct graph *graph, struct probing *probing, enum call_class call_class,
                const char *path, const char *fields)
{
    char limit[16];
    struct err err = {0};
    snprintf(limit, sizeof limit, "%d", PAGE_ACCOUNTS);
    struct graph_param params[] = {
        {"fields", fields},
        {"limit",  limit }
    };
    struct graph_request request = {.call_class = call_class,
                                    .path = path,
                                    .params = params,
                                    .param_count = call_class == CALL_ACCOUNTS ? 2
                                                   : fields                    ? 1
                                                                               : 0};
    uint64_t handle = 0;
    probing->answered = false;
    bool ok = graph_send(graph, &request, answered, probing, &handle, &err);
    int64_t deadline = clock_mono_ms() + ANSWER_MS;
    while (ok && !probing->answered && clock_mono_ms() < deadline) {
        ok = graph_poll(graph, POLL_MS, &err);
    }
    if (ok && !probing->answered) {
        graph_cancel(graph, handle);
        ok = err_set(&err, ERR_TIMEOUT, "the API: no answer within %d s; check the network",
                     ANSWER_MS / 1000);
    }
    if (!ok) {
        snprintf(probing->out->error, sizeof probing->out->error, "%.399s", err.message);
    }
    return ok && !probing->out->error[0];
}

bool engine_probe(const struct engine_options *options, struct engine_probe *out, struct err *err)
{
    struct engine engine = {.config = options->config,
                            .clock = options->clock,
                            .token = options->token,
                            .app_secret = options->app_secret};
    memset(out, 0, sizeof *out);
    struct graph *graph = http_global_init(err) ? worker_graph(&engine, err) : NULL;
    if (!graph) {
        return false;
    }
    struct probing probing = {.out = out, .clock = &engine.clock, .read = read_me};
    if (ask(graph, &probing, CALL_TOKEN, "me", "id,name")) {
        probing.read = read_permissions;
        bool well = ask(graph, &probing, CALL_TOKEN, "me/permissions", NULL);
        probing.read = read_accounts_page;
        if (well) {
            ask(graph, &probing, CALL_ACCOUNTS, "me/adaccounts", "id");
        }
    }
    graph_destroy(graph);
    return true;
}
