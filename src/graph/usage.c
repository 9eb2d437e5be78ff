#include "graph/usage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "json/json.h"

/* A percentage in any of its clothes: 75, 75.5, "75.5", "17%". Negative and not finite are not. */
static bool read_pct(const struct json *node, double *out)
{
    double value = 0;
    const char *text = json_text(node);
    if (text != NULL) {
        char digits[32];
        size_t n = strcspn(text, "% ");
        if (n >= sizeof digits || text[n + strspn(text + n, "% ")] != '\0') {
            return false;
        }
        memcpy(digits, text, n);
        digits[n] = '\0';
        if (!num_parse_double(digits, &value)) {
            return false;
        }
    } else if (!json_double(node, &value)) {
        return false;
    }
    if (!isfinite(value) || value < 0) {
        return false;
    }
    *out = value;
    return true;
}

/* The worst of a member that may occur more than once; -1 = absent. False = one is garbage. */
static bool worst_member(const struct json *object, const char *key, double *out)
{
    bool clean = true;
    double worst = -1;
    for (const struct json *m = json_first(object); m != NULL; m = json_next(m)) {
        const char *name = json_key(m);
        if (name == NULL || strcmp(name, key) != 0 || json_type(m) == JSON_NULL) {
            continue;
        }
        double value = 0;
        if (!read_pct(m, &value)) {
            clean = false;
        } else if (value > worst) {
            worst = value;
        }
    }
    *out = worst;
    return clean;
}

static double max3(double a, double b, double c)
{
    double worst = a > b ? a : b;
    return worst > c ? worst : c;
}

static struct usage_reading blank(const struct usage_context *context, enum usage_source source,
                                  const char *scope_id)
{
    struct usage_reading r = {
        .at = context->at,
        .source = source,
        .pct = -1,
        .call_count = -1,
        .total_time = -1,
        .total_cputime = -1,
        .regain_s = -1,
        .run_id = context->run_id,
    };
    snprintf(r.scope_id, sizeof r.scope_id, "%s", scope_id);
    return r;
}

static void add(struct usage_set *set, const struct usage_reading *reading)
{
    if (reading->pct >= 0 && set->count < USAGE_READINGS_MAX) {
        set->readings[set->count++] = *reading;
    }
}

static const char *account_of(const struct usage_context *context)
{
    return context->account_id == NULL ? "" : context->account_id;
}

static bool read_triple(const struct json *object, struct usage_reading *r)
{
    bool clean = worst_member(object, "call_count", &r->call_count);
    clean = worst_member(object, "total_time", &r->total_time) && clean;
    clean = worst_member(object, "total_cputime", &r->total_cputime) && clean;
    r->pct = max3(r->call_count, r->total_time, r->total_cputime);
    return clean && r->pct >= 0;
}

static bool read_app(const struct json *root, const struct usage_context *context,
                     struct usage_set *out)
{
    struct usage_reading r = blank(context, USAGE_APP, "app");
    bool clean = json_type(root) == JSON_OBJECT ? read_triple(root, &r) : read_pct(root, &r.pct);
    add(out, &r);
    return clean;
}

static bool read_account(const struct json *root, const struct usage_context *context,
                         struct usage_set *out)
{
    struct usage_reading r = blank(context, USAGE_ACCOUNT, account_of(context));
    if (json_type(root) != JSON_OBJECT) {
        bool clean = read_pct(root, &r.pct);
        add(out, &r);
        return clean;
    }
    double reset = -1;
    bool clean = worst_member(root, "acc_id_util_pct", &r.pct) && r.pct >= 0;
    clean = worst_member(root, "reset_time_duration", &reset) && clean;
    r.regain_s = reset < 0 ? -1 : (int64_t)ceil(reset); /* seconds, unlike the BUC's minutes */
    r.access_tier = access_tier_parse(json_text(json_get(root, "ads_api_access_tier")));
    add(out, &r);
    return clean;
}

static bool read_insights(const struct json *root, const struct usage_context *context,
                          struct usage_set *out)
{
    struct usage_reading app = blank(context, USAGE_INSIGHTS_APP, "app");
    struct usage_reading account = blank(context, USAGE_INSIGHTS, account_of(context));
    bool clean = worst_member(root, "app_id_util_pct", &app.pct);
    clean = worst_member(root, "acc_id_util_pct", &account.pct) && clean;
    app.access_tier = access_tier_parse(json_text(json_get(root, "ads_api_access_tier")));
    account.access_tier = app.access_tier;
    add(out, &app);
    add(out, &account);
    return clean && (app.pct >= 0 || account.pct >= 0);
}

static bool read_reach(const struct json *root, const struct usage_context *context,
                       struct usage_set *out)
{
    (void)context;
    double app = -1;
    double account = -1;
    bool clean = worst_member(root, "app_id_util_pct", &app);
    clean = worst_member(root, "acc_id_util_pct", &account) && clean;
    out->reach_pct = max3(app, account, -1);
    return clean && out->reach_pct >= 0;
}

/* One entry of a business object's list. Types that are not ads are somebody else's limits. */
static bool read_buc_entry(const struct json *entry, const char *scope_id,
                           const struct usage_context *context, struct usage_set *out)
{
    if (json_type(entry) != JSON_OBJECT) {
        return false;
    }
    struct usage_reading r = blank(context, USAGE_BUC, scope_id);
    const char *type = json_text(json_get(entry, "type"));
    if (type == NULL) {
        return false;
    }
    if (!use_case_parse(type, &r.use_case) || r.use_case == USE_CASE_NONE) {
        return true;
    }
    double regain_min = -1;
    bool clean = read_triple(entry, &r);
    clean = worst_member(entry, "estimated_time_to_regain_access", &regain_min) && clean;
    r.regain_s = regain_min < 0 ? -1 : (int64_t)ceil(regain_min * 60);
    r.access_tier = access_tier_parse(json_text(json_get(entry, "ads_api_access_tier")));
    add(out, &r);
    return clean;
}

static bool read_buc_object(const struct json *object, const char *scope_id,
                            const struct usage_context *context, struct usage_set *out)
{
    if (json_type(object) == JSON_OBJECT) {
        return read_buc_entry(object, scope_id, context, out);
    }
    if (json_type(object) != JSON_ARRAY) {
        return false;
    }
    bool clean = true;
    for (const struct json *e = json_first(object); e != NULL; e = json_next(e)) {
        clean = read_buc_entry(e, scope_id, context, out) && clean;
    }
    return clean;
}

/*
 * Keys are ad account numbers as observed, a business id as documented (reference 1.1). When the
 * request's account is not among them and there is just one object, it speaks of that account.
 */
static bool read_buc(const struct json *root, const struct usage_context *context,
                     struct usage_set *out)
{
    if (json_type(root) != JSON_OBJECT) {
        return false;
    }
    const char *account = account_of(context);
    const char *number = account[0] == '\0' ? "" : account_id_number(account);
    const struct json *own = number[0] == '\0' ? NULL : json_get(root, number);
    const struct json *first = json_first(root);
    bool lone = own == NULL && account[0] != '\0' && first != NULL && json_next(first) == NULL;
    bool clean = true;
    /* Two passes: the request's own account must not fall to the bound on readings. */
    for (int pass = 0; pass < 2; pass++) {
        for (const struct json *m = first; m != NULL; m = json_next(m)) {
            const char *key = json_key(m) == NULL ? "" : json_key(m);
            bool is_own = own != NULL && strcmp(key, number) == 0;
            char scope_id[ID_SIZE];
            if (is_own != (pass == 0)) {
                continue;
            }
            if (lone) {
                snprintf(scope_id, sizeof scope_id, "%s", account);
            } else if (!account_id_normalize(key, scope_id)) {
                clean = false;
                continue;
            }
            clean = read_buc_object(m, scope_id, context, out) && clean;
        }
    }
    return clean;
}

static const struct usage_row {
    const char *name;
    bool (*read)(const struct json *root, const struct usage_context *context,
                 struct usage_set *out);
} rows[] = {
    {"x-app-usage",                      read_app     },
    {"x-ad-account-usage",               read_account },
    {"x-business-use-case-usage",        read_buc     },
    {"x-fb-ads-insights-throttle",       read_insights},
    {"x-fb-ads-insights-reach-throttle", read_reach   },
};

static void note_fault(struct usage_set *out, const char *name, const char *value)
{
    if (out->fault_name == NULL) {
        out->fault_name = name;
        snprintf(out->fault, sizeof out->fault, "%s", value);
    }
}

/* The bare "17%" of old responses is no JSON: quote it. */
static struct json_doc *parse_value(const char *value)
{
    static const struct json_limits limits = {.max_depth = 8, .max_bytes = HTTP_HEADER_BYTES_MAX};
    struct json_doc *doc = json_parse(value, strlen(value), &limits, NULL);
    if (doc != NULL) {
        return doc;
    }
    char quoted[32];
    size_t n = strlen(value);
    if (n == 0 || n > 16 || value[n - 1] != '%' || strchr(value, '"') != NULL) {
        return NULL;
    }
    int len = snprintf(quoted, sizeof quoted, "\"%s\"", value);
    return json_parse(quoted, (size_t)len, &limits, NULL);
}

void usage_read(const struct http_header *headers, size_t count,
                const struct usage_context *context, struct usage_set *out)
{
    memset(out, 0, sizeof *out);
    out->reach_pct = -1;
    for (size_t i = 0; i < count; i++) {
        for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
            if (strcasecmp(headers[i].name, rows[r].name) != 0) {
                continue;
            }
            struct json_doc *doc = parse_value(headers[i].value);
            if (doc == NULL || !rows[r].read(json_root(doc), context, out)) {
                note_fault(out, rows[r].name, headers[i].value);
            }
            json_free(doc);
        }
    }
}

double usage_worst(const struct usage_set *set, enum usage_source source, const char *scope_id)
{
    double worst = -1;
    for (size_t i = 0; i < set->count; i++) {
        const struct usage_reading *r = &set->readings[i];
        if (r->source == source && (scope_id == NULL || strcmp(r->scope_id, scope_id) == 0) &&
            r->pct > worst) {
            worst = r->pct;
        }
    }
    return worst;
}
