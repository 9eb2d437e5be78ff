#include "control/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "json/json.h"
#include "json/write.h"

void control_request_init(struct control_request *request)
{
    memset(request, 0, sizeof *request);
    request->op = OP_KIND_COUNT;
    request->mode = RUN_DELTA;
    request->tier = TIER_LOW;
}

void control_request_fini(struct control_request *request)
{
    free(request->targets);
    request->targets = NULL;
    request->target_count = 0;
}

void control_reply_fini(struct control_reply *reply)
{
    free(reply->results);
    reply->results = NULL;
    reply->result_count = 0;
}

bool control_reply_add(struct control_reply *reply, const char *target, bool ok, int64_t action_id,
                       const char *message)
{
    /* Grows by doubling: the capacity is the next power of two. */
    size_t n = reply->result_count;
    if ((n & (n - 1)) == 0) {
        size_t cap = n ? n * 2 : 1;
        struct control_result *grown = realloc(reply->results, cap * sizeof *grown);
        if (!grown) {
            return false;
        }
        reply->results = grown;
    }
    struct control_result *result = &reply->results[reply->result_count++];
    memset(result, 0, sizeof *result);
    snprintf(result->target, sizeof result->target, "%s", target);
    snprintf(result->message, sizeof result->message, "%s", message);
    result->ok = ok;
    result->action_id = action_id;
    reply->ok = reply->result_count == 1 ? ok : reply->ok && ok;
    return true;
}

/* Members at their zero value are left out; the reader starts from zero. */
static void put_text(struct jw *w, const char *key, const char *value)
{
    if (value[0]) {
        jw_put_text(w, key, value);
    }
}

static void put_i64(struct jw *w, const char *key, int64_t value)
{
    if (value != 0) {
        jw_put_i64(w, key, value);
    }
}

static void put_bool(struct jw *w, const char *key, bool value)
{
    if (value) {
        jw_put_bool(w, key, value);
    }
}

bool control_request_encode(const struct control_request *request, struct str *out)
{
    struct jw w;
    jw_init(&w, out);
    jw_object_begin(&w);
    jw_put_i64(&w, "v", CONTROL_VERSION);
    jw_put_text(&w, "op", request->hello ? "hello" : op_kind_name(request->op));
    put_bool(&w, "read_only", request->read_only);
    put_bool(&w, "all", request->all);
    if (request->target_count) {
        jw_key(&w, "targets");
        jw_array_begin(&w);
        for (size_t i = 0; i < request->target_count; i++) {
            jw_text(&w, request->targets[i]);
        }
        jw_array_end(&w);
    }
    put_text(&w, "reason", request->reason);
    put_text(&w, "origin", request->origin);
    put_i64(&w, "until", request->until);
    put_i64(&w, "number", request->number);
    jw_put_text(&w, "mode", run_mode_name(request->mode));
    put_i64(&w, "since_day", request->since_day);
    put_bool(&w, "override", request->override_holds);
    put_i64(&w, "priority", request->priority);
    jw_put_text(&w, "tier", tier_name(request->tier));
    put_bool(&w, "unpin", request->unpin);
    put_text(&w, "setting", request->setting);
    if (request->setting[0]) {
        jw_put_double(&w, "value", request->value);
    }
    jw_object_end(&w);
    return jw_ok(&w);
}

static bool malformed(struct err *err, const char *what)
{
    return err_set(err, ERR_USAGE, "request: %s; console and engine may be of different versions",
                   what);
}

/* A text of at most size - 1 bytes of valid UTF-8; absent leaves "". */
static bool take_text(const struct json *root, const char *key, char *out, size_t size)
{
    const struct json *node = json_get(root, key);
    const char *text = json_text(node);
    if (!text) {
        return json_type(node) == JSON_ABSENT;
    }
    size_t n = strlen(text);
    if (n >= size || !utf8_valid(text, n)) {
        return false;
    }
    memcpy(out, text, n + 1);
    return true;
}

static bool take_i64(const struct json *root, const char *key, int64_t *out)
{
    const struct json *node = json_get(root, key);
    return json_type(node) == JSON_ABSENT || json_i64(node, out);
}

static bool take_bool(const struct json *root, const char *key, bool *out)
{
    const struct json *node = json_get(root, key);
    return json_type(node) == JSON_ABSENT || json_bool(node, out);
}

static bool take_targets(const struct json *root, struct control_request *out)
{
    const struct json *array = json_get(root, "targets");
    size_t n = json_size(array);
    if (json_type(array) == JSON_ABSENT) {
        return true;
    }
    if (json_type(array) != JSON_ARRAY || n > CONTROL_TARGETS_MAX) {
        return false;
    }
    if (n == 0) {
        return true;
    }
    out->targets = calloc(n, sizeof *out->targets);
    if (!out->targets) {
        return false;
    }
    for (const struct json *node = json_first(array); node; node = json_next(node)) {
        const char *text = json_text(node);
        if (!text || !account_id_normalize(text, out->targets[out->target_count])) {
            return false;
        }
        out->target_count++;
    }
    return true;
}

static bool take_names(const struct json *root, struct control_request *out)
{
    const char *op = json_text(json_get(root, "op"));
    const char *mode = json_text(json_get(root, "mode"));
    const char *tier = json_text(json_get(root, "tier"));
    out->hello = op && strcmp(op, "hello") == 0;
    return op && (out->hello || op_kind_parse(op, &out->op)) &&
           (!mode || run_mode_parse(mode, &out->mode)) && (!tier || tier_parse(tier, &out->tier));
}

static bool take_numbers(const struct json *root, struct control_request *out)
{
    int64_t priority = 0, since = 0;
    const struct json *value = json_get(root, "value");
    if (!take_i64(root, "until", &out->until) || !take_i64(root, "number", &out->number) ||
        !take_i64(root, "since_day", &since) || !take_i64(root, "priority", &priority) ||
        (json_type(value) != JSON_ABSENT && !json_double(value, &out->value))) {
        return false;
    }
    if (priority < -9 || priority > 9 || since < 0 || since > 1000000) {
        return false;
    }
    out->priority = (int)priority;
    out->since_day = (int32_t)since;
    return true;
}

bool control_request_decode(const char *line, size_t n, struct control_request *out,
                            struct err *err)
{
    struct json_limits limits = {.max_depth = 4, .max_bytes = CONTROL_LINE_MAX};
    struct json_doc *doc = json_parse(line, n, &limits, err);
    if (!doc) {
        return err_prefix(err, "request");
    }
    const struct json *root = json_root(doc);
    int64_t version = 0;
    bool ok = false;
    if (!json_i64(json_get(root, "v"), &version) || version != CONTROL_VERSION) {
        malformed(err, "it is not of this engine's version");
    } else if (!take_names(root, out)) {
        malformed(err, "it asks for nothing this engine knows");
    } else if (!take_targets(root, out)) {
        malformed(err, "its targets are not account ids");
    } else if (!take_text(root, "reason", out->reason, sizeof out->reason) ||
               !take_text(root, "origin", out->origin, sizeof out->origin) ||
               !take_text(root, "setting", out->setting, sizeof out->setting)) {
        malformed(err, "a text in it is too long or not UTF-8");
    } else if (!take_numbers(root, out) || !take_bool(root, "all", &out->all) ||
               !take_bool(root, "read_only", &out->read_only) ||
               !take_bool(root, "override", &out->override_holds) ||
               !take_bool(root, "unpin", &out->unpin)) {
        malformed(err, "a figure in it is out of range");
    } else {
        ok = true;
    }
    json_free(doc);
    return ok;
}

bool control_reply_encode(const struct control_reply *reply, struct str *out)
{
    struct jw w;
    jw_init(&w, out);
    jw_object_begin(&w);
    jw_put_bool(&w, "ok", reply->ok);
    put_i64(&w, "code", reply->code);
    put_text(&w, "message", reply->message);
    put_bool(&w, "may_act", reply->may_act);
    put_i64(&w, "pid", reply->pid);
    put_i64(&w, "started_at", reply->started_at);
    put_text(&w, "host", reply->host);
    put_text(&w, "version", reply->version);
    jw_key(&w, "results");
    jw_array_begin(&w);
    for (size_t i = 0; i < reply->result_count; i++) {
        const struct control_result *result = &reply->results[i];
        jw_object_begin(&w);
        jw_put_text(&w, "target", result->target);
        jw_put_bool(&w, "ok", result->ok);
        put_i64(&w, "action_id", result->action_id);
        put_text(&w, "message", result->message);
        jw_object_end(&w);
    }
    jw_array_end(&w);
    jw_object_end(&w);
    return jw_ok(&w);
}

static bool take_results(const struct json *root, struct control_reply *out)
{
    const struct json *array = json_get(root, "results");
    for (const struct json *node = json_first(array); node; node = json_next(node)) {
        char target[64] = "", message[256] = "";
        bool ok = false;
        int64_t action_id = 0;
        if (!take_text(node, "target", target, sizeof target) ||
            !take_text(node, "message", message, sizeof message) || !take_bool(node, "ok", &ok) ||
            !take_i64(node, "action_id", &action_id) ||
            !control_reply_add(out, target, ok, action_id, message)) {
            return false;
        }
    }
    return true;
}

bool control_reply_decode(const char *line, size_t n, struct control_reply *out, struct err *err)
{
    struct json_doc *doc = json_parse(line, n, NULL, err);
    if (!doc) {
        return err_prefix(err, "engine's answer");
    }
    memset(out, 0, sizeof *out);
    const struct json *root = json_root(doc);
    int64_t code = 0;
    bool all_ok = false;
    bool ok = take_results(root, out) && take_bool(root, "ok", &all_ok) &&
              take_i64(root, "code", &code) &&
              take_text(root, "message", out->message, sizeof out->message) &&
              take_bool(root, "may_act", &out->may_act) && take_i64(root, "pid", &out->pid) &&
              take_i64(root, "started_at", &out->started_at) &&
              take_text(root, "host", out->host, sizeof out->host) &&
              take_text(root, "version", out->version, sizeof out->version) && code >= 0 &&
              code <= ERR_LIMIT;
    out->ok = all_ok;
    out->code = ok ? (enum err_code)code : ERR_NONE;
    json_free(doc);
    if (!ok) {
        control_reply_fini(out);
        return malformed(err, "the engine's answer cannot be read");
    }
    return true;
}
