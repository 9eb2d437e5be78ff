/* advise: other thresholds and cadences, tried on the recorded log. Changes nothing. */
#ifndef CLI_ADVISE_H
#define CLI_ADVISE_H

#include "base/err.h"

struct cli;
struct table_spec;
struct words;

int show_advise(struct cli *cli, const struct words *words, struct err *err);

extern const struct table_spec advise_spec, advise_settings_spec, advise_evidence_spec;

#endif
