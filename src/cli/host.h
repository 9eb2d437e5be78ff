/* host: the commands that host an engine or ask the API through it. Of the engine they see
 * engine/engine.h alone. */
#ifndef CLI_HOST_H
#define CLI_HOST_H

#include "base/err.h"

struct cli;
struct table_spec;
struct words;

int host_engine(struct cli *cli, const struct words *words, struct err *err);
int host_sync(struct cli *cli, const struct words *words, struct err *err);
int host_check(struct cli *cli, const struct words *words, struct err *err);

extern const struct table_spec check_spec;

#endif
