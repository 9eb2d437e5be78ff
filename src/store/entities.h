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
 * DELETED or ENTITY_INACCESSIBLE: then it is a tombstone from fetched_at on. Budgets are converted
 * by the account's currency. */
bool store_entities_put(struct store *store, const char *account_id, const struct entity *rows,
                        size_t n, int64_t fetched_at, struct err *err);

/* counts[kind]: not deleted. active: ads whose effective_status is ACTIVE. */
bool store_entities_count(struct store *store, const char *account_id,
                          int64_t counts[ENTITY_KIND_COUNT], int64_t *active, struct err *err);

/* A sweep's rows before they are put: changed[i] says that row i is not stored, is a tombstone, or
 * has another updated_time than what is stored. */
bool store_entities_changed(struct store *store, const char *account_id, const struct entity *rows,
                            size_t n, bool *changed, struct err *err);

struct store_ids {
    const char **ids; /* in the arena */
    size_t count;
};
struct store_walk {
    enum entity_kind kind;
    const char *parent, *after;
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

/* Strays that no listing brought: for the reader by id, in order of id, after one (NULL = from the
 * start), at most limit. */
bool store_entities_strays(struct store *store, struct arena *arena, const char *account_id,
                           const char *after, size_t limit, struct store_ids *out, struct err *err);
/* The strays that are still unknown become tombstones, with the names and parents of the insights
 * row; parents no listing returned too. */
bool store_entities_settle(struct store *store, const char *account_id, int64_t deleted_at,
                           size_t *tombstones, struct err *err);

/* Parents that are not stored though an entity that is not deleted names them: those of ads are ad
 * sets, those of ad sets campaigns. In order of id, after one (NULL = from the start). */
bool store_entities_missing(struct store *store, struct arena *arena, const char *account_id,
                            const struct store_unseen *parents, struct store_ids *out,
                            struct err *err);

/* The first entity of a kind below `parent` (NULL = of the whole account) whose id comes after
 * `after` (NULL = from the start), tombstones too; out "" = none is left. */
bool store_entity_next(struct store *store, const char *account_id, const struct store_walk *walk,
                       char out[ID_SIZE], struct err *err);

#endif
