/*
 * recorded: puts what naive logged into a store, as if an engine had sent it and its last call had
 * just been answered: calls, and the readings of their headers. What reads such a store (`adtop
 * advise`, `usage`, `runs --stats`) then speaks of the baseline's day.
 *
 * recorded DIRECTORY LOG...      (one LOG a pass, in order)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "govern/cost.h"
#include "graph/usage.h"
#include "store/calls.h"
#include "store/usage.h"
#include "json/json.h"

enum { HEADERS_MAX = 16, WINDOW_DAYS = 7 };

struct importer {
    struct store *store;
    struct cost_weights weights;
    struct call_record call;
    char account_id[ID_SIZE]; /* of the call before */
    int64_t run_id, calls;
    int64_t later_ms; /* added to what the logs say */
    int64_t last_ms;  /* when the last call was answered, as the logs say */
};

static int64_t number(const struct json *line, const char *key)
{
    int64_t value = 0;
    json_i64(json_get(line, key), &value);
    return value;
}

/* Another account, or another pass: another run. */
static void take_call(struct importer *in, const struct json *line)
{
    struct call_record *call = &in->call;
    const char *account = json_text(json_get(line, "account"));
    const char *class = json_text(json_get(line, "class"));
    struct cost_shape shape = {.daily = true, .days = WINDOW_DAYS};
    *call = (struct call_record){.at = number(line, "at") + in->later_ms,
                                 .ms = number(line, "ms"),
                                 .http_status = (int)number(line, "http"),
                                 .code = (int)number(line, "code"),
                                 .subcode = (int)number(line, "subcode")};
    call_class_parse(class ? class : "", &call->call_class);
    snprintf(call->account_id, sizeof call->account_id, "%s", account ? account : "");
    in->run_id += strcmp(in->account_id, call->account_id) != 0;
    memcpy(in->account_id, call->account_id, sizeof in->account_id);
    call->run_id = in->run_id;
    shape.call_class = call->call_class;
    call->cost = cost_call(&in->weights, &shape);
}

static bool take_readings(struct importer *in, const struct json *headers, int64_t at,
                          struct err *err)
{
    struct http_header list[HEADERS_MAX];
    struct usage_set set;
    size_t count = 0;
    for (const struct json *h = json_first(headers); h && count < HEADERS_MAX; h = json_next(h)) {
        list[count++] = (struct http_header){.name = json_text(json_get(h, "name")),
                                             .value = json_text(json_get(h, "value"))};
    }
    struct usage_context context = {
        .at = at, .run_id = in->run_id, .account_id = in->call.account_id};
    usage_read(list, count, &context, &set);
    return store_usage_append(in->store, set.readings, set.count, err);
}

static bool take_line(struct importer *in, const struct json *line, struct err *err)
{
    take_call(in, line);
    in->calls++;
    return store_call_append(in->store, &in->call, NULL, err) &&
           take_readings(in, json_get(line, "headers"), in->call.at + in->call.ms, err);
}

static bool find_last(struct importer *in, const struct json *line, struct err *err)
{
    int64_t answered = number(line, "at") + number(line, "ms");
    (void)err;
    in->last_ms = answered > in->last_ms ? answered : in->last_ms;
    return true;
}

static bool each_line(struct importer *in, const char *path,
                      bool take(struct importer *, const struct json *, struct err *),
                      struct err *err)
{
    char *text = NULL;
    size_t size = 0;
    bool ok = true;
    FILE *file = fopen(path, "r");
    if (!file) {
        return err_set(err, ERR_NOT_FOUND, "%s cannot be read", path);
    }
    in->account_id[0] = '\0';
    in->run_id++;
    while (ok && getline(&text, &size, file) > 0) {
        struct json_doc *doc = json_parse(text, strlen(text), NULL, err);
        ok = doc && take(in, json_root(doc), err);
        json_free(doc);
    }
    free(text);
    fclose(file);
    return ok;
}

int main(int argc, char **argv)
{
    struct importer in = {0};
    struct err err = {0};
    char path[4096];
    if (argc < 3) {
        fprintf(stderr, "usage: recorded DIRECTORY LOG...\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/adtop.db", argv[1]);
    cost_weights_defaults(&in.weights);
    in.store = store_open(path, NULL, &err);
    bool ok = in.store && store_begin(in.store, &err);
    bool open = ok;
    for (int i = 2; ok && i < argc; i++) {
        ok = each_line(&in, argv[i], find_last, &err);
    }
    in.later_ms = clock_now_ms(NULL) - in.last_ms;
    in.run_id = 0;
    for (int i = 2; ok && i < argc; i++) {
        ok = each_line(&in, argv[i], take_line, &err);
    }
    ok = open && store_end(in.store, ok, &err);
    store_close(in.store);
    if (!ok) {
        fprintf(stderr, "recorded: %s\n", err.message);
        return 1;
    }
    printf("calls=%lld runs=%lld\n", (long long)in.calls, (long long)in.run_id);
    return 0;
}
