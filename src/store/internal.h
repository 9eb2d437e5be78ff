/* internal: the inside of struct store, shared by its files and by nobody else. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <pthread.h>

#include "store/db.h"
#include "store/insights.h"
#include "store/store.h"

enum { ACTION_KEYS = 1024 };

/* A key of insight_action as a number, remembered for the life of the store. */
struct action_key {
    uint64_t hash; /* 0 = free */
    int64_t no;
};

struct store {
    struct db db;
    pthread_mutex_t lock; /* recursive: held from store_begin to its end */
    /* guarded by lock */
    int depth;
    bool doomed; /* an inner part was rolled back: the outermost commit must not happen */
    int version;
    int64_t retained_day; /* insights before it are gone; see retention.c */
    const struct store_event_map *events;
    struct action_key action_keys[ACTION_KEYS];
};

/* Version of the newest migration below that prefix of embedded files. */
int store_newest_version(const char *prefix);
#define STORE_MIGRATIONS "data/migrations/"

void store_lock(struct store *store);
void store_unlock(struct store *store);

/* ERR_NOT_FOUND for an account nobody listed. currency may be NULL. */
bool store_account_no(struct store *store, const char *account_id, int64_t *no, char currency[8],
                      struct err *err);
/* The number of an entity's id (see 001_initial.sql); 0 for NULL or "". */
bool store_entity_no(struct store *store, const char *id, int64_t *no, struct err *err);
/* The other way; "" for 0. */
bool store_entity_id(struct store *store, int64_t no, char out[ID_SIZE], struct err *err);

#endif
