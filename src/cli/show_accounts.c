/* accounts, queue, why: what each account is doing and what it waits for. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/utf8.h"
#include "cli/reading.h"
#include "cli/table.h"
#include "store/read_accounts.h"
#include "store/read_holds.h"
#include "store/read_limiters.h"
#include "store/read_queue.h"
#include "json/json.h"
#include "json/write.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

int show_accounts(struct cli *cli, int argc, char **argv, struct err *err)
{
    static const struct column columns[] = {
        {"account_id",      "ACCOUNT", CELL_TEXT,    0 },
        {"name",            "NAME",    CELL_TEXT,    28},
        {"state",           "STATE",   CELL_TEXT,    0 },
        {"tier",            "TIER",    CELL_TEXT,    0 },
        {"priority",        "PRI",     CELL_NUMBER,  0 },
        {"usage_pct",       "USE%",    CELL_DECIMAL, 0 },
        {"usage_at",        "READ AT", CELL_TIME,    0 },
        {"until",           "UNTIL",   CELL_TIME,    0 },
        {"data_as_of",      "DATA AT", CELL_TIME,    0 },
        {"last_status",     "LAST",    CELL_TEXT,    0 },
        {"currency",        "CUR",     CELL_TEXT,    0 },
        {"spend_7d_micros", "7D",      CELL_MONEY,   0 },
    };
    struct reading reading;
    struct account_rows rows = {0};
    struct table *table = table_create(cli, "accounts", columns, COUNT(columns));
    bool ok = table && reading_begin(cli, &reading, argc, argv, err);
    if (ok) {
        ok = read_accounts(reading.reader, reading.arena, cli->at_ms, false, &rows, err);
        for (size_t i = 0; ok && i < rows.count; i++) {
            const struct account_row *row = &rows.rows[i];
            if (reading.account && strcmp(reading.account, row->account.account_id) != 0) {
                continue;
            }
            table_text(table, row->account.account_id);
            table_text(table, row->account.name);
            table_text(table, hold_reason_name(row->reason));
            table_text(table, tier_name(row->account.tier));
            table_number(table, row->account.priority);
            table_decimal(table, row->usage_pct);
            table_time(table, row->usage_at);
            table_time(table, row->hold_until);
            table_time(table, row->account.data_as_of);
            table_text(table, row->last_run_id ? run_status_name(row->last_status) : "");
            table_text(table, row->account.currency);
            table_money(table, row->account.spend_7d);
        }
        ok = ok && table_print(table, "no accounts yet", err);
        reading_end(&reading);
    }
    table_destroy(table);
    return reading_exit(ok, err);
}

int show_queue(struct cli *cli, int argc, char **argv, struct err *err)
{
    static const struct column columns[] = {
        {"account_id",     "ACCOUNT", CELL_TEXT,    0 },
        {"name",           "NAME",    CELL_TEXT,    28},
        {"tier",           "TIER",    CELL_TEXT,    0 },
        {"priority",       "PRI",     CELL_NUMBER,  0 },
        {"reason",         "WAITS",   CELL_TEXT,    0 },
        {"due_at",         "DUE",     CELL_TIME,    0 },
        {"expected_at",    "STARTS",  CELL_TIME,    0 },
        {"estimated_cost", "COST",    CELL_DECIMAL, 0 },
    };
    struct reading reading;
    struct queue_rows rows = {0};
    struct table *table = table_create(cli, "queue", columns, COUNT(columns));
    bool ok = table && reading_begin(cli, &reading, argc, argv, err);
    if (ok) {
        ok = read_queue(reading.reader, reading.arena, &rows, err);
        for (size_t i = 0; ok && i < rows.count; i++) {
            const struct queue_row *row = &rows.rows[i];
            if (row->reason == HOLD_RUNNING) {
                continue;
            }
            /* The hold's end is the expected start: the scheduler keeps it so for queued ones. */
            int64_t expected =
                row->hold_until > row->next_due_at ? row->hold_until : row->next_due_at;
            table_text(table, row->account_id);
            table_text(table, row->name);
            table_text(table, tier_name(row->tier));
            table_number(table, row->priority);
            table_text(table, hold_reason_name(row->reason));
            table_time(table, row->next_due_at);
            table_time(table, hold_reason_needs_person(row->reason) ? 0 : expected);
            table_decimal(table, row->estimated_cost);
        }
        ok = ok && table_print(table, "nothing waits", err);
        reading_end(&reading);
    }
    table_destroy(table);
    return reading_exit(ok, err);
}

/* ---- why ---- */

static void print_instant(const char *before, int64_t ms, int64_t now)
{
    char text[32], span[24];
    date_format_rfc3339(ms, 0, text);
    int64_t away = ms > now ? ms - now : now - ms;
    duration_format(away - away % 1000, span);
    printf("%s%s (%s%s)", before, text, ms > now ? "in " : "", span);
    if (ms <= now) {
        printf(" ago");
    }
}

/* The figures behind the decision, member by member. */
static void print_detail(const char *detail)
{
    struct json_doc *doc = json_parse(detail, strlen(detail), NULL, NULL);
    char clean[512];
    for (const struct json *node = json_first(doc ? json_root(doc) : NULL); node;
         node = json_next(node)) {
        double number = 0;
        if (json_type(node) == JSON_STRING) {
            utf8_clean(json_text(node), clean, sizeof clean);
            printf("    %s: %s\n", json_key(node), clean);
        } else if (json_double(node, &number)) {
            printf("    %s: %g\n", json_key(node), number);
        }
    }
    json_free(doc);
}

static void print_why(const struct account_row *row, const struct limiter_rows *limiters,
                      int64_t now)
{
    char name[256];
    utf8_clean(row->account.name, name, sizeof name);
    printf("%s  %s\n", row->account.account_id, name);
    printf("  %s: %s", hold_reason_name(row->reason), hold_reason_text(row->reason));
    if (row->hold_scope_id[0]) {
        printf(" (%s)", row->hold_scope_id);
    }
    print_instant(", since ", row->hold_since, now);
    if (row->hold_until > 0) {
        print_instant(", until ", row->hold_until, now);
    } else if (hold_reason_needs_person(row->reason)) {
        printf(", until a person acts");
    }
    printf("\n");
    print_detail(row->hold_detail);
    if (row->last_run_id) {
        print_instant("  last run: ", row->last_started_at, now);
        utf8_clean(row->last_error, name, sizeof name);
        printf(" %s%s%s\n", run_status_name(row->last_status), name[0] ? ": " : "", name);
    }
    print_instant("  next run due: ", row->account.next_due_at, now);
    printf("\n  limiters:\n");
    for (size_t i = 0; i < limiters->count; i++) {
        const struct limiter_row *limiter = &limiters->rows[i];
        printf("    %-12s %-14s %6.1f%% of %.0f%%", scope_kind_name(limiter->scope),
               use_case_name(limiter->use_case), limiter->pct, limiter->threshold);
        if (limiter->reading_at) {
            print_instant(", read ", limiter->reading_at, now);
        }
        if (limiter->blocked_until > now) {
            print_instant(", blocked until ", limiter->blocked_until, now);
        }
        printf("%s\n", limiter->stuck ? ", stuck: ignored until it moves" : "");
    }
}

static void json_limiter(struct jw *w, const struct limiter_row *limiter)
{
    jw_object_begin(w);
    jw_put_text(w, "scope", scope_kind_name(limiter->scope));
    jw_put_text(w, "scope_id", limiter->scope_id);
    jw_put_text(w, "use_case", use_case_name(limiter->use_case));
    jw_put_double(w, "pct", limiter->pct);
    jw_put_double(w, "threshold", limiter->threshold);
    jw_put_time(w, "reading_at", limiter->reading_at);
    jw_put_time(w, "blocked_until", limiter->blocked_until);
    jw_put_time(w, "threshold_at", limiter->eta_threshold_at);
    jw_put_bool(w, "stuck", limiter->stuck);
    jw_object_end(w);
}

static void json_why(const struct account_row *row, const struct limiter_rows *limiters)
{
    struct str out;
    struct jw w;
    str_init(&out, 1 << 20);
    jw_init(&w, &out);
    jw_object_begin(&w);
    jw_put_text(&w, "account_id", row->account.account_id);
    jw_put_text(&w, "name", row->account.name);
    jw_put_text(&w, "reason", hold_reason_name(row->reason));
    jw_put_text(&w, "scope", row->hold_scope[0] ? row->hold_scope : NULL);
    jw_put_text(&w, "scope_id", row->hold_scope_id[0] ? row->hold_scope_id : NULL);
    jw_put_time(&w, "since", row->hold_since);
    jw_put_time(&w, "until", row->hold_until);
    jw_put_bool(&w, "needs_person", hold_reason_needs_person(row->reason));
    jw_key(&w, "detail");
    jw_raw(&w, row->hold_detail[0] ? row->hold_detail : "{}");
    jw_put_time(&w, "next_due_at", row->account.next_due_at);
    jw_put_text(&w, "last_status", row->last_run_id ? run_status_name(row->last_status) : NULL);
    jw_put_text(&w, "last_error", row->last_error[0] ? row->last_error : NULL);
    jw_key(&w, "limiters");
    jw_array_begin(&w);
    for (size_t i = 0; i < limiters->count; i++) {
        json_limiter(&w, &limiters->rows[i]);
    }
    jw_array_end(&w);
    jw_object_end(&w);
    puts(str_text(&out));
    str_fini(&out);
}

int show_why(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct reading reading;
    struct account_row row;
    struct limiter_rows limiters = {0};
    bool ok = reading_begin(cli, &reading, argc, argv, err);
    if (!ok) {
        return reading_exit(false, err);
    }
    if (!reading.account) {
        ok = err_set(err, ERR_USAGE, "why: give an account, act_<number>; see 'adtop accounts'");
    }
    ok = ok &&
         read_account(reading.reader, reading.arena, cli->at_ms, reading.account, &row, err) &&
         read_limiters(reading.reader, reading.arena, cli->at_ms, reading.account, &limiters, err);
    if (ok && cli->json) {
        json_why(&row, &limiters);
    } else if (ok) {
        print_why(&row, &limiters, cli->at_ms ? cli->at_ms : cli_now(cli));
    }
    reading_end(&reading);
    return reading_exit(ok, err);
}
