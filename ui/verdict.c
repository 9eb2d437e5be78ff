#include "ui/verdict.h"

#include <stdio.h>
#include <string.h>

#include "ui/format.h"
#include "ui/view/reason.h"

/* Late accounts, nothing running and nothing finished for so long: nothing moves. */
enum { STALL_MS = 30 * 60000 };
/* Answers of calls that fail are named slow from here on, whatever they took before. */
enum { SLOW_MS = 1000 };

/* Whom it is to be told to. */
enum blame {
    BLAME_TOKEN,
    BLAME_QUOTA,
    BLAME_ACCESS,
    BLAME_META,
    BLAME_BUDGET,
    BLAME_US,
    BLAME_COUNT
};

/* What the reasons come down to for a reader, in the order they are named. */
static const struct group {
    const char *word;
    enum blame blame;
    enum hold_reason reasons[6];
    int count;
    bool clears; /* by itself; else somebody has to act */
} groups[] = {
    {"token",     BLAME_TOKEN,  {HOLD_TOKEN_INVALID}, 1, false},
    {"throttled",
     BLAME_QUOTA,               {HOLD_QUOTA_ACCOUNT, HOLD_QUOTA_USE_CASE, HOLD_QUOTA_APP, HOLD_QUOTA_INSIGHTS,
      HOLD_QUOTA_TOKEN},
     5,                                                  true },
    {"no access", BLAME_ACCESS, {HOLD_NO_ACCESS},     1, false},
    {"budget",    BLAME_BUDGET, {HOLD_BUDGET},        1, true },
    {"backoff",   BLAME_META,   {HOLD_BACKOFF},       1, true },
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
                        struct verdict *out, bool blamed[BLAME_COUNT])
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
        blamed[group->blame] = true;
        *(group->clears ? &out->held : &out->needs_person) += n;
    }
}

/* Calls fail, or take long: nothing is held, and yet nothing goes as it should. */
static void count_api(const struct verdict_input *in, struct verdict *out, bool blamed[BLAME_COUNT])
{
    char text[48];
    if (in->api.failing) {
        snprintf(text, sizeof text, "%.8s of calls fail", format_pct(in->api.failed_pct).text);
        append(out->detail, sizeof out->detail, text);
    }
    if (in->api.slow || in->api.answer_ms >= SLOW_MS) {
        snprintf(text, sizeof text, "answers take %.12s", format_duration(in->api.answer_ms).text);
        append(out->detail, sizeof out->detail, text);
    }
    if (in->api.failing || in->api.slow) {
        earlier(&out->since, in->api.since);
        blamed[BLAME_META] = true;
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

/* Which of Meta's quotas, when it is one kind, and who has used it. */
static void name_quota(const struct verdict_input *in, char *out, size_t size)
{
    enum hold_reason only = HOLD_UNKNOWN;
    int kinds = 0;
    for (int r = 0; r < HOLD_REASON_COUNT; r++) {
        if (in->reasons[r] && hold_reason_is_quota((enum hold_reason)r)) {
            only = (enum hold_reason)r;
            kinds++;
        }
    }
    const char *whose = share_words(in->quota_used, in->quota_ours);
    snprintf(out, size, "%s%s%s%s", kinds == 1 ? state_words(only) : "Meta's limits",
             whose[0] ? " (" : "", whose, whose[0] ? ")" : "");
}

static void name_causes(const struct verdict_input *in, const bool blamed[BLAME_COUNT],
                        struct verdict *out)
{
    static const char *const names[BLAME_COUNT] = {[BLAME_TOKEN] = "token",
                                                   [BLAME_ACCESS] = "permissions",
                                                   [BLAME_META] = "Meta",
                                                   [BLAME_BUDGET] = "our budget",
                                                   [BLAME_US] = "us"};
    char quota[64];
    name_quota(in, quota, sizeof quota);
    const char *whose = share_words(in->quota_used, in->quota_ours);
    bool all_meta = blamed[BLAME_QUOTA] && strncmp(quota, "Meta", 4) == 0;
    bool ours = blamed[BLAME_QUOTA] && whose[0] && !strstr(whose, "not us");
    for (int i = 0; i < BLAME_COUNT; i++) {
        bool named = (i == BLAME_META && all_meta) || (i == BLAME_US && ours);
        if (blamed[i] && !named) {
            append(out->cause, sizeof out->cause, i == BLAME_QUOTA ? quota : names[i]);
        }
    }
}

static void judge(const struct verdict_input *in, struct verdict *out)
{
    bool blamed[BLAME_COUNT] = {0};
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        count_group(in, &groups[g], out, blamed);
    }
    count_api(in, out, blamed);
    say(out, in->failing, "failing");
    say(out, in->late, "late");
    blamed[BLAME_META] |= in->failing > 0;
    if (in->late) { /* behind because calls fail, or because we do not keep up */
        blamed[in->errors_hour || in->api.slow ? BLAME_META : BLAME_US] = true;
    }
    name_causes(in, blamed, out);
    bool api = in->api.failing || in->api.slow;
    if (in->reasons[HOLD_TOKEN_INVALID]) {
        set_kind(out, VERDICT_TOKEN, "TOKEN", ROLE_VERDICT_BAD);
    } else if (is_stalled(in)) {
        set_kind(out, VERDICT_STALLED, "STALLED", ROLE_VERDICT_BAD);
        earlier(&out->since, in->last_finished_at);
    } else if (out->held || out->needs_person || in->failing || in->late || api) {
        set_kind(out, VERDICT_DEGRADED, "DEGRADED", ROLE_VERDICT_WARN);
    } else {
        set_kind(out, VERDICT_OK, "OK", ROLE_VERDICT_OK);
    }
    if (api && !out->needs_person && out->kind == VERDICT_DEGRADED) {
        snprintf(out->advice, sizeof out->advice, "calls are repeated; wait, nothing is lost");
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
    out.behind = in->behind;
    if (out.held) {
        bool moved = in->clears_before && in->clears_last - in->clears_before >= END_MOVED_MS;
        out.clears_first = in->clears_first;
        out.clears_last = in->clears_last;
        out.clears_estimated = in->clears_estimated;
        out.clears_before = moved ? in->clears_before : 0;
    }
    return out;
}
