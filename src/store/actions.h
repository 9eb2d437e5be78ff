/* actions: operator_actions, the audit trail. Rows are only ever completed. Threads: see store.h.
 */
#ifndef STORE_ACTIONS_H
#define STORE_ACTIONS_H

#include "model/operator.h"
#include "store/store.h"

/* Sets action->action_id. */
bool store_action_append(struct store *store, struct operator_action *action, struct err *err);
/* What came of it: its end, before, after and result are written into its row. */
bool store_action_complete(struct store *store, const struct operator_action *action,
                           struct err *err);
bool store_action_undone(struct store *store, int64_t action_id, int64_t undone_by,
                         struct err *err);
bool store_action_get(struct store *store, int64_t action_id, struct operator_action *out,
                      struct err *err);

#endif
