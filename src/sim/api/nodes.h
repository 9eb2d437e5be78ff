/*
 * nodes: objects read by id, the user and its accounts, the token, the change log.
 */
#ifndef SIM_API_NODES_H
#define SIM_API_NODES_H

#include "sim/api/call.h"

void nodes_me(struct call *call);
void nodes_adaccounts(struct call *call);
void nodes_permissions(struct call *call);
void nodes_debug_token(struct call *call);
void nodes_account(struct call *call);
void nodes_object(struct call *call); /* campaign, ad set, ad or creative by id, deleted ones too */
void nodes_activities(struct call *call);

#endif
