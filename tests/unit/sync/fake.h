/*
 * fake: an ad account behind a scripted transport, for tests of runs. It answers listings, batches,
 * insights and totals from its own tables; a script may answer a call before it does. Time stands
 * still but for the waits that a run asks for.
 */
#ifndef TESTS_UNIT_SYNC_FAKE_H
#define TESTS_UNIT_SYNC_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/rand.h"
#include "base/str.h"
#include "base/tz.h"
#include "config/config.h"
#include "govern/tier_rule.h"
#include "graph/graph.h"
#include "store/accounts.h"
#include "store/cursors.h"
#include "store/daily.h"
#include "store/read_accounts.h"
#include "store/read_alerts.h"
#include "store/read_entities.h"
#include "store/read_runs.h"
#include "store/runs.h"
#include "store/store.h"
#include "sync/marks.h"
#include "sync/plan.h"
#include "sync/run.h"
#include "json/json.h"

enum { FAKE_THINGS = 400, FAKE_ROWS = 2000, FAKE_FLYING = 32, FAKE_BODY = 4 << 20 };

#define ACCOUNT "act_77"

struct thing {
    enum entity_kind kind;
    char id[ID_SIZE];
    char parent[ID_SIZE];
    char name[64];
    const char *status; /* effective */
    int64_t updated_s;
    bool unlisted; /* no listing returns it */
    bool gone;     /* reading it by id answers 100/33 */
};

struct figure {
    char ad[ID_SIZE];
    int32_t day;
    int64_t spend; /* micros */
    int clicks;
};

struct reply {
    int status;
    struct str body;
    double load_pct; /* of insights, as its header tells; 0 = it is left out */
};

struct fake;
/* true = it wrote the reply. */
typedef bool fake_script(struct fake *fake, const struct graph_request *request,
                         struct reply *reply);

struct flying {
    uint64_t handle;
    graph_done *done;
    void *ctx;
    struct graph_request request;
    struct reply reply;
};

struct fake {
    char dir[64], db[80];
    struct store *store;
    struct arena *arena; /* what tests read */
    struct config config;
    struct clock clock;
    struct rand rand;
    struct account account;
    char name[16]; /* the account's */
    struct tz *tz;
    struct thing things[FAKE_THINGS];
    size_t thing_count;
    struct figure figures[FAKE_ROWS];
    size_t figure_count;
    int limit_max; /* the server's clamp; 0 = none */
    bool ignores_filter;
    const struct tier_policy *tiers; /* NULL = not recomputed */
    fake_script *script;
    int step; /* the script's own */
    struct flying flying[FAKE_FLYING];
    size_t flying_count;
    uint64_t last_handle;
    int calls, node_calls, items;
    int admitted, observed, released;
    int worst_limit; /* smallest page size asked for */
    bool stop_after; /* the caller lets go of the run */
    struct run result;
};

/* ---- requests -----------------------------------------------------------------------------------
 */

static inline const char *fake_param(const struct graph_request *request, const char *key)
{
    for (size_t i = 0; i < request->param_count; i++) {
        if (strcmp(request->params[i].key, key) == 0) {
            return request->params[i].value;
        }
    }
    return NULL;
}

static inline bool fake_is(const struct graph_request *request, const char *tail)
{
    size_t n = strlen(request->path);
    size_t m = strlen(tail);
    return n >= m && strcmp(request->path + n - m, tail) == 0;
}

static inline bool fake_error(struct reply *reply, int status, int code, int subcode,
                              const char *message)
{
    reply->status = status;
    str_addf(&reply->body,
             "{\"error\":{\"message\":\"%s\",\"type\":\"OAuthException\",\"code\":%d,"
             "\"error_subcode\":%d,\"fbtrace_id\":\"Atrace\"}}",
             message, code, subcode);
    return true;
}

/* Of the insights of ads, whether read at once or ordered as a report. */
static inline bool fake_is_rows(const struct graph_request *request)
{
    const char *level = fake_param(request, "level");
    return level && strcmp(level, "ad") == 0;
}

struct fake_filter {
    int64_t since_s; /* rows with a larger updated_time; -1 = all */
    bool has_statuses;
    char statuses[512];
};

static inline void fake_list_text(const struct json *list, struct fake_filter *out)
{
    out->has_statuses = true;
    size_t at = 0;
    for (const struct json *s = json_first(list); s; s = json_next(s)) {
        at += (size_t)snprintf(out->statuses + at, sizeof out->statuses - at, "|%s|", json_text(s));
    }
}

static inline void fake_filter_read(const struct fake *fake, const struct graph_request *request,
                                    struct fake_filter *out)
{
    const char *statuses = fake_param(request, "effective_status");
    const char *filtering = fake_param(request, "filtering");
    memset(out, 0, sizeof *out);
    out->since_s = -1;
    if (statuses) {
        struct json_doc *doc = json_parse(statuses, strlen(statuses), NULL, NULL);
        fake_list_text(json_root(doc), out);
        json_free(doc);
    }
    if (!filtering || fake->ignores_filter) {
        return;
    }
    struct json_doc *doc = json_parse(filtering, strlen(filtering), NULL, NULL);
    for (const struct json *f = json_first(json_root(doc)); f; f = json_next(f)) {
        const char *field = json_text(json_get(f, "field"));
        if (strstr(field, "updated_time")) {
            assert_string_equal(json_text(json_get(f, "operator")), "GREATER_THAN");
            assert_true(json_i64(json_get(f, "value"), &out->since_s));
        } else {
            assert_non_null(strstr(field, "effective_status"));
            fake_list_text(json_get(f, "value"), out);
        }
    }
    json_free(doc);
}

static inline bool fake_passes(const struct fake_filter *filter, const char *status)
{
    char word[64];
    snprintf(word, sizeof word, "|%s|", status);
    if (filter->has_statuses) {
        return strstr(filter->statuses, word) != NULL;
    }
    return strcmp(status, "ARCHIVED") != 0 && strcmp(status, "DELETED") != 0;
}

/* ---- answers ------------------------------------------------------------------------------------
 */

static inline const struct thing *fake_find(const struct fake *fake, const char *id)
{
    for (size_t i = 0; i < fake->thing_count; i++) {
        if (strcmp(fake->things[i].id, id) == 0) {
            return &fake->things[i];
        }
    }
    return NULL;
}

static inline const char *fake_campaign_of(const struct fake *fake, const struct thing *thing)
{
    const struct thing *parent = fake_find(fake, thing->parent);
    return thing->kind == ENTITY_AD && parent ? parent->parent : thing->parent;
}

static inline void fake_put_thing(const struct fake *fake, const struct thing *t,
                                  const char *fields, struct str *out)
{
    char time[32];
    date_format_rfc3339(t->updated_s * 1000, 0, time);
    str_addf(out, "{\"id\":\"%s\",\"effective_status\":\"%s\",\"updated_time\":\"%s\"", t->id,
             t->status, time);
    if (strstr(fields, "name")) {
        str_addf(out, ",\"name\":\"%s\",\"status\":\"%s\",\"created_time\":\"%s\"", t->name,
                 t->status, time);
        if (t->kind != ENTITY_CAMPAIGN) {
            str_addf(out, ",\"campaign_id\":\"%s\"", fake_campaign_of(fake, t));
        }
        if (t->kind == ENTITY_AD) {
            str_addf(out, ",\"adset_id\":\"%s\"", t->parent);
        }
    }
    str_addc(out, '}');
}

struct fake_page {
    int from, to, at;
};

static inline struct fake_page fake_page_of(struct fake *fake, const struct graph_request *request)
{
    const char *after = fake_param(request, "after");
    int limit = atoi(fake_param(request, "limit"));
    if (fake->worst_limit == 0 || limit < fake->worst_limit) {
        fake->worst_limit = limit;
    }
    if (fake->limit_max > 0 && limit > fake->limit_max) {
        limit = fake->limit_max;
    }
    struct fake_page page = {.from = after ? atoi(after + 1) : 0};
    page.to = page.from + limit;
    return page;
}

/* true = the row at hand belongs to the page; a separator went before it. */
static inline bool fake_row(struct fake_page *page, struct str *out)
{
    bool in = page->at >= page->from && page->at < page->to;
    if (in && page->at > page->from) {
        str_addc(out, ',');
    }
    page->at++;
    return in;
}

static inline void fake_paging(const struct fake_page *page, struct str *out)
{
    str_addf(out, "],\"paging\":{\"cursors\":{\"before\":\"C0\",\"after\":\"C%d\"}", page->to);
    str_add(out, page->at > page->to ? ",\"next\":\"https://elsewhere.example/?after=x\"}}" : "}}");
}

static inline void fake_listing(struct fake *fake, const struct graph_request *request,
                                enum entity_kind kind, struct str *out)
{
    struct fake_filter filter;
    struct fake_page page = fake_page_of(fake, request);
    fake_filter_read(fake, request, &filter);
    str_add(out, "{\"data\":[");
    for (size_t i = 0; i < fake->thing_count; i++) {
        const struct thing *t = &fake->things[i];
        if (t->kind == kind && !t->unlisted && t->updated_s > filter.since_s &&
            fake_passes(&filter, t->status) && fake_row(&page, out)) {
            fake_put_thing(fake, t, fake_param(request, "fields"), out);
        }
    }
    fake_paging(&page, out);
}

struct fake_range {
    int32_t first, last;
};

static inline struct fake_range fake_range_of(const struct graph_request *request)
{
    struct fake_range range = {0};
    const char *text = fake_param(request, "time_range");
    struct json_doc *doc = json_parse(text, strlen(text), NULL, NULL);
    assert_true(date_parse(json_text(json_get(json_root(doc), "since")), &range.first));
    assert_true(date_parse(json_text(json_get(json_root(doc), "until")), &range.last));
    json_free(doc);
    return range;
}

static inline void fake_put_figure(const struct fake *fake, const struct figure *f, struct str *out)
{
    const struct thing *ad = fake_find(fake, f->ad);
    const struct thing *set = fake_find(fake, ad->parent);
    str_addf(out,
             "{\"ad_id\":\"%s\",\"ad_name\":\"%s\",\"adset_id\":\"%s\",\"adset_name\":\"%s\","
             "\"campaign_id\":\"%s\",\"campaign_name\":\"c\",\"spend\":\"%lld.%06lld\","
             "\"impressions\":\"100\",\"clicks\":\"%d\",\"actions\":[{\"action_type\":"
             "\"link_click\",\"value\":\"%d\"}],\"date_start\":\"%s\",\"date_stop\":\"%s\"}",
             ad->id, ad->name, ad->parent, set ? set->name : "s", fake_campaign_of(fake, ad),
             (long long)(f->spend / 1000000), (long long)(f->spend % 1000000), f->clicks, f->clicks,
             date_text(f->day).text, date_text(f->day).text);
}

static inline bool fake_below(const struct fake *fake, const struct figure *f, const char *node)
{
    const struct thing *ad = fake_find(fake, f->ad);
    return strncmp(node, "act_", 4) == 0 || strcmp(node, ad->parent) == 0 ||
           strcmp(node, fake_campaign_of(fake, ad)) == 0;
}

static inline void fake_rows(struct fake *fake, const struct graph_request *request,
                             struct str *out)
{
    struct fake_range range = fake_range_of(request);
    struct fake_page page = fake_page_of(fake, request);
    char node[ID_SIZE];
    snprintf(node, sizeof node, "%.*s", (int)strcspn(request->path, "/"), request->path);
    str_add(out, "{\"data\":[");
    for (size_t i = 0; i < fake->figure_count; i++) {
        const struct figure *f = &fake->figures[i];
        if (f->day >= range.first && f->day <= range.last && fake_below(fake, f, node) &&
            fake_row(&page, out)) {
            fake_put_figure(fake, f, out);
        }
    }
    fake_paging(&page, out);
}

static inline void fake_totals(struct fake *fake, const struct graph_request *request,
                               struct str *out)
{
    struct fake_range range = fake_range_of(request);
    struct fake_page page = fake_page_of(fake, request);
    str_add(out, "{\"data\":[");
    for (int32_t day = range.first; day <= range.last; day++) {
        int64_t spend = 0;
        int rows = 0, clicks = 0;
        for (size_t i = 0; i < fake->figure_count; i++) {
            bool hit = fake->figures[i].day == day;
            rows += hit;
            spend += hit ? fake->figures[i].spend : 0;
            clicks += hit ? fake->figures[i].clicks : 0;
        }
        if (rows > 0 && fake_row(&page, out)) {
            str_addf(out,
                     "{\"spend\":\"%lld.%06lld\",\"impressions\":\"%d\",\"clicks\":\"%d\","
                     "\"date_start\":\"%s\",\"date_stop\":\"%s\"}",
                     (long long)(spend / 1000000), (long long)(spend % 1000000), rows * 100, clicks,
                     date_text(day).text, date_text(day).text);
        }
    }
    fake_paging(&page, out);
}

static inline void fake_json_text(struct str *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            str_addc(out, '\\');
        }
        str_addc(out, *text);
    }
}

static inline void fake_node(struct fake *fake, const char *id, struct str *out)
{
    struct reply item = {.status = 200};
    const struct thing *t = fake_find(fake, id);
    str_init(&item.body, FAKE_BODY);
    fake->items++;
    if (strncmp(id, "act_", 4) == 0) {
        str_addf(&item.body, "{\"id\":\"%s\",\"account_id\":\"%s\"}", id, id + 4);
    } else if (!t || t->gone) {
        fake_error(&item, 400, 100, 33, "Unsupported get request. Object does not exist");
    } else {
        fake_put_thing(fake, t, "name", &item.body);
    }
    str_addf(out, "{\"code\":%d,\"body\":\"", item.status);
    fake_json_text(out, str_text(&item.body));
    str_add(out, "\"}");
    str_fini(&item.body);
}

static inline void fake_batch(struct fake *fake, const struct graph_request *request,
                              struct str *out)
{
    const char *text = fake_param(request, "batch");
    struct json_doc *doc = json_parse(text, strlen(text), NULL, NULL);
    const char *before = "[";
    fake->node_calls++;
    for (const struct json *item = json_first(json_root(doc)); item; item = json_next(item)) {
        const char *url = json_text(json_get(item, "relative_url"));
        char id[ID_SIZE];
        snprintf(id, sizeof id, "%.*s", (int)strcspn(url, "?"), url);
        str_add(out, before);
        fake_node(fake, id, out);
        before = ",";
    }
    str_addc(out, ']');
    json_free(doc);
}

static inline void fake_answer(struct fake *fake, const struct graph_request *request,
                               struct reply *reply)
{
    static const char *const edges[] = {"/campaigns", "/adsets", "/ads"};
    reply->status = 200;
    str_init(&reply->body, FAKE_BODY);
    fake->calls++;
    if (fake->script && fake->script(fake, request, reply)) {
        return;
    }
    for (int k = 0; k < ENTITY_KIND_COUNT; k++) {
        if (fake_is(request, edges[k])) {
            fake_listing(fake, request, (enum entity_kind)k, &reply->body);
            return;
        }
    }
    if (request->path[0] == '\0') {
        fake_batch(fake, request, &reply->body);
    } else if (strcmp(fake_param(request, "level"), "account") == 0) {
        fake_totals(fake, request, &reply->body);
    } else {
        fake_rows(fake, request, &reply->body);
    }
}

#endif
