/* governor_case: the few steps that governor tests are made of. Included after cmocka.h. */
#ifndef TESTS_GOVERNOR_CASE_H
#define TESTS_GOVERNOR_CASE_H

#include "tests/unit/govern/meta.h"

static const int64_t start_ms = 1795000000000;

static inline struct governor *make(void)
{
    struct governor_config config;
    governor_config_defaults(&config);
    struct governor *g = governor_create(&config);
    assert_non_null(g);
    return g;
}

static inline bool may(struct governor *g, const struct gate_call *call, int64_t now_ms)
{
    struct gate_verdict verdict;
    governor_peek(g, call, now_ms, &verdict);
    return verdict.go;
}

static inline struct gate_verdict admit(struct governor *g, const struct gate_call *call,
                                        int64_t now_ms)
{
    struct gate_verdict verdict;
    governor_admit(g, call, now_ms, &verdict);
    return verdict;
}

/* A reading as the decoder hands it over. */
static inline struct usage_reading reading(enum usage_source source, const char *scope_id,
                                           double pct, int64_t at)
{
    struct usage_reading r = {.at = at,
                              .source = source,
                              .pct = pct,
                              .call_count = -1,
                              .total_time = -1,
                              .total_cputime = -1,
                              .regain_s = -1,
                              .access_tier = ACCESS_STANDARD};
    snprintf(r.scope_id, sizeof r.scope_id, "%s", scope_id);
    return r;
}

/* A call that is admitted and answered well with this reading, or none. */
static inline void served(struct governor *g, const struct gate_call *call,
                          const struct usage_reading *r, int64_t now_ms)
{
    struct gate_outcome outcome = {.ok = true, .readings = r, .count = r ? 1 : 0};
    assert_true(admit(g, call, now_ms).go);
    governor_observe(g, call, &outcome, now_ms);
}

static inline void refused(struct governor *g, const struct gate_call *call, struct api_error error,
                           int64_t now_ms)
{
    error.http_status = error.http_status ? error.http_status : 400;
    struct gate_outcome outcome = {.error = error};
    governor_observe(g, call, &outcome, now_ms);
}

static inline struct scope_view view(struct governor *g, enum scope_kind kind, const char *account,
                                     int64_t now_ms)
{
    struct scope_view out;
    enum use_case use_case = kind == SCOPE_USE_CASE ? USE_CASE_ADS_MANAGEMENT : USE_CASE_NONE;
    assert_true(governor_scope_find(g, kind, account, use_case, now_ms, &out));
    return out;
}

#endif
