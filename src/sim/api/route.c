#include "sim/api/route.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/api/batch.h"
#include "sim/api/entity_fields.h"
#include "sim/api/errors.h"
#include "sim/api/insights.h"
#include "sim/api/listing.h"
#include "sim/api/nodes.h"
#include "sim/api/reports.h"

#define MANAGEMENT USE_CASE_ADS_MANAGEMENT
#define INSIGHTS USE_CASE_ADS_INSIGHTS

/* What the first segment names. */
enum target { TO_ROOT, TO_ME, TO_DEBUG, TO_ACCOUNT, TO_OBJECT, TO_RUN };

struct route {
    enum target target;
    const char *edge, *method;
    enum call_kind kind;
    enum use_case use_case;
    handler_fn *handler;
    int child; /* enum entity_kind the edge lists below an object, -1 = none */
};

static void campaigns(struct call *call)
{
    listing_serve(call, ENTITY_CAMPAIGN);
}
static void adsets(struct call *call)
{
    listing_serve(call, ENTITY_ADSET);
}
static void ads(struct call *call)
{
    listing_serve(call, ENTITY_AD);
}

static const struct route routes[] = {
    {TO_ROOT,    "",            "POST", KIND_BATCH,      USE_CASE_NONE, batch_serve,       -1          },
    {TO_ME,      "",            "GET",  KIND_TOKEN,      USE_CASE_NONE, nodes_me,          -1          },
    {TO_ME,      "adaccounts",  "GET",  KIND_ACCOUNTS,   USE_CASE_NONE, nodes_adaccounts,  -1          },
    {TO_ME,      "permissions", "GET",  KIND_TOKEN,      USE_CASE_NONE, nodes_permissions, -1          },
    {TO_DEBUG,   "",            "GET",  KIND_TOKEN,      USE_CASE_NONE, nodes_debug_token, -1          },
    {TO_ACCOUNT, "",            "GET",  KIND_ACCOUNTS,   MANAGEMENT,    nodes_account,     -1          },
    {TO_ACCOUNT, "campaigns",   "GET",  KIND_CAMPAIGNS,  MANAGEMENT,    campaigns,         -1          },
    {TO_ACCOUNT, "adsets",      "GET",  KIND_ADSETS,     MANAGEMENT,    adsets,            -1          },
    {TO_ACCOUNT, "ads",         "GET",  KIND_ADS,        MANAGEMENT,    ads,               -1          },
    {TO_ACCOUNT, "adcreatives", "GET",  KIND_CREATIVES,  MANAGEMENT,    creatives_serve,   -1          },
    {TO_ACCOUNT, "activities",  "GET",  KIND_ACTIVITIES, MANAGEMENT,    nodes_activities,  -1          },
    {TO_ACCOUNT, "insights",    "GET",  KIND_INSIGHTS,   INSIGHTS,      insights_serve,    -1          },
    {TO_ACCOUNT, "insights",    "POST", KIND_REPORT,     INSIGHTS,      reports_post,      -1          },
    {TO_OBJECT,  "",            "GET",  KIND_NODES,      MANAGEMENT,    nodes_object,      -1          },
    {TO_OBJECT,  "adsets",      "GET",  KIND_ADSETS,     MANAGEMENT,    adsets,            ENTITY_ADSET},
    {TO_OBJECT,  "ads",         "GET",  KIND_ADS,        MANAGEMENT,    ads,               ENTITY_AD   },
    {TO_OBJECT,  "adcreatives", "GET",  KIND_CREATIVES,  MANAGEMENT,    creatives_serve,   ENTITY_AD   },
    {TO_OBJECT,  "insights",    "GET",  KIND_INSIGHTS,   INSIGHTS,      insights_serve,    -1          },
    {TO_OBJECT,  "insights",    "POST", KIND_REPORT,     INSIGHTS,      reports_post,      -1          },
    {TO_RUN,     "",            "GET",  KIND_REPORT,     INSIGHTS,      reports_node,      -1          },
    {TO_RUN,     "insights",    "GET",  KIND_REPORT,     INSIGHTS,      reports_rows,      -1          },
};

const char *call_kind_name(enum call_kind kind)
{
    static const char *const names[KIND_COUNT] = {
        [KIND_ACCOUNTS] = "accounts",   [KIND_CAMPAIGNS] = "campaigns",
        [KIND_ADSETS] = "adsets",       [KIND_ADS] = "ads",
        [KIND_CREATIVES] = "creatives", [KIND_ACTIVITIES] = "activities",
        [KIND_INSIGHTS] = "insights",   [KIND_INSIGHTS_TOTAL] = "insights_total",
        [KIND_REPORT] = "report",       [KIND_NODES] = "nodes",
        [KIND_TOKEN] = "token",         [KIND_BATCH] = "batch",
        [KIND_OTHER] = "other",
    };
    return names[kind];
}

/* "v25.0" -> 250; 0 = no version. */
static int version_number(const char *segment)
{
    int major, minor, end = 0;
    if (segment[0] != 'v' || sscanf(segment + 1, "%d.%d%n", &major, &minor, &end) != 2 ||
        segment[1 + end] != '\0' || major < 0 || major > 1000) {
        return 0;
    }
    return major * 10 + minor;
}

struct segments {
    const char *list[4];
    size_t count;
};

static bool split_path(struct call *call, struct segments *out)
{
    const char *path = call->request->path;
    *out = (struct segments){0};
    while (*path != '\0') {
        path += strspn(path, "/");
        size_t n = strcspn(path, "/");
        if (n == 0) {
            break;
        }
        if (out->count == 4) {
            return false;
        }
        out->list[out->count++] = arena_copy(call->request->arena, path, n);
        path += n;
    }
    return true;
}

/* Which version answers; false = refused (reference 9, 2.2). */
static bool choose_version(struct call *call, int number, bool marketing, bool *upgraded)
{
    *upgraded = number == 240;
    call->version = number == 260 || number == 0 ? "v26.0" : "v25.0";
    if (number == 0 && marketing) {
        errors_reply(call->reply, GRAPH_NO_VERSION);
        return false;
    }
    if (number > 260) {
        errors_reply(call->reply, GRAPH_NO_PATH, call->request->path);
        return false;
    }
    if (number != 0 && number < 240 && marketing) {
        errors_reply(call->reply, GRAPH_OLD_VERSION);
        return false;
    }
    return true;
}

static bool all_digits(const char *text)
{
    size_t n = strspn(text, "0123456789");
    return n > 0 && n < 20 && text[n] == '\0';
}

static enum target find_target(struct call *call, const char *first)
{
    if (first == NULL) {
        return TO_ROOT;
    }
    if (strcmp(first, "me") == 0) {
        return TO_ME;
    }
    if (strcmp(first, "debug_token") == 0) {
        return TO_DEBUG;
    }
    if (strncmp(first, "act_", 4) == 0) {
        call->account = sim_find_account(call->sim, first);
        return TO_ACCOUNT;
    }
    if (reports_find(call->sim->reports, first, &call->run_id, &call->account)) {
        return TO_RUN;
    }
    if (all_digits(first)) {
        sim_lock(call->sim);
        call->has_ref =
            world_find(call->sim->world, strtoull(first, NULL, 10), &call->ref, &call->creative);
        sim_unlock(call->sim);
        call->account = call->has_ref ? (int)call->ref.account : -1;
    }
    return TO_OBJECT;
}

static const char *node_name(const struct call *call, enum target target)
{
    static const char *const types[] = {
        [TO_ROOT] = "Query",        [TO_ME] = "User",      [TO_DEBUG] = "DebugToken",
        [TO_ACCOUNT] = "AdAccount", [TO_OBJECT] = "Query", [TO_RUN] = "AdReportRun"};
    if (!call->has_ref) {
        return types[target];
    }
    return call->creative ? node_creative.name : node_of_kind(call->ref.kind)->name;
}

/* The route of what has none. */
static void refuse_edge(struct call *call)
{
    const char *method = call->request->method;
    bool get = strcmp(method, "GET") == 0;
    if (!get && strcmp(method, "POST") != 0 && strcmp(method, "DELETE") != 0) {
        char lower[16];
        size_t n = 0;
        for (; method[n] != '\0' && n + 1 < sizeof lower; n++) {
            lower[n] = (char)tolower((unsigned char)method[n]);
        }
        lower[n] = '\0';
        errors_reply(call->reply, GRAPH_BAD_METHOD, lower);
    } else if (call->object_id[0] == '\0') {
        errors_reply(call->reply, GRAPH_BAD_METHOD, get ? "get" : "delete");
    } else if (call->account < 0 && strcmp(call->node, "User") != 0) {
        errors_reply(call->reply, GRAPH_NO_OBJECT, call->object_id);
    } else if (!get) {
        errors_reply(call->reply, GRAPH_NO_ACCESS,
                     "Requires ads_management permission to manage the object");
    } else {
        errors_reply(call->reply, GRAPH_NO_FIELD, call->edge, call->node);
    }
}

handler_fn *route_find(struct call *call, bool *upgraded)
{
    struct segments segments;
    call->account = -1;
    call->version = "v26.0";
    *upgraded = false;
    call->kind = KIND_OTHER;
    if (!split_path(call, &segments)) {
        errors_reply(call->reply, GRAPH_NO_PATH, call->request->path);
        return NULL;
    }
    int number = segments.count > 0 ? version_number(segments.list[0]) : 0;
    size_t at = number != 0 ? 1 : 0;
    const char *first = segments.count > at ? segments.list[at] : NULL;
    call->object_id = first != NULL ? first : "";
    call->edge = segments.count > at + 1 ? segments.list[at + 1] : "";
    enum target target = find_target(call, first);
    call->node = node_name(call, target);
    bool marketing = target == TO_ACCOUNT || target == TO_OBJECT || target == TO_RUN ||
                     (target == TO_ME && strcmp(call->edge, "adaccounts") == 0);
    bool named = target == TO_OBJECT && !all_digits(first); /* /insights?ids=1,2 */
    if ((target == TO_ROOT || named) && call_param(call, "ids") != NULL) {
        errors_reply(call->reply, GRAPH_IDS_DEAD);
        return NULL;
    }
    if (!choose_version(call, number, marketing, upgraded)) {
        return NULL;
    }
    if (segments.count > at + 2) {
        errors_reply(call->reply, GRAPH_NO_PATH, call->request->path);
        return NULL;
    }
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        const struct route *route = &routes[i];
        bool creative_edge = call->creative && call->edge[0] != '\0'; /* they have none here */
        bool below = route->child < 0 || !call->has_ref || route->child > (int)call->ref.kind;
        if (route->target == target && below && !creative_edge &&
            strcmp(route->edge, call->edge) == 0 &&
            strcmp(route->method, call->request->method) == 0) {
            const char *level = call_param(call, "level");
            bool total = route->kind == KIND_INSIGHTS && target == TO_ACCOUNT &&
                         (level == NULL || strcmp(level, "account") == 0);
            call->kind = total ? KIND_INSIGHTS_TOTAL : route->kind;
            call->use_case = route->use_case;
            return route->handler;
        }
    }
    return refuse_edge;
}

bool route_reach(struct call *call)
{
    if (call->use_case == USE_CASE_NONE) {
        return true;
    }
    struct sim *sim = call->sim;
    bool there = call->account >= 0, allowed = true;
    if (there) {
        struct world_account account;
        struct world_entity entity;
        sim_lock(sim);
        world_account(sim->world, (uint32_t)call->account, call->now_ms, &account);
        allowed = account.accessible;
        there = !call->has_ref || world_entity(sim->world, call->ref, call->now_ms, &entity);
        sim_unlock(sim);
    }
    if (!there) {
        errors_reply(call->reply, GRAPH_NO_OBJECT, call->object_id);
    } else if (!allowed && call->has_ref) {
        errors_reply(call->reply, GRAPH_NO_OBJECT, call->object_id);
        return false;
    } else if (!allowed) {
        errors_reply(call->reply, GRAPH_NO_ACCESS,
                     "Ad account owner has NOT granted ads_management or ads_read permission");
    }
    return there && allowed;
}
