/* operate_parts: one target of one request, between operate.c, which walks and records, and the
 * files that act. */
#ifndef ENGINE_OPERATE_PARTS_H
#define ENGINE_OPERATE_PARTS_H

#include <stdbool.h>

#include "base/err.h"
#include "control/protocol.h"
#include "model/operator.h"

struct engine;
struct engine_account;

struct deed {
    struct engine *engine;
    const struct control_request *request;
    struct engine_account *slot; /* of an account's deed, else NULL */
    struct operator_action
        action;        /* before, after, target, args, expires_at are the act's to fill */
    char message[256]; /* what the operator is told */
};

/* Each returns false with err when it is refused: nothing changed then. */
bool act_pause(struct deed *deed, struct err *err);
bool act_resume(struct deed *deed, struct err *err);
bool act_prioritize(struct deed *deed, struct err *err);
bool act_pin(struct deed *deed, struct err *err);
bool act_force(struct deed *deed, struct err *err);
bool act_cancel(struct deed *deed, struct err *err);
bool act_retry(struct deed *deed, struct err *err);
bool act_ack(struct deed *deed, struct err *err);
bool act_undo(struct deed *deed, struct err *err);
bool act_setting(struct deed *deed, struct err *err);
bool act_stop(struct deed *deed, struct err *err);

/* {"value": n} for before and after. */
void deed_value(char out[256], double value);
bool deed_value_read(const char *json, double *out);

#endif
