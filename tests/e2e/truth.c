#include "tests/e2e/truth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "json/json.h"

struct check {
    sqlite3 *db;
    const char *account_id;
    const char *first_day; /* that the pass read */
    int differences;
};

static int64_t ask(struct check *check, const char *sql, const char *a, const char *b)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(check->db, sql, -1, &stmt, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(check->db));
    }
    sqlite3_bind_text(stmt, 1, check->account_id, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, a, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 3, b, -1, SQLITE_STATIC);
    int64_t value = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
    sqlite3_finalize(stmt);
    return value;
}

static void compare(struct check *check, const char *what, const char *a, const char *b,
                    int64_t truth, int64_t held)
{
    if (truth != held) {
        check->differences++;
        print_message("%s %s %s %s: truth %lld, held %lld\n", check->account_id, what, a, b,
                      (long long)truth, (long long)held);
    }
}

static void compare_entities(struct check *check, const struct json *entities)
{
    for (const struct json *kind = json_first(entities); kind; kind = json_next(kind)) {
        int64_t total = 0;
        for (const struct json *status = json_first(kind); status; status = json_next(status)) {
            int64_t truth = 0;
            if (strcmp(json_key(status), "DELETED") == 0 || !json_i64(status, &truth)) {
                continue;
            }
            total += truth;
            compare(check, "entities", json_key(kind), json_key(status), truth,
                    ask(check,
                        "SELECT count(*) FROM entities WHERE account_id = ?1 AND kind = ?2 AND "
                        "effective_status = ?3 AND deleted_at IS NULL",
                        json_key(kind), json_key(status)));
        }
        compare(check, "entities", json_key(kind), "", total,
                ask(check,
                    "SELECT count(*) FROM entities WHERE account_id = ?1 AND kind = ?2 AND "
                    "deleted_at IS NULL",
                    json_key(kind), ""));
    }
}

static void compare_actions(struct check *check, const struct json *actions, const char *date,
                            const char *column)
{
    char sql[512];
    int64_t types = 0;
    snprintf(
        sql, sizeof sql,
        "SELECT coalesce(sum(%s), 0) FROM insight_actions WHERE account_id = ?1 AND "
        "date_start = ?2 AND action_type = ?3 AND attribution = 'default' AND level = 'ad' AND "
        "breakdown = ''",
        column);
    for (const struct json *type = json_first(actions); type; type = json_next(type)) {
        int64_t truth = 0;
        assert_true(json_i64(type, &truth));
        types++;
        compare(check, date, json_key(type), column, truth, ask(check, sql, date, json_key(type)));
    }
    (void)types;
}

static void compare_day(struct check *check, const struct json *day)
{
    static const struct {
        const char *key, *sql;
    } figures[] = {
        {"spend_micros", "SELECT coalesce(sum(spend), 0) FROM insights WHERE account_id = ?1 AND "
                         "date_start = ?2 AND level = ?3 AND breakdown = ''"  },
        {"impressions",  "SELECT coalesce(sum(impressions), 0) FROM insights WHERE account_id = ?1 "
                        "AND date_start = ?2 AND level = ?3 AND breakdown = ''"},
        {"clicks",       "SELECT coalesce(sum(clicks), 0) FROM insights WHERE account_id = ?1 AND "
                   "date_start = ?2 AND level = ?3 AND breakdown = ''"              },
    };
    const char *date = json_text(json_get(day, "date"));
    if (strcmp(date, check->first_day) < 0) {
        return;
    }
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        compare(check, date, figures[i].key, "", json_number(day, figures[i].key),
                ask(check, figures[i].sql, date, "ad"));
    }
    compare_actions(check, json_get(day, "actions"), date, "CAST(count AS INTEGER)");
    compare_actions(check, json_get(day, "action_values_micros"), date, "value");
}

int truth_differences(const struct sim *sim, const struct state *state)
{
    struct check check = {0};
    struct json_doc *doc = sim_get(sim, "/sim/truth");
    assert_int_equal(sqlite3_open_v2(state->db, &check.db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(check.db, 10000);
    for (const struct json *account = json_first(json_get(json_root(doc), "accounts")); account;
         account = json_next(account)) {
        const struct json *days = json_get(account, "days");
        const struct json *last = NULL;
        check.account_id = json_text(json_get(account, "account_id"));
        for (const struct json *day = json_first(days); day; day = json_next(day)) {
            last = day;
        }
        /* The pass reads the 7 complete days before today, and today. */
        char first[16] = "9999";
        if (last) {
            sqlite3_stmt *stmt = NULL;
            sqlite3_prepare_v2(check.db, "SELECT date(?1, '-7 days')", -1, &stmt, NULL);
            sqlite3_bind_text(stmt, 1, json_text(json_get(account, "today")), -1, SQLITE_STATIC);
            if (sqlite3_step(stmt) == SQLITE_ROW) {
                snprintf(first, sizeof first, "%s", (const char *)sqlite3_column_text(stmt, 0));
            }
            sqlite3_finalize(stmt);
        }
        check.first_day = first;
        compare_entities(&check, json_get(account, "entities"));
        for (const struct json *day = json_first(days); day; day = json_next(day)) {
            compare_day(&check, day);
        }
    }
    sqlite3_close(check.db);
    json_free(doc);
    return check.differences;
}

void assert_truth(const struct sim *sim, const struct state *state)
{
    if (truth_differences(sim, state) == 0) {
        return;
    }
    const char *const args[] = {"--state-dir", state->dir, "--base-url", sim->url,
                                "sync",        "--full",   NULL};
    static struct outcome outcome;
    adtop_run(&outcome, "t", args);
    assert_int_equal(outcome.exit_code, 0);
    assert_int_equal(truth_differences(sim, state), 0);
}
