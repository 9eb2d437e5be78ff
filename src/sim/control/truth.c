#include <string.h>

#include "base/date.h"
#include "sim/control/control.h"
#include "sim/drill/fault.h"
#include "json/write.h"

static void member_text(struct jw *w, const char *key, const char *text)
{
    jw_key(w, key);
    jw_text(w, text);
}

static void member_int(struct jw *w, const char *key, int64_t value)
{
    jw_key(w, key);
    jw_i64(w, value);
}

static void member_id(struct jw *w, const char *key, uint64_t id)
{
    struct str text;
    str_init(&text, 32);
    str_addf(&text, "%llu", (unsigned long long)id);
    member_text(w, key, str_text(&text));
    str_fini(&text);
}

static void write_name(struct jw *w, const struct world_name *name)
{
    struct str text;
    str_init(&text, 1 << 20);
    world_name_mended(name, &text);
    member_text(w, "name", str_text(&text));
    str_fini(&text);
}

static void write_actions(struct jw *w, const struct world_metrics *metrics)
{
    jw_key(w, "actions");
    jw_object_begin(w);
    for (int action = 0; action < WORLD_ACTION_COUNT; action++) {
        if (metrics->count[action][WORLD_DEFAULT] != 0) {
            member_int(w, world_action_type((enum world_action)action),
                       metrics->count[action][WORLD_DEFAULT]);
        }
    }
    jw_object_end(w);
    jw_key(w, "action_values_micros");
    jw_object_begin(w);
    for (int action = 0; action < WORLD_ACTION_COUNT; action++) {
        if (metrics->value_micros[action][WORLD_DEFAULT] != 0) {
            member_int(w, world_action_type((enum world_action)action),
                       metrics->value_micros[action][WORLD_DEFAULT]);
        }
    }
    jw_object_end(w);
}

/* Days without delivery have no row at Meta and none here. */
static void write_days(struct sim *sim, uint32_t account, int32_t since, int32_t until,
                       int64_t now_ms, struct jw *w)
{
    jw_key(w, "days");
    jw_array_begin(w);
    for (int32_t day = since; day <= until; day++) {
        struct world_metrics metrics;
        world_truth_day(sim->world, account, day, now_ms, &metrics);
        if (metrics.impressions == 0 && metrics.spend_micros == 0) {
            continue;
        }
        jw_object_begin(w);
        member_text(w, "date", date_text(day).text);
        member_int(w, "spend_micros", metrics.spend_micros);
        member_int(w, "impressions", metrics.impressions);
        member_int(w, "clicks", metrics.clicks);
        member_int(w, "reach", metrics.reach);
        write_actions(w, &metrics);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void write_counts(struct sim *sim, uint32_t account, int64_t now_ms, struct jw *w)
{
    struct world_counts counts;
    world_truth_counts(sim->world, account, now_ms, &counts);
    jw_key(w, "entities");
    jw_object_begin(w);
    for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
        jw_key(w, entity_kind_name((enum entity_kind)kind));
        jw_object_begin(w);
        for (int effective = 0; effective < WORLD_EFF_COUNT; effective++) {
            if (counts.n[kind][effective] > 0) {
                member_int(w, world_effective_text((enum world_effective)effective),
                           counts.n[kind][effective]);
            }
        }
        jw_object_end(w);
    }
    jw_object_end(w);
}

static void write_list(struct sim *sim, uint32_t account, int64_t now_ms, struct jw *w)
{
    jw_key(w, "list");
    jw_array_begin(w);
    for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
        struct world_ref ref = {.account = account, .kind = (enum entity_kind)kind};
        uint32_t span = world_entity_span(sim->world, account, ref.kind);
        for (; ref.index < span; ref.index++) {
            struct world_entity entity;
            if (!world_entity(sim->world, ref, now_ms, &entity)) {
                continue;
            }
            jw_object_begin(w);
            member_id(w, "id", entity.id);
            member_text(w, "kind", entity_kind_name(ref.kind));
            member_text(w, "effective_status", world_effective_text(entity.effective));
            member_text(w, "status", world_status_text(entity.status));
            member_int(w, "updated_ms", entity.updated_ms);
            member_id(w, "campaign_id", entity.campaign_id);
            write_name(w, &entity.name);
            jw_object_end(w);
        }
    }
    jw_array_end(w);
}

static int32_t day_param(const struct request *request, const char *name, int32_t without)
{
    const char *text = request_param(request, name);
    int32_t day;
    return text != NULL && date_parse(text, &day) ? day : without;
}

static void write_account(struct sim *sim, const struct request *request, uint32_t index,
                          int64_t now_ms, struct jw *w)
{
    const char *entities = request_param(request, "entities");
    struct world_account account;
    world_account(sim->world, index, now_ms, &account);
    int32_t today = world_today(sim->world, index, now_ms);
    jw_object_begin(w);
    member_text(w, "account_id", sim->accounts[index].account_id);
    write_name(w, &account.name);
    member_text(w, "currency", account.currency);
    member_text(w, "timezone_name", account.timezone_name);
    member_int(w, "account_status", account.status);
    jw_key(w, "accessible");
    jw_bool(w, account.accessible);
    member_text(w, "today", date_text(today).text);
    member_text(w, "first_day", date_text(world_first_day(sim->world, index)).text);
    write_counts(sim, index, now_ms, w);
    write_days(sim, index, day_param(request, "since", today - 7),
               day_param(request, "until", today), now_ms, w);
    if (entities != NULL && strcmp(entities, "1") == 0) {
        write_list(sim, index, now_ms, w);
    }
    jw_object_end(w);
}

void truth_write(struct sim *sim, const struct request *request, struct jw *w)
{
    const char *only = request_param(request, "account");
    const char *at = request_param(request, "at");
    int64_t now_ms = sim_now(sim);
    if (at != NULL) {
        fault_parse_time(at, now_ms, &now_ms);
    }
    jw_object_begin(w);
    member_int(w, "now_ms", now_ms);
    jw_key(w, "accounts");
    jw_array_begin(w);
    sim_lock(sim);
    for (uint32_t i = 0; i < sim->account_count; i++) {
        if (only == NULL || sim_find_account(sim, only) == (int)i) {
            write_account(sim, request, i, now_ms, w);
        }
    }
    sim_unlock(sim);
    jw_array_end(w);
    jw_object_end(w);
}
