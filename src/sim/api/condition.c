#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/api/errors.h"
#include "sim/api/listing.h"

#define BIT(effective) (1u << (effective))

enum { ALL_STATUSES = (1u << WORLD_EFF_COUNT) - 1 };

bool condition_statuses(enum entity_kind kind, const char *const *names, size_t count,
                        unsigned *mask, const char **bad)
{
    *mask = 0;
    for (size_t i = 0; i < count; i++) {
        enum world_effective effective;
        if (!world_effective_parse(names[i], &effective) ||
            !world_effective_of_kind(effective, kind)) {
            *bad = names[i];
            return false;
        }
        *mask |= BIT(effective);
    }
    return true;
}

unsigned condition_delivery(const char *const *words, size_t count)
{
    static const struct {
        const char *word;
        unsigned mask;
    } table[] = {
        {"active",         BIT(WORLD_EFF_ACTIVE)                                             },
        {"archived",       BIT(WORLD_EFF_ARCHIVED)                                           },
        {"deleted",        BIT(WORLD_EFF_DELETED)                                            },
        {"inactive",
         BIT(WORLD_EFF_PAUSED) | BIT(WORLD_EFF_CAMPAIGN_PAUSED) | BIT(WORLD_EFF_ADSET_PAUSED)},
        {"pending_review", BIT(WORLD_EFF_PENDING_REVIEW) | BIT(WORLD_EFF_IN_PROCESS)         },
        {"rejected",       BIT(WORLD_EFF_DISAPPROVED)                                        },
        {"not_delivering", BIT(WORLD_EFF_WITH_ISSUES) | BIT(WORLD_EFF_PENDING_BILLING_INFO)  },
        {"scheduled",      BIT(WORLD_EFF_PREAPPROVED)                                        },
    };
    unsigned mask = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < sizeof table / sizeof table[0]; k++) {
            mask |= strcmp(table[k].word, words[i]) == 0 ? table[k].mask : 0;
        }
    }
    return mask;
}

static bool refuse_status(struct call *call, const char *bad)
{
    char text[200];
    snprintf(text, sizeof text,
             "Param effective_status must be an array of statuses of this "
             "object; %s is not one of them",
             bad);
    errors_reply(call->reply, GRAPH_BAD_PARAM, text);
    return false;
}

static bool read_status_param(struct call *call, const struct request *request,
                              struct condition *out)
{
    const char *text = request_param(request, "effective_status");
    if (text == NULL || text[0] == '\0') {
        return true;
    }
    const char **names, *bad = "";
    size_t count;
    unsigned mask;
    if (!filter_parse_list(request->arena, text, &names, &count)) {
        return refuse_status(call, text);
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], "DELETED") == 0) {
            errors_reply(call->reply, GRAPH_DELETED);
            return false;
        }
    }
    if (!condition_statuses(out->kind, names, count, &mask, &bad)) {
        return refuse_status(call, bad);
    }
    if (count > 0) {
        out->status_mask = mask;
        out->status_given = true;
    }
    return true;
}

static bool add_status_filter(struct call *call, const struct filter *filter, struct condition *out)
{
    const char *bad = "";
    unsigned mask;
    if (!condition_statuses(out->kind, filter->values, filter->value_count, &mask, &bad)) {
        return refuse_status(call, bad);
    }
    bool negative = filter->op == FILTER_NOT_IN || filter->op == FILTER_NOT_EQUAL;
    mask = negative ? ALL_STATUSES & ~mask : mask;
    out->status_mask = out->status_given ? out->status_mask & mask : mask;
    out->status_given = true;
    return true;
}

static void add_updated_filter(const struct filter *filter, struct condition *out)
{
    int64_t at = filter->value_count > 0 ? strtoll(filter->values[0], NULL, 10) : 0;
    bool equal = filter->op == FILTER_GREATER_EQUAL || filter->op == FILTER_LESS_EQUAL;
    if (filter->op == FILTER_GREATER || filter->op == FILTER_GREATER_EQUAL) {
        at -= equal ? 1 : 0;
        out->updated_above = at > out->updated_above ? at : out->updated_above;
    } else {
        at += equal ? 1 : 0;
        out->updated_below = at < out->updated_below ? at : out->updated_below;
    }
}

/* "ad.id" on an edge of ads: its own; "campaign.id" there: a parent's. -1 = not of this edge. */
static int prefix_kind(const char *field, enum entity_kind own)
{
    for (int kind = 0; kind <= (int)own; kind++) {
        const char *name = entity_kind_name((enum entity_kind)kind);
        size_t n = strlen(name);
        if (strncmp(field, name, n) == 0 && field[n] == '.') {
            return kind;
        }
    }
    return -1;
}

static bool known_own_field(const char *name)
{
    static const char *const known[] = {"id",           "name",           "status",
                                        "created_time", "objective",      "configured_status",
                                        "daily_budget", "lifetime_budget"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Sorts one filter into the condition; unprefixed fields but for a few are silently ignored, as
 * Meta does (reference 4.5). */
static bool add_filter(struct call *call, struct filter *filter, struct condition *out,
                       struct filter **rest)
{
    const char *name = filter_local_name(filter->field);
    bool bare = name == filter->field;
    int kind = bare ? (int)out->kind : prefix_kind(filter->field, out->kind);
    bool own = kind == (int)out->kind;
    if (own && strcmp(name, "effective_status") == 0) {
        return add_status_filter(call, filter, out);
    }
    if (own && !bare && strcmp(name, "updated_time") == 0) {
        add_updated_filter(filter, out);
        return true;
    }
    if (own && strcmp(name, "delivery_info") == 0) {
        unsigned mask = condition_delivery(filter->values, filter->value_count);
        out->status_mask = out->status_given ? out->status_mask & mask : mask;
        out->status_given = true;
        return true;
    }
    if (bare && strcmp(name, "id") != 0) {
        return true;
    }
    if ((own && known_own_field(name)) || (kind >= 0 && !own && strcmp(name, "id") == 0)) {
        filter->next = *rest;
        *rest = filter;
        return true;
    }
    errors_reply(call->reply, GRAPH_NO_FILTER_FIELD, filter->field);
    return false;
}

static bool read_filtering(struct call *call, const struct request *request, struct condition *out)
{
    const char *text = request_param(request, "filtering");
    if (text == NULL || text[0] == '\0' || call_fault(call, FAULT_IGNORE_FILTER, NULL)) {
        return true;
    }
    struct filter *filters = NULL, *rest = NULL;
    const char *bad = "";
    enum filter_parse rc = filter_parse(request->arena, text, &filters, &bad);
    if (rc != FILTER_OK) {
        errors_reply(call->reply, GRAPH_BAD_PARAM,
                     rc == FILTER_NOT_JSON ? "param filtering must be an array."
                                           : "param filtering: unknown operator");
        return false;
    }
    for (struct filter *filter = filters, *next; filter != NULL; filter = next) {
        next = filter->next;
        if (!add_filter(call, filter, out, &rest)) {
            return false;
        }
    }
    out->filters = rest;
    return true;
}

bool condition_read(struct call *call, const struct request *request, enum entity_kind kind,
                    struct condition *out)
{
    *out = (struct condition){.kind = kind,
                              .status_mask =
                                  ALL_STATUSES & ~BIT(WORLD_EFF_ARCHIVED) & ~BIT(WORLD_EFF_DELETED),
                              .updated_above = INT64_MIN,
                              .updated_below = INT64_MAX};
    const char *since = request_param(request, "updated_since");
    if (since != NULL && kind != ENTITY_CAMPAIGN) {
        out->updated_above = strtoll(since, NULL, 10) - 1;
    }
    return read_status_param(call, request, out) && read_filtering(call, request, out);
}

static bool test_filter(const struct filter *filter, const struct condition *condition,
                        const struct world_entity *entity)
{
    char text[64] = "";
    const char *name = filter_local_name(filter->field);
    int kind =
        name == filter->field ? (int)condition->kind : prefix_kind(filter->field, condition->kind);
    if (strcmp(name, "id") == 0) {
        uint64_t id = kind == (int)condition->kind ? entity->id
                      : kind == ENTITY_CAMPAIGN    ? entity->campaign_id
                                                   : entity->adset_id;
        snprintf(text, sizeof text, "%llu", (unsigned long long)id);
    } else if (strcmp(name, "status") == 0 || strcmp(name, "configured_status") == 0) {
        return filter_test(filter, world_status_text(entity->status));
    } else if (strcmp(name, "objective") == 0) {
        return filter_test(filter, entity->objective != NULL ? entity->objective : "");
    } else if (strcmp(name, "created_time") == 0) {
        snprintf(text, sizeof text, "%lld", (long long)(entity->created_ms / 1000));
    } else if (strcmp(name, "name") == 0) {
        struct str full;
        str_init(&full, 1 << 20);
        world_name_mended(&entity->name, &full);
        bool passed = filter_test(filter, str_text(&full));
        str_fini(&full);
        return passed;
    } else {
        int64_t amount =
            strcmp(name, "daily_budget") == 0 ? entity->daily_budget : entity->lifetime_budget;
        snprintf(text, sizeof text, "%lld", (long long)amount);
        return amount >= 0 && filter_test(filter, text);
    }
    return filter_test(filter, text);
}

bool condition_test(const struct condition *condition, const struct world_entity *entity)
{
    for (const struct filter *filter = condition->filters; filter != NULL; filter = filter->next) {
        if (!test_filter(filter, condition, entity)) {
            return false;
        }
    }
    return true;
}
