/* Paging: the listing is a generated server with faults; what must hold does so for all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rand.h"
#include "base/str.h"
#include "graph/pager.h"
#include "graph/retry.h"
#include "json/json.h"

enum { ROWS_MAX = 4000 };

/* A listing of `rows` rows behind cursors that are offsets, as the API's insights ones are. */
struct server {
    struct rand rand;
    int rows;
    int too_big;       /* more rows than this answer "reduce the amount" */
    uint32_t fault_in; /* every n-th answer is a fault; 0 = none */
    bool fatal;        /* faults may be permanent */
    int calls;
    char seen[ROWS_MAX];
};

static const struct graph_param params[] = {
    {"fields",           "id,name"     },
    {"effective_status", "[\"ACTIVE\"]"},
};

static struct pager_spec spec_of(int limit_max)
{
    return (struct pager_spec){.call_class = CALL_ADS,
                               .account_id = "act_1",
                               .path = "act_1/ads",
                               .params = params,
                               .param_count = 2,
                               .limit_max = limit_max};
}

static const char *param_of(const struct graph_request *request, const char *key)
{
    for (size_t i = 0; i < request->param_count; i++) {
        if (strcmp(request->params[i].key, key) == 0) {
            return request->params[i].value;
        }
    }
    return NULL;
}

static struct json_doc *rows_doc(size_t n)
{
    struct str text;
    str_init(&text, 1 << 20);
    str_addc(&text, '[');
    for (size_t i = 0; i < n; i++) {
        str_add(&text, i == 0 ? "{}" : ",{}");
    }
    str_addc(&text, ']');
    struct json_doc *doc = json_parse(text.data, text.len, NULL, NULL);
    str_fini(&text);
    assert_non_null(doc);
    return doc;
}

static void fail_with(struct graph_result *out, enum error_class error_class, int code)
{
    out->ok = false;
    out->error.error_class = error_class;
    out->error.code = code;
}

/* Answers one request; the document behind `out` is to be freed. */
static struct json_doc *serve(struct server *s, const struct graph_request *request,
                              struct graph_result *out)
{
    static const struct {
        enum error_class error_class;
        int code;
    } faults[] = {
        {ERROR_RETRY,    1   },
        {ERROR_RETRY,    2   },
        {ERROR_THROTTLE, 17  },
        {ERROR_RESTART,  2642},
    };
    memset(out, 0, sizeof *out);
    s->calls++;
    int limit = atoi(param_of(request, "limit"));
    const char *after = param_of(request, "after");
    int from = after == NULL ? 0 : atoi(after + 1);
    int n = s->rows - from < limit ? s->rows - from : limit;
    if (s->fault_in > 0 && rand_below(&s->rand, s->fault_in) == 0) {
        uint32_t which = rand_below(&s->rand, 4);
        fail_with(out, faults[which].error_class, faults[which].code);
        return NULL;
    }
    if (s->too_big > 0 && n > s->too_big) {
        fail_with(out, ERROR_SHRINK, 1);
        return NULL;
    }
    memset(s->seen + from, 1, (size_t)n);
    struct json_doc *doc = rows_doc((size_t)n);
    out->ok = true;
    out->data = json_root(doc);
    out->has_next = from + n < s->rows;
    snprintf(out->after, sizeof out->after, "C%d", from + n);
    return doc;
}

static enum pager_verdict run(struct pager *pager, struct server *s, int most)
{
    enum pager_verdict verdict = PAGER_PAGE;
    while (s->calls < most) {
        struct graph_request request;
        struct graph_result result;
        pager_request(pager, &request);
        struct json_doc *doc = serve(s, &request, &result);
        verdict = pager_result(pager, &result, rand_unit(&s->rand));
        json_free(doc);
        assert_true(pager->limit >= 1 && pager->limit <= pager->spec.limit_max);
        if (verdict == PAGER_LAST || verdict == PAGER_FAILED || verdict == PAGER_FIELD) {
            return verdict;
        }
    }
    fail_msg("a listing of %d rows did not end within %d calls", s->rows, most);
    return verdict;
}

static bool all_seen(const struct server *s)
{
    return s->rows == 0 || memchr(s->seen, 0, (size_t)s->rows) == NULL;
}

static void test_pager_reads_every_row_whatever_happens(void **state)
{
    (void)state;
    int failed = 0;
    for (uint64_t seed = 0; seed < 600; seed++) {
        static struct server s;
        memset(&s, 0, sizeof s);
        rand_seed(&s.rand, seed, 3);
        s.rows = (int)rand_below(&s.rand, ROWS_MAX);
        s.too_big = rand_below(&s.rand, 3) == 0 ? (int)(50 + rand_below(&s.rand, 400)) : 0;
        s.fault_in = rand_below(&s.rand, 2) == 0 ? 12 : 0;
        struct pager pager;
        struct pager_spec spec = spec_of(500);
        assert_true(pager_init(&pager, &spec, NULL));
        enum pager_verdict verdict = run(&pager, &s, 2000);
        if (verdict == PAGER_LAST) {
            assert_false(pager.ended_early);
            assert_true(all_seen(&s));
        } else {
            assert_int_equal(verdict, PAGER_FAILED); /* only restarts and tries run out */
            assert_true(s.fault_in > 0);
            failed++;
        }
    }
    assert_true(failed < 120);
}

static void test_pager_needs_no_more_calls_than_pages(void **state)
{
    (void)state;
    static const int rows[] = {0, 1, 499, 500, 501, 1000, 1029, 3999};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static struct server s;
        memset(&s, 0, sizeof s);
        s.rows = rows[i];
        struct pager pager;
        struct pager_spec spec = spec_of(500);
        pager_init(&pager, &spec, NULL);
        assert_int_equal(run(&pager, &s, 100), PAGER_LAST);
        assert_int_equal(s.calls, rows[i] == 0 ? 1 : (rows[i] + 499) / 500);
        assert_int_equal(pager.rows, rows[i]);
    }
}

static void test_pager_shrinks_and_grows_again(void **state)
{
    (void)state;
    struct pager pager;
    struct pager_spec spec = spec_of(500);
    struct graph_result result = {0};
    pager_init(&pager, &spec, NULL);
    static const int sizes[] = {125, 31, 7, 1};
    fail_with(&result, ERROR_SHRINK, 1);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(pager_result(&pager, &result, 0.5), PAGER_AGAIN);
        assert_int_equal(pager.limit, sizes[i]);
    }
    for (int i = 0; i < PAGER_TRIES_MAX; i++) {
        assert_int_equal(pager_result(&pager, &result, 0.5), PAGER_AGAIN);
    }
    assert_int_equal(pager_result(&pager, &result, 0.5), PAGER_FAILED);
    /* Growth: doubled after ever more successes, up to the maximum. */
    int pages = 0;
    struct json_doc *doc = rows_doc(1);
    for (; pager.limit < 500 && pages < 1000; pages++) {
        struct graph_result page = {.ok = true, .data = json_root(doc), .has_next = true};
        snprintf(page.after, sizeof page.after, "C%d", pages);
        assert_int_equal(pager_result(&pager, &page, 0), PAGER_PAGE);
    }
    json_free(doc);
    assert_int_equal(pager.limit, 500);
    assert_true(pages > 100 && pages < 1000);
}

static void test_pager_starts_with_the_remembered_size(void **state)
{
    (void)state;
    struct pager pager;
    struct pager_spec spec = spec_of(500);
    spec.limit_start = 62;
    struct graph_request request;
    pager_init(&pager, &spec, NULL);
    pager_request(&pager, &request);
    assert_string_equal(param_of(&request, "limit"), "62");
    assert_null(param_of(&request, "after"));
    spec.limit_start = 501;
    pager_init(&pager, &spec, NULL);
    assert_int_equal(pager.limit, 500);
}

/* One page with a next: rows, then the cursor it names. */
static enum pager_verdict give(struct pager *pager, size_t rows, const char *after)
{
    struct json_doc *doc = rows_doc(rows);
    struct graph_result page = {.ok = true, .data = json_root(doc), .has_next = true};
    snprintf(page.after, sizeof page.after, "%s", after);
    enum pager_verdict verdict = pager_result(pager, &page, 0);
    json_free(doc);
    return verdict;
}

static void test_pager_guards(void **state)
{
    (void)state;
    struct pager pager;
    struct pager_spec spec = spec_of(500);
    pager_init(&pager, &spec, NULL);
    assert_int_equal(give(&pager, 0, "a"), PAGER_PAGE);
    assert_int_equal(give(&pager, 0, "b"), PAGER_PAGE);
    assert_int_equal(give(&pager, 1, "c"), PAGER_PAGE); /* an empty page with a next is legal */
    assert_int_equal(give(&pager, 0, "d"), PAGER_PAGE);
    assert_int_equal(give(&pager, 0, "e"), PAGER_PAGE);
    assert_int_equal(give(&pager, 0, "f"), PAGER_LAST);
    assert_true(pager.ended && pager.ended_early);
    assert_non_null(pager.guard);

    pager_init(&pager, &spec, NULL);
    assert_int_equal(give(&pager, 5, "a"), PAGER_PAGE);
    assert_int_equal(give(&pager, 5, "b"), PAGER_PAGE);
    assert_int_equal(give(&pager, 5, "a"), PAGER_LAST); /* a loop of two */
    assert_true(pager.ended_early);

    pager_init(&pager, &spec, NULL);
    assert_int_equal(give(&pager, 5, ""), PAGER_LAST);
    assert_true(pager.ended_early);
}

static void test_pager_restarts_a_few_times(void **state)
{
    (void)state;
    struct pager pager;
    struct pager_spec spec = spec_of(500);
    struct graph_request request;
    struct graph_result dead = {0};
    fail_with(&dead, ERROR_RESTART, 2642);
    pager_init(&pager, &spec, NULL);
    for (int i = 0; i < PAGER_RESTARTS_MAX; i++) {
        assert_int_equal(give(&pager, 5, "a"), PAGER_PAGE);
        assert_int_equal(pager_result(&pager, &dead, 0), PAGER_RESTART);
        pager_request(&pager, &request);
        assert_null(param_of(&request, "after"));
        assert_int_equal(pager.rows, 0);
    }
    assert_int_equal(pager_result(&pager, &dead, 0), PAGER_FAILED);
}

static void test_pager_verdicts_by_class(void **state)
{
    (void)state;
    static const struct {
        enum error_class error_class;
        enum pager_verdict verdict;
    } kinds[] = {
        {ERROR_THROTTLE,  PAGER_AGAIN  },
        {ERROR_RETRY,     PAGER_AGAIN  },
        {ERROR_SHRINK,    PAGER_AGAIN  },
        {ERROR_AUTH,      PAGER_FAILED },
        {ERROR_PERMANENT, PAGER_FAILED },
        {ERROR_ACCESS,    PAGER_FAILED },
        {ERROR_RESTART,   PAGER_RESTART},
        {ERROR_GONE,      PAGER_FAILED },
        {ERROR_FIELD,     PAGER_FIELD  },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct pager pager;
        struct pager_spec spec = spec_of(500);
        struct graph_result result = {0};
        fail_with(&result, kinds[i].error_class, 0);
        result.error.wait_ms = 42000;
        pager_init(&pager, &spec, NULL);
        assert_int_equal(pager_result(&pager, &result, 0.5), kinds[i].verdict);
        if (kinds[i].verdict == PAGER_AGAIN) {
            assert_int_equal(pager.wait_ms, 42000);
        }
    }
}

static void test_pager_throttles_do_not_use_up_tries(void **state)
{
    (void)state;
    struct pager pager;
    struct pager_spec spec = spec_of(500);
    struct graph_result result = {0};
    fail_with(&result, ERROR_THROTTLE, 17);
    pager_init(&pager, &spec, NULL);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(pager_result(&pager, &result, 0.5), PAGER_AGAIN);
    }
    struct graph_result odd = {.ok = true}; /* 200 with an object where a list should be */
    for (int i = 0; i < PAGER_TRIES_MAX; i++) {
        assert_int_equal(pager_result(&pager, &odd, 0.5), PAGER_AGAIN);
    }
    assert_int_equal(pager_result(&pager, &odd, 0.5), PAGER_FAILED);
}

static void test_pager_resumes_from_its_text(void **state)
{
    (void)state;
    struct pager pager;
    struct pager other;
    struct pager_spec spec = spec_of(500);
    char text[PAGER_CURSOR_SIZE];
    pager_init(&pager, &spec, NULL);
    assert_true(pager_save(&pager, text));
    assert_string_equal(text, "");
    pager.limit = 125;
    assert_int_equal(give(&pager, 125, "QVFIUl with space"), PAGER_PAGE);
    assert_true(pager_save(&pager, text));
    pager_init(&other, &spec, NULL);
    assert_true(pager_load(&other, text));
    assert_string_equal(other.after, "QVFIUl with space");
    assert_int_equal(other.limit, 125);
    assert_int_equal(other.rows, 125);
    assert_int_equal(other.pages, 1);

    static const struct graph_param changed[] = {
        {"fields",           "id"          },
        {"effective_status", "[\"ACTIVE\"]"},
    };
    spec.params = changed;
    pager_init(&other, &spec, NULL);
    assert_false(pager_load(&other, text));
    assert_string_equal(other.after, "");
    static const char *const garbage[] = {
        "",        "v1", "v2 0 1 1 1 x", "v1 0000000000000000 500 1 1 abc", "v1 zz 500 1 1 abc",
        "\x01\xff"};
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        assert_false(pager_load(&other, garbage[i]));
    }
    assert_false(pager_load(&other, NULL));
}

static void test_pager_refuses_too_many_parameters(void **state)
{
    (void)state;
    struct err err = {0};
    struct pager pager;
    struct pager_spec spec = spec_of(500);
    spec.param_count = PAGER_PARAMS_MAX + 1;
    assert_false(pager_init(&pager, &spec, &err));
    assert_int_equal(err.code, ERR_LIMIT);
}

static void test_retry_full_jitter(void **state)
{
    (void)state;
    for (int attempt = 0; attempt < 80; attempt++) {
        int64_t low = retry_backoff_ms(attempt, 1000, 60000, 0);
        int64_t high = retry_backoff_ms(attempt, 1000, 60000, 0.999999);
        assert_int_equal(low, 0);
        assert_true(high <= 60000);
        assert_true(high >= (attempt < 6 ? (INT64_C(1000) << attempt) - 1 : 59999));
    }
}

static void test_retry_policies(void **state)
{
    (void)state;
    for (int c = 0; c < ERROR_CLASS_COUNT; c++) {
        struct api_error error = {.error_class = (enum error_class)c, .wait_ms = 7000};
        const struct retry_policy *policy = retry_policy(error.error_class);
        int64_t wait = -1;
        bool again = retry_next(&error, 0, 0.5, &wait);
        assert_int_equal(again, policy->tries != 0);
        if (again) {
            assert_int_equal(wait, 7000);
        }
        if (policy->tries > 0) {
            assert_false(retry_next(&error, policy->tries, 0.5, &wait));
        }
    }
    assert_int_equal(retry_policy(ERROR_PERMANENT)->tries, 0);
    assert_int_equal(retry_policy(ERROR_AUTH)->tries, 0);
    assert_int_equal(retry_policy(ERROR_THROTTLE)->tries, RETRY_GOVERNED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pager_reads_every_row_whatever_happens),
        cmocka_unit_test(test_pager_needs_no_more_calls_than_pages),
        cmocka_unit_test(test_pager_shrinks_and_grows_again),
        cmocka_unit_test(test_pager_starts_with_the_remembered_size),
        cmocka_unit_test(test_pager_guards),
        cmocka_unit_test(test_pager_restarts_a_few_times),
        cmocka_unit_test(test_pager_verdicts_by_class),
        cmocka_unit_test(test_pager_throttles_do_not_use_up_tries),
        cmocka_unit_test(test_pager_resumes_from_its_text),
        cmocka_unit_test(test_pager_refuses_too_many_parameters),
        cmocka_unit_test(test_retry_full_jitter),
        cmocka_unit_test(test_retry_policies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
