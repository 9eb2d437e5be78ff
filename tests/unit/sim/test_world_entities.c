#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "tests/unit/sim/world_fixture.h"
#include "json/json.h"
#include <stdio.h>
#include <stdlib.h>

static void count_world(const struct world *world, int64_t now_ms, uint32_t *entities,
                        uint32_t *active, uint32_t *heaviest)
{
    *entities = *active = *heaviest = 0;
    for (uint32_t a = 0; a < world_account_count(world); a++) {
        struct world_counts counts;
        uint32_t sum = 0;
        world_truth_counts(world, a, now_ms, &counts);
        for (int kind = 0; kind < ENTITY_KIND_COUNT; kind++) {
            for (int e = 0; e < WORLD_EFF_COUNT; e++) {
                sum += e == WORLD_EFF_DELETED ? 0 : counts.n[kind][e];
            }
            *active += counts.n[kind][WORLD_EFF_ACTIVE];
        }
        *entities += sum;
        *heaviest = sum > *heaviest ? sum : *heaviest;
    }
}

static void test_create_default_figures_exact(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed;
        uint32_t scale, big, entities, heaviest, active; /* active 0 = not fixed */
    } cases[] = {
        {1,          1,  0,      1833,   1029,   243 },
        {2,          1,  0,      1833,   1029,   243 },
        {0,          1,  0,      1833,   1029,   243 },
        {UINT64_MAX, 1,  0,      1833,   1029,   243 },
        {77,         2,  0,      3666,   2058,   486 },
        {1,          10, 0,      18330,  10290,  2430},
        {1,          1,  100000, 100804, 100000, 0   },
        {5,          10, 20000,  28040,  20000,  0   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world *world = fixture_world(cases[i].seed, cases[i].scale, cases[i].big, 100);
        uint32_t entities = 0, active = 0, heaviest = 0;
        count_world(world, BASE_MS, &entities, &active, &heaviest);
        assert_int_equal(world_account_count(world), 12);
        assert_int_equal(entities, cases[i].entities);
        assert_int_equal(heaviest, cases[i].heaviest);
        if (cases[i].active) {
            assert_int_equal(active, cases[i].active);
        }
        world_destroy(world);
    }
}

static void test_create_refuses_senseless_sizes(void **state)
{
    (void)state;
    static const struct world_config cases[] = {
        {1, 0,   0,                 BASE_MS, 100},
        {1, 101, 0,                 BASE_MS, 100},
        {1, 1,   99,                BASE_MS, 100},
        {1, 1,   WORLD_BIG_MAX + 1, BASE_MS, 100}
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        assert_null(world_create(&cases[i], &err));
        assert_int_equal(err.code, ERR_USAGE);
        assert_true(strlen(err.message) > 0);
    }
}

static void test_accounts_spread_of_currencies_zones_and_states(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    unsigned decimals = 0, tiers = 0, states = 0;
    bool fractional = false, ahead = false, behind = false, dst = false;
    for (uint32_t a = 0; a < world_account_count(world); a++) {
        struct world_account account;
        world_account(world, a, BASE_MS, &account);
        uint32_t found = 99;
        assert_true(world_account_find(world, account.id, &found));
        assert_int_equal(found, a);
        assert_true(account.id >= 100000000000000ULL && account.id < 1000000000000000000ULL);
        decimals |= 1U << account.decimals;
        states |= 1U << account.status;
        assert_true((account.status == 2) == (account.disable_reason == 1));
        int32_t winter = tz_offset_s(account.tz, 1767225600),
                summer = tz_offset_s(account.tz, 1782864000);
        fractional |= winter % 3600 != 0;
        ahead |= winter > 0;
        behind |= winter < 0;
        dst |= winter != summer;
        static const struct {
            const char *currency;
            double usd;
        } rates[] = {
            {"USD", 1   },
            {"EUR", .92 },
            {"GBP", .79 },
            {"INR", 83  },
            {"JPY", 150 },
            {"KWD", .307},
            {"BRL", 5   },
            {"AUD", 1.5 },
            {"NZD", 1.65},
            {"CAD", 1.36}
        };
        double rate = 0;
        for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
            rate = strcmp(rates[i].currency, account.currency) == 0 ? rates[i].usd : rate;
        }
        assert_true(rate > 0);
        double spend = 0;
        for (int32_t back = 1; back <= 7; back++) {
            struct world_metrics day;
            world_truth_day(world, a, world_today(world, a, BASE_MS) - back, BASE_MS, &day);
            spend += (double)day.spend_micros / 1e6 / rate;
        }
        /* clear of the tier borders, so that rates a little off change nothing */
        assert_true(spend < 8 || (spend > 12.5 && spend < 80) || spend > 125);
        tiers |= spend > 100 ? 4U : spend > 10 ? 2U : 1U;
    }
    assert_int_equal(decimals, 1 << 0 | 1 << 2 | 1 << 3);
    assert_int_equal(states, 1 << 1 | 1 << 2 | 1 << 3);
    assert_int_equal(tiers, 7);
    assert_true(fractional && ahead && behind && dst);
    world_destroy(world);
}

static void test_entities_statuses_follow_parents(void **state)
{
    (void)state;
    struct world *world = fixture_world(1, 1, 0, 100);
    unsigned seen = 0;
    for (uint32_t n = 0; n < 2 * world_account_count(world); n++) {
        const uint32_t a = n / 2;
        const int64_t now = n % 2 ? BASE_MS + 3 * DAY_MS : BASE_MS;
        for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
            for (uint32_t i = 0; i < world_entity_span(world, a, kind); i++) {
                struct world_entity entity, above;
                struct world_ref ref = {a, kind, i};
                if (!world_entity(world, ref, now, &entity)) {
                    continue;
                }
                seen |= 1U << entity.effective;
                assert_true(world_effective_of_kind(entity.effective, kind));
                assert_true(entity.created_ms <= entity.updated_ms && entity.updated_ms <= now);
                assert_int_equal(entity.daily_budget >= 0 && entity.lifetime_budget >= 0, 0);
                if (kind == ENTITY_CAMPAIGN) {
                    continue;
                }
                struct world_ref up = {
                    a, kind - 1, kind == ENTITY_AD ? entity.adset_index : entity.campaign_index};
                assert_true(world_entity(world, up, now, &above));
                assert_true(above.created_ms <= entity.created_ms);
                assert_int_equal(kind == ENTITY_AD ? above.id : above.campaign_id,
                                 kind == ENTITY_AD ? entity.adset_id : entity.campaign_id);
                if (above.effective == WORLD_EFF_DELETED || above.effective == WORLD_EFF_ARCHIVED) {
                    assert_true(entity.effective == WORLD_EFF_DELETED ||
                                entity.effective == above.effective);
                }
                if (entity.effective == WORLD_EFF_ACTIVE) {
                    assert_int_equal(above.status, WORLD_ACTIVE);
                }
            }
        }
    }
    assert_int_equal(seen, (1U << WORLD_EFF_COUNT) - 1);
    world_destroy(world);
}

static void test_ids_unique_beyond_2_53_and_found(void **state)
{
    (void)state;
    struct world *world = fixture_world(9, 10, 0, 100);
    uint64_t last[3] = {0};
    for (uint32_t a = 0; a < world_account_count(world); a++) {
        memset(last, 0, sizeof last);
        for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
            for (uint32_t i = 0; i < world_entity_span(world, a, kind); i++) {
                struct world_entity entity;
                struct world_ref ref = {a, kind, i}, found;
                bool creative = true;
                if (!world_entity(world, ref, BASE_MS + 400 * DAY_MS, &entity)) {
                    continue;
                }
                assert_true(entity.id > 1ULL << 53 && entity.id > last[kind]);
                last[kind] = entity.id;
                /* finding each under its own place means that no two are the same */
                assert_true(world_find(world, entity.id, &found, &creative));
                assert_false(creative);
                assert_memory_equal(&found, &ref, sizeof ref);
                if (kind == ENTITY_AD) {
                    assert_true(world_find(world, entity.creative_id, &found, &creative));
                    assert_true(creative);
                    assert_memory_equal(&found, &ref, sizeof ref);
                }
                assert_false(world_find(world, entity.id + 1, &found, &creative));
            }
        }
    }
    world_destroy(world);
}

static void test_children_are_those_that_name_the_parent(void **state)
{
    (void)state;
    struct world *world = fixture_world(3, 1, 0, 100);
    for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_AD; kind++) {
        uint32_t below = 0;
        for (uint32_t i = 0; i < world_entity_span(world, 0, kind); i++) {
            struct world_ref parent = {0, kind, i}, child;
            uint32_t last = 0;
            bool more = world_first_child(world, parent, &child);
            for (; more; more = world_next_sibling(world, child, &child)) {
                struct world_entity entity;
                assert_true(world_entity(world, child, BASE_MS + 400 * DAY_MS, &entity));
                assert_int_equal(
                    kind == ENTITY_CAMPAIGN ? entity.campaign_index : entity.adset_index, i);
                assert_true(below == 0 || last <= child.index);
                last = child.index;
                below++;
            }
        }
        assert_int_equal(below, world_entity_span(world, 0, kind + 1));
    }
    world_destroy(world);
}

/* ---- names */

/* What a reader of JSON that mends makes of the literal is exactly the mended name. */
static void check_name(const struct world_name *name, struct str *json, struct str *mended)
{
    struct err err = {0};
    str_reset(json);
    str_reset(mended);
    assert_true(str_add(json, "{\"n\":\"") && world_name_json(name, json) && str_add(json, "\"}"));
    assert_true(world_name_mended(name, mended));
    struct json_doc *doc = json_parse(str_text(json), json->len, NULL, &err);
    if (!doc) {
        fail_msg("%s: %s", err.message, str_text(json));
    }
    assert_string_equal(json_text(json_get(json_root(doc), "n")), str_text(mended));
    assert_int_equal(strlen(str_text(mended)), mended->len);
    assert_true(utf8_valid(str_text(mended), mended->len));
    for (size_t i = 0; i < json->len; i++) {
        assert_in_range((unsigned char)json->data[i], ' ', '~');
    }
    json_free(doc);
}

static void test_names_read_back_as_mended_and_are_hostile(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "\\u001b]52;", "\\u202e",  "\\ud83d\"}", "\\u0000",        "\\u200d\\ud83d",  "\\u202c",
        "\\u0336",     "<script>", "DROP TABLE", "\\\"quoted\\\"", "\\\\slash",       "\\u65e5",
        "\\u05e7",     "\\u200b",  "\\n",        "\\ude00 tail",   "\\/etc\\/passwd", "\\u009b"};
    unsigned seen = 0;
    size_t longest = 0;
    struct world *world = fixture_world(1, 1, 0, 100);
    struct str json, mended;
    str_init(&json, 1 << 20);
    str_init(&mended, 1 << 20);
    for (uint32_t a = 0; a < world_account_count(world); a++) {
        struct world_account account;
        world_account(world, a, BASE_MS, &account);
        check_name(&account.name, &json, &mended);
        for (enum entity_kind kind = ENTITY_CAMPAIGN; kind < ENTITY_KIND_COUNT; kind++) {
            for (uint32_t i = 0; i < world_entity_span(world, a, kind); i++) {
                struct world_entity entity;
                if (!world_entity(world, (struct world_ref){a, kind, i}, BASE_MS, &entity)) {
                    continue;
                }
                check_name(&entity.name, &json, &mended);
                longest = mended.len > longest ? mended.len : longest;
                for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++) {
                    seen |= strstr(str_text(&json), wanted[w]) ? 1U << w : 0;
                }
            }
        }
    }
    assert_int_equal(seen, (1U << sizeof wanted / sizeof *wanted) - 1);
    assert_int_equal(longest, 4096);
    str_fini(&json);
    str_fini(&mended);
    world_destroy(world);
}

static void test_name_json_escapes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t len, revision;
        const char *json, *mended;
    } cases[] = {
        {"plain",                    5, 0, "plain",                         "plain"                   },
        {"plain",                    5, 2, "plain v3",                      "plain v3"                },
        {"a/\"\\\n\x01\x7f",         7, 0, "a\\/\\\"\\\\\\n\\u0001\\u007f", "a/\"\\\n\x01\x7f"        },
        {"\xc3\xa9\xf0\x9f\x98\x80", 6, 0, "\\u00e9\\ud83d\\ude00",         "\xc3\xa9\xf0\x9f\x98\x80"},
        {"\xed\xa0\xbd",             3, 0, "\\ud83d",                       "\xef\xbf\xbd"            },
        {"a\0b",                     3, 0, "a\\u0000b",
         "a\xef\xbf\xbd"
         "b"                                                                                          },
 /* two halves side by side are a whole one to every reader */
        {"\xed\xa0\xbd\xed\xb8\x80", 6, 0, "\\ud83d\\ude00",                "\xf0\x9f\x98\x80"        },
        {"\xed\xb8\x80\xed\xa0\xbd", 6, 0, "\\ude00\\ud83d",                "\xef\xbf\xbd\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world_name name = {cases[i].name, cases[i].len, cases[i].revision, 0, ENTITY_AD};
        struct str out;
        str_init(&out, 200);
        assert_true(world_name_json(&name, &out));
        assert_string_equal(str_text(&out), cases[i].json);
        str_reset(&out);
        assert_true(world_name_mended(&name, &out));
        assert_string_equal(str_text(&out), cases[i].mended);
        str_fini(&out);
        str_init(&out, 2);
        assert_false(world_name_json(&name, &out));
        str_fini(&out);
    }
}

static void test_texts_parse_back(void **state)
{
    (void)state;
    for (int i = 0; i < WORLD_EFF_COUNT; i++) {
        enum world_effective back = WORLD_EFF_COUNT;
        assert_true(world_effective_parse(world_effective_text((enum world_effective)i), &back));
        assert_int_equal(back, i);
    }
    for (int i = 0; i < WORLD_STATUS_COUNT; i++) {
        enum world_status back = WORLD_STATUS_COUNT;
        assert_true(world_status_parse(world_status_text((enum world_status)i), &back));
        assert_int_equal(back, i);
    }
    for (int i = 0; i < WORLD_MUTATION_COUNT; i++) {
        enum world_mutation_kind back = WORLD_MUTATION_COUNT;
        assert_true(world_mutation_parse(world_mutation_text((enum world_mutation_kind)i), &back));
        assert_int_equal(back, i);
    }
    enum world_effective effective = WORLD_EFF_ACTIVE;
    assert_false(world_effective_parse("RUNNING", &effective));
    for (int a = 0; a < WORLD_ACTION_COUNT; a++) {
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(world_action_type((enum world_action)a),
                                    world_action_type((enum world_action)b));
        }
    }
    assert_string_equal(world_window_key(WORLD_DEFAULT), "value");
    assert_string_equal(world_window_key(WORLD_28D_CLICK), "28d_click");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create_default_figures_exact),
        cmocka_unit_test(test_create_refuses_senseless_sizes),
        cmocka_unit_test(test_accounts_spread_of_currencies_zones_and_states),
        cmocka_unit_test(test_entities_statuses_follow_parents),
        cmocka_unit_test(test_ids_unique_beyond_2_53_and_found),
        cmocka_unit_test(test_children_are_those_that_name_the_parent),
        cmocka_unit_test(test_names_read_back_as_mended_and_are_hostile),
        cmocka_unit_test(test_name_json_escapes),
        cmocka_unit_test(test_texts_parse_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
