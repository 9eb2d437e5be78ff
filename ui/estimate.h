/*
 * estimate: what a forced sync of an account would cost, from its own last runs and
 * the newest readings of its limiters. Figures carry where they come from.
 */
#ifndef UI_ESTIMATE_H
#define UI_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/run.h"

struct env;
struct dialog;

struct estimate {
    int64_t calls; /* of the run it is taken from, the last that finished well */
    double cost;   /* weighted units */
    enum run_mode mode;
    int64_t taken_at;            /* when that run started, ms; 0 = the account never finished one */
    double account_pct, app_pct; /* newest readings, -1 = none */
    int64_t account_at, app_at;
    double budget_left; /* weighted units for all accounts today, -1 = unknown */
};

bool estimate_of(const struct env *env, const char *account_id, struct estimate *out);
void estimate_words(const struct estimate *estimate, const struct env *env, struct dialog *dialog);

#endif
