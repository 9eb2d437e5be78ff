#include "engine/gate.h"

#include <stdio.h>
#include <string.h>

#include "engine/state.h"

static void gate_admit(void *ctx, const struct gate_call *call, struct gate_verdict *verdict)
{
    struct engine *engine = ctx;
    int64_t now = engine_now(engine);
    pthread_mutex_lock(&engine->lock);
    governor_admit(engine->governor, call, now, verdict);
    pthread_mutex_unlock(&engine->lock);
}

/* What the API's answers say of the token and the network; the lock is held. */
static void learn(struct engine *engine, const struct gate_outcome *outcome)
{
    if (outcome->error.http_status > 0 || outcome->ok) {
        engine->reached = true;
    } else {
        snprintf(engine->last_network_error, sizeof engine->last_network_error, "%s",
                 outcome->error.message);
    }
    if (!outcome->ok && outcome->error.error_class == ERROR_AUTH) {
        engine->token_state.invalid = true;
        snprintf(engine->token_state.error, sizeof engine->token_state.error, "%.199s",
                 outcome->error.message);
    } else if (outcome->ok) {
        engine->token_state.invalid = false;
    }
}

struct token_state gate_token(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    struct token_state state = engine->token_state;
    pthread_mutex_unlock(&engine->lock);
    return state;
}

static void gate_observe(void *ctx, const struct gate_call *call,
                         const struct gate_outcome *outcome)
{
    struct engine *engine = ctx;
    int64_t now = engine_now(engine);
    pthread_mutex_lock(&engine->lock);
    governor_observe(engine->governor, call, outcome, now);
    learn(engine, outcome);
    if (!outcome->ok) {
        engine->stirred = true;
        pthread_cond_signal(&engine->tick);
    }
    pthread_mutex_unlock(&engine->lock);
}

static void gate_release(void *ctx, const struct gate_call *call)
{
    struct engine *engine = ctx;
    pthread_mutex_lock(&engine->lock);
    governor_release(engine->governor, call);
    pthread_mutex_unlock(&engine->lock);
}

struct sync_gate gate_of(struct engine *engine)
{
    return (struct sync_gate){
        .ctx = engine, .admit = gate_admit, .observe = gate_observe, .release = gate_release};
}
