#include "ui/verdict.h"

#include <stdio.h>
#include <string.h>

/* What the reasons come down to for a reader, in the order they are named. */
static const struct group {
    const char *word;
    const char *blame;
    enum hold_reason reasons[6];
    int count;
} groups[] = {
    {"token",       "token", {HOLD_TOKEN_INVALID}, 1},
    {"throttled",
     "Meta",                 {HOLD_QUOTA_ACCOUNT, HOLD_QUOTA_USE_CASE, HOLD_QUOTA_APP, HOLD_QUOTA_INSIGHTS,
      HOLD_QUOTA_TOKEN},
     5                                              },
    {"no access",   "Meta",  {HOLD_NO_ACCESS},     1},
    {"over budget", "us",    {HOLD_BUDGET},        1},
    {"backing off", "Meta",  {HOLD_BACKOFF},       1},
    {"disabled",    "Meta",  {HOLD_DISABLED},      1},
};

static void say(struct verdict *out, int n, const char *word)
{
    size_t used = strlen(out->detail);
    snprintf(out->detail + used, sizeof out->detail - used, "%s%d %s", used ? ", " : "", n, word);
}

/* A disabled account is a fact about it, not a fault of the sync: named, but no alarm. */
static bool is_alarm(const struct group *group)
{
    return group->reasons[0] != HOLD_DISABLED;
}

static void set_kind(struct verdict *out, enum verdict_kind kind, const char *word, enum role role)
{
    out->kind = kind;
    out->role = role;
    snprintf(out->word, sizeof out->word, "%s", word);
}

static int degraded_accounts(const struct verdict_input *in, struct verdict *out)
{
    int total = 0;
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        int n = 0;
        for (int i = 0; i < groups[g].count; i++) {
            enum hold_reason reason = groups[g].reasons[i];
            n += in->reasons[reason];
            if (in->reasons[reason] && is_alarm(&groups[g]) && in->since[reason] &&
                (!out->since || in->since[reason] < out->since)) {
                out->since = in->since[reason];
            }
        }
        if (!n) {
            continue;
        }
        say(out, n, groups[g].word);
        if (is_alarm(&groups[g])) {
            total += n;
            if (!out->blame[0]) {
                snprintf(out->blame, sizeof out->blame, "%s", groups[g].blame);
            }
        }
    }
    return total;
}

static bool engine_is_away(const struct verdict_input *in)
{
    return !in->past && !in->engine_runs;
}

struct verdict verdict_of(const struct verdict_input *in)
{
    struct verdict out = {0};
    if (engine_is_away(in)) {
        set_kind(&out, VERDICT_STALLED, "STALLED", ROLE_VERDICT_BAD);
        snprintf(out.detail, sizeof out.detail, "no engine runs");
        snprintf(out.blame, sizeof out.blame, "us");
        out.since = in->engine_seen_at;
        out.needs_person = true;
        return out;
    }
    if (in->store_empty) {
        set_kind(&out, VERDICT_EMPTY, "STARTING", ROLE_VERDICT_OK);
        snprintf(out.detail, sizeof out.detail, "no account read yet");
        return out;
    }
    int degraded = degraded_accounts(in, &out);
    if (in->failing) {
        say(&out, in->failing, "failing");
    }
    if (in->reasons[HOLD_PAUSED]) {
        say(&out, in->reasons[HOLD_PAUSED], "paused");
    }
    out.needs_person = in->reasons[HOLD_TOKEN_INVALID] || in->reasons[HOLD_NO_ACCESS];
    if (in->reasons[HOLD_TOKEN_INVALID]) {
        set_kind(&out, VERDICT_TOKEN, "TOKEN", ROLE_VERDICT_BAD);
    } else if (degraded || in->failing) {
        set_kind(&out, VERDICT_DEGRADED, "DEGRADED", ROLE_VERDICT_WARN);
        if (!out.blame[0]) {
            snprintf(out.blame, sizeof out.blame, "Meta");
        }
    } else {
        set_kind(&out, VERDICT_OK, "OK", ROLE_VERDICT_OK);
        if (in->reasons[HOLD_PAUSED]) {
            snprintf(out.blame, sizeof out.blame, "operator");
        }
    }
    if (degraded) {
        out.clears_first = in->clears_first;
        out.clears_last = in->clears_last;
    }
    return out;
}
