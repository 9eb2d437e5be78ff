/* Rows into structs: real shapes, odd types, hostile ones; and the field tables they stand on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/fd.h"
#include "base/str.h"
#include "graph/decode.h"
#include "json/json.h"

struct notes {
    char text[4096]; /* "kind:field;" in order */
};

static void note(void *ctx, const struct drift_note *drift)
{
    struct notes *notes = ctx;
    size_t n = strlen(notes->text);
    assert_non_null(drift->sample);
    assert_true(strlen(drift->sample) <= 80);
    snprintf(notes->text + n, sizeof notes->text - n, "%s:%s;", drift_kind_name(drift->kind),
             drift->field);
}

struct page {
    struct json_doc *doc;
    struct arena *arena;
    struct notes notes;
    struct decoder decoder;
};

static void open_text(struct page *page, enum edge edge, const char *text, size_t n)
{
    memset(page, 0, sizeof *page);
    page->doc = json_parse(text, n, NULL, NULL);
    assert_non_null(page->doc);
    page->arena = arena_create(4096);
    page->decoder = (struct decoder){.edge = edge,
                                     .level = LEVEL_AD,
                                     .account_id = "act_1",
                                     .arena = page->arena,
                                     .drift = note,
                                     .ctx = &page->notes};
}

static void open_fixture(struct page *page, enum edge edge, const char *path)
{
    char *text = NULL;
    size_t n = 0;
    assert_true(fd_read_file(path, 1 << 20, &text, &n, NULL));
    open_text(page, edge, text, n);
    free(text);
}

static void close_page(struct page *page)
{
    json_free(page->doc);
    arena_destroy(page->arena);
}

static const struct json *row_at(const struct page *page, size_t index)
{
    const struct json *row = json_first(json_get(json_root(page->doc), "data"));
    while (index-- > 0) {
        row = json_next(row);
    }
    return row;
}

static void expect_notes(struct page *page, const char *want)
{
    assert_string_equal(page->notes.text, want);
    page->notes.text[0] = '\0';
}

static void test_decode_campaigns(void **state)
{
    (void)state;
    struct page page;
    struct entity e;
    int64_t ms = 0;
    open_fixture(&page, EDGE_CAMPAIGNS, "tests/fixtures/graph/campaigns.json");

    assert_true(decode_entity(&page.decoder, row_at(&page, 0), &e));
    expect_notes(&page, "");
    assert_int_equal(e.kind, ENTITY_CAMPAIGN);
    assert_string_equal(e.entity_id, "23853498584890398");
    assert_string_equal(e.name, "New Leads Campaign -- Fake Ads");
    assert_string_equal(e.objective, "OUTCOME_LEADS");
    assert_string_equal(e.daily_budget, "10000");
    assert_null(e.lifetime_budget);
    assert_null(e.parent_id);
    assert_true(date_parse_rfc3339("2023-03-08T14:18:45-08:00", &ms));
    assert_int_equal(e.created_time, ms);

    assert_true(decode_entity(&page.decoder, row_at(&page, 1), &e));
    expect_notes(&page, "unknown:smart_promotion_type;unknown:special;");
    assert_string_equal(e.entity_id, "120208325579370399");
    assert_string_equal(e.name,
                        "bare id, \xef\xbf\xbd cut, \x1b[31m"); /* made harmless when drawn */
    assert_null(e.objective);
    assert_string_equal(e.lifetime_budget, "25000");
    assert_int_equal(e.created_time, INT64_C(1678342725000));
    assert_int_equal(e.updated_time, INT64_C(1678342726000));

    assert_true(decode_entity(&page.decoder, row_at(&page, 2), &e));
    expect_notes(&page, "type:name;type:created_time;missing:status;");
    assert_null(e.name);
    assert_int_equal(e.created_time, 0);
    close_page(&page);
}

static void expect_action(const struct insight *in, size_t i, const char *type,
                          const char *attribution, const char *count, int64_t value)
{
    assert_true(i < in->action_count);
    assert_string_equal(in->actions[i].action_type, type);
    assert_string_equal(in->actions[i].attribution, attribution);
    if (count == NULL) {
        assert_null(in->actions[i].count);
    } else {
        assert_string_equal(in->actions[i].count, count);
    }
    assert_int_equal(in->actions[i].has_value, value >= 0);
    assert_int_equal(in->actions[i].value, value >= 0 ? value : 0);
}

static void test_decode_insights(void **state)
{
    (void)state;
    struct page page;
    struct insight in;
    int32_t day = 0;
    open_fixture(&page, EDGE_INSIGHTS, "tests/fixtures/graph/insights.json");

    assert_true(decode_insight(&page.decoder, row_at(&page, 0), &in));
    expect_notes(&page, "");
    assert_int_equal(in.level, LEVEL_AD);
    assert_string_equal(in.entity_id, "23854695759200548");
    assert_string_equal(in.adset_id, "23854404706320548");
    assert_string_equal(in.campaign_name, "C");
    assert_string_equal(in.ad_name, "A");
    assert_string_equal(in.breakdown, "");
    assert_true(date_parse("2023-06-01", &day));
    assert_int_equal(in.date_start, day);
    assert_int_equal(in.spend, 14350000);
    assert_int_equal(in.impressions, 185);
    assert_int_equal(in.reach, 10742);
    assert_int_equal(in.action_count, 8);
    expect_action(&in, 0, "page_engagement", "default", "10", -1);
    expect_action(&in, 3, "page_engagement", "28d_click", "10", -1);
    expect_action(&in, 4, "link_click", "default", "4", 12500000);
    expect_action(&in, 5, "link_click", "1d_view", "1", -1);
    expect_action(&in, 6, "omni_purchase", "default", NULL, 99000001);
    expect_action(&in, 7, "omni_purchase", "7d_click", NULL, 99000001);

    assert_true(decode_insight(&page.decoder, row_at(&page, 1), &in));
    expect_notes(&page, "");
    assert_int_equal(in.spend, 0);
    assert_int_equal(in.clicks, 0);
    assert_int_equal(in.reach, -1);
    assert_int_equal(in.action_count, 0);

    assert_true(decode_insight(&page.decoder, row_at(&page, 2), &in));
    expect_notes(&page, "type:actions;type:actions;type:actions;unknown:action_device;"
                        "unknown:action_device;");
    assert_string_equal(in.entity_id, "120208325579370399");
    assert_int_equal(in.spend, 7100000);
    assert_int_equal(in.action_count, 1);
    expect_action(&in, 0, "like", "default", "5", -1); /* split by a breakdown not asked for */
    static const char *const device[] = {"action_device", NULL};
    page.decoder.action_breakdowns = device;
    assert_true(decode_insight(&page.decoder, row_at(&page, 2), &in));
    expect_notes(&page, "type:actions;type:actions;type:actions;");
    close_page(&page);
}

static void test_decode_insights_unusable_rows(void **state)
{
    (void)state;
    static const char *const notes[] = {"type:spend;", "missing:ad_id;", "type:date_start;",
                                        "type:(row);"};
    struct page page;
    struct insight in;
    open_fixture(&page, EDGE_INSIGHTS, "tests/fixtures/graph/insights.json");
    for (size_t i = 0; i < 4; i++) {
        assert_false(decode_insight(&page.decoder, row_at(&page, 3 + i), &in));
        expect_notes(&page, notes[i]);
    }
    close_page(&page);
}

/* Levels, totals and breakdowns change which fields are needed and what the row's key is. */
static void test_decode_levels_and_breakdowns(void **state)
{
    (void)state;
    static const char text[] =
        "{\"campaign_id\":\"7\",\"adset_id\":\"8\",\"spend\":\"1\",\"impressions\":\"1\","
        "\"date_start\":\"2024-01-01\",\"date_stop\":\"2024-01-01\",\"gender\":\"female\","
        "\"age\":\"18-24\",\"region\":\"Washington, District of Columbia\","
        "\"image_asset\":{\"id\":\"55\",\"url\":\"x\"}}";
    static const char *const two[] = {"gender", "age", NULL};
    static const char *const odd[] = {"region", "image_asset", "country", NULL};
    struct page page;
    struct insight in;
    open_text(&page, EDGE_INSIGHTS, text, sizeof text - 1);
    const struct json *row = json_root(page.doc);

    page.decoder.level = LEVEL_ADSET;
    page.decoder.breakdowns = two;
    assert_true(decode_insight(&page.decoder, row, &in));
    assert_string_equal(in.entity_id, "8");
    assert_string_equal(in.breakdown, "age=18-24,gender=female");
    expect_notes(&page, "unknown:region;unknown:image_asset;");

    page.decoder.level = LEVEL_CAMPAIGN;
    page.decoder.breakdowns = odd;
    assert_true(decode_insight(&page.decoder, row, &in));
    assert_string_equal(in.entity_id, "7");
    assert_string_equal(in.breakdown,
                        "country=,image_asset=55,region=Washington%2C District of Columbia");
    page.notes.text[0] = '\0';

    page.decoder.breakdowns = NULL;
    page.decoder.edge = EDGE_TOTALS;
    assert_true(decode_insight(&page.decoder, row, &in));
    assert_int_equal(in.level, LEVEL_ACCOUNT);
    assert_string_equal(in.entity_id, "act_1");
    close_page(&page);
}

static void test_decode_account(void **state)
{
    (void)state;
    static const char text[] =
        "{\"data\":[{\"id\":\"act_212551616838260\",\"name\":\"Airbyte\",\"account_status\":1,"
        "\"disable_reason\":0,\"currency\":\"USD\",\"timezone_name\":\"America/Los_Angeles\","
        "\"timezone_offset_hours_utc\":-8},"
        "{\"id\":\"212551616838260\",\"name\":\"\",\"account_status\":\"101\",\"currency\":\"JPY\","
        "\"timezone_name\":\"Asia/Kolkata\",\"timezone_offset_hours_utc\":5.5},"
        "{\"id\":\"act_x\",\"name\":\"n\",\"account_status\":1,\"currency\":\"TOOLONGCODE\","
        "\"timezone_name\":\"UTC\",\"timezone_offset_hours_utc\":99}]}";
    struct page page;
    struct account a;
    open_text(&page, EDGE_ACCOUNTS, text, sizeof text - 1);
    assert_true(decode_account(&page.decoder, row_at(&page, 0), &a));
    expect_notes(&page, "");
    assert_string_equal(a.account_id, "act_212551616838260");
    assert_string_equal(a.name, "Airbyte");
    assert_string_equal(a.currency, "USD");
    assert_int_equal(a.timezone_offset_min, -480);
    assert_true(decode_account(&page.decoder, row_at(&page, 1), &a));
    assert_string_equal(a.account_id, "act_212551616838260");
    assert_int_equal(a.account_status, 101);
    assert_int_equal(a.timezone_offset_min, 330);
    expect_notes(&page, "");
    assert_false(decode_account(&page.decoder, row_at(&page, 2), &a));
    expect_notes(&page, "type:id;type:currency;type:timezone_offset_hours_utc;");
    close_page(&page);
}

static void test_decode_dropped_and_sweep_fields_are_no_drift(void **state)
{
    (void)state;
    static const char text[] = "{\"id\":\"9\",\"effective_status\":\"ACTIVE\","
                               "\"updated_time\":\"2024-01-01T00:00:00+0000\"}";
    struct page page;
    struct entity e;
    open_text(&page, EDGE_ADS, text, sizeof text - 1);
    assert_false(decode_entity(&page.decoder, json_root(page.doc), &e));
    expect_notes(&page, "missing:campaign_id;missing:adset_id;missing:name;missing:status;"
                        "missing:created_time;");
    page.decoder.sweep = true;
    assert_true(decode_entity(&page.decoder, json_root(page.doc), &e));
    expect_notes(&page, "");
    page.decoder.sweep = false;
    page.decoder.edge = EDGE_CAMPAIGNS;
    page.decoder.dropped = fields_dropped_parse(EDGE_CAMPAIGNS, "name,status,created_time");
    assert_true(decode_entity(&page.decoder, json_root(page.doc), &e));
    expect_notes(&page, "");
    close_page(&page);
}

static void test_decode_time_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t ms;
    } times[] = {
        {"2023-03-21T22:41:46-0700",   true,  INT64_C(1679463706000)},
        {"2023-03-13T13:30:47+0000",   true,  INT64_C(1678714247000)},
        {"1642989751",                 true,  INT64_C(1642989751000)},
        {"0",                          true,  0                     },
        {"99999999999999999999999999", false, 0                     },
        {"2023-03-13",                 false, 0                     },
        {"-5",                         false, 0                     },
        {"",                           false, 0                     },
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        int64_t ms = 0;
        assert_int_equal(decode_time(times[i].text, &ms), times[i].ok);
        assert_int_equal(ms, times[i].ms);
    }
}

static void test_fields_tables(void **state)
{
    (void)state;
    struct str text;
    str_init(&text, 4096);
    for (int e = 0; e < EDGE_COUNT; e++) {
        size_t count = 0;
        uint64_t dropped = 0;
        const struct field *fields = fields_of((enum edge)e, &count);
        assert_true(count > 0 && count <= 64);
        for (size_t i = 0; i < count; i++) {
            for (size_t k = i + 1; k < count; k++) {
                assert_string_not_equal(fields[i].name, fields[k].name);
            }
            bool required = (fields[i].flags & FIELD_REQUIRED) != 0;
            assert_int_equal(fields_drop((enum edge)e, fields[i].name, &dropped), !required);
            assert_false(fields_drop((enum edge)e, fields[i].name, &dropped)); /* not twice */
        }
        assert_false(fields_drop((enum edge)e, "nonsense", &dropped));
        str_reset(&text);
        assert_true(fields_dropped_text((enum edge)e, dropped, &text));
        assert_int_equal(fields_dropped_parse((enum edge)e, str_text(&text)), dropped);
    }
    assert_int_equal(fields_dropped_parse(EDGE_ADS, "nope,,id,\xff"), 0);
    str_reset(&text);
    fields_text(EDGE_ADS, LEVEL_AD, 0, &text);
    assert_string_equal(str_text(&text), "id,campaign_id,adset_id,name,status,effective_status,"
                                         "created_time,updated_time");
    str_reset(&text);
    fields_text(EDGE_INSIGHTS, LEVEL_CAMPAIGN, fields_dropped_parse(EDGE_INSIGHTS, "reach"), &text);
    assert_string_equal(str_text(&text),
                        "campaign_id,campaign_name,spend,impressions,clicks,actions,action_values");
    str_reset(&text);
    fields_sweep_text(EDGE_CAMPAIGNS, 0, &text);
    assert_string_equal(str_text(&text), "id,effective_status,updated_time");
    str_fini(&text);
}

/* Every field of every table lands in its struct: slots and tables stand in the same order. */
static void test_decode_asks_for_what_it_reads(void **state)
{
    (void)state;
    for (int e = 0; e < EDGE_COUNT; e++) {
        struct str text;
        size_t count = 0;
        const struct field *fields = fields_of((enum edge)e, &count);
        str_init(&text, 4096);
        str_add(&text, "{\"unasked\":1");
        for (size_t i = 0; i < count; i++) {
            const char *name = fields[i].name;
            const char *value = "\"1\"";
            value = strncmp(name, "date_", 5) == 0 ? "\"2024-01-01\"" : value;
            value = strncmp(name, "action", 6) == 0 ? "[{\"action_type\":\"a\",\"value\":\"1\"}]"
                                                    : value;
            str_addf(&text, ",\"%s\":%s", name, value);
        }
        str_addc(&text, '}');
        struct page page;
        open_text(&page, (enum edge)e, text.data, text.len);
        const struct json *row = json_root(page.doc);
        struct account account;
        struct entity entity;
        struct insight insight;
        switch ((enum edge)e) {
        case EDGE_ACCOUNTS:
            assert_true(decode_account(&page.decoder, row, &account));
            break;
        case EDGE_CAMPAIGNS:
        case EDGE_ADSETS:
        case EDGE_ADS:
            assert_true(decode_entity(&page.decoder, row, &entity));
            assert_int_equal(entity.updated_time, 1000);
            break;
        case EDGE_INSIGHTS:
        case EDGE_TOTALS:
        case EDGE_COUNT:
            assert_true(decode_insight(&page.decoder, row, &insight));
            assert_int_equal(insight.spend, 1000000);
            assert_int_equal(insight.action_count, e == EDGE_INSIGHTS);
            break;
        }
        expect_notes(&page, "unknown:unasked;");
        close_page(&page);
        str_fini(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_campaigns),
        cmocka_unit_test(test_decode_insights),
        cmocka_unit_test(test_decode_insights_unusable_rows),
        cmocka_unit_test(test_decode_levels_and_breakdowns),
        cmocka_unit_test(test_decode_account),
        cmocka_unit_test(test_decode_dropped_and_sweep_fields_are_no_drift),
        cmocka_unit_test(test_decode_time_forms),
        cmocka_unit_test(test_fields_tables),
        cmocka_unit_test(test_decode_asks_for_what_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
