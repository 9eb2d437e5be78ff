/* recorded: the log of calls and readings as govern/replay.h takes it. */
#ifndef CLI_RECORDED_H
#define CLI_RECORDED_H

#include "govern/replay.h"
#include "store/reader.h"

struct config;

struct recorded {
    struct replay_call *calls; /* in the arena */
    size_t count;
    int64_t from, to;
};
/* The last RECORDED_MAX calls since from, at most. */
enum { RECORDED_MAX = 20000 };
bool recorded_load(struct store_reader *reader, struct arena *arena, int64_t at_ms, int64_t from,
                   struct recorded *out, struct err *err);
/* Thresholds as configured, or as an operator has set them for the day. */
bool recorded_governor(struct store_reader *reader, struct arena *arena, int64_t at_ms,
                       const struct config *config, struct governor_config *out, struct err *err);

#endif
