/*
 * meta: the API's limiters as reference 2.1 describes them, small: the account score, the hourly
 * quota of entity calls, their headers and refusals. What governor tests run against. Only their
 * rules are shared with the simulator, not their code.
 */
#ifndef TESTS_META_H
#define TESTS_META_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "govern/governor.h"

enum { META_MINUTES = 60 };

struct meta {
    double score_max, decay_s, block_s; /* points, seconds */
    double hour_max;                    /* entity calls an hour */
    enum access_tier tier;
    double points;
    int64_t at_ms, blocked_until_ms;
    int64_t minute[META_MINUTES];
    double calls[META_MINUTES];
    int64_t hour_blocked_until_ms;
    /* what came of it */
    int served, refused, while_blocked;
    double worst_score_pct, worst_hour_pct;
    /* of the last answer */
    struct usage_reading readings[2];
};

static inline struct meta meta_of(enum access_tier tier, double scale)
{
    bool standard = tier == ACCESS_STANDARD;
    return (struct meta){.score_max = scale * (standard ? 9000 : 60),
                         .decay_s = 300,
                         .block_s = standard ? 60 : 300,
                         .hour_max = scale * (standard ? 100000 : 300),
                         .tier = tier};
}

static inline double meta_hour_calls(const struct meta *m, int64_t now_ms)
{
    double sum = 0;
    for (int i = 0; i < META_MINUTES; i++) {
        sum += m->minute[i] > now_ms / 60000 - META_MINUTES ? m->calls[i] : 0;
    }
    return sum;
}

static inline double meta_points(const struct meta *m, int64_t now_ms)
{
    double left = m->points - m->score_max * (double)(now_ms - m->at_ms) / 1000.0 / m->decay_s;
    return left > 0 ? left : 0;
}

static inline void meta_count(struct meta *m, double items, int64_t now_ms)
{
    int64_t minute = now_ms / 60000;
    size_t i = (size_t)(minute % META_MINUTES);
    if (m->minute[i] != minute) {
        m->minute[i] = minute;
        m->calls[i] = 0;
    }
    m->calls[i] += items;
}

static inline struct usage_reading meta_reading(const struct meta *m, enum usage_source source,
                                                const struct gate_call *call, double pct,
                                                int64_t now_ms)
{
    struct usage_reading r = {.at = now_ms,
                              .source = source,
                              .pct = pct,
                              .call_count = -1,
                              .total_time = -1,
                              .total_cputime = -1,
                              .regain_s = source == USAGE_BUC ? 0 : -1,
                              .access_tier = m->tier};
    snprintf(r.scope_id, sizeof r.scope_id, "%s", call->account_id);
    return r;
}

/* One entity call arrives: served or refused, with the headers that go with it. */
static inline struct gate_outcome meta_serve(struct meta *m, const struct gate_call *call,
                                             int64_t now_ms)
{
    double items = call->items > 0 ? call->items : 1;
    struct gate_outcome out = {.ok = true, .readings = m->readings};
    bool score_blocked = now_ms < m->blocked_until_ms;
    bool hour_blocked = now_ms < m->hour_blocked_until_ms;
    m->points = meta_points(m, now_ms);
    m->at_ms = now_ms;
    meta_count(m, items, now_ms);
    if (score_blocked || hour_blocked) {
        m->while_blocked++;
        m->refused++;
        out.ok = false;
        out.error = (struct api_error){.error_class = ERROR_THROTTLE,
                                       .reach = REACH_SCOPE,
                                       .scope = score_blocked ? SCOPE_ACCOUNT : SCOPE_USE_CASE,
                                       .use_case = USE_CASE_ADS_MANAGEMENT,
                                       .http_status = 400,
                                       .code = score_blocked ? 17 : 80004,
                                       .subcode = 2446079};
        m->blocked_until_ms =
            score_blocked ? now_ms + (int64_t)(m->block_s * 1000) : m->blocked_until_ms;
    } else {
        m->served++;
        m->points += items;
        if (m->points >= m->score_max) {
            m->blocked_until_ms = now_ms + (int64_t)(m->block_s * 1000);
        }
        if (meta_hour_calls(m, now_ms) >= m->hour_max) {
            m->hour_blocked_until_ms = now_ms + 3600000;
        }
    }
    double score_pct = 100 * m->points / m->score_max;
    double hour_pct = 100 * meta_hour_calls(m, now_ms) / m->hour_max;
    m->worst_score_pct = fmax(m->worst_score_pct, score_pct);
    m->worst_hour_pct = fmax(m->worst_hour_pct, hour_pct);
    if (score_pct >= 1) { /* left out while close to zero (reference 1.2) */
        m->readings[out.count] =
            meta_reading(m, USAGE_ACCOUNT, call, round(score_pct * 100) / 100, now_ms);
        out.count++;
    }
    if (hour_pct >= 1) {
        struct usage_reading *r = &m->readings[out.count++];
        *r = meta_reading(m, USAGE_BUC, call, floor(hour_pct), now_ms);
        r->use_case = USE_CASE_ADS_MANAGEMENT;
        r->call_count = r->pct;
        r->total_time = 0;
        r->total_cputime = 0;
        if (hour_blocked) {
            r->regain_s = (m->hour_blocked_until_ms - now_ms + 59999) / 60000 * 60;
        }
    }
    return out;
}

static inline struct gate_call meta_call(const char *account_id)
{
    struct gate_call call = {.call_class = CALL_CAMPAIGNS, .cost = 1, .items = 1};
    snprintf(call.account_id, sizeof call.account_id, "%s", account_id);
    return call;
}

#endif
