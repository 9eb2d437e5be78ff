/*
 * The life of an entity after base_ms. Each entity has its own chain of events, drawn one after the
 * other from its hash; bulk mutations of its account and its own mutations are merged in by time.
 * Walking the chain up to an instant gives the same state whoever asked for what before.
 */
#include "sim/world/world_impl.h"
#include <string.h>

/* Mean time to the next event by status; an even spread up to twice the mean, so that the first day
 * already sees its share. */
static const int64_t mean_gap_s[WORLD_STATUS_COUNT] = {
    [WORLD_ACTIVE] = 15LL * DAY_S,
    [WORLD_PAUSED] = 120LL * DAY_S,
    [WORLD_ARCHIVED] = 300LL * DAY_S,
    [WORLD_DELETED] = 0,
};

enum act { ACT_NAME, ACT_BUDGET, ACT_PAUSE, ACT_ACTIVATE, ACT_ARCHIVE, ACT_DELETE, ACT_REVIEW };

/* What an event does: the first row of the status whose `below` exceeds a roll of 0..99. */
static const struct {
    enum world_status status;
    bool issue; /* for those with something in the way of delivery */
    uint32_t below;
    enum act act;
} rolls[] = {
    {WORLD_ACTIVE,   false, 38,  ACT_NAME    },
    {WORLD_ACTIVE,   false, 62,  ACT_BUDGET  },
    {WORLD_ACTIVE,   false, 80,  ACT_PAUSE   },
    {WORLD_ACTIVE,   false, 86,  ACT_ARCHIVE },
    {WORLD_ACTIVE,   false, 91,  ACT_DELETE  },
    {WORLD_ACTIVE,   false, 100, ACT_REVIEW  },
    {WORLD_ACTIVE,   true,  70,  ACT_REVIEW  },
    {WORLD_ACTIVE,   true,  90,  ACT_PAUSE   },
    {WORLD_ACTIVE,   true,  100, ACT_ARCHIVE },
    {WORLD_PAUSED,   false, 45,  ACT_ACTIVATE},
    {WORLD_PAUSED,   false, 65,  ACT_NAME    },
    {WORLD_PAUSED,   false, 85,  ACT_ARCHIVE },
    {WORLD_PAUSED,   false, 100, ACT_DELETE  },
    {WORLD_ARCHIVED, false, 100, ACT_DELETE  },
};

static enum act roll_act(const struct walk *walk, uint32_t roll)
{
    bool issue = walk->status == WORLD_ACTIVE && walk->issue != ISSUE_NONE;
    for (size_t i = 0; i < sizeof rolls / sizeof *rolls; i++) {
        if (rolls[i].status == walk->status && rolls[i].issue == issue && roll < rolls[i].below) {
            return rolls[i].act;
        }
    }
    return ACT_NAME;
}

/* Instant of the scheduled event after `from_ms`; INT64_MAX = none. */
static int64_t next_scheduled(const struct world *world, const struct walk *walk, uint64_t hash,
                              int64_t from_ms)
{
    uint32_t pace = world->config.evolution_pct;
    if (pace == 0 || walk->status == WORLD_DELETED) {
        return INT64_MAX;
    }
    int64_t gap = 0;
    if (walk->status == WORLD_ACTIVE && walk->issue == ISSUE_REVIEW) {
        gap = world_pick(hash >> 20, 1800, 10800);
    } else {
        gap = world_pick(hash >> 20, 60, 2 * mean_gap_s[walk->status]);
    }
    return from_ms + gap * 1000 * 100 / pace;
}

static bool walk_running(const struct walk *walk, enum entity_kind kind)
{
    return walk->status == WORLD_ACTIVE && (kind != ENTITY_AD || walk->issue == ISSUE_NONE);
}

static void set_status(struct walk *walk, enum world_status status, struct walk_event *event)
{
    event->kind = WORLD_CHANGE_STATUS;
    walk->status = status;
    if (status == WORLD_ACTIVE && walk->issue != ISSUE_REVIEW) {
        walk->issue = ISSUE_NONE;
    }
}

static void review(struct walk *walk, enum entity_kind kind, uint64_t hash,
                   struct walk_event *event)
{
    event->kind = WORLD_CHANGE_REVIEW;
    bool refused = kind == ENTITY_AD && (walk->issue != ISSUE_REVIEW || hash % 100 < 8);
    if (walk->issue != ISSUE_NONE && walk->issue != ISSUE_REVIEW) {
        walk->issue = ISSUE_NONE;
    } else if (refused) {
        walk->issue = ISSUE_DISAPPROVED;
    } else {
        walk->issue = walk->issue == ISSUE_REVIEW ? ISSUE_NONE : ISSUE_WITH_ISSUES;
    }
}

/* A scheduled event. Reviews change the effective status and leave updated_time alone. */
static void apply_scheduled(const struct ent *ent, enum entity_kind kind, uint64_t hash,
                            struct walk *walk, struct walk_event *event)
{
    enum act act = roll_act(walk, (uint32_t)(hash % 100));
    if (act == ACT_BUDGET && ent->budget == BUDGET_NONE) {
        act = ACT_NAME;
    }
    /* A campaign at work does not end for good, or a small account would soon be dead. */
    bool final = act == ACT_ARCHIVE || act == ACT_DELETE;
    if (final && kind == ENTITY_CAMPAIGN && walk->status == WORLD_ACTIVE) {
        act = ACT_NAME;
    }
    switch (act) {
    case ACT_NAME:
        event->kind = WORLD_CHANGE_NAME;
        walk->name_revision++;
        break;
    case ACT_BUDGET:
        event->kind = WORLD_CHANGE_BUDGET;
        walk->budget_revision++;
        break;
    case ACT_PAUSE:
        set_status(walk, WORLD_PAUSED, event);
        break;
    case ACT_ACTIVATE:
        set_status(walk, WORLD_ACTIVE, event);
        break;
    case ACT_ARCHIVE:
        set_status(walk, WORLD_ARCHIVED, event);
        break;
    case ACT_DELETE:
        set_status(walk, WORLD_DELETED, event);
        break;
    case ACT_REVIEW:
        review(walk, kind, hash >> 8, event);
        break;
    }
}

static void apply_mutation(const struct mutation *mutation, struct walk *walk,
                           struct walk_event *event)
{
    event->kind = WORLD_CHANGE_NAME;
    switch (mutation->m.kind) {
    case WORLD_SET_NAME:
        walk->name = mutation;
        walk->name_revision = 0;
        break;
    case WORLD_BULK_RENAME:
        walk->name = NULL;
        walk->name_revision++;
        break;
    case WORLD_SET_BUDGET:
        event->kind = WORLD_CHANGE_BUDGET;
        walk->budget = mutation;
        break;
    case WORLD_SET_STATUS:
    case WORLD_BULK_STATUS:
        if (walk->status != WORLD_ARCHIVED || mutation->m.status == WORLD_DELETED) {
            walk->issue = ISSUE_NONE;
            set_status(walk, mutation->m.status, event);
        }
        break;
    case WORLD_CREATE:
        event->kind = WORLD_CHANGE_CREATE;
        walk->name = mutation;
        break;
    case WORLD_ACCOUNT_NAME:
    case WORLD_ACCOUNT_STATUS:
    case WORLD_ACCOUNT_ACCESS:
    case WORLD_MUTATION_COUNT:
        break;
    }
}

/* Next bulk mutation from `*at` on that picks this entity; NULL = none. */
static const struct mutation *next_bulk(const struct world *world, const struct account *account,
                                        uint64_t key, int64_t start_ms, uint32_t *at)
{
    for (; *at < account->bulk_count; (*at)++) {
        const struct mutation *bulk = &world->mutations[account->bulk[*at]];
        if (bulk->m.at_ms >= start_ms &&
            world_mix(key, 0xb0b + account->bulk[*at]) % 1000000 < bulk->ppm) {
            return bulk;
        }
    }
    return NULL;
}

static void walk_begin(const struct world *world, const struct ent *ent, enum entity_kind kind,
                       int64_t now_ms, struct walk *out)
{
    int64_t base = world->config.base_ms;
    int64_t created = world_ms(world, ent->created_s);
    memset(out, 0, sizeof *out);
    out->exists = created <= base || created <= now_ms;
    out->start_ms = created > base ? created : base;
    out->status = (enum world_status)ent->status;
    out->issue = (enum issue)ent->issue;
    out->updated_ms = world_ms(world, ent->updated_s);
    out->running0 = walk_running(out, kind);
}

/* Where a walk stands: what may happen next, from each of the three sources. */
struct course {
    const struct place *place;
    const struct ent *ent;
    uint64_t key, hash;
    uint32_t events, bulk_at;
    int64_t start_ms, scheduled_ms;
    const struct mutation *own, *bulk;
};

static void course_begin(const struct place *place, const struct walk *walk, struct course *out)
{
    const struct world *world = place->world;
    out->place = place;
    out->ent = &place->account->list[place->kind].at[place->index];
    out->key = world_ref_key(world, place->account, place->kind, place->index);
    out->hash = world_mix(out->key, 0x5ced);
    out->events = out->bulk_at = 0;
    out->start_ms = walk->start_ms;
    out->scheduled_ms = next_scheduled(world, walk, out->hash, walk->start_ms);
    out->own = out->ent->changes ? &world->mutations[out->ent->changes - 1] : NULL;
    out->bulk = next_bulk(world, place->account, out->key, walk->start_ms, &out->bulk_at);
}

/* An own mutation ends the schedule. */
static void step_own(struct course *course, struct walk *walk, struct walk_event *event)
{
    event->at_ms = course->own->m.at_ms;
    apply_mutation(course->own, walk, event);
    uint32_t next = course->own->next;
    course->own = next ? &course->place->world->mutations[next - 1] : NULL;
    course->scheduled_ms = INT64_MAX;
}

/* Passes over what is archived: bulk edits leave it alone. */
static bool step_bulk(struct course *course, struct walk *walk, struct walk_event *event)
{
    bool applies = walk->status <= WORLD_PAUSED;
    event->at_ms = course->bulk->m.at_ms;
    if (applies) {
        apply_mutation(course->bulk, walk, event);
    }
    course->bulk_at++;
    course->bulk = next_bulk(course->place->world, course->place->account, course->key,
                             course->start_ms, &course->bulk_at);
    return applies;
}

static void step_scheduled(struct course *course, struct walk *walk, struct walk_event *event)
{
    event->at_ms = course->scheduled_ms;
    apply_scheduled(course->ent, course->place->kind, course->hash, walk, event);
    course->hash = world_mix(course->key, 0x5ced + ++course->events);
    course->scheduled_ms =
        course->events < SCHEDULE_MAX
            ? next_scheduled(course->place->world, walk, course->hash, course->scheduled_ms)
            : INT64_MAX;
}

enum step { STEP_NONE, STEP_PASSED, STEP_DONE };

/* The earliest of what comes next, if it is due by now_ms; of the same instant mutations first. */
static enum step step(struct course *course, int64_t now_ms, struct walk *walk,
                      struct walk_event *event)
{
    int64_t own_ms = course->own ? course->own->m.at_ms : INT64_MAX;
    int64_t bulk_ms = course->bulk ? course->bulk->m.at_ms : INT64_MAX;
    int64_t first_ms = own_ms < bulk_ms ? own_ms : bulk_ms;
    bool scheduled = course->scheduled_ms < first_ms;
    first_ms = scheduled ? course->scheduled_ms : first_ms;
    if (first_ms > now_ms || first_ms == INT64_MAX) {
        return STEP_NONE;
    }
    event->before = event->after = walk->status;
    if (scheduled) {
        step_scheduled(course, walk, event);
    } else if (own_ms <= bulk_ms) {
        step_own(course, walk, event);
    } else if (!step_bulk(course, walk, event)) {
        return STEP_PASSED;
    }
    return STEP_DONE;
}

void world_walk(const struct place *place, int64_t now_ms, struct walk *out, walk_seen *seen,
                void *ctx)
{
    struct course course;
    struct walk_event event = {0, WORLD_CHANGE_NAME, WORLD_ACTIVE, WORLD_ACTIVE, false};
    walk_begin(place->world, &place->account->list[place->kind].at[place->index], place->kind,
               now_ms, out);
    if (!out->exists) {
        return;
    }
    course_begin(place, out, &course);
    enum step done = STEP_PASSED;
    while (out->status != WORLD_DELETED && done != STEP_NONE) {
        done = step(&course, now_ms, out, &event);
        if (done != STEP_DONE) {
            continue;
        }
        if (event.kind != WORLD_CHANGE_REVIEW) {
            out->updated_ms = event.at_ms / 1000 * 1000;
        }
        if (seen) {
            event.after = out->status;
            event.running = walk_running(out, place->kind);
            seen(ctx, &event);
        }
    }
}

/* ---- effective status */

static enum world_effective of_issue(enum issue issue)
{
    static const enum world_effective map[ISSUE_COUNT] = {
        [ISSUE_NONE] = WORLD_EFF_ACTIVE,
        [ISSUE_WITH_ISSUES] = WORLD_EFF_WITH_ISSUES,
        [ISSUE_IN_PROCESS] = WORLD_EFF_IN_PROCESS,
        [ISSUE_DISAPPROVED] = WORLD_EFF_DISAPPROVED,
        [ISSUE_REVIEW] = WORLD_EFF_PENDING_REVIEW,
        [ISSUE_BILLING] = WORLD_EFF_PENDING_BILLING_INFO,
        [ISSUE_PREAPPROVED] = WORLD_EFF_PREAPPROVED,
    };
    return map[issue];
}

static bool any_is(const struct walk *const walks[3], enum world_status status)
{
    for (int i = 0; i < 3; i++) {
        if (walks[i] && walks[i]->status == status) {
            return true;
        }
    }
    return false;
}

enum world_effective world_walk_effective(enum entity_kind kind, const struct walk *self,
                                          const struct walk *adset, const struct walk *campaign)
{
    const struct walk *const walks[3] = {self, kind == ENTITY_AD ? adset : NULL,
                                         kind != ENTITY_CAMPAIGN ? campaign : NULL};
    if (any_is(walks, WORLD_DELETED)) {
        return WORLD_EFF_DELETED;
    }
    if (any_is(walks, WORLD_ARCHIVED)) {
        return WORLD_EFF_ARCHIVED;
    }
    if (self->status == WORLD_PAUSED) {
        return WORLD_EFF_PAUSED;
    }
    if (walks[2] && walks[2]->status == WORLD_PAUSED) {
        return WORLD_EFF_CAMPAIGN_PAUSED;
    }
    if (walks[1] && walks[1]->status == WORLD_PAUSED) {
        return WORLD_EFF_ADSET_PAUSED;
    }
    return of_issue(self->issue);
}

int world_account_status(const struct world *world, const struct account *account, int64_t now_ms,
                         const struct mutation **last)
{
    int status = account->profile->status;
    *last = NULL;
    for (uint32_t i = 0; i < account->own_count; i++) {
        const struct mutation *own = &world->mutations[account->own[i]];
        if (own->m.at_ms <= now_ms && own->m.kind == WORLD_ACCOUNT_STATUS) {
            status = own->m.account_status;
            *last = own;
        }
    }
    return status;
}
