/*
 * sim_fixture: a simulator without its HTTP server, on a clock that stands still until it is moved.
 */
#ifndef TESTS_SIM_FIXTURE_H
#define TESTS_SIM_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/api/serve.h"
#include "sim/control/control.h"
#include "sim/control/stats.h"
#include "sim/limit/meter.h"
#include "sim/net/reply.h"
#include "sim/net/request.h"
#include "sim/options.h"
#include "sim/sim.h"
#include "json/json.h"

#define T0 1795000000000 /* a Wednesday in November 2026 */

struct answer {
    struct arena *arena;
    struct request request;
    struct reply reply;
    struct json_doc *doc; /* NULL when the body is no JSON */
};

static inline struct sim *fixture_create_with(void (*change)(struct sim_options *options))
{
    struct sim_options options;
    struct err err = {0};
    options_default(&options);
    options.evolution_pct = 0;
    options.clock = (struct clock){.speed = 1e-12, .anchor_ms = T0}; /* a speed of 0 is real time */
    options.base_ms = T0;
    if (change != NULL) {
        change(&options);
    }
    struct sim *sim = sim_create(&options, &err);
    if (sim == NULL) {
        fail_msg("%s", err.message);
    }
    snprintf(sim->base_url, sizeof sim->base_url, "http://127.0.0.1:1");
    return sim;
}

static inline struct sim *fixture_create(void)
{
    return fixture_create_with(NULL);
}

static inline void fixture_advance(struct sim *sim, int64_t ms)
{
    sim->clock.anchor_ms += ms;
}

/* "act_..." of an account, in "{A}" of a url; path and query as they stand in a request line. */
static inline void answer_make(struct sim *sim, struct answer *answer, const char *method,
                               const char *url, const char *body, const char *token)
{
    char full[8192];
    const char *mark = strstr(url, "{A}");
    if (mark != NULL) {
        snprintf(full, sizeof full, "%.*s%s%s", (int)(mark - url), url, sim->accounts[0].account_id,
                 mark + 3);
    } else {
        snprintf(full, sizeof full, "%s", url);
    }
    memset(answer, 0, sizeof *answer);
    answer->arena = arena_create(4096);
    size_t path = strcspn(full, "?");
    request_init(&answer->request, answer->arena, method,
                 request_decode(answer->arena, full, path));
    if (full[path] == '?') {
        request_add_query(&answer->request, full + path + 1, strlen(full + path + 1));
    }
    size_t url_params = answer->request.param_count;
    if (strncmp(full, "/sim/", 5) == 0) {
        answer->request.body = body != NULL ? body : "";
        answer->request.body_len = strlen(answer->request.body);
    } else if (body != NULL) {
        request_add_query(&answer->request, body, strlen(body));
    }
    char header[600];
    snprintf(header, sizeof header, "Bearer %s", token != NULL ? token : "");
    request_finish(&answer->request, token != NULL ? header : NULL, url_params);
    reply_init(&answer->reply, answer->arena);
}

static inline void answer_read(struct answer *answer)
{
    answer->doc = json_parse(str_text(&answer->reply.body), answer->reply.body.len, NULL, NULL);
}

static inline void call_as(struct sim *sim, struct answer *answer, const char *method,
                           const char *url, const char *body, const char *token)
{
    answer_make(sim, answer, method, url, body, token);
    if (strncmp(answer->request.path, "/sim/", 5) == 0) {
        control_serve(sim, &answer->request, &answer->reply);
    } else {
        serve_call(sim, &answer->request, &answer->reply);
        if (answer->reply.refused != LIMITER_NONE) {
            meter_tell(sim->meter, (enum limiter)answer->reply.refused,
                       answer->reply.refused_account);
        }
        stats_account_end(sim->stats, answer->reply.account);
    }
    answer_read(answer);
}

static inline void get(struct sim *sim, struct answer *answer, const char *url)
{
    call_as(sim, answer, "GET", url, NULL, "tok");
}

static inline void post(struct sim *sim, struct answer *answer, const char *url, const char *body)
{
    call_as(sim, answer, "POST", url, body, "tok");
}

static inline void answer_free(struct answer *answer)
{
    json_free(answer->doc);
    reply_fini(&answer->reply);
    arena_destroy(answer->arena);
}

static inline const struct json *root(const struct answer *answer)
{
    return answer->doc != NULL ? json_root(answer->doc) : NULL;
}

static inline const struct json *data(const struct answer *answer)
{
    return json_get(root(answer), "data");
}

static inline int64_t member_i64(const struct json *node, const char *key)
{
    int64_t value = 0;
    json_i64(json_get(node, key), &value);
    return value;
}

static inline const char *next_cursor(const struct answer *answer)
{
    const struct json *paging = json_get(root(answer), "paging");
    return json_get(paging, "next") != NULL
               ? json_text(json_get(json_get(paging, "cursors"), "after"))
               : NULL;
}

/* One call whose answer does not matter; its status. */
static inline int quick(struct sim *sim, const char *method, const char *url, const char *body)
{
    struct answer answer;
    call_as(sim, &answer, method, url, body, "tok");
    int status = answer.reply.status;
    answer_free(&answer);
    return status;
}

#endif
