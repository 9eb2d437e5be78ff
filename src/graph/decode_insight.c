/* Insights rows: metrics, the two action lists merged, the breakdown key. */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/money.h"
#include "base/str.h"
#include "graph/decode_row.h"
#include "json/json.h"

#define IN_INSIGHT(member) offsetof(struct insight, member)

enum { LATER_ACTIONS, LATER_VALUES, BREAKDOWN_MAX = 512 };

/* In the order of fields.c. */
static const struct slot insight_slots[] = {
    {SLOT_DECIMAL, IN_INSIGHT(campaign_id)  },
    {SLOT_TEXT,    IN_INSIGHT(campaign_name)},
    {SLOT_DECIMAL, IN_INSIGHT(adset_id)     },
    {SLOT_TEXT,    IN_INSIGHT(adset_name)   },
    {SLOT_DECIMAL, IN_INSIGHT(entity_id)    },
    {SLOT_TEXT,    IN_INSIGHT(ad_name)      },
    {SLOT_MONEY,   IN_INSIGHT(spend)        },
    {SLOT_COUNT,   IN_INSIGHT(impressions)  },
    {SLOT_COUNT,   IN_INSIGHT(clicks)       },
    {SLOT_COUNT,   IN_INSIGHT(reach)        },
    {SLOT_LATER,   LATER_ACTIONS            },
    {SLOT_LATER,   LATER_VALUES             },
    {SLOT_DATE,    IN_INSIGHT(date_start)   },
    {SLOT_DATE,    IN_INSIGHT(date_stop)    },
};

static const struct slot total_slots[] = {
    {SLOT_MONEY, IN_INSIGHT(spend)      },
    {SLOT_COUNT, IN_INSIGHT(impressions)},
    {SLOT_COUNT, IN_INSIGHT(clicks)     },
    {SLOT_DATE,  IN_INSIGHT(date_start) },
    {SLOT_DATE,  IN_INSIGHT(date_stop)  },
};

/* The merged list of one row. */
struct action_list {
    const struct decoder *decoder;
    struct insight_action *items;
    size_t count, hint;
};

/* "value" is the attribution the API applies by default; else the window's own key
 * (reference 6.1). Other keys are action breakdowns. */
static const char *attribution_of(const char *key)
{
    static const char *const windows[] = {"dda", "default", "incrementality", "inline"};
    if (strcmp(key, "value") == 0) {
        return "default";
    }
    if (isdigit((unsigned char)key[0]) || strncmp(key, "skan_", 5) == 0) {
        return key;
    }
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        if (strcmp(key, windows[i]) == 0) {
            return key;
        }
    }
    return NULL;
}

static bool is_asked(const struct decoder *decoder, const char *key)
{
    for (const char *const *at = decoder->action_breakdowns; at != NULL && *at != NULL; at++) {
        if (strcmp(*at, key) == 0) {
            return true;
        }
    }
    return false;
}

/* Both lists have the same order as a rule, so the search starts behind the last hit. */
static struct insight_action *find_action(struct action_list *list, const char *action_type,
                                          const char *attribution)
{
    for (size_t i = 0, at = list->hint; i < list->count; i++, at++) {
        at = at >= list->count ? at - list->count : at;
        if (strcmp(list->items[at].attribution, attribution) == 0 &&
            strcmp(list->items[at].action_type, action_type) == 0) {
            list->hint = at + 1;
            return &list->items[at];
        }
    }
    struct insight_action *added = &list->items[list->count++];
    added->action_type = action_type;
    added->attribution = attribution;
    list->hint = list->count;
    return added;
}

/* The same key twice means that action breakdowns split it: the parts are summed. Micros are only
 * the exact decimal carrier here. */
static const char *sum_counts(const struct decoder *decoder, const char *a, const char *b)
{
    int64_t left = 0;
    int64_t right = 0;
    int64_t sum = 0;
    char text[32];
    if (!money_parse_micros(a, &left) || !money_parse_micros(b, &right) ||
        __builtin_add_overflow(left, right, &sum)) {
        return a;
    }
    money_format(sum, sum % 1000000 == 0 ? 0 : 6, text);
    return arena_copy(decoder->arena, text, strlen(text));
}

/* false = the value does not fit. */
static bool put(struct action_list *list, const char *action_type, const char *attribution,
                const char *decimal, bool is_value)
{
    struct insight_action *action = find_action(list, action_type, attribution);
    int64_t micros = 0;
    int64_t sum = 0;
    if (!is_value) {
        action->count =
            action->count == NULL ? decimal : sum_counts(list->decoder, action->count, decimal);
        return true;
    }
    if (!money_parse_micros(decimal, &micros) ||
        __builtin_add_overflow(action->value, micros, &sum)) {
        return false;
    }
    action->value = sum;
    action->has_value = true;
    return true;
}

static void add_entry(struct action_list *list, const struct json *entry, const char *field,
                      bool is_value)
{
    const char *action_type =
        json_type(entry) == JSON_OBJECT ? json_text(json_get(entry, "action_type")) : NULL;
    if (action_type == NULL) {
        row_drift(list->decoder, field, DRIFT_TYPE, entry);
        return;
    }
    for (const struct json *m = json_first(entry); m != NULL; m = json_next(m)) {
        const char *key = json_key(m);
        if (strcmp(key, "action_type") == 0 || json_type(m) == JSON_NULL) {
            continue;
        }
        const char *attribution = attribution_of(key);
        const char *decimal = attribution == NULL ? NULL : row_decimal(list->decoder, m);
        if (attribution == NULL) {
            if (!is_asked(list->decoder, key)) {
                row_drift(list->decoder, key, DRIFT_UNKNOWN, m);
            }
        } else if (decimal == NULL || !put(list, action_type, attribution, decimal, is_value)) {
            row_drift(list->decoder, field, DRIFT_TYPE, m);
        }
    }
}

static size_t count_pairs(const struct json *list)
{
    size_t n = 0;
    for (const struct json *entry = json_first(list); entry != NULL; entry = json_next(entry)) {
        n += json_size(entry);
    }
    return n;
}

static bool merge_actions(const struct row *row, struct insight *out)
{
    static const char *const fields[] = {"actions", "action_values"};
    struct action_list list = {.decoder = row->decoder};
    size_t most = 0;
    for (size_t i = 0; i < 2; i++) {
        most += json_type(row->later[i]) == JSON_ARRAY ? count_pairs(row->later[i]) : 0;
    }
    if (most == 0) {
        return true;
    }
    list.items = arena_alloc(row->decoder->arena, most * sizeof list.items[0]);
    if (list.items == NULL) {
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        if (json_type(row->later[i]) != JSON_ARRAY) {
            continue;
        }
        list.hint = 0;
        for (const struct json *e = json_first(row->later[i]); e != NULL; e = json_next(e)) {
            add_entry(&list, e, fields[i], i == LATER_VALUES);
        }
    }
    out->actions = list.items;
    out->action_count = list.count;
    return true;
}

/* Separators inside a value ("Washington, District of Columbia") are percent-encoded. */
static bool add_value(struct str *text, const char *value)
{
    bool ok = true;
    for (const char *at = value; *at != '\0' && ok; at++) {
        ok = strchr(",=%", *at) == NULL ? str_addc(text, *at)
                                        : str_addf(text, "%%%02X", (unsigned)(unsigned char)*at);
    }
    return ok;
}

static bool add_breakdown(const struct row *row, size_t index, struct str *text)
{
    char buf[48];
    const struct json *node = row->breakdowns[index];
    const char *name = row->decoder->breakdowns[index];
    /* Asset breakdowns come as objects (reference 6.2). */
    node = json_type(node) == JSON_OBJECT ? json_get(node, "id") : node;
    const char *value = json_text(node);
    if (value == NULL && json_decimal(node, buf, sizeof buf)) {
        value = buf;
    }
    if (value == NULL) {
        row_drift(row->decoder, name, DRIFT_MISSING, NULL);
        value = ""; /* the row still carries spend */
    }
    return (text->len == 0 || str_addc(text, ',')) && str_add(text, name) && str_addc(text, '=') &&
           add_value(text, value);
}

/* Sorted by name, so that the order in the configuration does not change a row's key. */
static bool write_breakdown(const struct row *row, struct insight *out)
{
    const char *const *names = row->decoder->breakdowns;
    size_t order[ROW_KEPT_MAX];
    size_t count = 0;
    out->breakdown = "";
    for (; names != NULL && names[count] != NULL && count < ROW_KEPT_MAX; count++) {
        size_t at = count;
        for (; at > 0 && strcmp(names[order[at - 1]], names[count]) > 0; at--) {
            order[at] = order[at - 1];
        }
        order[at] = count;
    }
    if (count == 0) {
        return true;
    }
    struct str text;
    str_init(&text, BREAKDOWN_MAX);
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++) {
        ok = add_breakdown(row, order[i], &text);
    }
    out->breakdown = ok ? arena_copy(row->decoder->arena, str_text(&text), text.len) : NULL;
    str_fini(&text);
    return out->breakdown != NULL;
}

static void set_entity_id(const struct decoder *decoder, struct insight *out)
{
    switch (out->level) {
    case LEVEL_ACCOUNT:
    case LEVEL_COUNT:
        out->entity_id = decoder->account_id;
        break;
    case LEVEL_CAMPAIGN:
        out->entity_id = out->campaign_id;
        break;
    case LEVEL_ADSET:
        out->entity_id = out->adset_id;
        break;
    case LEVEL_AD:
        break; /* ad_id, read into entity_id */
    }
}

bool decode_insight(const struct decoder *decoder, const struct json *node, struct insight *out)
{
    bool total = decoder->edge == EDGE_TOTALS;
    memset(out, 0, sizeof *out);
    out->level = total ? LEVEL_ACCOUNT : decoder->level;
    out->reach = -1;
    struct row row = {.decoder = decoder, .slots = total ? total_slots : insight_slots, .out = out};
    bool usable = row_decode(&row, node);
    set_entity_id(decoder, out);
    return usable && out->entity_id != NULL && out->entity_id[0] != '\0' &&
           merge_actions(&row, out) && write_breakdown(&row, out);
}
