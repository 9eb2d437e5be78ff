#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "tests/unit/sim/world_fixture.h"
#include <stdlib.h>

static void test_set_name_from_its_instant_on(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    struct world_entity ad = fixture_pick(world, ENTITY_AD, WORLD_EFF_ACTIVE);
    fixture_mutate(world, (struct world_mutation){.kind = WORLD_SET_NAME,
                                                  .at_ms = T0,
                                                  .id = ad.id,
                                                  .name = "new \0 name",
                                                  .name_len = 10});
    struct world_entity before = fixture_at(world, ad.ref, T0 - 1000),
                        after = fixture_at(world, ad.ref, T0 + 50 * DAY_MS);
    assert_true(before.updated_ms < T0);
    /* its own schedule is over: nothing happened to it since */
    assert_int_equal(after.updated_ms, T0);
    struct str out;
    str_init(&out, 200);
    assert_true(world_name_json(&after.name, &out));
    assert_string_equal(str_text(&out), "new \\u0000 name");
    str_fini(&out);
    world_destroy(world);
}

static void test_set_status_moves_children_not_their_updated_time(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 0);
    struct world_entity ad = fixture_pick(world, ENTITY_AD, WORLD_EFF_ACTIVE);
    static const struct {
        enum entity_kind kind;
        enum world_status status;
        enum world_effective of_ad;
    } steps[] = {
        {ENTITY_ADSET,    WORLD_PAUSED,   WORLD_EFF_ADSET_PAUSED   },
        {ENTITY_CAMPAIGN, WORLD_PAUSED,   WORLD_EFF_CAMPAIGN_PAUSED},
        {ENTITY_CAMPAIGN, WORLD_ACTIVE,   WORLD_EFF_ADSET_PAUSED   },
        {ENTITY_ADSET,    WORLD_ACTIVE,   WORLD_EFF_ACTIVE         },
        {ENTITY_ADSET,    WORLD_ARCHIVED, WORLD_EFF_ARCHIVED       },
        {ENTITY_CAMPAIGN, WORLD_DELETED,  WORLD_EFF_DELETED        },
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int64_t when = T0 + (int64_t)i * HOUR_MS;
        bool campaign = steps[i].kind == ENTITY_CAMPAIGN;
        fixture_mutate(world, (struct world_mutation){.kind = WORLD_SET_STATUS,
                                                      .at_ms = when,
                                                      .id = campaign ? ad.campaign_id : ad.adset_id,
                                                      .status = steps[i].status});
        struct world_entity now = fixture_at(world, ad.ref, when);
        assert_int_equal(now.effective, steps[i].of_ad);
        assert_int_equal(now.updated_ms, ad.updated_ms);
        struct world_ref parent = {0, steps[i].kind, campaign ? ad.campaign_index : ad.adset_index};
        assert_int_equal(fixture_at(world, parent, when).updated_ms, when);
    }
    /* the past is as it was */
    assert_int_equal(fixture_at(world, ad.ref, T0 + HOUR_MS * 3 / 2).effective,
                     WORLD_EFF_CAMPAIGN_PAUSED);
    world_destroy(world);
}

static void test_set_budget_where_there_is_one(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    int set = 0, refused = 0;
    for (uint32_t i = 0; i < 20; i++) {
        struct world_entity campaign =
            fixture_at(world, (struct world_ref){0, ENTITY_CAMPAIGN, i}, BASE_MS);
        if (campaign.effective == WORLD_EFF_DELETED) {
            continue;
        }
        struct err err = {0};
        struct world_mutation m = {
            .kind = WORLD_SET_BUDGET, .at_ms = BASE_MS, .id = campaign.id, .budget = 123456};
        if (world_mutate(world, &m, NULL, &err)) {
            campaign = fixture_at(world, campaign.ref, BASE_MS);
            assert_true(campaign.daily_budget == 123456 || campaign.lifetime_budget == 123456);
            set++;
        } else {
            assert_int_equal(err.code, ERR_REFUSED);
            assert_true(campaign.daily_budget < 0 && campaign.lifetime_budget < 0);
            refused++;
        }
    }
    assert_true(set > 0 && refused > 0);
    world_destroy(world);
}

static void test_delete_ends_delivery_and_keeps_what_was(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 0), *same = fixture_world(1, 1, 0, 0);
    struct world_entity ad = fixture_pick(world, ENTITY_AD, WORLD_EFF_ACTIVE);
    struct world_account account;
    world_account(world, 0, BASE_MS, &account);
    int32_t day = world_today(world, 0, BASE_MS) + 1;
    int64_t noon = tz_midnight_ms(account.tz, day) + 12 * HOUR_MS;
    struct world_metrics before, after, whole;
    struct world_query query = {.level = LEVEL_AD,
                                .scoped = true,
                                .scope = ad.ref,
                                .increment = 1,
                                .since = day,
                                .until = day};
    const int64_t later = noon + 40 * DAY_MS;
    world_truth_day(world, 0, day, later, &before); /* so that there is something to forget */
    fixture_mutate(
        world, (struct world_mutation){
                   .kind = WORLD_SET_STATUS, .at_ms = noon, .id = ad.id, .status = WORLD_DELETED});
    after = fixture_sum(world, &query, later, NULL);
    whole = fixture_sum(same, &query, later, NULL);
    assert_true(after.spend_micros > 0);
    assert_true(llabs(after.spend_micros * 2 - whole.spend_micros) <= 20000);
    struct world_metrics truth;
    world_truth_day(world, 0, day, later, &truth);
    assert_int_equal(before.spend_micros - truth.spend_micros,
                     whole.spend_micros - after.spend_micros);
    size_t rows = 0;
    query.since = query.until = day + 1;
    fixture_sum(world, &query, later, &rows);
    assert_int_equal(rows, 0);
    /* the days before are untouched, and still in the account's total */
    query.since = day - 20;
    query.until = day - 1;
    after = fixture_sum(world, &query, later, NULL);
    whole = fixture_sum(same, &query, later, NULL);
    fixture_equal(&after, &whole);
    world_destroy(world);
    world_destroy(same);
}

static void test_pause_and_resume_within_a_day(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 0), *same = fixture_world(1, 1, 0, 0);
    struct world_entity ad = fixture_pick(world, ENTITY_AD, WORLD_EFF_ACTIVE);
    struct world_account account;
    world_account(world, 0, BASE_MS, &account);
    int32_t day = world_today(world, 0, BASE_MS) + 2;
    int64_t midnight = tz_midnight_ms(account.tz, day);
    struct world_mutation m = {.kind = WORLD_SET_STATUS,
                               .at_ms = midnight + 6 * HOUR_MS,
                               .id = ad.campaign_id,
                               .status = WORLD_PAUSED};
    fixture_mutate(world, m);
    m.at_ms = midnight + 18 * HOUR_MS;
    m.status = WORLD_ACTIVE;
    fixture_mutate(world, m);
    struct world_query query = {.level = LEVEL_AD,
                                .scoped = true,
                                .scope = ad.ref,
                                .increment = 1,
                                .since = day,
                                .until = day};
    const int64_t later = midnight + 40 * DAY_MS;
    struct world_metrics cut = fixture_sum(world, &query, later, NULL);
    struct world_metrics whole = fixture_sum(same, &query, later, NULL);
    assert_true(whole.spend_micros > 0);
    assert_true(llabs(cut.spend_micros * 2 - whole.spend_micros) <= 20000);
    world_destroy(world);
    world_destroy(same);
}

static void test_create_all_three_levels(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    struct world_account account;
    world_account(world, 2, BASE_MS, &account);
    struct world_mutation m = {.kind = WORLD_CREATE,
                               .at_ms = T0,
                               .id = account.id,
                               .entity = ENTITY_CAMPAIGN,
                               .name = "made",
                               .name_len = 4};
    uint64_t campaign = fixture_mutate(world, m);
    m.id = campaign;
    m.entity = ENTITY_ADSET;
    uint64_t adset = fixture_mutate(world, m);
    m.id = adset;
    m.entity = ENTITY_AD;
    uint64_t first = fixture_mutate(world, m), second = fixture_mutate(world, m);
    assert_true(campaign && adset && first && second && first != second);
    struct world_ref ref, child;
    bool creative = true;
    assert_true(world_find(world, second, &ref, &creative) && !creative);
    struct world_entity ad;
    assert_false(world_entity(world, ref, T0 - 1000, &ad));
    ad = fixture_at(world, ref, T0);
    assert_int_equal(ad.campaign_id, campaign);
    assert_int_equal(ad.adset_id, adset);
    assert_int_equal(ad.effective, WORLD_EFF_ACTIVE);
    assert_int_equal(ad.created_ms, T0);
    assert_true(world_find(world, adset, &ref, &creative));
    assert_true(world_first_child(world, ref, &child));
    assert_int_equal(fixture_at(world, child, T0).id, first);
    assert_true(world_next_sibling(world, child, &child));
    assert_int_equal(fixture_at(world, child, T0).id, second);
    assert_false(world_next_sibling(world, child, &child));
    /* it delivers from then on, and the sums hold */
    int64_t now = T0 + 3 * DAY_MS;
    int32_t today = world_today(world, 2, now);
    struct world_query query = {.account = 2,
                                .level = LEVEL_CAMPAIGN,
                                .scoped = true,
                                .increment = 0,
                                .since = today - 2,
                                .until = today - 1};
    assert_true(world_find(world, campaign, &query.scope, &creative));
    assert_true(fixture_sum(world, &query, now, NULL).spend_micros > 0);
    query.scoped = false;
    query.level = LEVEL_AD;
    struct world_metrics ads = fixture_sum(world, &query, now, NULL), day, truth;
    memset(&truth, 0, sizeof truth);
    for (int32_t d = today - 2; d < today; d++) {
        world_truth_day(world, 2, d, now, &day);
        fixture_add(&truth, &day);
    }
    fixture_equal(&ads, &truth);
    world_destroy(world);
}

static void test_bulk_edits_a_share_of_an_account(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 0);
    struct world_account account;
    world_account(world, 0, BASE_MS, &account);
    fixture_mutate(world,
                   (struct world_mutation){
                       .kind = WORLD_BULK_RENAME, .at_ms = T0, .id = account.id, .percent = 30});
    int touched = 0, candidates = 0;
    for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
        for (uint32_t i = 0; i < world_entity_span(world, 0, kind); i++) {
            struct world_entity entity = fixture_at(world, (struct world_ref){0, kind, i}, T0);
            bool open = entity.status <= WORLD_PAUSED;
            candidates += open;
            touched += entity.updated_ms == T0;
            assert_true(entity.updated_ms != T0 || (open && entity.name.revision == 1));
        }
    }
    assert_in_range(touched * 100, candidates * 25, candidates * 35);
    world_destroy(world);
}

static void test_account_status_access_and_name(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 0);
    struct world_account account;
    world_account(world, 1, BASE_MS, &account);
    uint64_t id = account.id;
    int32_t today = world_today(world, 1, BASE_MS);
    fixture_mutate(world, (struct world_mutation){.kind = WORLD_ACCOUNT_STATUS,
                                                  .at_ms = T0,
                                                  .id = id,
                                                  .account_status = 2,
                                                  .disable_reason = 3});
    fixture_mutate(world,
                   (struct world_mutation){.kind = WORLD_ACCOUNT_ACCESS, .at_ms = T0, .id = id});
    fixture_mutate(
        world,
        (struct world_mutation){
            .kind = WORLD_ACCOUNT_NAME, .at_ms = T0, .id = id, .name = "gone", .name_len = 4});
    world_account(world, 1, T0 - 1000, &account);
    assert_true(account.status == 1 && account.accessible && account.disable_reason == 0);
    world_account(world, 1, T0, &account);
    assert_true(account.status == 2 && !account.accessible && account.disable_reason == 3);
    assert_memory_equal(account.name.given, "gone", 4);
    /* a disabled account delivers nothing until it is back */
    struct world_metrics day;
    world_truth_day(world, 1, today + 3, T0 + 10 * DAY_MS, &day);
    assert_int_equal(day.impressions, 0);
    fixture_mutate(world, (struct world_mutation){.kind = WORLD_ACCOUNT_STATUS,
                                                  .at_ms = T0 + 5 * DAY_MS,
                                                  .id = id,
                                                  .account_status = 1});
    world_truth_day(world, 1, today + 7, T0 + 10 * DAY_MS, &day);
    assert_true(day.impressions > 0);
    world_truth_day(world, 1, today + 3, T0 + 10 * DAY_MS, &day);
    assert_int_equal(day.impressions, 0);
    world_destroy(world);
}

static void test_refusals(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 0);
    struct world_entity ad = fixture_pick(world, ENTITY_AD, WORLD_EFF_ACTIVE);
    struct world_entity archived = fixture_pick(world, ENTITY_CAMPAIGN, WORLD_EFF_ARCHIVED);
    struct world_entity deleted = fixture_pick(world, ENTITY_CAMPAIGN, WORLD_EFF_DELETED);
    const struct {
        struct world_mutation m;
        enum err_code code;
    } cases[] = {
        {{.kind = WORLD_SET_STATUS, .at_ms = T0, .id = 5},                                      ERR_NOT_FOUND},
        {{.kind = WORLD_SET_STATUS, .at_ms = T0, .id = ad.creative_id},                         ERR_NOT_FOUND},
        {{.kind = WORLD_SET_STATUS, .at_ms = T0, .id = archived.id},                            ERR_REFUSED  },
        {{.kind = WORLD_SET_STATUS, .at_ms = T0, .id = deleted.id},                             ERR_REFUSED  },
        {{.kind = WORLD_SET_STATUS, .at_ms = BASE_MS - 1000, .id = ad.id},                      ERR_REFUSED  },
        {{.kind = WORLD_SET_STATUS, .at_ms = T0, .id = ad.id, .status = WORLD_STATUS_COUNT},
         ERR_REFUSED                                                                                         },
        {{.kind = WORLD_MUTATION_COUNT, .at_ms = T0, .id = ad.id},                              ERR_REFUSED  },
        {{.kind = WORLD_SET_NAME, .at_ms = T0, .id = ad.id},                                    ERR_REFUSED  },
        {{.kind = WORLD_SET_NAME, .at_ms = T0, .id = ad.id, .name = "\xff", .name_len = 1},
         ERR_REFUSED                                                                                         },
        {{.kind = WORLD_SET_NAME, .at_ms = T0, .id = ad.id, .name = "\xc3", .name_len = 1},
         ERR_REFUSED                                                                                         },
        {{.kind = WORLD_SET_NAME, .at_ms = T0, .id = ad.id, .name = "\xc0\x80", .name_len = 2},
         ERR_REFUSED                                                                                         },
        {{.kind = WORLD_SET_BUDGET, .at_ms = T0, .id = ad.id, .budget = 1},                     ERR_REFUSED  },
        {{.kind = WORLD_SET_BUDGET, .at_ms = T0, .id = ad.campaign_id},                         ERR_REFUSED  },
        {{.kind = WORLD_CREATE,
          .at_ms = T0,
          .id = ad.id,
          .entity = ENTITY_ADSET,
          .name = "x",
          .name_len = 1},
         ERR_NOT_FOUND                                                                                       },
        {{.kind = WORLD_CREATE,
          .at_ms = T0,
          .id = archived.id,
          .entity = ENTITY_ADSET,
          .name = "x",
          .name_len = 1},
         ERR_REFUSED                                                                                         },
        {{.kind = WORLD_CREATE, .at_ms = T0, .id = 7, .name = "x", .name_len = 1},              ERR_NOT_FOUND},
        {{.kind = WORLD_BULK_RENAME, .at_ms = T0, .id = ad.account_id, .percent = 101},
         ERR_REFUSED                                                                                         },
        {{.kind = WORLD_ACCOUNT_STATUS, .at_ms = T0, .id = 7},                                  ERR_NOT_FOUND},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        assert_false(world_mutate(world, &cases[i].m, NULL, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_true(err.message[0] != '\0');
    }
    struct err err = {0};
    struct world_mutation m = {
        .kind = WORLD_SET_NAME, .at_ms = T0, .id = ad.id, .name = "x", .name_len = 1};
    for (int i = 0; i < 64; i++) {
        assert_true(world_mutate(world, &m, NULL, &err));
    }
    assert_false(world_mutate(world, &m, NULL, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    world_destroy(world);
}

/* Changes given out of order act in order of their instants. */
static void test_order_of_telling_does_not_matter(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    struct world_entity ad = fixture_pick(world, ENTITY_AD, WORLD_EFF_ACTIVE);
    struct world_mutation late = {
        .kind = WORLD_SET_STATUS, .at_ms = T0 + DAY_MS, .id = ad.id, .status = WORLD_ARCHIVED};
    struct world_mutation soon = {
        .kind = WORLD_SET_STATUS, .at_ms = T0, .id = ad.id, .status = WORLD_PAUSED};
    fixture_mutate(world, late);
    fixture_mutate(world, soon);
    assert_int_equal(fixture_at(world, ad.ref, T0).status, WORLD_PAUSED);
    assert_int_equal(fixture_at(world, ad.ref, T0 + DAY_MS).status, WORLD_ARCHIVED);
    assert_int_equal(fixture_at(world, ad.ref, T0 + 80 * DAY_MS).status, WORLD_ARCHIVED);
    world_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_name_from_its_instant_on),
        cmocka_unit_test(test_set_status_moves_children_not_their_updated_time),
        cmocka_unit_test(test_set_budget_where_there_is_one),
        cmocka_unit_test(test_delete_ends_delivery_and_keeps_what_was),
        cmocka_unit_test(test_pause_and_resume_within_a_day),
        cmocka_unit_test(test_create_all_three_levels),
        cmocka_unit_test(test_bulk_edits_a_share_of_an_account),
        cmocka_unit_test(test_account_status_access_and_name),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_order_of_telling_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
