#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/error_catalog.h"
#include "ui/view/rows.h"

enum { MINUTE = 60000 };
#define NOW INT64_C(1795515581500) /* 2026-11-24T10:19:41.500Z */

/* clang-format 14 falls over tables with strings of several lines. */
/* clang-format off */
static const struct {
    enum hold_reason reason;
    const char *detail, *held_by;
    int64_t until_min; /* 0 = open */
    const char *words, *until, *sentence;
} cases[] = {
    {HOLD_QUOTA_ACCOUNT, "{\"rule\":\"threshold\",\"pct\":\"98.20\",\"threshold\":70.0,\"call_pct\":2}",
     "", 21, "account full", "~10:40",
     "account quota: 98% used, our line 70%; until ~10:40 (in 21m), for 17m"},
    {HOLD_QUOTA_INSIGHTS, "{\"rule\":\"threshold\",\"pct\":48.68,\"threshold\":60.0,\"call_pct\":41.134}",
     "", 5, "insights no room", "~10:24",
     "insights quota: 49% used, a call takes ~41%, our line 60%; until ~10:24 (in 5m), for 17m"},
    {HOLD_QUOTA_APP, "{\"rule\":\"pacing\",\"pct\":66,\"threshold\":80}", "", 1, "app slowed", "10:20",
     "app quota: 66% used, spaced calls below our line 80%; until 10:20 (in 1m), for 17m"},
    {HOLD_QUOTA_USE_CASE, "{\"rule\":\"blocked\",\"code\":80004,\"named_by_api\":true,\"pct\":100}",
     "", 10, "use case blocked", "10:29",
     "use case quota: Meta refuses (error 80004); until 10:29 (in 10m), for 17m"},
    {HOLD_QUOTA_ACCOUNT, "{\"rule\":\"blocked\",\"code\":17}", "", 10, "account blocked", "~10:29",
     "account quota: Meta refuses (error 17); until ~10:29 (in 10m), for 17m"},
    {HOLD_QUOTA_ACCOUNT, "not json", "", 10, "account quota", "~10:29",
     "ad account quota; until ~10:29 (in 10m), for 17m"},
    {HOLD_PAUSED, "", "ana", 0, "paused: ana", "resumed",
     "paused by ana; until somebody resumes it, for 17m"},
    {HOLD_TOKEN_INVALID, "{}", "", 0, "token invalid", "you",
     "the token is invalid; somebody has to act, for 17m"},
    {HOLD_DISABLED, "", "", 600, "disabled", "Meta",
     "disabled at Meta; somebody has to act, for 17m"},
    {HOLD_QUEUED, "", "", 0, "queued", "next", "queued behind others, for 17m"},
    {HOLD_RUNNING, "", "", 0, "running", "", "running; ads 1500, for 17m"},
    {HOLD_BACKOFF, "{\"rule\":\"error_rate\",\"pct\":12.5}", "", 2, "backoff", "10:21",
     "too many of our calls failed lately (12%); slowed down; until 10:21 (in 2m), for 17m"},
};
/* clang-format on */

static void test_reason_words_until_and_sentence(void **state)
{
    (void)state;
    const struct env env = {.now = NOW};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct account_line line = {.reason = cases[i].reason,
                                    .since = NOW - 17 * (int64_t)MINUTE,
                                    .until =
                                        cases[i].until_min ? NOW + cases[i].until_min * MINUTE : 0,
                                    .held_by = cases[i].held_by,
                                    .ours_pct = -1,
                                    .progress = "ads 1500"};
        char words[64], until[64], sentence[320];
        hold_figures_read(cases[i].detail, &line.figures);
        reason_words(&line, words, sizeof words);
        reason_until(&line, &env, until, sizeof until);
        reason_sentence(&line, &env, sentence, sizeof sentence);
        assert_string_equal(words, cases[i].words);
        assert_string_equal(until, cases[i].until);
        assert_string_equal(sentence, cases[i].sentence);
    }
}

static const char *sentence_of(const struct account_line *line)
{
    static char text[320];
    const struct env env = {.now = NOW};
    reason_sentence(line, &env, text, sizeof text);
    return text;
}

/* Whose usage it is, and an end that moved on: both in a line of 78 columns. */
static void test_reason_sentence_says_what_is_ours_and_what_moved(void **state)
{
    (void)state;
    struct account_line line = {.reason = HOLD_QUOTA_APP,
                                .since = NOW - 5 * (int64_t)MINUTE,
                                .until = NOW + 10 * (int64_t)MINUTE,
                                .first_until = NOW + 9 * (int64_t)MINUTE,
                                .pct = 104,
                                .ours_pct = 3};
    hold_figures_read("{\"rule\":\"full\",\"pct\":104,\"threshold\":80}", &line.figures);
    assert_string_equal(sentence_of(&line), "app quota: 104% (~3% by us), our line 80%; until "
                                            "~10:29 (in 10m), for 5m");
    line.ours_pct = 106; /* never more than there is */
    assert_non_null(strstr(sentence_of(&line), "104% (~104% by us)"));
    line.ours_pct = 3;
    line.first_until = NOW - 10 * (int64_t)MINUTE;
    assert_string_equal(sentence_of(&line), "app quota: 104% (~3% by us), our line 80%; until "
                                            "~10:29 (was 10:09), for 5m");
    hold_figures_read("{\"rule\":\"blocked\",\"code\":4}", &line.figures);
    assert_string_equal(sentence_of(&line), "app quota: Meta refuses (error 4; ours ~3%); until "
                                            "~10:29 (was 10:09), for 5m");
    line.figures.named_by_api = true; /* Meta's word is no guess */
    assert_string_equal(sentence_of(&line), "app quota: Meta refuses (error 4; ours ~3%); until "
                                            "10:29 (in 10m), for 5m");
    assert_string_equal(share_words(100, -1), "");
    assert_string_equal(share_words(100, 90), "mostly us");
}

/* The sentence stands beside a gauge of now. */
static void test_reason_says_what_has_fallen_since(void **state)
{
    (void)state;
    struct account_line line = {.reason = HOLD_QUOTA_APP,
                                .since = NOW - 5 * (int64_t)MINUTE,
                                .until = NOW + 10 * (int64_t)MINUTE,
                                .pct = 87,
                                .ours_pct = 1.2};
    hold_figures_read("{\"rule\":\"full\",\"pct\":95.1,\"threshold\":80}", &line.figures);
    assert_string_equal(sentence_of(&line), "app quota: 95%, now 87% (~1% by us), our line 80%; "
                                            "until ~10:29 (in 10m), for 5m");
    line.ours_pct = -1;
    assert_non_null(strstr(sentence_of(&line), "95%, now 87% used, our line"));
    line.pct = 94;
    assert_non_null(strstr(sentence_of(&line), "95% used, our line"));
    line.pct = -1; /* not read */
    assert_non_null(strstr(sentence_of(&line), "95% used, our line"));
}

/* Refused at a reading below 1 %, of which all was ours: that is not "mostly us". */
static void test_reason_what_meta_refuses_is_full(void **state)
{
    (void)state;
    struct account_line line = {.reason = HOLD_QUOTA_ACCOUNT, .pct = 0.4, .ours_pct = 0.4};
    hold_figures_read("{\"rule\":\"blocked\",\"code\":17}", &line.figures);
    assert_string_equal(share_words(reason_used_pct(&line), line.ours_pct), "mostly not us");
    line.pct = 104;
    assert_true(reason_used_pct(&line) > 103.9);
    hold_figures_read("{\"rule\":\"full\",\"pct\":72}", &line.figures);
    line.pct = 72;
    assert_true(reason_used_pct(&line) < 72.1);
}

static void test_reason_notice_of_a_run_that_lasts_and_of_an_edit(void **state)
{
    (void)state;
    const struct env env = {.now = NOW};
    char notice[160];
    struct account_line line = {.reason = HOLD_RUNNING,
                                .long_run = true,
                                .run_started_at = NOW - 30 * (int64_t)MINUTE,
                                .done_pct = -1,
                                .progress = "ads 1500"};
    assert_string_equal(sentence_of(&line), "first read since 09:49");
    line.done_pct = 50;
    assert_string_equal(sentence_of(&line), "first read since 09:49, 50% done, ends ~10:49");
    line.done_pct = 99;
    line.last_synced_at = NOW - 90 * (int64_t)MINUTE;
    assert_string_equal(sentence_of(&line), "being read since 09:49, nearly done");
    assert_non_null(strstr(reason_cure(&line), "Nothing is wrong"));
    line = (struct account_line){.reason = HOLD_DUE,
                                 .next_due_at = NOW + MINUTE,
                                 .changed = 1964,
                                 .changed_at = NOW - 5 * (int64_t)MINUTE,
                                 .changed_usual = 2.6};
    assert_string_equal(sentence_of(&line), "1,964 entities changed at once at 10:14 (usually 3)");
    assert_non_null(strstr(reason_cure(&line), "edit"));
    line.reason = HOLD_NO_ACCESS; /* what holds it is told first */
    assert_non_null(strstr(sentence_of(&line), "no access"));
    line = (struct account_line){.reason = HOLD_DUE, .stuck_pct = 100};
    assert_string_equal(sentence_of(&line),
                        "a usage header stands at 100% though calls succeed; ignored");
    assert_non_null(strstr(reason_cure(&line), "known fault"));
    line = (struct account_line){.reason = HOLD_DUE};
    reason_notice(&line, &env, notice, sizeof notice);
    assert_string_equal(notice, "");
}

/* Colour only repeats what a letter says: every reason has one, and needs-you has its own. */
static void test_reason_every_state_has_letter_and_words(void **state)
{
    (void)state;
    for (int i = 0; i < HOLD_REASON_COUNT; i++) {
        enum hold_reason reason = (enum hold_reason)i;
        assert_int_equal(strlen(state_letter(reason)), 1);
        assert_in_range(strlen(state_words(reason)), 1, 20);
        bool person = hold_reason_needs_person(reason) && reason != HOLD_DISABLED;
        assert_int_equal(strcmp(state_letter(reason), "!") == 0, person);
    }
}

static void test_hold_figures_absent_are_unknown(void **state)
{
    (void)state;
    struct hold_figures f;
    hold_figures_read("", &f);
    assert_int_equal(f.rule, RULE_NONE);
    assert_true(f.pct < 0 && f.threshold < 0 && f.age_s < 0);
    hold_figures_read("{\"rule\":\"a new rule\",\"stuck\":true}", &f);
    assert_int_equal(f.rule, RULE_NONE);
    assert_true(f.stuck);
}

static void test_reason_cure_is_said_for_every_hold(void **state)
{
    (void)state;
    struct account_line line = {.reason = HOLD_TOKEN_INVALID};
    hold_figures_read("{\"rule\":\"token_invalid\",\"code\":190,\"subcode\":463}", &line.figures);
    assert_string_equal(reason_cure(&line), error_catalog_find(190, 463, NULL, 0)->advice);
    hold_figures_read("{}", &line.figures); /* the error is not always named */
    assert_string_equal(reason_cure(&line), error_catalog_find(190, 0, NULL, 0)->advice);
    line.reason = HOLD_QUOTA_INSIGHTS; /* which of the two limits of code 4 */
    assert_string_equal(reason_cure(&line), error_catalog_find(4, 1504022, NULL, 0)->advice);
    line.reason = HOLD_QUOTA_ACCOUNT;
    assert_non_null(strstr(reason_cure(&line), "by itself"));
    hold_figures_read("{\"rule\":\"blocked\",\"code\":17}", &line.figures);
    assert_non_null(strstr(reason_cure(&line), "do not force"));
    line.reason = HOLD_QUOTA_USE_CASE; /* a bare 17 is not the token's here */
    assert_null(strstr(reason_cure(&line), "token"));
    hold_figures_read("{\"rule\":\"full\",\"tier\":\"development_access\"}", &line.figures);
    assert_non_null(strstr(reason_cure(&line), "development access"));
    hold_figures_read("{\"rule\":\"full\",\"tier\":\"standard_access\"}", &line.figures);
    assert_null(strstr(reason_cure(&line), "development"));
    static const enum hold_reason none[] = {HOLD_RUNNING, HOLD_DUE, HOLD_QUEUED, HOLD_CONCURRENCY,
                                            HOLD_UNKNOWN};
    int silent = 0;
    for (int r = 0; r < HOLD_REASON_COUNT; r++) {
        line = (struct account_line){.reason = (enum hold_reason)r};
        silent += reason_cure(&line)[0] == '\0';
    }
    assert_int_equal(silent, sizeof none / sizeof none[0]);
    line.reason = HOLD_DISABLED;
    assert_non_null(strstr(reason_cure(&line), "Meta"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reason_words_until_and_sentence),
        cmocka_unit_test(test_reason_sentence_says_what_is_ours_and_what_moved),
        cmocka_unit_test(test_reason_says_what_has_fallen_since),
        cmocka_unit_test(test_reason_what_meta_refuses_is_full),
        cmocka_unit_test(test_reason_notice_of_a_run_that_lasts_and_of_an_edit),
        cmocka_unit_test(test_reason_every_state_has_letter_and_words),
        cmocka_unit_test(test_reason_cure_is_said_for_every_hold),
        cmocka_unit_test(test_hold_figures_absent_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
