#include "sync/ask.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"

enum { TEXT_MAX = 4096 };

void ask_init(struct ask *ask)
{
    memset(ask, 0, sizeof *ask);
    struct str *const all[] = {&ask->fields, &ask->statuses,   &ask->filtering,
                               &ask->range,  &ask->breakdowns, &ask->windows};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        str_init(all[i], TEXT_MAX);
    }
}

void ask_fini(struct ask *ask)
{
    str_fini(&ask->fields);
    str_fini(&ask->statuses);
    str_fini(&ask->filtering);
    str_fini(&ask->range);
    str_fini(&ask->breakdowns);
    str_fini(&ask->windows);
    memset(ask, 0, sizeof *ask);
}

static void ask_reset(struct ask *ask)
{
    ask_fini(ask);
    ask_init(ask);
}

static void ask_param(struct ask *ask, const char *key, const char *value)
{
    ask->params[ask->count++] = (struct graph_param){key, value};
}

static bool ask_path(struct ask *ask, struct err *err, const char *node, const char *edge)
{
    int n = snprintf(ask->path, sizeof ask->path, "%s%s%s", node, edge[0] ? "/" : "", edge);
    if (n < 0 || (size_t)n >= sizeof ask->path) {
        return err_set(err, ERR_LIMIT, "request path too long: %.40s", node);
    }
    return true;
}

static bool ask_check(const struct ask *ask, struct err *err)
{
    if (ask->fields.overflow || ask->statuses.overflow || ask->filtering.overflow ||
        ask->range.overflow || ask->breakdowns.overflow || ask->windows.overflow) {
        return err_set(err, ERR_LIMIT, "%s: parameters too long", ask->path);
    }
    return true;
}

/* ["ACTIVE",...] ; DELETED at the end when asked for. */
static void add_statuses(struct str *out, enum entity_kind kind, bool deleted)
{
    const char *before = "[";
    for (const char *const *s = entity_kind_statuses(kind); *s; s++) {
        str_addf(out, "%s\"%s\"", before, *s);
        before = ",";
    }
    str_add(out, deleted ? ",\"DELETED\"]" : "]");
}

/* "a,b" -> ["a","b"] */
static void add_list(struct str *out, const char *names)
{
    const char *before = "[";
    while (*names) {
        size_t n = strcspn(names, ",");
        if (n > 0) {
            str_addf(out, "%s\"%.*s\"", before, (int)n, names);
            before = ",";
        }
        names += n + (names[n] == ',');
    }
    str_addc(out, ']');
}

bool ask_listing(struct ask *ask, const char *account_id, enum entity_kind kind,
                 const struct plan_listing *listing, uint64_t dropped, struct err *err)
{
    ask_reset(ask);
    enum edge edge = edge_of_kind(kind);
    bool fields = listing->how == LISTING_SWEEP
                      ? fields_sweep_text(edge, dropped, &ask->fields)
                      : fields_text(edge, LEVEL_AD, dropped, &ask->fields);
    if (!fields || !ask_path(ask, err, account_id, entity_kind_edge(kind))) {
        return err_set(err, ERR_LIMIT, "%s: field list too long", edge_name(edge));
    }
    ask_param(ask, "fields", str_text(&ask->fields));
    if (listing->how == LISTING_DELTA) {
        /* Unprefixed fields are silently ignored; one list holds both filters (reference 4.5). */
        const char *name = entity_kind_name(kind);
        str_addf(&ask->filtering,
                 "[{\"field\":\"%s.updated_time\",\"operator\":\"GREATER_THAN\",\"value\":%lld},"
                 "{\"field\":\"%s.effective_status\",\"operator\":\"IN\",\"value\":",
                 name, (long long)(listing->since_ms / 1000), name);
        add_statuses(&ask->filtering, kind, false);
        str_add(&ask->filtering, "}]");
        ask_param(ask, "filtering", str_text(&ask->filtering));
    } else {
        add_statuses(&ask->statuses, kind, false);
        ask_param(ask, "effective_status", str_text(&ask->statuses));
    }
    return ask_check(ask, err);
}

static enum entity_kind level_kind(enum insight_level level)
{
    return level == LEVEL_CAMPAIGN ? ENTITY_CAMPAIGN
                                   : (level == LEVEL_ADSET ? ENTITY_ADSET : ENTITY_AD);
}

bool ask_insights(struct ask *ask, const struct ask_insights *in, struct err *err)
{
    ask_reset(ask);
    enum edge edge = in->level == LEVEL_ACCOUNT ? EDGE_TOTALS : EDGE_INSIGHTS;
    if (!fields_text(edge, in->level, in->dropped, &ask->fields)) {
        return err_set(err, ERR_LIMIT, "%s: field list too long", edge_name(edge));
    }
    if (!ask_path(ask, err, in->node, "insights")) {
        return false;
    }
    ask_param(ask, "level", insight_level_name(in->level));
    ask_param(ask, "fields", str_text(&ask->fields));
    str_addf(&ask->range, "{\"since\":\"%s\",\"until\":\"%s\"}", date_text(in->first_day).text,
             date_text(in->last_day).text);
    ask_param(ask, "time_range", str_text(&ask->range));
    ask_param(ask, "time_increment", "1");
    if (in->level != LEVEL_ACCOUNT) {
        enum entity_kind kind = level_kind(in->level);
        str_addf(&ask->filtering,
                 "[{\"field\":\"%s.effective_status\",\"operator\":\"IN\",\"value\":",
                 entity_kind_name(kind));
        add_statuses(&ask->filtering, kind, true);
        str_add(&ask->filtering, "}]");
        ask_param(ask, "filtering", str_text(&ask->filtering));
    }
    if (in->breakdowns && in->breakdowns[0]) {
        add_list(&ask->breakdowns, in->breakdowns);
        ask_param(ask, "breakdowns", str_text(&ask->breakdowns));
    }
    if (in->action_breakdowns && in->action_breakdowns[0]) {
        add_list(&ask->statuses, in->action_breakdowns);
        ask_param(ask, "action_breakdowns", str_text(&ask->statuses));
    }
    if (in->attribution && in->attribution[0]) {
        add_list(&ask->windows, in->attribution);
        ask_param(ask, "action_attribution_windows", str_text(&ask->windows));
    }
    return ask_check(ask, err);
}

bool ask_accounts(struct ask *ask, uint64_t dropped, struct err *err)
{
    ask_reset(ask);
    if (!fields_text(EDGE_ACCOUNTS, LEVEL_ACCOUNT, dropped, &ask->fields)) {
        return err_set(err, ERR_LIMIT, "accounts: field list too long");
    }
    ask_param(ask, "fields", str_text(&ask->fields));
    return ask_path(ask, err, "me", "adaccounts") && ask_check(ask, err);
}

bool ask_account(struct ask *ask, const char *account_id, struct err *err)
{
    ask_reset(ask);
    ask_param(ask, "fields", "id");
    return ask_path(ask, err, account_id, "");
}

bool ask_node(struct ask *ask, const char *id, enum edge edge, uint64_t dropped, struct err *err)
{
    ask_reset(ask);
    if (!fields_text(edge, LEVEL_AD, dropped, &ask->fields)) {
        return err_set(err, ERR_LIMIT, "%s: field list too long", edge_name(edge));
    }
    ask_param(ask, "fields", str_text(&ask->fields));
    return ask_path(ask, err, id, "") && ask_check(ask, err);
}
