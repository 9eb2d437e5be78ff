/* sync_engine: a pass through the engine that runs: forced over the socket, followed in the store,
 * with the exit codes of a pass of our own. */
#ifndef CLI_SYNC_ENGINE_H
#define CLI_SYNC_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/ids.h"

struct cli;

struct sync_words {
    char (*accounts)[ID_SIZE]; /* owned by the command; none = all */
    size_t count;
    bool full;
    int64_t wait_ms;
};

int sync_through_engine(struct cli *cli, const struct sync_words *words, struct err *err);

#endif
