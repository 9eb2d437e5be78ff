/* The manual names everything that the tables have, and what it says of the default data is so. */
#include "sim_fixture.h"

#include "base/fd.h"
#include "base/str.h"

/* The page without its backslashes before hyphens. */
static char *manual_text(void)
{
    struct err err = {0};
    char *text = NULL;
    size_t n = 0, used = 0;
    if (!fd_read_file("data/man/adtop-sim.1", 1 << 20, &text, &n, &err)) {
        fail_msg("%s", err.message);
    }
    for (size_t i = 0; i < n; i++) {
        if (text[i] != '\\' || text[i + 1] != '-') {
            text[used++] = text[i];
        }
    }
    text[used] = '\0';
    return text;
}

static void assert_named(const char *manual, const char *name)
{
    if (strstr(manual, name) == NULL) {
        fail_msg("%s is not in the manual", name);
    }
}

static void test_options_are_in_the_manual(void **state)
{
    (void)state;
    char *manual = manual_text(), *help = NULL, *save = NULL;
    size_t n = 0, options = 0;
    FILE *out = open_memstream(&help, &n);
    options_help(out);
    assert_int_equal(fclose(out), 0);
    for (char *line = strtok_r(help, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        char name[48];
        if (sscanf(line, "  --%40s", name) == 1) {
            char spelled[64];
            snprintf(spelled, sizeof spelled, "--%s\\fR", name);
            assert_named(manual, spelled);
            options++;
        }
    }
    assert_true(options > 12);
    free(help);
    free(manual);
}

static void test_control_is_in_the_manual(void **state)
{
    (void)state;
    static const char *const lists[] = {"endpoints", "faults", "settings"};
    char *manual = manual_text();
    struct sim *sim = fixture_create();
    struct answer answer;
    get(sim, &answer, "/sim/help");
    assert_int_equal(answer.reply.status, 200);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const struct json *list = json_get(root(&answer), lists[i]);
        assert_true(json_size(list) > 5);
        for (const struct json *node = json_first(list); node != NULL; node = json_next(node)) {
            char name[80];
            const char *text = i == 1 ? json_key(node) : json_text(node);
            snprintf(name, sizeof name, "%.*s", (int)strcspn(text, ":"), text);
            assert_named(manual, name);
        }
    }
    answer_free(&answer);
    sim_destroy(sim);
    free(manual);
}

/* Through the API, as the manual and the requirements describe it. */
static void test_default_data_as_described(void **state)
{
    (void)state;
    static const char *const edges[] = {"campaigns", "adsets", "ads"};
    static const char *const statuses[] = {
        "[\"ACTIVE\",\"PAUSED\",\"ARCHIVED\",\"IN_PROCESS\",\"WITH_ISSUES\"]",
        "[\"ACTIVE\",\"PAUSED\",\"ARCHIVED\",\"IN_PROCESS\",\"WITH_ISSUES\",\"CAMPAIGN_PAUSED\"]",
        "[\"ACTIVE\",\"PAUSED\",\"ARCHIVED\",\"IN_PROCESS\",\"WITH_ISSUES\",\"CAMPAIGN_PAUSED\","
        "\"ADSET_PAUSED\",\"DISAPPROVED\",\"PENDING_REVIEW\",\"PENDING_BILLING_INFO\","
        "\"PREAPPROVED\"]"};
    struct sim *sim = fixture_create();
    int64_t entities = 0, active = 0, heaviest = 0;
    assert_int_equal(sim->account_count, 12);
    for (uint32_t account = 0; account < sim->account_count; account++) {
        int64_t own = 0;
        for (size_t edge = 0; edge < 3; edge++) {
            for (int only_active = 0; only_active < 2; only_active++) {
                struct answer answer;
                char url[600];
                snprintf(url, sizeof url, "/v26.0/%s/%s?limit=1&summary=true&effective_status=%s",
                         sim->accounts[account].account_id, edges[edge],
                         only_active ? "[\"ACTIVE\"]" : statuses[edge]);
                get(sim, &answer, url);
                int64_t count = member_i64(json_get(root(&answer), "summary"), "total_count");
                own += only_active ? 0 : count;
                active += only_active ? count : 0;
                answer_free(&answer);
            }
        }
        entities += own;
        heaviest = own > heaviest ? own : heaviest;
    }
    assert_int_equal(entities, 1833);
    assert_int_equal(heaviest, 1029);
    assert_int_equal(active, 243);
    sim_destroy(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_are_in_the_manual),
        cmocka_unit_test(test_control_is_in_the_manual),
        cmocka_unit_test(test_default_data_as_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
