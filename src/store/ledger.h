/*
 * ledger: what was spent of the daily call budget, weighted units. day is the budget day as the
 * caller draws its boundary, hour 0..23 within it. Threads: see store.h.
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include "model/call.h"
#include "store/store.h"

struct ledger_entry {
    int32_t day; /* days since 1970-01-01 */
    int hour;
    char account_id[ID_SIZE]; /* "" = no single account */
    enum call_class call_class;
    int64_t calls;
    double cost;
    bool by_operator; /* counts against the operators' share */
};
bool store_ledger_add(struct store *store, const struct ledger_entry *entry, struct err *err);

struct ledger_sum {
    int64_t calls;
    double cost;
    double operator_cost; /* of which; 0 when asked for an account */
};
/* account_id NULL = all. */
bool store_ledger_sum(struct store *store, int32_t day, const char *account_id,
                      struct ledger_sum *out, struct err *err);
/* Of an account's cost, what runs that operators forced since then have spent. */
bool store_ledger_forced(struct store *store, int64_t since, const char *account_id, double *cost,
                         struct err *err);

#endif
