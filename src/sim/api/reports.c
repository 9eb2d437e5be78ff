#include "sim/api/reports.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "sim/api/errors.h"
#include "sim/api/insights.h"
#include "sim/api/put.h"
#include "sim/net/out.h"
#include "json/json.h"
#include "json/write.h"

enum { REPORTS_MAX = 2000, QUEUED_MS = 400, STARTED_MS = 900 };
#define EXPIRES_MS (30ll * 86400000)
#define REPORT_ROWS_MAX 3e7

enum fate { FATE_COMPLETES, FATE_FAILS, FATE_SKIPPED, FATE_STALLS };

struct report {
    int64_t id;
    int account;
    bool has_ref;
    struct world_ref ref;
    int64_t created_ms, duration_ms;
    int32_t since, until;
    bool reach; /* granted reach that lies too far back for others */
    enum fate fate;
    double stall_pct;
    int code, subcode;
    char message[256];
    char *query; /* parameters, percent-encoded; owned */
};

struct reports {
    pthread_mutex_t lock;
    /* guarded by lock */
    int64_t next_id;
    size_t count; /* oldest first */
    struct report list[REPORTS_MAX];
};

struct reports *reports_create(uint64_t seed)
{
    struct reports *reports = calloc(1, sizeof *reports);
    if (reports != NULL) {
        pthread_mutex_init(&reports->lock, NULL);
        reports->next_id = 6000000000000000 + (int64_t)(seed % 1000000) * 1000003;
    }
    return reports;
}

void reports_destroy(struct reports *reports)
{
    if (reports == NULL) {
        return;
    }
    for (size_t i = 0; i < reports->count; i++) {
        free(reports->list[i].query);
    }
    pthread_mutex_destroy(&reports->lock);
    free(reports);
}

/* Call with the lock held. */
static struct report *report_of(struct reports *reports, int64_t id)
{
    for (size_t i = reports->count; i > 0; i--) {
        if (reports->list[i - 1].id == id) {
            return &reports->list[i - 1];
        }
    }
    return NULL;
}

/* A copy whose query lives in the arena. */
static bool report_copy(struct reports *reports, int64_t id, struct arena *arena,
                        struct report *out)
{
    pthread_mutex_lock(&reports->lock);
    const struct report *report = report_of(reports, id);
    if (report != NULL) {
        *out = *report;
        out->query = arena_copy(arena, report->query, strlen(report->query));
    }
    pthread_mutex_unlock(&reports->lock);
    return report != NULL && out->query != NULL;
}

bool reports_find(struct reports *reports, const char *id, int64_t *run_id, int *account)
{
    char *end;
    int64_t number = strtoll(id, &end, 10);
    if (*id == '\0' || *end != '\0') {
        return false;
    }
    pthread_mutex_lock(&reports->lock);
    const struct report *report = report_of(reports, number);
    if (report != NULL) {
        *run_id = number;
        *account = report->account;
    }
    pthread_mutex_unlock(&reports->lock);
    return report != NULL;
}

static void reports_add(struct reports *reports, struct report *report)
{
    pthread_mutex_lock(&reports->lock);
    if (reports->count == REPORTS_MAX) {
        free(reports->list[0].query);
        memmove(&reports->list[0], &reports->list[1], (REPORTS_MAX - 1) * sizeof reports->list[0]);
        reports->count--;
    }
    if (report->id == 0) {
        reports->next_id += 104729;
        report->id = reports->next_id;
    } else if (report->id > reports->next_id) {
        reports->next_id = report->id;
    }
    reports->list[reports->count++] = *report;
    pthread_mutex_unlock(&reports->lock);
}

static void add_escaped(struct str *out, const char *text)
{
    for (; *text != '\0'; text++) {
        str_addf(out, strchr("%&=+ ", *text) != NULL ? "%%%02X" : "%c",
                 (unsigned)(unsigned char)*text);
    }
}

/* The parameters that make the report, without token and paging. */
static char *report_query(const struct request *request)
{
    static const char *const left_out[] = {"access_token", "appsecret_proof", "method", "limit",
                                           "after"};
    struct str out;
    str_init(&out, 1 << 20);
    for (size_t i = 0; i < request->param_count; i++) {
        bool keep = true;
        for (size_t k = 0; k < sizeof left_out / sizeof left_out[0]; k++) {
            keep = keep && strcmp(request->params[i].name, left_out[k]) != 0;
        }
        if (keep) {
            str_addf(&out, "%s%s=", out.len > 0 ? "&" : "", request->params[i].name);
            add_escaped(&out, request->params[i].value);
        }
    }
    char *text = str_take(&out);
    str_fini(&out);
    return text != NULL ? text : strdup("");
}

static void report_fail(struct report *report, int code, int subcode, const char *message)
{
    report->fate = FATE_FAILS;
    report->code = code;
    report->subcode = subcode;
    snprintf(report->message, sizeof report->message, "%s", message);
}

/* What becomes of it stands when it is made. */
static void report_fate(struct call *call, struct report *report, double rows)
{
    struct fault fault;
    report->duration_ms = 1500 + (int64_t)(rows / 8.0);
    if (rows > REPORT_ROWS_MAX) {
        report_fail(report, -3, 1504045, "Report Too Large");
    }
    if (call_fault(call, FAULT_RUN_SLOW, &fault)) {
        report->duration_ms += fault.ms;
    }
    if (call_fault(call, FAULT_RUN_FAILED, &fault)) {
        report_fail(report, fault.code != 0 ? fault.code : -2,
                    fault.code != 0 ? fault.subcode : 2490547,
                    fault.message[0] != '\0' ? fault.message : "Report Failed");
    } else if (call_fault(call, FAULT_RUN_SKIPPED, &fault)) {
        report->fate = FATE_SKIPPED;
    } else if (call_fault(call, FAULT_RUN_STALLED, &fault)) {
        report->fate = FATE_STALLS;
        report->stall_pct = fault.pct;
    }
}

void reports_post(struct call *call)
{
    struct insights_query *query = arena_alloc(call->request->arena, sizeof *query);
    struct insight_target target = {
        .account = (uint32_t)call->account, .has_ref = call->has_ref, .ref = call->ref};
    if (query == NULL || !insights_parse(query, call, call->request, &target, call->now_ms)) {
        return;
    }
    double rows = insights_estimate(query);
    struct report report = {.account = call->account,
                            .has_ref = call->has_ref,
                            .ref = call->ref,
                            .created_ms = call->now_ms,
                            .since = query->since[0],
                            .until = query->until[query->range_count - 1],
                            .query = report_query(call->request)};
    if (report.query == NULL) {
        errors_reply(call->reply, GRAPH_UNKNOWN);
        return;
    }
    report.reach =
        query->reach_old && sim_reach_reports(call->sim, call->account, call->now_ms, true) > 0;
    report_fate(call, &report, rows);
    reports_add(call->sim->reports, &report);
    call->weighted = insights_weight(query);
    /* The work is done whether or not it is read. */
    call->reply->cpu_ms += insights_cpu_ms(query, rows < 1e5 ? rows : 1e5) / 2.0;
    str_add(&call->reply->body, "{\"report_run_id\":");
    if (call_fault(call, FAULT_BARE_IDS, NULL)) {
        out_int(&call->reply->body, report.id);
    } else {
        out_quoted_int(&call->reply->body, report.id);
    }
    str_addc(&call->reply->body, '}');
}

static int report_percent(const struct report *report, int64_t now_ms)
{
    int64_t passed = now_ms - report->created_ms - STARTED_MS;
    int64_t whole = report->duration_ms - STARTED_MS;
    double pct = passed <= 0       ? 0.0
                 : passed >= whole ? 100.0
                                   : 100.0 * (double)passed / (double)whole;
    if (report->fate == FATE_STALLS && pct > report->stall_pct) {
        pct = report->stall_pct;
    }
    return (int)pct;
}

static bool report_ended(const struct report *report, int64_t now_ms)
{
    return report->fate != FATE_STALLS && now_ms >= report->created_ms + report->duration_ms;
}

static const char *report_status(const struct report *report, int64_t now_ms)
{
    static const char *const ends[] = {[FATE_COMPLETES] = "Job Completed",
                                       [FATE_FAILS] = "Job Failed",
                                       [FATE_SKIPPED] = "Job Skipped",
                                       [FATE_STALLS] = "Job Running"};
    int64_t passed = now_ms - report->created_ms;
    if (report_ended(report, now_ms)) {
        return ends[report->fate];
    }
    return passed < QUEUED_MS    ? "Job Not Started"
           : passed < STARTED_MS ? "Job Started"
                                 : "Job Running";
}

static const struct report *report_at(const struct emit *e)
{
    return e->node;
}
static void r_id(const struct emit *e)
{
    out_key(e->out, e->item->key);
    out_quoted_int(e->out, report_at(e)->id);
}
static void r_account(const struct emit *e)
{
    put_text(e, e->call->sim->accounts[report_at(e)->account].number);
}
static void r_ref(const struct emit *e)
{
    put_int(e, report_at(e)->created_ms / 1000);
}
static void r_done(const struct emit *e)
{
    const struct report *report = report_at(e);
    if (report_ended(report, e->call->now_ms)) {
        put_int(e, (report->created_ms + report->duration_ms) / 1000);
    }
}
static void r_status(const struct emit *e)
{
    put_text(e, report_status(report_at(e), e->call->now_ms));
}
static void r_percent(const struct emit *e)
{
    put_int(e, report_percent(report_at(e), e->call->now_ms));
}
static void r_running(const struct emit *e)
{
    out_key(e->out, e->item->key);
    out_raw(e->out, report_ended(report_at(e), e->call->now_ms) ? "false" : "true");
}
static void r_since(const struct emit *e)
{
    put_text(e, date_text(report_at(e)->since).text);
}
static void r_until(const struct emit *e)
{
    put_text(e, date_text(report_at(e)->until).text);
}
static bool failed(const struct emit *e)
{
    return report_at(e)->fate == FATE_FAILS && report_ended(report_at(e), e->call->now_ms);
}
static void r_code(const struct emit *e)
{
    if (failed(e)) {
        put_int(e, report_at(e)->code);
    }
}
static void r_subcode(const struct emit *e)
{
    if (failed(e) && report_at(e)->subcode != 0) {
        put_int(e, report_at(e)->subcode);
    }
}
static void r_message(const struct emit *e)
{
    if (failed(e)) {
        put_text(e, report_at(e)->message);
    }
}

static const struct field_row rows[] = {
    {"id",                       ON_RUN, r_id,      NULL, 0},
    {"account_id",               ON_RUN, r_account, NULL, 0},
    {"time_ref",                 ON_RUN, r_ref,     NULL, 0},
    {"time_completed",           ON_RUN, r_done,    NULL, 0},
    {"async_status",             ON_RUN, r_status,  NULL, 0},
    {"async_percent_completion", ON_RUN, r_percent, NULL, 0},
    {"is_running",               ON_RUN, r_running, NULL, 0},
    {"date_start",               ON_RUN, r_since,   NULL, 0},
    {"date_stop",                ON_RUN, r_until,   NULL, 0},
    {"error_code",               ON_RUN, r_code,    NULL, 0},
    {"error_subcode",            ON_RUN, r_subcode, NULL, 0},
    {"error_message",            ON_RUN, r_message, NULL, 0},
    {"error_user_title",         ON_RUN, r_message, NULL, 0},
    {"error_user_msg",           ON_RUN, r_message, NULL, 0},
};
static const char *const known_run[] = {
    "async_report_url", "emails", "friendly_name", "is_async_export", "is_bookmarked",
    "schedule_id",      NULL};
static const struct node_type node_run = {.on = ON_RUN,
                                          .name = "AdReportRun",
                                          .rows = rows,
                                          .row_count = sizeof rows / sizeof rows[0],
                                          .id_always = true,
                                          .known = known_run};

/* False = an error stands in the reply. */
static bool report_get(struct call *call, struct report *report)
{
    bool there = report_copy(call->sim->reports, call->run_id, call->request->arena, report) &&
                 call->now_ms < report->created_ms + EXPIRES_MS;
    if (!there || call_fault(call, FAULT_RUN_RACE, NULL) ||
        call_fault(call, FAULT_RUN_EXPIRED, NULL)) {
        errors_reply(call->reply, GRAPH_NO_OBJECT, call->object_id);
        return false;
    }
    return true;
}

void reports_node(struct call *call)
{
    struct report report;
    struct field *fields = NULL;
    const char *bad = "", *text = call_param(call, "fields");
    if (!report_get(call, &report)) {
        return;
    }
    if (text == NULL || text[0] == '\0') {
        text = "id,account_id,time_ref,time_completed,async_status,async_percent_completion,"
               "date_start,date_stop,error_code,error_message,error_subcode,error_user_title,"
               "error_user_msg";
    }
    if (!fields_parse(call->request->arena, text, &fields, &bad)) {
        errors_reply(call->reply, GRAPH_BAD_PARAM, "Syntax error in the fields parameter");
        return;
    }
    struct plan *plan = plan_build(call, &node_run, fields);
    if (plan == NULL) {
        return;
    }
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)report.id);
    struct emit emit = {.call = call, .out = &call->reply->body, .node = &report};
    plan_write(plan, &emit, id);
}

void reports_rows(struct call *call)
{
    struct report report;
    struct request *stored = arena_alloc(call->request->arena, sizeof *stored);
    struct insights_query *query = arena_alloc(call->request->arena, sizeof *query);
    if (stored == NULL || query == NULL || !report_get(call, &report)) {
        return;
    }
    if (report.fate != FATE_COMPLETES || !report_ended(&report, call->now_ms)) {
        errors_reply(call->reply, GRAPH_BAD_PARAM, "The report run is not completed");
        return;
    }
    if (call_fault(call, FAULT_RUN_EMPTY, NULL)) {
        str_add(&call->reply->body, "{\"data\":[]}");
        return;
    }
    request_init(stored, call->request->arena, "GET", call->request->path);
    request_add_query(stored, report.query, strlen(report.query));
    struct insight_target target = {
        .account = (uint32_t)report.account, .has_ref = report.has_ref, .ref = report.ref};
    /* Presets mean the day the run was made, figures are those of its end. */
    int64_t now_ms = call->now_ms;
    call->now_ms = report.created_ms;
    query->reach_granted = report.reach;
    bool ok = insights_parse(query, call, stored, &target, report.created_ms + report.duration_ms);
    call->now_ms = now_ms;
    if (ok) {
        insights_page(call, query, call->request);
        call->reply->cpu_ms /= 4.0; /* only read, not computed */
    }
}

void reports_save(struct reports *reports, struct str *out)
{
    struct jw w;
    jw_init(&w, out);
    jw_array_begin(&w);
    pthread_mutex_lock(&reports->lock);
    for (size_t i = 0; i < reports->count; i++) {
        const struct report *report = &reports->list[i];
        const struct {
            const char *key;
            int64_t value;
        } members[] = {
            {"id",       report->id                                  },
            {"account",  report->account                             },
            {"kind",     report->has_ref ? (int)report->ref.kind : -1},
            {"index",    report->ref.index                           },
            {"created",  report->created_ms                          },
            {"duration", report->duration_ms                         },
            {"since",    report->since                               },
            {"until",    report->until                               },
            {"reach",    report->reach                               },
            {"fate",     report->fate                                },
            {"stall",    (int64_t)report->stall_pct                  },
            {"code",     report->code                                },
            {"subcode",  report->subcode                             }
        };
        jw_object_begin(&w);
        for (size_t k = 0; k < sizeof members / sizeof members[0]; k++) {
            jw_key(&w, members[k].key);
            jw_i64(&w, members[k].value);
        }
        jw_key(&w, "message");
        jw_text(&w, report->message);
        jw_key(&w, "query");
        jw_text(&w, report->query);
        jw_object_end(&w);
    }
    pthread_mutex_unlock(&reports->lock);
    jw_array_end(&w);
}

static int64_t member(const struct json *node, const char *key)
{
    int64_t value = 0;
    json_i64(json_get(node, key), &value);
    return value;
}

void reports_load(struct reports *reports, const struct json *list)
{
    for (const struct json *node = json_first(list); node != NULL; node = json_next(node)) {
        const char *query = json_text(json_get(node, "query"));
        const char *message = json_text(json_get(node, "message"));
        int64_t kind = member(node, "kind");
        struct report report = {.id = member(node, "id"),
                                .account = (int)member(node, "account"),
                                .has_ref = kind >= 0,
                                .created_ms = member(node, "created"),
                                .duration_ms = member(node, "duration"),
                                .since = (int32_t)member(node, "since"),
                                .until = (int32_t)member(node, "until"),
                                .reach = member(node, "reach") != 0,
                                .fate = (enum fate)member(node, "fate"),
                                .stall_pct = (double)member(node, "stall"),
                                .code = (int)member(node, "code"),
                                .subcode = (int)member(node, "subcode"),
                                .query = strdup(query != NULL ? query : "")};
        snprintf(report.message, sizeof report.message, "%s", message != NULL ? message : "");
        report.ref =
            (struct world_ref){(uint32_t)report.account, (enum entity_kind)(kind >= 0 ? kind : 0),
                               (uint32_t)member(node, "index")};
        if (report.query != NULL) {
            reports_add(reports, &report);
        }
    }
}
