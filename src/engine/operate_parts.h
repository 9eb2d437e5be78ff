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
    struct engine_account *slot; /* of an account's or a run's deed, else NULL */
    /* before and after are the act's to fill where there is no account; expires_at always */
    struct operator_action action;
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

/* What operations of that kind change of an account, as it stands. */
void deed_state(struct engine *engine, enum op_kind kind, const struct engine_account *slot,
                char out[256]);
/* That of a pause, a priority or a pinned tier, read back; false when it is none. */
struct deed_state {
    int64_t paused_until; /* 0 = not paused */
    int priority;
    bool pinned;
    enum tier tier;
};
bool deed_state_read(enum op_kind kind, const char *text, struct deed_state *out);
/* One member, and a setting with its end (0 = the configuration's). */
void deed_word(char out[256], const char *key, const char *word);
void deed_value(char out[256], double value, int64_t until);

#endif
