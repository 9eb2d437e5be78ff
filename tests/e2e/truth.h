/* truth: the store held against the simulator's own totals, to the last micro. */
#ifndef TESTS_E2E_TRUTH_H
#define TESTS_E2E_TRUTH_H

#include "tests/e2e/harness.h"

/* Prints every difference; returns how many there are. Compares what is not deleted by account,
 * kind and effective status, and spend, impressions, clicks and actions by account and day over the
 * days the truth tells, and that no row stands twice. */
int truth_differences(const struct sim *sim, const struct state *state);
/* The same, but a quarter of an hour that ends in between is no difference: the API restates. */
void assert_truth(const struct sim *sim, const struct state *state);

#endif
