/*
 * operator: what a person may ask of the engine, and the audit row it leaves.
 */
#ifndef MODEL_OPERATOR_H
#define MODEL_OPERATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "model/run.h"

enum op_kind {
    OP_PAUSE,
    OP_RESUME,
    OP_PRIORITIZE,
    OP_PIN, /* tier, or none to unpin */
    OP_FORCE,
    OP_CANCEL,
    OP_RETRY,
    OP_ACK,
    OP_UNDO,
    OP_BUDGET_SET,
    OP_THRESHOLD_SET,
    OP_STOP, /* the engine itself */
    OP_KIND_COUNT
};
const char *op_kind_name(enum op_kind kind); /* "pause" ... "budget_set" */
bool op_kind_parse(const char *text, enum op_kind *out);

/* A row of operator_actions. */
struct operator_action {
    int64_t action_id;
    int64_t at;
    char actor[64]; /* user name */
    int64_t uid;
    char origin[64]; /* SSH_CONNECTION's client address, or "local" */
    enum op_kind kind;
    char target[64]; /* account id, "*", run id, or a setting's name */
    char args[256];  /* JSON */
    char reason[256];
    int64_t expires_at;           /* 0 = none */
    char before[256], after[256]; /* JSON */
    char result[256];             /* "ok" or why it was refused */
    int64_t undone_by;            /* action_id, 0 = not undone */
};

#endif
