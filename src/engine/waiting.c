#include "engine/waiting.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sync/run.h"
#include "json/write.h"

enum { END_TOLERANCE_MS = 60000, STANDSTILL_MS = 2000, PARKING_REAL_MS = 20 };

static void say(struct hold *out, enum hold_reason reason, int64_t until)
{
    out->reason = reason;
    out->until = until;
    out->scope[0] = '\0';
    out->scope_id[0] = '\0';
    snprintf(out->detail, sizeof out->detail, "{}");
}

static void detail_text(struct hold *out, const char *key, const char *text, const char *number_key,
                        int64_t number)
{
    struct str json;
    struct jw w;
    str_init(&json, sizeof out->detail - 1);
    jw_init(&w, &json);
    jw_object_begin(&w);
    if (text && text[0]) {
        jw_put_text(&w, key, text);
    }
    if (number_key) {
        jw_put_i64(&w, number_key, number);
    }
    jw_object_end(&w);
    if (jw_ok(&w)) {
        snprintf(out->detail, sizeof out->detail, "%s", str_text(&json));
    }
    str_fini(&json);
}

static void say_verdict(const struct gate_verdict *verdict, struct hold *out)
{
    say(out, verdict->reason, verdict->until_ms);
    snprintf(out->scope, sizeof out->scope, "%s", scope_kind_name(verdict->scope));
    snprintf(out->scope_id, sizeof out->scope_id, "%s", verdict->scope_id);
    if (verdict->detail[0]) {
        snprintf(out->detail, sizeof out->detail, "%s", verdict->detail);
    }
}

bool waiting_parks(const struct sync_pause *pause, int64_t now_ms, int64_t real_ms)
{
    if (pause->at == INT64_MAX) {
        return pause->reason != HOLD_RUNNING;
    }
    return pause->at - now_ms > STANDSTILL_MS && real_ms > PARKING_REAL_MS;
}

void waiting_parked(const struct sync_pause *pause, struct hold *out)
{
    say(out, pause->reason == HOLD_RUNNING ? HOLD_BACKOFF : pause->reason,
        pause->until             ? pause->until
        : pause->at == INT64_MAX ? 0
                                 : pause->at);
    if (hold_reason_is_quota(pause->reason)) {
        snprintf(out->scope, sizeof out->scope, "%s", scope_kind_name(pause->scope));
        snprintf(out->scope_id, sizeof out->scope_id, "%s", pause->scope_id);
    }
    if (pause->detail[0]) {
        snprintf(out->detail, sizeof out->detail, "%s", pause->detail);
    }
}

/* What only a person ends. */
static bool decide_person(const struct waiting_facts *f, struct hold *out)
{
    if (f->account->paused_until > f->now_ms) {
        bool open_ended = f->account->paused_until == INT64_MAX;
        say(out, HOLD_PAUSED, open_ended ? 0 : f->account->paused_until);
        return true;
    }
    if (f->token_invalid) {
        say(out, HOLD_TOKEN_INVALID, 0);
        detail_text(out, "error", f->last_error, NULL, 0);
        return true;
    }
    if (f->no_access || f->account->removed_at) {
        say(out, HOLD_NO_ACCESS, 0);
        detail_text(out, "error",
                    f->account->removed_at ? "no longer among the token's accounts" : f->last_error,
                    NULL, 0);
        return true;
    }
    return false;
}

static void decide_queue(const struct waiting_facts *f, struct hold *out)
{
    if (f->queue_position == 1 && f->workers_busy >= f->workers) {
        say(out, HOLD_CONCURRENCY, f->expected_start);
        detail_text(out, NULL, NULL, "workers", f->workers);
        return;
    }
    say(out, HOLD_QUEUED, f->expected_start);
    detail_text(out, NULL, NULL, "behind", f->queue_position > 0 ? f->queue_position - 1 : 0);
}

void waiting_decide(const struct waiting_facts *f, struct hold *out)
{
    if (f->running) {
        say(out, HOLD_RUNNING, 0);
        return;
    }
    if (decide_person(f, out)) {
        return;
    }
    if (f->throttled && !f->due) {
        waiting_parked(f->throttled, out);
        out->until = f->due_at;
        return;
    }
    bool disabled = f->account->account_status != ACCOUNT_ACTIVE && f->account->account_status != 0;
    if (!f->due && !f->parked) {
        say(out, disabled ? HOLD_DISABLED : HOLD_DUE, f->due_at);
        detail_text(out, "status",
                    disabled ? account_status_name(f->account->account_status) : NULL, NULL, 0);
        return;
    }
    if (f->backoff_until > f->now_ms) {
        say(out, HOLD_BACKOFF, f->backoff_until);
        detail_text(out, "error", f->last_error, "failures", f->failures);
        return;
    }
    if (!f->verdict.go && !f->override_holds) {
        say_verdict(&f->verdict, out);
        return;
    }
    if (f->budget_held && !f->override_holds) {
        say(out, HOLD_BUDGET, f->budget_until);
        if (f->budget_detail && f->budget_detail[0]) {
            snprintf(out->detail, sizeof out->detail, "%s", f->budget_detail);
        }
        return;
    }
    decide_queue(f, out);
}

bool waiting_same(const struct hold *a, const struct hold *b)
{
    int64_t moved = a->until > b->until ? a->until - b->until : b->until - a->until;
    bool open_ended = (a->until == 0) != (b->until == 0);
    int64_t length = a->until - a->since;
    bool moved_far = moved >= END_TOLERANCE_MS || (hold_reason_is_quota(a->reason) &&
                                                   moved > STANDSTILL_MS && moved * 20 > length);
    bool over = a->until > 0 && a->until + STANDSTILL_MS < b->since && moved > 0;
    return a->reason == b->reason && strcmp(a->scope, b->scope) == 0 &&
           strcmp(a->scope_id, b->scope_id) == 0 && !open_ended && !moved_far && !over;
}
