#include "govern/replay.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "govern/limit/limit_model.h"

static const double refuses_at_pct = 100;
static const double close_pct = 90;
static const double unlimited_pct = 1e9;
/* The recorded span is played again after its end, so that the governor knows what calls cost, and
 * all limiters have recovered. */
static const int64_t day_ms = 86400000;

struct governor *replay_learn(const struct governor_config *config, const struct replay_call *calls,
                              size_t count)
{
    struct governor_config open = *config;
    open.account_pct = open.app_pct = open.insights_pct = open.use_case_pct = unlimited_pct;
    open.critical_pct = open.error_rate_pct = unlimited_pct;
    struct governor *g = governor_create(&open);
    for (size_t i = 0; g && i < count; i++) {
        const struct replay_call *c = &calls[i];
        struct gate_outcome outcome = {
            .ok = !c->throttled, .readings = c->readings, .count = c->reading_count};
        struct gate_verdict verdict;
        governor_admit(g, &c->call, c->at_ms, &verdict);
        if (verdict.go) {
            governor_observe(g, &c->call, &outcome, c->at_ms);
        }
    }
    if (g) {
        governor_configure(g, config);
    }
    return g;
}

/* ---- the server ---- */

struct meter {
    struct scope_view view; /* what is known of the limiter: costs, kind, tier */
    double pct;
    int64_t at_ms, blocked_until_ms;
    double fit; /* of a rise; see server_fit */
    double peak_pct, seen_pct;
};

struct server {
    struct meter *meters;
    size_t count;
    int64_t blocked_ms;
};

static bool meter_concerns(const struct meter *meter, const struct gate_call *call)
{
    const struct scope_view *v = &meter->view;
    if (v->account_id[0] && strcmp(v->account_id, call->account_id) != 0) {
        return false;
    }
    if (v->kind == SCOPE_USE_CASE) {
        return v->use_case == call_class_use_case(call->call_class);
    }
    return v->kind != SCOPE_APP_INSIGHTS || call_class_is_insights(call->call_class);
}

/* Insights load that an account's header tells is shown with the use case, but falls as load does.
 */
static double period_s(const struct meter *meter)
{
    const struct scope_view *v = &meter->view;
    enum scope_kind kind = v->header_source == USAGE_INSIGHTS ? SCOPE_APP_INSIGHTS : v->kind;
    return (double)limit_row(kind, v->use_case, v->tier)->period_s;
}

static void meter_settle(struct meter *meter, int64_t now_ms)
{
    double dt_s = (double)(now_ms - meter->at_ms) / 1000;
    meter->pct *= dt_s > 0 ? exp(-dt_s / period_s(meter)) : 1;
    meter->at_ms = now_ms;
}

/* The header a limiter is read from. */
static enum usage_source source_of(const struct scope_view *v)
{
    static const enum usage_source by_kind[SCOPE_KIND_COUNT] = {
        [SCOPE_APP] = USAGE_APP,         [SCOPE_APP_INSIGHTS] = USAGE_INSIGHTS_APP,
        [SCOPE_ACCOUNT] = USAGE_ACCOUNT, [SCOPE_USE_CASE] = USAGE_BUC,
        [SCOPE_TOKEN] = USAGE_APP,
    };
    return v->header_at ? v->header_source : by_kind[v->kind];
}

static double rise_of(const struct meter *meter, const struct gate_call *call)
{
    const struct scope_view *v = &meter->view;
    double items = v->pct_per_call;
    double units = v->pct_per_unit * (call->cost > 0 ? call->cost : 1);
    if (v->cost_driver == COST_BY_BOTH) {
        return meter->fit * 0.5 * (items + units);
    }
    return meter->fit * (v->cost_driver == COST_BY_ITEMS ? items : units);
}

static bool is_read_from(const struct meter *meter, const struct usage_reading *r)
{
    const struct scope_view *v = &meter->view;
    return r->source == source_of(v) && (r->source != USAGE_BUC || r->use_case == v->use_case) &&
           (!v->account_id[0] || strcmp(r->scope_id, v->account_id) == 0);
}

/* How a limiter falls is a guess, and a learned cost an upper bound: fed with the log as it was, a
 * meter shall not rise above what the headers of that log said. */
static void server_fit(struct server *server, const struct replay_call *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct replay_call *c = &calls[i];
        for (size_t m = 0; m < server->count; m++) {
            struct meter *meter = &server->meters[m];
            if (!meter_concerns(meter, &c->call)) {
                continue;
            }
            meter_settle(meter, c->at_ms);
            meter->pct += c->throttled ? 0 : rise_of(meter, &c->call);
            meter->peak_pct = fmax(meter->peak_pct, meter->pct);
            for (size_t r = 0; r < c->reading_count; r++) {
                bool its = is_read_from(meter, &c->readings[r]);
                meter->seen_pct = fmax(meter->seen_pct, its ? c->readings[r].pct : 0);
            }
        }
    }
    for (size_t m = 0; m < server->count; m++) {
        struct meter *meter = &server->meters[m];
        if (meter->seen_pct > 0 && meter->peak_pct > meter->seen_pct) {
            meter->fit = meter->seen_pct / meter->peak_pct;
        }
        meter->pct = 0;
    }
}

static bool server_init(struct server *server, const struct governor *learned,
                        const struct replay_call *calls, size_t call_count)
{
    size_t count = governor_scope_count(learned);
    *server = (struct server){.meters = calloc(count + 1, sizeof *server->meters)};
    for (size_t i = 0; server->meters && i < count; i++) {
        struct meter *meter = &server->meters[server->count];
        bool known = governor_scope_view(learned, i, 0, &meter->view) &&
                     meter->view.kind != SCOPE_TOKEN && meter->view.calibration_samples > 0;
        meter->fit = 1;
        server->count += known;
    }
    if (server->meters) {
        server_fit(server, calls, call_count);
    }
    return server->meters != NULL;
}

enum { READINGS_MAX = 5 };

struct answer {
    struct usage_reading readings[READINGS_MAX];
    struct gate_outcome outcome;
    bool close; /* some limiter is nearly full */
};

static void read_meter(const struct meter *meter, int64_t now_ms, struct answer *out)
{
    struct usage_reading *r = &out->readings[out->outcome.count++];
    *r = (struct usage_reading){.at = now_ms,
                                .source = source_of(&meter->view),
                                .use_case = meter->view.use_case,
                                .pct = meter->pct,
                                .call_count = meter->pct,
                                .total_time = -1,
                                .total_cputime = -1,
                                .regain_s = -1,
                                .access_tier = meter->view.tier};
    memcpy(r->scope_id, meter->view.account_id[0] ? meter->view.account_id : "app",
           meter->view.account_id[0] ? sizeof r->scope_id : sizeof "app");
}

/* Refuses when a limiter is at its end, and blocks there; otherwise counts the call. */
static void serve(struct server *server, const struct gate_call *call, int64_t now_ms,
                  struct answer *out)
{
    struct meter *full = NULL;
    *out = (struct answer){
        .outcome = {.ok = true, .readings = out->readings}
    };
    for (size_t i = 0; i < server->count; i++) {
        struct meter *meter = &server->meters[i];
        if (!meter_concerns(meter, call)) {
            continue;
        }
        meter_settle(meter, now_ms);
        full = meter->blocked_until_ms > now_ms || meter->pct >= refuses_at_pct ? meter : full;
        meter->pct += rise_of(meter, call);
        out->close = out->close || meter->pct >= close_pct;
        if (out->outcome.count < READINGS_MAX) {
            read_meter(meter, now_ms, out);
        }
    }
    if (full) {
        const struct limit_row *row =
            limit_row(full->view.kind, full->view.use_case, full->view.tier);
        int64_t until = now_ms + row->block_s * 1000;
        server->blocked_ms +=
            until - (full->blocked_until_ms > now_ms ? full->blocked_until_ms : now_ms);
        full->blocked_until_ms = until;
        out->outcome.ok = false;
        out->outcome.error = (struct api_error){.error_class = ERROR_THROTTLE,
                                                .reach = REACH_SCOPE,
                                                .scope = full->view.kind,
                                                .use_case = full->view.use_case,
                                                .http_status = 400};
    }
    out->outcome.readings = out->readings;
}

/* ---- the demand ---- */

struct replayed_run {
    size_t first, count; /* of the account's calls */
    int64_t starts_ms;
};

struct replayed_account {
    const char *account_id;
    const struct replay_call **calls; /* in order; throttled ones left out */
    size_t call_count;
    struct replayed_run *runs;
    size_t run_count;
    /* where it is */
    size_t run, call;
    int64_t starts_ms; /* of the present run, scheduled */
    int64_t next_ms;   /* INT64_MAX = over */
    int64_t done_ms;   /* the last finished run; 0 = none */
};

struct demand {
    struct replayed_account *accounts;
    size_t count;
    const struct replay_call **calls;
    struct replayed_run *runs;
    int64_t begins_ms, ends_ms;
};

static int by_account(const void *a, const void *b)
{
    const struct replay_call *x = *(const struct replay_call *const *)a;
    const struct replay_call *y = *(const struct replay_call *const *)b;
    int order = strcmp(x->call.account_id, y->call.account_id);
    if (order != 0) {
        return order;
    }
    if (x->at_ms != y->at_ms) {
        return x->at_ms < y->at_ms ? -1 : 1;
    }
    return (x > y) - (x < y);
}

static void demand_fini(struct demand *demand)
{
    free(demand->accounts);
    free(demand->calls);
    free(demand->runs);
}

/* Divides the sorted calls by account and run. */
static void divide(struct demand *demand, size_t count)
{
    struct replayed_account *account = NULL;
    struct replayed_run *run = NULL;
    size_t run_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct replay_call *c = demand->calls[i];
        bool other = !account || strcmp(account->account_id, c->call.account_id) != 0;
        if (other) {
            account = &demand->accounts[demand->count++];
            account->account_id = c->call.account_id;
            account->calls = &demand->calls[i];
            account->runs = &demand->runs[run_count];
        }
        if (other || !run || c->run_id != demand->calls[i - 1]->run_id) {
            run = &demand->runs[run_count++];
            *run = (struct replayed_run){.first = account->call_count,
                                         .starts_ms = c->at_ms - c->took_ms};
            account->run_count++;
        }
        run->count++;
        account->call_count++;
    }
}

static bool demand_init(struct demand *demand, const struct replay_call *calls, size_t count)
{
    size_t kept = 0, pointer_size = sizeof(void *);
    const struct replay_call **pointers = calloc(count + 1, pointer_size);
    *demand = (struct demand){.accounts = calloc(count + 1, sizeof *demand->accounts),
                              .calls = pointers,
                              .runs = calloc(count + 1, sizeof *demand->runs)};
    if (!demand->accounts || !demand->calls || !demand->runs) {
        demand_fini(demand);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!calls[i].throttled && calls[i].call.account_id[0]) {
            demand->calls[kept++] = &calls[i];
        }
    }
    qsort(pointers, kept, pointer_size, by_account);
    divide(demand, kept);
    int64_t begins_ms = count ? calls[0].at_ms - calls[0].took_ms : 0;
    int64_t ends_ms = count ? calls[count - 1].at_ms : 0;
    int64_t later = ends_ms - begins_ms + day_ms;
    demand->begins_ms = begins_ms + later;
    demand->ends_ms = ends_ms + later;
    for (size_t i = 0; i < demand->count; i++) {
        struct replayed_account *account = &demand->accounts[i];
        account->starts_ms = account->next_ms = account->runs[0].starts_ms + later;
    }
    return true;
}

/* The start of the run after the present one: the recorded gap, stretched. Past the recorded ones
 * they begin again, a mean gap apart. */
static int64_t next_start(const struct demand *demand, const struct replayed_account *account,
                          double cadence)
{
    size_t at = account->run % account->run_count;
    const struct replayed_run *run = &account->runs[at];
    int64_t span = demand->ends_ms - demand->begins_ms;
    int64_t gap = at + 1 < account->run_count ? run[1].starts_ms - run->starts_ms
                                              : span / (int64_t)account->run_count;
    int64_t stretched = (int64_t)((double)gap * cadence);
    return account->starts_ms + (stretched > 1000 ? stretched : 1000);
}

/* ---- the replay ---- */

struct ages {
    int64_t sum_ms, worst_ms, count;
};

static void finish_run(const struct demand *demand, struct replayed_account *account,
                       double cadence, int64_t now_ms, struct ages *ages,
                       struct replay_outcome *out)
{
    out->runs++;
    if (account->done_ms) {
        int64_t age = now_ms - account->done_ms;
        ages->sum_ms += age;
        ages->worst_ms = age > ages->worst_ms ? age : ages->worst_ms;
        ages->count++;
    }
    account->done_ms = now_ms;
    account->starts_ms = next_start(demand, account, cadence);
    account->run++;
    account->call = 0;
    account->next_ms = account->starts_ms > now_ms ? account->starts_ms : now_ms;
}

/* One call of the account whose turn it is. False: it has to wait. */
static bool step(struct governor *g, struct server *server, struct replayed_account *account,
                 int64_t now_ms, struct replay_outcome *out)
{
    const struct replayed_run *run = &account->runs[account->run % account->run_count];
    const struct replay_call *c = account->calls[run->first + account->call];
    struct gate_verdict verdict;
    struct answer answer;
    governor_admit(g, &c->call, now_ms, &verdict);
    if (!verdict.go) {
        int64_t until = verdict.until_ms > now_ms ? verdict.until_ms : now_ms + 1000;
        out->held_ms += until - now_ms;
        account->next_ms = verdict.until_ms ? until : INT64_MAX;
        return false;
    }
    serve(server, &c->call, now_ms, &answer);
    governor_observe(g, &c->call, &answer.outcome, now_ms);
    account->next_ms = now_ms + (c->took_ms > 0 ? c->took_ms : 1);
    if (!answer.outcome.ok) {
        out->refused++;
        return false;
    }
    out->calls++;
    out->close += answer.close;
    out->cost += c->call.cost;
    account->call++;
    return true;
}

/* Whose turn it is; NULL = nobody's. What began within the span may end after it, until the run
 * after it would begin. */
static struct replayed_account *earliest(const struct demand *demand)
{
    struct replayed_account *first = NULL;
    int64_t span = demand->ends_ms - demand->begins_ms;
    for (size_t i = 0; i < demand->count; i++) {
        struct replayed_account *a = &demand->accounts[i];
        int64_t until = demand->ends_ms + span / (int64_t)a->run_count;
        bool over = a->starts_ms > demand->ends_ms || a->next_ms > until;
        first = !over && (!first || a->next_ms < first->next_ms) ? a : first;
    }
    return first;
}

bool replay_run(const struct replay_call *calls, size_t count, const struct governor *learned,
                const struct replay_setting *setting, struct replay_outcome *out)
{
    struct demand demand;
    struct server server;
    struct ages ages = {0};
    struct governor *g = governor_copy(learned);
    *out = (struct replay_outcome){0};
    if (g) {
        governor_configure(g, &setting->governor);
    }
    if (!g || !demand_init(&demand, calls, count)) {
        governor_destroy(g);
        return false;
    }
    assert(demand.accounts);
    bool ok = server_init(&server, learned, calls, count);
    struct replayed_account *account = ok ? earliest(&demand) : NULL;
    for (; account; account = earliest(&demand)) {
        int64_t now_ms = account->next_ms;
        if (step(g, &server, account, now_ms, out) &&
            account->call == account->runs[account->run % account->run_count].count) {
            finish_run(&demand, account, setting->cadence, account->next_ms, &ages, out);
        }
    }
    for (size_t i = 0; i < demand.count; i++) {
        out->unfinished += demand.accounts[i].starts_ms <= demand.ends_ms;
    }
    out->blocked_ms = server.blocked_ms;
    out->age_mean_ms = ages.count ? ages.sum_ms / ages.count : 0;
    out->age_worst_ms = ages.worst_ms;
    free(server.meters);
    demand_fini(&demand);
    governor_destroy(g);
    return ok;
}
