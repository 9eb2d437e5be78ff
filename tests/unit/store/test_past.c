/* Accounts and limiters of any past instant, read fast, against what the plainest statements say of
 * them: of a generated history, account by account and figure by figure. */
#include "tests/unit/store/store_fixture.h"

#include <inttypes.h>

#include "base/rand.h"
#include "store/read_accounts.h"
#include "store/read_budget.h"
#include "store/read_limiters.h"

enum { ACCOUNTS = 12, DAYS = 6, MINUTE_MS = 60000, INSTANTS = 60, LINE = 640 };

struct history {
    struct place place;
    sqlite3 *db;
    struct rand rand;
};

static int below(struct history *h, int n)
{
    return (int)rand_below(&h->rand, (uint32_t)n);
}

static void put(struct history *h, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct history *h, const char *format, ...)
{
    char sql[1024], *why = NULL;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(sql, sizeof sql, format, args);
    va_end(args);
    assert_true(n > 0 && (size_t)n < sizeof sql);
    if (sqlite3_exec(h->db, sql, NULL, NULL, &why) != SQLITE_OK) {
        fail_msg("%s: %s", sql, why);
    }
}

/* Intervals without gaps, the last one open; some accounts were listed later, one has no history.
 */
static void put_changes(struct history *h, int account)
{
    static const char *const fields[] = {"name", "tier", "priority", "paused", "status"};
    static const char *const tiers[] = {"high", "medium", "low"};
    int64_t begin = NOON - DAYS * (int64_t)DAY_MS + (account % 3) * (int64_t)DAY_MS;
    for (size_t f = 0; f < sizeof fields / sizeof *fields && account != ACCOUNTS - 1; f++) {
        int64_t since = begin;
        for (int i = below(h, 6); i >= 0 && (f < 2 || below(h, 4)); i--) {
            int64_t until = since + (1 + below(h, 30)) * (int64_t)HOUR_MS;
            char value[32];
            snprintf(value, sizeof value, "%s%d", f == 0 ? "name " : "", below(h, 9));
            put(h,
                "INSERT INTO account_history (account_id, field, value, since, until) VALUES "
                "('act_%d', '%s', '%s', %" PRId64 ", nullif(%" PRId64 ", 0))",
                account, fields[f], f == 1 ? tiers[below(h, 3)] : value, since, i ? until : 0);
            since = until;
        }
    }
}

/* Runs follow one another, the last may go on; some accounts fail for long. */
static void put_runs(struct history *h, int account)
{
    static const char *const ends[] = {"SUCCESS", "PARTIAL", "FAILED", "THROTTLED"};
    int64_t at = NOON - DAYS * (int64_t)DAY_MS + below(h, HOUR_MS);
    int64_t stops = account == 5 ? NOON - 3 * (int64_t)DAY_MS : NOON; /* one of them stands still */
    while (at < stops) {
        int64_t ended = at + 1 + below(h, 40 * MINUTE_MS);
        bool open = ended >= NOON;
        const char *status = open ? "RUNNING" : ends[account % 4 == 3 ? 2 : below(h, 4)];
        bool well = strcmp(status, "SUCCESS") == 0; /* and says nothing */
        put(h,
            "INSERT INTO sync_runs (account_id, mode, trigger, status, started_at, finished_at, "
            "duration_ms, campaigns_fetched, adsets_fetched, ads_fetched, insights_called, "
            "insight_rows, api_calls, retries, bytes, entity_fetch_ms, insight_fetch_ms, db_ms, "
            "estimated_cost, actual_cost, error_code, error_message, progress) VALUES ('act_%d', "
            "'delta', 'schedule', '%s', %" PRId64 ", nullif(%" PRId64
            ", 0), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, nullif(%d, 0), nullif('e%d', 'e0'), "
            "'p%d')",
            account, status, at, open ? 0 : ended, well ? 0 : 1 + below(h, 99),
            well ? 0 : 1 + below(h, 9), below(h, 9));
        put(h,
            "INSERT INTO holds (account_id, reason, scope, since, ended_at) VALUES ('act_%d', "
            "'running', 'account', %" PRId64 ", nullif(%" PRId64 ", 0))",
            account, at, open ? 0 : ended - 1);
        at = ended + (1 + below(h, account % 2 ? 60 : 900)) * (int64_t)MINUTE_MS;
    }
}

static void put_calls(struct history *h)
{
    static const char *const sources[] = {"account", "buc", "insights", "app"};
    static const char *const cases[] = {"ads_insights", "ads_management"};
    static const char *const classes[] = {"ads", "insights", "campaigns"};
    for (int64_t at = NOON - DAYS * (int64_t)DAY_MS; at < NOON; at += 1 + below(h, 9 * MINUTE_MS)) {
        int account = below(h, ACCOUNTS + 1), source = below(h, 4);
        char id[16] = "app";
        if (source != 3) {
            snprintf(id, sizeof id, "act_%d", account % ACCOUNTS);
        }
        put(h,
            "INSERT INTO usage_log (at, scope, scope_id, buc_type, pct) VALUES (%" PRId64
            ", '%s', '%s', '%s', %d.5)",
            at, sources[source], id, source == 1 ? cases[below(h, 2)] : "", below(h, 8) * 10);
        put(h,
            "INSERT INTO api_calls (at, account_id, class, path, http_status, ms, bytes, rows, "
            "cost, failed) VALUES (%" PRId64 ", %s%d%s, '%s', 'x', 200, 1, 1, 1, %d, %d)",
            at, account == ACCOUNTS ? "nullif(" : "'act_", account,
            account == ACCOUNTS ? ", 12)" : "'", classes[below(h, 3)], 1 + below(h, 5),
            below(h, 3) == 0);
    }
}

static int make(void **state)
{
    struct history *h = calloc(1, sizeof *h);
    assert_non_null(h);
    place_make(&h->place);
    h->place.store = store_open(h->place.db, NULL, &h->place.err);
    assert_non_null(h->place.store);
    assert_int_equal(sqlite3_open(h->place.db, &h->db), SQLITE_OK);
    rand_seed(&h->rand, 20260101, 1);
    put(h, "BEGIN");
    for (int i = 0; i < ACCOUNTS; i++) {
        put(h,
            "INSERT INTO account (account_id, name, currency, timezone_name, timezone_offset_min, "
            "account_status, disable_reason, tier, priority, paused_until, spend_7d, "
            "spend_7d_base, "
            "last_synced_at, data_as_of) VALUES ('act_%d', 'now %d', 'USD', 'UTC', 0, 1, 0, 'low', "
            "3, 77, 5, 6, 88, 99)",
            i, i);
        put_changes(h, i);
        put_runs(h, i);
        put(h,
            "INSERT INTO budget_ledger VALUES (date(%" PRId64 " / 1000, 'unixepoch'), 'act_%d', "
            "'ads', 3, 2.5), (date(%" PRId64 " / 1000, 'unixepoch'), 'act_%d', 'x', 3, 4)",
            NOON, i, NOON, i);
    }
    put_calls(h);
    put(h, "COMMIT");
    *state = h;
    return 0;
}

static int clear(void **state)
{
    struct history *h = *state;
    sqlite3_close(h->db);
    place_close(&h->place);
    free(h);
    return 0;
}

/* What a statement says, a row a line; ?1 is the instant. */
static void ask(struct history *h, const char *sql, int64_t at, char *out, size_t size)
{
    sqlite3_stmt *stmt = NULL;
    size_t n = 0;
    if (sqlite3_prepare_v2(h->db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        fail_msg("%s", sqlite3_errmsg(h->db));
    }
    sqlite3_bind_int64(stmt, 1, at);
    out[0] = '\0';
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        int added = snprintf(out + n, size - n, "%s\n", (const char *)sqlite3_column_text(stmt, 0));
        assert_true(added > 0 && (size_t)added < size - n);
        n += (size_t)added;
    }
    sqlite3_finalize(stmt);
}

/* clang-format off */
#define THEN(field)                                                                                \
    "(SELECT value FROM account_history h WHERE h.account_id = a.account_id AND h.field = '" field \
    "' AND since <= ?1 AND coalesce(until, 1e18) > ?1)"
#define SYNCED(results)                                                                            \
    "coalesce((SELECT max(started_at) FROM sync_runs r WHERE r.account_id = a.account_id AND "     \
    "status IN (" results ") AND finished_at <= ?1), 0)"
#define RUN(column, which)                                                                         \
    "coalesce((SELECT " column " FROM sync_runs r WHERE r.account_id = a.account_id AND "          \
    "started_at <= ?1 AND " which " ORDER BY started_at DESC LIMIT 1), 0)"
#define ENDED "finished_at <= ?1"
#define GOES_ON "coalesce(finished_at, 1e18) > ?1"
#define NEXT " || '|' || "

static const char plain_accounts[] =
    "SELECT a.account_id"
    NEXT "coalesce(" THEN("name") ", name)"
    NEXT "coalesce(" THEN("tier") ", tier)"
    NEXT "coalesce(CAST(" THEN("priority") " AS INTEGER), priority)"
    NEXT "coalesce(CAST(" THEN("paused") " AS INTEGER), 0)"
    NEXT "coalesce(CAST(" THEN("status") " AS INTEGER), account_status)"
    NEXT SYNCED("'SUCCESS', 'PARTIAL'")
    NEXT SYNCED("'SUCCESS'")
    NEXT "CASE " SYNCED("'SUCCESS', 'PARTIAL'") " WHEN 0 THEN 0 ELSE spend_7d END"
    NEXT "coalesce((SELECT since FROM holds x WHERE x.account_id = a.account_id AND since <= ?1 "
    "AND coalesce(ended_at, 1e18) > ?1), 0)"
    NEXT RUN("run_id", ENDED)
    NEXT RUN("status", ENDED)
    NEXT RUN("finished_at", ENDED)
    NEXT RUN("coalesce(error_code, 0)", ENDED)
    NEXT RUN("coalesce(error_message, 0)", ENDED)
    NEXT RUN("run_id", GOES_ON)
    NEXT RUN("started_at", GOES_ON)
    NEXT RUN("progress", GOES_ON)
    NEXT "(SELECT count(*) FROM sync_runs r WHERE r.account_id = a.account_id AND started_at > ?1 "
    "- 86400000 AND started_at <= ?1)"
    NEXT "(SELECT count(*) FROM api_calls c WHERE c.account_id = a.account_id AND failed = 1 AND "
    "at > ?1 - 3600000 AND at <= ?1)"
    NEXT "coalesce((SELECT printf('%.1f %s', max(pct), scope) FROM (SELECT pct, scope, buc_type, "
    "max(at) FROM usage_log u WHERE u.scope_id = a.account_id AND at > ?1 - 7200000 AND at <= ?1 "
    "GROUP BY scope, buc_type ORDER BY scope, buc_type) HAVING max(pct) IS NOT NULL), '-')"
    " FROM account a WHERE coalesce((SELECT min(since) FROM account_history h WHERE h.account_id "
    "= a.account_id AND field = 'name'), 0) <= ?1 ORDER BY a.account_id";
/* clang-format on */

static void say_accounts(const struct account_rows *rows, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < rows->count; i++) {
        const struct account_row *r = &rows->rows[i];
        const struct account *a = &r->account;
        char usage[48] = "-";
        if (r->usage_pct >= 0) {
            snprintf(usage, sizeof usage, "%.1f %s", r->usage_pct,
                     usage_source_name(r->usage_source));
        }
        int added = snprintf(
            out + n, size - n,
            "%s|%s|%s|%d|%" PRId64 "|%d|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64
            "|%s|%" PRId64 "|%d|%s|%" PRId64 "|%" PRId64 "|%s|%" PRId64 "|%" PRId64 "|%s\n",
            a->account_id, a->name, tier_name(a->tier), a->priority, a->paused_until,
            a->account_status, a->last_synced_at, a->data_as_of, a->spend_7d, r->hold_since,
            r->last_run_id, r->last_run_id ? run_status_name(r->last_status) : "0",
            r->last_finished_at, r->last_error_code, r->last_error[0] ? r->last_error : "0",
            r->running_run_id, r->running_since, r->running_run_id ? r->progress : "0", r->runs_24h,
            r->errors_1h, usage);
        assert_true(r->cost_today < 0); /* the ledger of a day tells of its end */
        assert_true(added > 0 && (size_t)added < size - n);
        n += (size_t)added;
    }
}

static void compare_accounts(struct history *h, int instants)
{
    static const struct clock clock = {.speed = 1e-9, .anchor_ms = NOON};
    static char plain[ACCOUNTS * LINE], fast[ACCOUNTS * LINE];
    struct store_reader *reader = store_reader_open(h->place.db, &clock, &h->place.err);
    struct account_rows rows;
    struct account_row one;
    assert_non_null(reader);
    for (int i = 0; i < instants; i++) {
        int64_t at = NOON - (int64_t)below(h, DAYS * DAY_MS);
        ask(h, plain_accounts, at, plain, sizeof plain);
        assert_true(read_accounts(reader, h->place.arena, at, false, &rows, &h->place.err));
        say_accounts(&rows, fast, sizeof fast);
        assert_string_equal(fast, plain);
        assert_true(read_account(reader, h->place.arena, at, rows.rows[0].account.account_id, &one,
                                 &h->place.err));
        rows = (struct account_rows){&one, 1};
        say_accounts(&rows, fast, sizeof fast);
        assert_memory_equal(fast, plain, strlen(fast));
        arena_reset(h->place.arena);
    }
    store_reader_close(reader);
}

static void test_the_accounts_of_an_instant_are_what_was_then(void **state)
{
    compare_accounts(*state, INSTANTS);
}

/* So much that it is not walked over: the runs of a day and what changed since are those of
 * accounts that are not there. */
static void test_the_accounts_are_the_same_where_much_went_on(void **state)
{
    struct history *h = *state;
    put(h,
        "INSERT INTO sync_runs (account_id, mode, trigger, status, started_at, duration_ms, "
        "campaigns_fetched, adsets_fetched, ads_fetched, insights_called, insight_rows, api_calls, "
        "retries, bytes, entity_fetch_ms, insight_fetch_ms, db_ms, estimated_cost, actual_cost) "
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT "
        "'act_gone', 'delta', 'schedule', 'FAILED', %" PRId64
        " - i * 3500, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM n",
        DAYS * 25000, NOON);
    put(h,
        "INSERT INTO account_history (account_id, field, value, since, until) WITH RECURSIVE n(i) "
        "AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 25000) SELECT 'act_gone', 'name', "
        "'x', %" PRId64 " + i, %" PRId64 " + i + 1 FROM n",
        NOON, NOON);
    compare_accounts(h, 5);
}

static const char plain_spenders[] =
    "SELECT coalesce(account_id, '') || '|' || count(*) || '|' || printf('%.1f', sum(cost)) || '|' "
    "|| printf('%.1f', sum(CASE class WHEN 'ads' THEN cost ELSE 0 END)) FROM api_calls WHERE at >= "
    "?1 / 86400000 * 86400000 AND at <= ?1 GROUP BY coalesce(account_id, '') ORDER BY sum(cost) "
    "DESC, coalesce(account_id, '')";

static void test_who_spent_by_an_instant_is_summed_from_the_calls(void **state)
{
    static const struct clock clock = {.speed = 1e-9, .anchor_ms = NOON};
    static char plain[(ACCOUNTS + 1) * LINE], fast[(ACCOUNTS + 1) * LINE];
    struct history *h = *state;
    struct store_reader *reader = store_reader_open(h->place.db, &clock, &h->place.err);
    struct budget_report report;
    assert_non_null(reader);
    for (int i = 0; i < INSTANTS; i++) {
        int64_t at = NOON - (int64_t)below(h, DAYS * DAY_MS);
        size_t n = 0;
        ask(h, plain_spenders, at, plain, sizeof plain);
        assert_true(read_budget(reader, h->place.arena, at, (int32_t)(at / DAY_MS), &report,
                                &h->place.err));
        fast[0] = '\0';
        for (size_t k = 0; k < report.account_count; k++) {
            const struct budget_account *a = &report.accounts[k];
            n += (size_t)snprintf(fast + n, sizeof fast - n, "%s|%" PRId64 "|%.1f|%.1f\n",
                                  a->account_id, a->calls, a->cost, a->by_class[CALL_ADS]);
            assert_true(n < sizeof fast);
        }
        assert_string_equal(fast, plain);
        arena_reset(h->place.arena);
    }
    store_reader_close(reader);
}

/* Readings go after three days, summed by hour as retention does it; the hour that the border lies
 * in is there both as its sum and as what came after. */
static void put_hours(struct history *h)
{
    const int64_t border = NOON - 3 * (int64_t)DAY_MS - HOUR_MS / 2;
    put(h,
        "INSERT INTO usage_hourly SELECT scope_id, scope, buc_type, at / 3600000, count(*), "
        "max(pct), sum(pct), (SELECT pct FROM usage_log l WHERE l.scope_id = u.scope_id AND "
        "l.scope = u.scope AND l.buc_type = u.buc_type AND l.at / 3600000 = u.at / 3600000 AND "
        "l.at < %" PRId64 " ORDER BY l.at DESC LIMIT 1) FROM usage_log u WHERE at < %" PRId64
        " GROUP BY scope_id, scope, buc_type, at / 3600000; DELETE FROM usage_log WHERE at < "
        "%" PRId64,
        border, border, border);
}

/* clang-format off */
#define LIMITER                                                                                    \
    "CASE scope WHEN 'insights' THEN 'buc' ELSE scope END AS source, scope_id, CASE scope WHEN "   \
    "'insights' THEN 'ads_insights' ELSE buc_type END AS use_case"
static const char plain_limiters[] =
    "SELECT source || '|' || scope_id || '|' || use_case || '|' || pct || '|' || at FROM (SELECT "
    "*, row_number() OVER (PARTITION BY source, scope_id, use_case ORDER BY raw DESC, at DESC, "
    "scope DESC) AS n FROM (SELECT " LIMITER ", pct, at, 1 AS raw, scope FROM usage_log WHERE at > ?1 - 7200000 AND at "
    "<= ?1 UNION ALL SELECT " LIMITER ", last_pct, hour * 3600000 + 3599999, 0, scope FROM usage_hourly "
    "WHERE hour >= (?1 - 7200000) / 3600000 AND hour < ?1 / 3600000)) WHERE n = 1 ORDER BY "
    "scope_id = 'app' DESC, scope_id, source, use_case";
static const char plain_readings[] =
    "SELECT scope || '|' || scope_id || '|' || buc_type || '|' || pct || '|' || max(at) FROM "
    "usage_log WHERE at > ?1 - 7200000 AND at <= ?1 GROUP BY scope_id, scope, buc_type ORDER BY "
    "scope_id, scope, buc_type";
/* clang-format on */

static void add_line(char *out, size_t *n, size_t size, const struct usage_reading *r)
{
    bool of_use_case = r->source == USAGE_BUC;
    int added =
        snprintf(out + *n, size - *n, "%s|%s|%s|%.1f|%" PRId64 "\n", usage_source_name(r->source),
                 r->scope_id, of_use_case ? use_case_name(r->use_case) : "", r->pct, r->at);
    assert_true(added > 0 && (size_t)added < size - *n);
    *n += (size_t)added;
}

static void say_limiters(const struct limiter_rows *rows, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < rows->count; i++) {
        const struct limiter_row *row = &rows->rows[i];
        bool insights = row->source == USAGE_INSIGHTS;
        struct usage_reading reading = {.source = insights ? USAGE_BUC : row->source,
                                        .use_case = row->use_case,
                                        .pct = row->pct,
                                        .at = row->reading_at};
        assert_int_equal(row->scope == SCOPE_USE_CASE, reading.source == USAGE_BUC);
        assert_true(!insights || row->use_case == USE_CASE_ADS_INSIGHTS);
        memcpy(reading.scope_id, row->scope_id, sizeof reading.scope_id);
        add_line(out, &n, size, &reading);
    }
}

static void test_limiters_and_readings_of_an_instant_are_the_last_of_each(void **state)
{
    static const struct clock clock = {.speed = 1e-9, .anchor_ms = NOON};
    static char plain[ACCOUNTS * LINE], fast[ACCOUNTS * LINE];
    struct history *h = *state;
    put_hours(h);
    struct store_reader *reader = store_reader_open(h->place.db, &clock, &h->place.err);
    struct limiter_rows limiters;
    struct usage_rows readings;
    size_t found = 0;
    assert_non_null(reader);
    for (int i = 0; i < 2 * INSTANTS; i++) {
        int64_t at = NOON - (int64_t)below(h, DAYS * DAY_MS);
        size_t n = 0;
        if (i % 3 == 0) { /* around the border */
            at = NOON - 3 * (int64_t)DAY_MS - 2 * HOUR_MS + below(h, 5 * HOUR_MS);
        }
        ask(h, plain_limiters, at, plain, sizeof plain);
        assert_true(read_limiters(reader, h->place.arena, at, NULL, &limiters, &h->place.err));
        say_limiters(&limiters, fast, sizeof fast);
        assert_string_equal(fast, plain);
        ask(h, plain_readings, at, plain, sizeof plain);
        assert_true(read_usage_latest(reader, h->place.arena, at, NULL, &readings, &h->place.err));
        fast[0] = '\0';
        for (size_t k = 0; k < readings.count; k++) {
            add_line(fast, &n, sizeof fast, &readings.rows[k]);
        }
        assert_string_equal(fast, plain);
        found += limiters.count + readings.count;
        arena_reset(h->place.arena);
    }
    assert_true(found > INSTANTS);
    store_reader_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_accounts_of_an_instant_are_what_was_then, make,
                                        clear),
        cmocka_unit_test_setup_teardown(test_the_accounts_are_the_same_where_much_went_on, make,
                                        clear),
        cmocka_unit_test_setup_teardown(
            test_limiters_and_readings_of_an_instant_are_the_last_of_each, make, clear),
        cmocka_unit_test_setup_teardown(test_who_spent_by_an_instant_is_summed_from_the_calls, make,
                                        clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
