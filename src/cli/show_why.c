/* why: the reason an account is not moving, its scope and end, and the figures behind it. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/reading.h"
#include "store/read_accounts.h"
#include "store/read_limiters.h"
#include "json/json.h"
#include "json/write.h"

static const struct column why_columns[] = {
    {"account_id",   NULL, CELL_TEXT,  0, "act_<number>"                                              },
    {"name",         NULL, CELL_TEXT,  0, "as Meta has it"                                            },
    {"reason",       NULL, CELL_TEXT,  0, "a wait reason"                                             },
    {"scope",        NULL, CELL_TEXT,  0, "what holds it: app, account, ...; or null"                 },
    {"scope_id",     NULL, CELL_TEXT,  0, "which one"                                                 },
    {"since",        NULL, CELL_TIME,  0, "waiting since"                                             },
    {"until",        NULL, CELL_TIME,  0, "when it ends; null: unknown or a person must act"          },
    {"needs_person", NULL, CELL_BOOL,  0, "it does not end by itself"                                 },
    {"detail",       NULL, CELL_PARTS, 0, "the figures behind the decision: rule, pct, threshold, ..."},
    {"next_due_at",  NULL, CELL_TIME,  0, "when its next run is due"                                  },
    {"last_status",  NULL, CELL_TEXT,  0, "how its last run ended; or null"                           },
    {"last_error",   NULL, CELL_TEXT,  0, "and why; or null"                                          },
    {"limiters",     NULL, CELL_PARTS, 0, "those it passes, members as of 'adtop usage'"              },
};
const struct table_spec why_spec = TABLE_SPEC("why", NULL, why_columns);

static void print_instant(const char *before, int64_t ms, int64_t now)
{
    char at[CELL_MAX], away[CELL_MAX];
    cell_time_text(now, ms, at);
    cell_span_text(ms > now ? ms - now : now - ms, away);
    printf(ms > now ? "%s%s (in %s)" : "%s%s (%s ago)", before, at, away);
}

/* The figures behind the decision, member by member; instants among them as such. */
static void print_detail(const char *detail, int64_t now)
{
    struct json_doc *doc = json_parse(detail, strlen(detail), NULL, NULL);
    char clean[512], label[80];
    for (const struct json *node = json_first(doc ? json_root(doc) : NULL); node;
         node = json_next(node)) {
        double number = 0;
        int64_t at = 0;
        bool instant = strncmp(json_key(node), "block_", 6) == 0 && json_i64(node, &at);
        if (instant) {
            (void)snprintf(label, sizeof label, "    %s: ", json_key(node));
            print_instant(label, at, now);
            printf("\n");
        } else if (json_type(node) == JSON_STRING) {
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
    print_detail(row->hold_detail, now);
    if (row->last_run_id) {
        print_instant("  last run: ", row->last_started_at, now);
        utf8_clean(row->last_error, name, sizeof name);
        printf(" %s%s%s\n", run_status_name(row->last_status), name[0] ? ": " : "", name);
    }
    print_instant("  next run due: ", row->account.next_due_at, now);
    printf("\n  limiters:\n");
    size_t known = 0;
    for (size_t i = 0; i < limiters->count; i++) {
        const struct limiter_row *limiter = &limiters->rows[i];
        if (limiter->pct < 0) {
            continue; /* nothing is known of it */
        }
        known++;
        printf("    %-12s %-14s %6.1f%%", scope_kind_name(limiter->scope),
               use_case_name(limiter->use_case), limiter->pct);
        if (limiter->threshold > 0) { /* 0: no engine had drawn a line */
            printf(" of %.0f%%", limiter->threshold);
        }
        if (limiter->reading_at) {
            print_instant(", read ", limiter->reading_at, now);
        }
        if (limiter->blocked_until > now) {
            print_instant(", blocked until ", limiter->blocked_until, now);
        }
        printf("%s\n", limiter->stuck ? ", stuck: ignored until it moves" : "");
    }
    if (known == 0) {
        printf("    no reading yet: unknown, not zero\n");
    }
}

static void json_percent(struct jw *w, const char *key, double pct, bool known)
{
    jw_key(w, key);
    if (known) {
        jw_double(w, pct);
    } else {
        jw_null(w);
    }
}

static void json_limiter(struct jw *w, const struct limiter_row *limiter)
{
    jw_object_begin(w);
    jw_put_text(w, "scope", scope_kind_name(limiter->scope));
    jw_put_text(w, "scope_id", limiter->scope_id);
    jw_put_text(w, "use_case", use_case_name(limiter->use_case));
    json_percent(w, "pct", limiter->pct, limiter->pct >= 0);
    json_percent(w, "threshold", limiter->threshold, limiter->threshold > 0);
    jw_put_time(w, "reading_at", limiter->reading_at);
    jw_put_time(w, "blocked_until", limiter->blocked_until);
    jw_put_time(w, "threshold_at", limiter->eta_threshold_at);
    jw_put_bool(w, "stuck", limiter->stuck);
    jw_object_end(w);
}

static void json_why(const struct account_row *row, const struct limiter_rows *limiters,
                     int64_t now)
{
    struct str out;
    struct jw w;
    str_init(&out, 1 << 20);
    jw_init(&w, &out);
    jw_object_begin(&w);
    jw_put_text(&w, "command", why_spec.name);
    jw_put_time(&w, "as_of", now);
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
    table_put_json(str_text(&out));
    str_fini(&out);
}

int show_why(struct cli *cli, const struct words *words, struct err *err)
{
    struct reading reading;
    struct account_row row;
    struct limiter_rows limiters = {0};
    bool ok = reading_begin(cli, words, &reading, err);
    if (ok && !reading.account) {
        ok = err_set(err, ERR_USAGE, "why: give an account, act_<number>; see 'adtop accounts'");
    }
    ok = ok &&
         read_account(reading.reader, reading.arena, cli->at_ms, reading.account, &row, err) &&
         read_limiters(reading.reader, reading.arena, cli->at_ms, reading.account, &limiters, err);
    if (ok && cli->json) {
        json_why(&row, &limiters, reading.now);
    } else if (ok) {
        print_why(&row, &limiters, reading.now);
    }
    reading_end(&reading);
    return reading_exit(ok, err);
}
