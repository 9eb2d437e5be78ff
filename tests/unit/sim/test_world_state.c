#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "tests/unit/sim/world_fixture.h"

static void write_state(const struct world *world, struct str *out)
{
    struct err err = {0};
    str_reset(out);
    if (!world_state_write(world, out, &err)) {
        fail_msg("%s", err.message);
    }
}

static void test_state_gives_the_same_world_again(void **state)
{
    (void)state;
    struct world *world = fixture_world(11, 2, 4000, 150);
    struct world_account account;
    world_account(world, 0, BASE_MS, &account);
    struct world_entity ad = fixture_pick(world, ENTITY_AD, WORLD_EFF_ACTIVE);
    fixture_mutate(world, (struct world_mutation){.kind = WORLD_SET_NAME,
                                                  .at_ms = T0,
                                                  .id = ad.id,
                                                  .name = "\n\0\xed\xa0\xbd",
                                                  .name_len = 5});
    uint64_t campaign = fixture_mutate(
        world, (struct world_mutation){
                   .kind = WORLD_CREATE, .at_ms = T0, .id = account.id, .name = "", .name_len = 0});
    uint64_t adset = fixture_mutate(world, (struct world_mutation){.kind = WORLD_CREATE,
                                                                   .at_ms = T0,
                                                                   .id = campaign,
                                                                   .entity = ENTITY_ADSET,
                                                                   .name = "s",
                                                                   .name_len = 1});
    fixture_mutate(world, (struct world_mutation){.kind = WORLD_CREATE,
                                                  .at_ms = T0,
                                                  .id = adset,
                                                  .entity = ENTITY_AD,
                                                  .name = "a",
                                                  .name_len = 1});
    fixture_mutate(world, (struct world_mutation){.kind = WORLD_BULK_STATUS,
                                                  .at_ms = T0 + HOUR_MS,
                                                  .id = account.id,
                                                  .percent = 12.5,
                                                  .status = WORLD_PAUSED});
    fixture_mutate(world, (struct world_mutation){.kind = WORLD_ACCOUNT_STATUS,
                                                  .at_ms = T0 + DAY_MS,
                                                  .id = account.id,
                                                  .account_status = 3});
    struct str text, again;
    str_init(&text, 1 << 20);
    str_init(&again, 1 << 20);
    write_state(world, &text);
    struct err err = {0};
    struct world *copy = world_state_read(str_text(&text), text.len, &err);
    if (!copy) {
        fail_msg("%s", err.message);
    }
    write_state(copy, &again);
    assert_string_equal(str_text(&text), str_text(&again));
    const int64_t now = T0 + 2 * DAY_MS;
    for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
        assert_int_equal(world_entity_span(world, 0, kind), world_entity_span(copy, 0, kind));
        for (uint32_t i = 0; i < world_entity_span(world, 0, kind); i++) {
            struct world_entity a, b;
            struct world_ref ref = {0, kind, i};
            bool there = world_entity(world, ref, now, &a);
            assert_int_equal(world_entity(copy, ref, now, &b), there);
            if (there) {
                struct str x, y;
                str_init(&x, 1 << 16);
                str_init(&y, 1 << 16);
                assert_true(world_name_json(&a.name, &x) && world_name_json(&b.name, &y));
                assert_string_equal(str_text(&x), str_text(&y));
                str_fini(&x);
                str_fini(&y);
                assert_int_equal(a.effective, b.effective);
                assert_int_equal(a.updated_ms, b.updated_ms);
            }
        }
    }
    for (int32_t d = world_first_day(world, 0); d <= world_today(world, 0, now); d++) {
        struct world_metrics a, b;
        world_truth_day(world, 0, d, now, &a);
        world_truth_day(copy, 0, d, now, &b);
        assert_memory_equal(&a, &b, sizeof a);
    }
    str_fini(&text);
    str_fini(&again);
    world_destroy(world);
    world_destroy(copy);
}

static void test_state_refuses_what_it_cannot_read(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "adtop-world 1",
        "adtop-world 2\nconfig 1 1 0 1775000000000 100\n",
        "adtop-world 1\nconfig 1 1\n",
        "adtop-world 1\nconfig 1 0 0 1775000000000 100\n",
        "adtop-world 1\nconfig 1 1 0 1775000000000 100\nchange\n",
        "adtop-world 1\nconfig 1 1 0 1775000000000 100\nchange set_name 1 2 0 0 0 0 0 0 0 x0g\n",
        "adtop-world 1\nconfig 1 1 0 1775000000000 100\nchange set_status 1775000000000 2 0 0 0 0 "
        "0 0 0 -\n",
        "adtop-world 1\nconfig 1 1 0 1775000000000 100\nchange set_status 1775000000000 2 9 0 0 0 "
        "0 0 0 -\n",
        "adtop-world 1\nconfig 1 1 0 1775000000000 100\nchange set_name 1775000000000 2 0 0 0 0 0 "
        "0 0 \n",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        assert_null(world_state_read(cases[i], strlen(cases[i]), &err));
        assert_true(err.message[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_gives_the_same_world_again),
        cmocka_unit_test(test_state_refuses_what_it_cannot_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
