#include "engine/inbox.h"

#include <stddef.h>

bool inbox_init(struct inbox *inbox)
{
    inbox->first = NULL;
    inbox->last = &inbox->first;
    inbox->closed = false;
    if (pthread_mutex_init(&inbox->lock, NULL) != 0) {
        return false;
    }
    if (pthread_cond_init(&inbox->answered, NULL) != 0) {
        pthread_mutex_destroy(&inbox->lock);
        return false;
    }
    return true;
}

void inbox_fini(struct inbox *inbox)
{
    pthread_cond_destroy(&inbox->answered);
    pthread_mutex_destroy(&inbox->lock);
}

bool inbox_ask(struct inbox *inbox, struct inbox_item *item, void (*wake)(void *ctx), void *ctx)
{
    item->done = false;
    item->next = NULL;
    pthread_mutex_lock(&inbox->lock);
    bool open = !inbox->closed;
    if (open) {
        *inbox->last = item;
        inbox->last = &item->next;
    }
    pthread_mutex_unlock(&inbox->lock);
    if (!open) {
        return false;
    }
    wake(ctx);
    pthread_mutex_lock(&inbox->lock);
    while (!item->done && !inbox->closed) {
        pthread_cond_wait(&inbox->answered, &inbox->lock);
    }
    bool done = item->done;
    pthread_mutex_unlock(&inbox->lock);
    return done;
}

struct inbox_item *inbox_take(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    struct inbox_item *item = inbox->closed ? NULL : inbox->first;
    if (item) {
        inbox->first = item->next;
        if (!inbox->first) {
            inbox->last = &inbox->first;
        }
    }
    pthread_mutex_unlock(&inbox->lock);
    return item;
}

void inbox_answer(struct inbox *inbox, struct inbox_item *item)
{
    pthread_mutex_lock(&inbox->lock);
    item->done = true;
    pthread_cond_broadcast(&inbox->answered);
    pthread_mutex_unlock(&inbox->lock);
}

void inbox_close(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    inbox->closed = true;
    pthread_cond_broadcast(&inbox->answered);
    pthread_mutex_unlock(&inbox->lock);
}
