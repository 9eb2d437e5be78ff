/* plan: what a sync of an account would cost and which limit it would meet. Sends nothing. */
#ifndef CLI_PLAN_H
#define CLI_PLAN_H

#include "base/err.h"

struct cli;
struct table_spec;
struct words;

int show_plan(struct cli *cli, const struct words *words, struct err *err);

extern const struct table_spec plan_spec, plan_steps_spec, plan_limiters_spec;

#endif
