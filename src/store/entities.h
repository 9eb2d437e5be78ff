/*
 * entities: campaigns, ad sets and ads. Listings come in by page; rows that did not change only
 * move their fetched_at. What vanished is never dropped: it becomes a tombstone (deleted_at).
 *
 * A stray is an entity known only from an insights row. Listings of entities and of insights run
 * side by side, so a stray is no tombstone yet: store_entities_settle makes it one once the
 * listings have ended. Threads: see store.h.
 */
#ifndef STORE_ENTITIES_H
#define STORE_ENTITIES_H

#include "base/arena.h"
#include "model/entity.h"
#include "model/ids.h"
#include "store/store.h"

/* A page of a listing or of reads by id. An absent text (NULL) leaves what is stored, so a sweep
 * may bring ids and statuses alone. A row clears deleted_at, unless its effective_status is
 * DELETED: then it is a tombstone from fetched_at on. Budgets are converted by the account's
 * currency. */
bool store_entities_put(struct store *store, const char *account_id, const struct entity *rows,
                        size_t n, int64_t fetched_at, struct err *err);

/* counts[kind]: not deleted. */
bool store_entities_count(struct store *store, const char *account_id,
                          int64_t counts[ENTITY_KIND_COUNT], struct err *err);

/* A sweep's rows before they are put: changed[i] says that row i is not stored, is a tombstone, or
 * has another updated_time than what is stored. */
bool store_entities_changed(struct store *store, const char *account_id, const struct entity *rows,
                            size_t n, bool *changed, struct err *err);

struct store_ids {
    const char **ids; /* in the arena */
    size_t count;
};
struct store_unseen {
    enum entity_kind kind;
    int64_t since;     /* when the listing began */
    const char *after; /* an id; NULL = from the start */
    size_t limit;
};
/* Not deleted and not fetched since, in order of id. */
bool store_entities_unseen(struct store *store, struct arena *arena, const char *account_id,
                           const struct store_unseen *unseen, struct store_ids *out,
                           struct err *err);
/* Tombstones for ids that a read by id did not give. */
bool store_entities_delete(struct store *store, const char *account_id, const char *const *ids,
                           size_t n, int64_t deleted_at, struct err *err);

/* Strays that no listing brought: for the reader by id, at most limit. */
bool store_entities_strays(struct store *store, struct arena *arena, const char *account_id,
                           size_t limit, struct store_ids *out, struct err *err);
/* The strays that are still unknown become tombstones, with the names and parents of the insights
 * row; parents no listing returned too. */
bool store_entities_settle(struct store *store, const char *account_id, int64_t deleted_at,
                           size_t *tombstones, struct err *err);

struct store_orphans {
    int64_t without_parent; /* entities whose parent is not stored */
    int64_t without_entity; /* insight rows whose entity is not stored */
    const char **ids;       /* the missing ids, in the arena, at most the limit asked for */
    size_t count;
};
bool store_entities_orphans(struct store *store, struct arena *arena, const char *account_id,
                            size_t limit, struct store_orphans *out, struct err *err);

#endif
