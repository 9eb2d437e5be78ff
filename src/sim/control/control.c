#include "sim/control/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "sim/control/state.h"
#include "sim/control/stats.h"
#include "sim/drill/fault.h"
#include "sim/drill/mutation.h"
#include "sim/drill/others.h"
#include "sim/limit/rates.h"
#include "sim/settings.h"
#include "json/json.h"
#include "json/write.h"

enum { FAULTS_SHOWN = 256 };

struct endpoint {
    const char *method, *path, *help;
    bool (*serve)(struct sim *sim, struct request *request, struct jw *w, struct err *err);
};

static bool get_help(struct sim *sim, struct request *request, struct jw *w, struct err *err);

static void member_int(struct jw *w, const char *key, int64_t value)
{
    jw_key(w, key);
    jw_i64(w, value);
}

static void write_ok(struct jw *w)
{
    jw_object_begin(w);
    jw_key(w, "ok");
    jw_bool(w, true);
    jw_object_end(w);
}

static bool get_clock(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    (void)request;
    (void)err;
    char now[32];
    int64_t now_ms = sim_now(sim);
    date_format_rfc3339(now_ms, 0, now);
    jw_object_begin(w);
    member_int(w, "now_ms", now_ms);
    jw_key(w, "now");
    jw_text(w, now);
    jw_key(w, "speed");
    jw_double(w, sim->clock.speed);
    member_int(w, "anchor_ms", sim->clock.anchor_ms);
    member_int(w, "start_ms", sim->start_ms);
    sim_lock(sim);
    member_int(w, "base_ms", world_config_of(sim->world)->base_ms);
    sim_unlock(sim);
    jw_object_end(w);
    return true;
}

static bool get_truth(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    const char *account = request_param(request, "account");
    if (account != NULL && sim_find_account(sim, account) < 0) {
        return err_set(err, ERR_NOT_FOUND, "no such account: %s", account);
    }
    truth_write(sim, request, w);
    return true;
}

static bool get_stats(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    (void)request;
    (void)err;
    stats_write(sim->stats, sim, w);
    return true;
}

static bool get_limits(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    (void)err;
    const char *falls = request_param(request, "falls");
    limits_write(sim, falls != NULL && strcmp(falls, "1") == 0, w);
    return true;
}

static bool get_faults(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    (void)request;
    struct fault *list = calloc(FAULTS_SHOWN, sizeof *list);
    if (list == NULL) {
        return err_set(err, ERR_MEMORY, "out of memory");
    }
    size_t count = faults_list(sim->faults, list, FAULTS_SHOWN);
    jw_array_begin(w);
    for (size_t i = 0; i < count; i++) {
        jw_object_begin(w);
        member_int(w, "id", list[i].id);
        jw_key(w, "kind");
        jw_text(w, fault_kind_name(list[i].kind));
        jw_key(w, "path");
        jw_text(w, list[i].path);
        jw_key(w, "class");
        jw_text(w, list[i].call_class);
        jw_key(w, "account");
        jw_text(w, list[i].account);
        member_int(w, "count", list[i].count);
        member_int(w, "from_ms", list[i].from_ms);
        member_int(w, "until_ms", list[i].until_ms);
        member_int(w, "hits", (int64_t)list[i].hits);
        jw_object_end(w);
    }
    jw_array_end(w);
    free(list);
    return true;
}

static bool add_fault(struct sim *sim, struct request *keys, struct jw *w, struct err *err)
{
    struct fault fault;
    char buf[48];
    const char *kind = request_param(keys, "kind");
    int64_t now_ms = sim_now(sim);
    if (kind == NULL) {
        return err_set(err, ERR_CONFIG, "fault: kind is missing");
    }
    if (!fault_init(&fault, kind, err)) {
        return false;
    }
    for (size_t i = 0; i < keys->param_count; i++) {
        const struct param *param = &keys->params[i];
        if (strcmp(param->name, "kind") != 0 &&
            !fault_set(&fault, param->name, mutation_expand(sim, param->value, buf), now_ms, err)) {
            return false;
        }
    }
    int64_t id = faults_add(sim->faults, &fault);
    jw_object_begin(w);
    member_int(w, "id", id);
    jw_object_end(w);
    return id != 0 || err_set(err, ERR_LIMIT, "too many faults");
}

/* One object, or a list of them; query parameters do as well. */
static bool post_fault(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    if (request->body_len == 0 || request->body[0] != '[') {
        return add_fault(sim, request, w, err);
    }
    struct json_doc *doc = json_parse(request->body, request->body_len, NULL, err);
    bool ok = doc != NULL;
    jw_array_begin(w);
    for (const struct json *node = json_first(json_root(doc)); ok && node != NULL;
         node = json_next(node)) {
        struct request *keys = arena_alloc(request->arena, sizeof *keys);
        const char *text = request_json_text(request->arena, node);
        if (keys == NULL || text == NULL) {
            ok = err_set(err, ERR_MEMORY, "out of memory");
            break;
        }
        request_init(keys, request->arena, "POST", request->path);
        ok = request_add_json(keys, text, strlen(text)) && add_fault(sim, keys, w, err);
    }
    jw_array_end(w);
    json_free(doc);
    return ok;
}

static bool delete_fault(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    (void)err;
    const char *id = request_param(request, "id");
    size_t removed = faults_remove(sim->faults, id != NULL ? strtoll(id, NULL, 10) : 0);
    jw_object_begin(w);
    member_int(w, "removed", (int64_t)removed);
    jw_object_end(w);
    return true;
}

static bool post_mutate(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    struct mutation *mutation = arena_alloc(request->arena, sizeof *mutation);
    int64_t now_ms = sim_now(sim);
    uint64_t created = 0;
    char id[24];
    if (mutation == NULL) {
        return err_set(err, ERR_MEMORY, "out of memory");
    }
    mutation_init(mutation, now_ms);
    for (size_t i = 0; i < request->param_count; i++) {
        if (!mutation_set(mutation, sim, request->params[i].name, request->params[i].value, now_ms,
                          err)) {
            return false;
        }
    }
    if (!mutation_apply(mutation, sim, &created, err)) {
        return false;
    }
    snprintf(id, sizeof id, "%llu", (unsigned long long)created);
    jw_object_begin(w);
    jw_key(w, "id");
    jw_text(w, created != 0 ? id : NULL);
    jw_object_end(w);
    return true;
}

static bool post_others(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    struct others others;
    others_init(&others);
    for (size_t i = 0; i < request->param_count; i++) {
        if (!others_set(&others, sim, request->params[i].name, request->params[i].value, err)) {
            return false;
        }
    }
    if (!others_apply(&others, sim, sim_now(sim), err)) {
        return false;
    }
    write_ok(w);
    return true;
}

static bool post_set(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    for (size_t i = 0; i < request->param_count; i++) {
        if (!settings_apply(sim, request->params[i].name, request->params[i].value, err)) {
            return false;
        }
    }
    write_ok(w);
    return true;
}

static bool post_reset(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    const char *what = request_param(request, "what");
    if (what == NULL || strcmp(what, "stats") == 0) {
        stats_reset(sim->stats);
    }
    if (what == NULL || strcmp(what, "limits") == 0) {
        meter_reset(sim->meter);
    }
    if (what != NULL && strcmp(what, "faults") == 0) {
        faults_remove(sim->faults, 0);
    }
    (void)err;
    write_ok(w);
    return true;
}

static bool post_save(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    (void)request;
    if (sim->options.state == NULL) {
        return err_set(err, ERR_CONFIG, "no --state given");
    }
    if (!state_save(sim, err)) {
        return false;
    }
    jw_object_begin(w);
    jw_key(w, "path");
    jw_text(w, sim->options.state);
    jw_object_end(w);
    return true;
}

static const struct endpoint endpoints[] = {
    {"GET",    "/sim/help",   "this list",                                                      get_help    },
    {"GET",    "/sim/clock",  "simulated time",                                                 get_clock   },
    {"GET",    "/sim/truth",  "exact totals: account, since, until, entities=1, at",            get_truth   },
    {"GET",    "/sim/stats",  "what clients did",                                               get_stats   },
    {"GET",    "/sim/limits", "every limiter as it stands; falls=1: and by minute to come",
     get_limits                                                                                             },
    {"GET",    "/sim/fault",  "faults that are set",                                            get_faults  },
    {"POST",   "/sim/fault",  "set one or a list",                                              post_fault  },
    {"DELETE", "/sim/fault",  "remove id, or all",                                              delete_fault},
    {"POST",   "/sim/mutate", "change the world",                                               post_mutate },
    {"POST",   "/sim/others", "use up a limit as other programs do: limiter, account, percent",
     post_others                                                                                            },
    {"POST",   "/sim/set",    "change latency and limits",                                      post_set    },
    {"POST",   "/sim/reset",  "what=stats, limits or faults",                                   post_reset  },
    {"POST",   "/sim/save",   "write the state file",                                           post_save   },
};

static bool get_help(struct sim *sim, struct request *request, struct jw *w, struct err *err)
{
    (void)sim;
    (void)request;
    (void)err;
    jw_object_begin(w);
    jw_key(w, "endpoints");
    jw_array_begin(w);
    for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++) {
        char line[160];
        snprintf(line, sizeof line, "%s %s: %s", endpoints[i].method, endpoints[i].path,
                 endpoints[i].help);
        jw_text(w, line);
    }
    jw_array_end(w);
    jw_key(w, "faults");
    jw_object_begin(w);
    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        jw_key(w, fault_kind_name((enum fault_kind)kind));
        jw_text(w, fault_kind_help((enum fault_kind)kind));
    }
    jw_object_end(w);
    jw_key(w, "settings");
    jw_array_begin(w);
    jw_text(w, "latency");
    jw_text(w, "limits_scale");
    jw_text(w, "access_tier");
    for (size_t i = 0; rates_name(i) != NULL; i++) {
        jw_text(w, rates_name(i));
    }
    jw_array_end(w);
    jw_object_end(w);
    return true;
}

static void reply_error(struct reply *reply, int status, const char *message)
{
    struct jw w;
    reply->status = status;
    str_reset(&reply->body);
    jw_init(&w, &reply->body);
    jw_object_begin(&w);
    jw_key(&w, "error");
    jw_text(&w, message);
    jw_object_end(&w);
}

void control_serve(struct sim *sim, struct request *request, struct reply *reply)
{
    struct err err = {0};
    struct jw w;
    jw_init(&w, &reply->body);
    if (request->body_len > 0 && request->body[0] != '[' &&
        !request_add_json(request, request->body, request->body_len)) {
        reply_error(reply, 400, "the body is no JSON object");
        return;
    }
    for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++) {
        if (strcmp(endpoints[i].path, request->path) != 0 ||
            strcmp(endpoints[i].method, request->method) != 0) {
            continue;
        }
        if (!endpoints[i].serve(sim, request, &w, &err)) {
            reply_error(reply, 400, err.message);
        }
        return;
    }
    reply_error(reply, 404, "no such endpoint; GET /sim/help lists them");
}
