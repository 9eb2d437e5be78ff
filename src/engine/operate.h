/*
 * operate: what operators ask for, done and recorded. Scheduler thread, or the only thread of a
 * process without an engine. Every request that changes something leaves a row per target in
 * operator_actions, refused ones too.
 */
#ifndef ENGINE_OPERATE_H
#define ENGINE_OPERATE_H

#include "control/control_server.h"

struct engine;

void operate(struct engine *engine, const struct control_peer *peer,
             const struct control_request *request, struct control_reply *reply);

#endif
