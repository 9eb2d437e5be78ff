#include "ui/verdict.h"

#include <stdio.h>
#include <string.h>

#include "ui/view/reason.h"

/* Late accounts, nothing running and nothing finished for so long: nothing moves. */
enum { STALL_MS = 30 * 60000 };

/* What the reasons come down to for a reader, in the order they are named. */
static const struct group {
    const char *word;
    const char *cause;
    enum hold_reason reasons[6];
    int count;
    bool clears; /* by itself; else somebody has to act */
} groups[] = {
    {"token",     "token",       {HOLD_TOKEN_INVALID}, 1, false},
    {"throttled",
     "Meta",                     {HOLD_QUOTA_ACCOUNT, HOLD_QUOTA_USE_CASE, HOLD_QUOTA_APP, HOLD_QUOTA_INSIGHTS,
      HOLD_QUOTA_TOKEN},
     5,                                                   true },
    {"no access", "permissions", {HOLD_NO_ACCESS},     1, false},
    {"budget",    "us",          {HOLD_BUDGET},        1, true },
    {"backoff",   "Meta",        {HOLD_BACKOFF},       1, true },
};

static void append(char *out, size_t size, const char *text)
{
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%s%s", used ? ", " : "", text);
}

static void say(struct verdict *out, int n, const char *word)
{
    char text[48];
    if (n > 0) {
        snprintf(text, sizeof text, "%d %s", n, word);
        append(out->detail, sizeof out->detail, text);
    }
}

static void blame(struct verdict *out, const char *cause)
{
    if (!strstr(out->cause, cause)) {
        append(out->cause, sizeof out->cause, cause);
    }
}

static void set_kind(struct verdict *out, enum verdict_kind kind, const char *word, enum role role)
{
    out->kind = kind;
    out->role = role;
    snprintf(out->word, sizeof out->word, "%s", word);
}

static void earlier(int64_t *since, int64_t other)
{
    *since = other && (!*since || other < *since) ? other : *since;
}

static void count_group(const struct verdict_input *in, const struct group *group,
                        struct verdict *out)
{
    int n = 0;
    for (int i = 0; i < group->count; i++) {
        enum hold_reason reason = group->reasons[i];
        n += in->reasons[reason];
        if (in->reasons[reason]) {
            earlier(&out->since, in->since[reason]);
        }
    }
    say(out, n, group->word);
    if (n) {
        blame(out, group->cause);
        *(group->clears ? &out->held : &out->needs_person) += n;
    }
}

/* Late accounts and nothing that holds them: the engine is there and does nothing. */
static bool is_stalled(const struct verdict_input *in)
{
    return in->late && !in->reasons[HOLD_RUNNING] && in->last_finished_at &&
           in->now - in->last_finished_at > STALL_MS;
}

static struct verdict without_engine(const struct verdict_input *in)
{
    struct verdict out = {.since = in->engine_seen_at,
                          .needs_person = in->accounts ? in->accounts : 1};
    set_kind(&out, VERDICT_STALLED, "STALLED", ROLE_VERDICT_BAD);
    snprintf(out.detail, sizeof out.detail, "no engine runs; E starts one");
    snprintf(out.cause, sizeof out.cause, "us");
    return out;
}

/* Nothing but one kind of Meta's quotas: it is named. */
static void name_quota(const struct verdict_input *in, struct verdict *out)
{
    enum hold_reason only = HOLD_UNKNOWN;
    int kinds = 0;
    for (int r = 0; r < HOLD_REASON_COUNT; r++) {
        if (in->reasons[r] && hold_reason_is_quota((enum hold_reason)r)) {
            only = (enum hold_reason)r;
            kinds++;
        }
    }
    if (kinds == 1 && strcmp(out->cause, "Meta") == 0 && !in->reasons[HOLD_BACKOFF] &&
        !in->failing && !in->late) {
        snprintf(out->cause, sizeof out->cause, "%s", state_words(only));
    }
}

static void judge(const struct verdict_input *in, struct verdict *out)
{
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        count_group(in, &groups[g], out);
    }
    say(out, in->failing, "failing");
    say(out, in->late, "late");
    if (in->failing) {
        blame(out, "Meta");
    }
    if (in->late) { /* behind because calls fail, or because we do not keep up */
        blame(out, in->errors_hour ? "Meta" : "us");
    }
    name_quota(in, out);
    if (in->reasons[HOLD_TOKEN_INVALID]) {
        set_kind(out, VERDICT_TOKEN, "TOKEN", ROLE_VERDICT_BAD);
    } else if (is_stalled(in)) {
        set_kind(out, VERDICT_STALLED, "STALLED", ROLE_VERDICT_BAD);
        earlier(&out->since, in->last_finished_at);
    } else if (out->held || out->needs_person || in->failing || in->late) {
        set_kind(out, VERDICT_DEGRADED, "DEGRADED", ROLE_VERDICT_WARN);
    } else {
        set_kind(out, VERDICT_OK, "OK", ROLE_VERDICT_OK);
    }
}

struct verdict verdict_of(const struct verdict_input *in)
{
    struct verdict out = {0};
    if (!in->past && !in->engine_runs) {
        return without_engine(in);
    }
    if (in->store_empty) {
        set_kind(&out, VERDICT_EMPTY, "STARTING", ROLE_VERDICT_OK);
        snprintf(out.detail, sizeof out.detail, "no account read yet");
        return out;
    }
    judge(in, &out);
    /* What somebody decided, and what is a fact at Meta: named, but no alarm. */
    say(&out, in->reasons[HOLD_PAUSED], "paused");
    say(&out, in->reasons[HOLD_DISABLED], "disabled");
    if (out.held) {
        out.clears_first = in->clears_first;
        out.clears_last = in->clears_last;
    }
    return out;
}
