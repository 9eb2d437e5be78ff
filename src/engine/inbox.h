/*
 * inbox: commands on their way from the control thread to the scheduler, and the answers back. The
 * scheduler alone changes the engine's state; whoever asks waits here until it has answered.
 */
#ifndef ENGINE_INBOX_H
#define ENGINE_INBOX_H

#include <pthread.h>
#include <stdbool.h>

#include "control/control_server.h"

struct inbox_item {
    const struct control_peer *peer;
    const struct control_request *request;
    struct control_reply *reply;
    bool done;
    struct inbox_item *next;
};

struct inbox {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    /* guarded by lock */
    struct inbox_item *first, **last;
    bool closed;
};

bool inbox_init(struct inbox *inbox);
void inbox_fini(struct inbox *inbox);
/* Any thread: puts the item in and waits for its answer; wake(ctx) stirs the scheduler. False when
 * the engine is stopping and will not answer. */
bool inbox_ask(struct inbox *inbox, struct inbox_item *item, void (*wake)(void *ctx), void *ctx);
/* The scheduler: the next item, or NULL; then, once its reply is filled, inbox_answer. */
struct inbox_item *inbox_take(struct inbox *inbox);
void inbox_answer(struct inbox *inbox, struct inbox_item *item);
/* Nothing more is taken; those who wait are told. */
void inbox_close(struct inbox *inbox);

#endif
