/* read_budget: the day's weighted budget. See reader.h. */
#ifndef STORE_READ_BUDGET_H
#define STORE_READ_BUDGET_H

#include "model/call.h"
#include "store/overrides.h"
#include "store/reader.h"

struct budget_account {
    const char *account_id; /* "" = calls of no single account */
    const char *name;
    int64_t calls;
    double cost;
    double by_class[CALL_CLASS_COUNT]; /* cost */
};
struct budget_report {
    int32_t day;
    int64_t calls;
    double cost, operator_cost;
    int64_t class_calls[CALL_CLASS_COUNT];
    double class_cost[CALL_CLASS_COUNT];
    int64_t hour_calls[24];
    double hour_cost[24];
    struct budget_account *accounts; /* dearest first */
    size_t account_count;
    struct override_row *overrides; /* budgets and thresholds an operator set, in force at at_ms */
    size_t override_count;
};
/* day: days since 1970-01-01. As of at_ms, hours after it are left out; the accounts' figures of
 * the day that at_ms lies in come from api_calls. */
bool read_budget(struct store_reader *reader, struct arena *arena, int64_t at_ms, int32_t day,
                 struct budget_report *out, struct err *err);
/* The same without the accounts, which are most of the work. */
bool read_budget_day(struct store_reader *reader, struct arena *arena, int64_t at_ms, int32_t day,
                     struct budget_report *out, struct err *err);

#endif
