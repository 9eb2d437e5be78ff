/*
 * limiters: what the governor thinks of every scope, one row each. The engine writes a row when it
 * changes; gauges read it. Threads: see store.h.
 */
#ifndef STORE_LIMITERS_H
#define STORE_LIMITERS_H

#include "base/arena.h"
#include "model/usage.h"
#include "store/store.h"

struct limiter_row {
    enum scope_kind scope;
    char scope_id[ID_SIZE];   /* account id, "app", or the token's name */
    enum use_case use_case;   /* SCOPE_USE_CASE only */
    double pct;               /* the worse of reading (decayed) and model, 0..n; -1 = unknown */
    double reading_pct;       /* as the header said; -1 = no reading */
    enum usage_source source; /* of the reading; meaningless without one */
    int64_t reading_at;       /* ms; 0 = no reading */
    double model_pct;         /* the local model's; -1 = none */
    double ours_pct;          /* of pct, what our own calls explain; -1 = not known */
    double slope_per_min;     /* percent points */
    double threshold;         /* percent */
    int64_t eta_threshold_at; /* at the present pace; 0 = never */
    int64_t eta_full_at;
    int64_t reset_at;      /* when it is back below the threshold without further calls; 0 = is */
    int64_t blocked_until; /* 0 = not blocked */
    bool stuck;            /* a reading that does not move although calls succeed */
    enum access_tier access_tier;
    int64_t updated_at;
};

bool store_limiters_put(struct store *store, const struct limiter_row *rows, size_t n,
                        struct err *err);
struct store_limiters {
    struct limiter_row *rows;
    size_t count;
};
bool store_limiters_load(struct store *store, struct arena *arena, struct store_limiters *out,
                         struct err *err);

#endif
