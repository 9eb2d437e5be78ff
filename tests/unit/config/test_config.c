#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embed.h"
#include "config/config.h"
#include "config/setting.h"

static void test_settings_table_is_sound(void **state)
{
    (void)state;
    size_t count;
    const struct setting *all = settings(&count);
    struct config config, other;
    config_defaults(&config);
    assert_in_range(count, 60, 128);
    for (size_t i = 0; i < count; i++) {
        const struct setting *s = &all[i];
        struct str text;
        struct err err = {.message = ""};
        str_init(&text, 1000);
        assert_true(s->help[0] != '\0' && strlen(s->help) <= 90);
        assert_int_equal(s->min == NULL, s->max == NULL);
        assert_ptr_equal(setting_find(s->section, s->key), s); /* no name twice */
        assert_true(s->offset + s->size <= sizeof config);
        if (!setting_parse(s, s->fallback, &other, &err)) {
            fail_msg("%s: %s", s->key, err.message);
        }
        assert_true(setting_format(s, &config, &text));
        if (strcmp(str_text(&text), s->fallback) != 0) { /* the one way to write it */
            fail_msg("%s: %s, default %s", s->key, str_text(&text), s->fallback);
        }
        if (s->min) {
            assert_true(setting_parse(s, s->min, &other, &err));
            assert_true(setting_parse(s, s->max, &other, &err));
            assert_false(setting_parse(s, "-1", &other, &err));
            assert_false(setting_parse(s, "", &other, &err));
            assert_false(setting_parse(s, "99999999999999999", &other, &err));
            assert_false(setting_parse(s, "abc", &other, &err));
            assert_non_null(strstr(err.message, "; give"));
        }
        for (size_t k = 0; k < i; k++) { /* no two rows write to one place */
            assert_true(all[k].offset + all[k].size <= s->offset ||
                        s->offset + s->size <= all[k].offset);
        }
        for (size_t k = 1; k < i; k++) { /* sections are contiguous */
            assert_true(strcmp(all[k - 1].section, all[k].section) == 0 ||
                        strcmp(all[k - 1].section, s->section) != 0);
        }
        str_fini(&text);
    }
}

static void test_config_defaults_are_as_designed(void **state)
{
    (void)state;
    struct config c;
    config_defaults(&c);
    assert_string_equal(c.base_url, "https://graph.facebook.com");
    assert_int_equal(c.max_response_bytes, 16 << 20);
    assert_int_equal(c.workers, 3);
    assert_int_equal(c.park_limit_ms, 900000);
    assert_int_equal(c.cadence_ms[TIER_HIGH], 1800000);
    assert_int_equal(c.cadence_ms[TIER_MEDIUM], 7200000);
    assert_int_equal(c.cadence_ms[TIER_LOW], 43200000);
    assert_true(c.tier_high_spend == 100000000 && c.tier_medium_spend == 10000000);
    assert_true(c.limit_account_pct == 70 && c.limit_app_pct == 80 && c.limit_insights_pct == 60 &&
                c.limit_use_case_pct == 75);
    assert_true(c.budget_daily == 20000 && c.budget_per_account == 5000);
    assert_int_equal(c.level_count, 1);
    assert_int_equal(c.levels[0], LEVEL_AD);
    assert_true(c.bell && !c.mouse && c.ascii == CONFIG_ASCII_AUTO && c.checksum_tolerance == 0);
    assert_string_equal(c.breakdowns, "");
}

static void test_config_file_equals_the_table(void **state)
{
    (void)state;
    const struct embed *file = embed_find("data/adtop.conf");
    char *printed;
    size_t n;
    FILE *out = open_memstream(&printed, &n);
    config_print(NULL, out);
    fclose(out);
    assert_non_null(file);
    if (strcmp(printed, file->data) != 0) {
        fail_msg("data/adtop.conf differs from the settings table; it has to read:\n%s", printed);
    }
    struct config loaded, defaults;
    struct err err;
    if (!config_load_text("adtop.conf", printed, &loaded, &err)) {
        fail_msg("%s", err.message);
    }
    config_defaults(&defaults);
    assert_memory_equal(&loaded, &defaults, sizeof loaded);
    free(printed);
}

static void test_config_load_text_reads_every_type(void **state)
{
    (void)state;
    struct config c;
    struct err err;
    setenv("HOME", "/home/meta", 1);
    const char *text = "# comment\n"
                       "[graph]\n"
                       "base_url = http://127.0.0.1:8080\n"
                       "max_response: 4MiB ; inline comment\n"
                       "token_file = ~/token\n"
                       "[engine]\n"
                       "workers=8\n"
                       "cadence_high = 15m\n"
                       "tier_high_spend = 250.50\n"
                       "base_currency = EUR\r\n"
                       "[limits]\n"
                       "account = 65.5%\n"
                       "[budget]\n"
                       "day_starts = 07:30\n"
                       "[insights]\n"
                       "levels = campaign, ad, ad\n"
                       "fields = spend,\n"
                       "    impressions clicks\n"
                       "    reach\n"
                       "checksum_tolerance = 0.5\n"
                       "[ui]\n"
                       "mouse = yes\n"
                       "ascii = off\n"
                       "environment = PROD \xC3\xA9\n"
                       "[console]\n"
                       "zone = Asia/Tokyo\n";
    if (!config_load_text("t", text, &c, &err)) {
        fail_msg("%s", err.message);
    }
    assert_string_equal(c.base_url, "http://127.0.0.1:8080");
    assert_int_equal(c.max_response_bytes, 4 << 20);
    assert_string_equal(c.token_file, "/home/meta/token");
    assert_int_equal(c.workers, 8);
    assert_int_equal(c.cadence_ms[TIER_HIGH], 900000);
    assert_int_equal(c.cadence_ms[TIER_LOW], 43200000); /* the default stays */
    assert_int_equal(c.tier_high_spend, 250500000);
    assert_string_equal(c.base_currency, "EUR");
    assert_true(c.limit_account_pct == 65.5);
    assert_int_equal(c.budget_day_starts_ms, 27000000);
    assert_int_equal(c.level_count, 2);
    assert_true(c.levels[0] == LEVEL_CAMPAIGN && c.levels[1] == LEVEL_AD);
    assert_string_equal(c.insight_fields, "spend,impressions,clicks,reach");
    assert_true(c.checksum_tolerance == 0.5 && c.mouse && c.ascii == CONFIG_ASCII_OFF);
    assert_string_equal(c.environment, "PROD \xC3\xA9");
    assert_string_equal(c.zone, "Asia/Tokyo");
    /* What is printed reads back the same. */
    char *printed;
    size_t n;
    FILE *out = open_memstream(&printed, &n);
    config_print(&c, out);
    fclose(out);
    struct config again;
    assert_true(config_load_text("again", printed, &again, &err));
    assert_memory_equal(&again, &c, sizeof c);
    free(printed);
}

static void test_config_errors_say_where_and_what(void **state)
{
    (void)state;
    static char long_line[600] = "[insights]\nfields = ";
    memset(long_line + strlen(long_line), 'x', 400);
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"[engine]\nworkers = abc\n",                                      "f:2: workers: 'abc' is no whole number; give one such as 3"},
        {"[engine]\n\n# c\nworkers = 65\n",                                "f:4: workers: 65 is out of range; give 1 to 64"            },
        {"[engine]\nworker = 2\n",                                         "f:2: worker: no setting of [engine]; did you mean workers?"},
        {"[engine]\ncadence_hihg = 2h\n",
         "f:2: cadence_hihg: no setting of [engine]; did you mean cadence_high?"                                                       },
        {"[engin]\nworkers = 2\n",                                         "f:2: workers: no section [engin]; did you mean [engine]?"  },
        {"[graph]\naccess_token = EAAB\n",                                 "f:2: access_token: no setting of [graph]"                  },
        {"[zzzzz]\nqqq = 2\n",                                             "f:2: qqq: no setting of [zzzzz]"                           },
        {"workers = 2\n",                                                  "f:1: workers: stands before the first [section]"           },
        {"[engine]\nworkers = 2\nworkers = 3\n",                           "f:3: workers: was set in line 2 already"                   },
        {"[engine]\nworkers = 2\n  park_limit = 3m\n",
         "f:3: starts with a space, which continues workers"                                                                           },
        {"[engine]\nnonsense\nworkers = 65\n",                             "f:2: neither a [section] nor key = value"                  },
        {"[engine]\nworkers = 65\nnonsense\n",                             "f:2: workers: 65 is out of range"                          },
        {"[engine\nworkers = 2\n",                                         "f:1: neither"                                              },
        {"[engine]\ncadence_low = 5\n",
         "f:2: cadence_low: '5' is no duration; give one such as 12h"                                                                  },
        {"[engine]\nbase_currency = usd\n",                                "f:2: base_currency: 'usd' is no currency code"             },
        {"[graph]\nbase_url = http://graph.facebook.com\n",                "would send the token unencrypted"                          },
        {"[graph]\nbase_url = http://localhost.evil.com\n",                "would send the token unencrypted"                          },
        {"[graph]\nbase_url = https://graph.facebook.com/\n",              "ends in a slash"                                           },
        {"[graph]\nbase_url = https://u:p@host\n",                         "is no plain URL"                                           },
        {"[graph]\nbase_url = graph.facebook.com\n",                       "is no plain URL"                                           },
        {"[graph]\napi_version = 26\n",                                    "is no version; give one such as v26.0"                     },
        {"[graph]\nmax_response = 16MB\n",                                 "'16MB' is no size; give one such as 16MiB"                 },
        {"[limits]\naccount = 101\n",                                      "f:2: account: 101 is out of range; give 5 to 100"          },
        {"[insights]\nlevels = ad,keyword\n",                              "'keyword' is no level"                                     },
        {"[insights]\nlevels = \n",                                        "no level given"                                            },
        {"[insights]\nfields = spend,<b>\n",                               "'<b>' is no name"                                          },
        {"[insights]\nchecksum_tolerance = 0.6\n",                         "give 0 to 0.5"                                             },
        {"[ui]\nmouse = maybe\n",                                          "'maybe' is no switch; give on or off"                      },
        {"[ui]\nascii = perhaps\n",                                        "give one of: auto on off"                                  },
        {"[ui]\nenvironment = 0123456789012345678901234567890123456789\n",
         "longer than 31 characters"                                                                                                   },
        {"[access]\noperators = a b\n",                                    "is no name of a group"                                     },
        {"[budget]\nday_starts = 24:00\n",                                 "'24:00' is no time of day"                                 },
        {"[console]\nzone = Europe/Atlantis\n",
         "f:2: zone: 'Europe/Atlantis' is not in the time zone database"                                                               },
        {"[engine]\ntier_high_spend = 5\n",                                "f: tier_medium_spend: is above tier_high_spend"            },
        {"[budget]\ndaily = 100\n",                                        "f: per_account: is above the daily budget"                 },
        {"[insights]\nwindow_days = 30\n",                                 "f: window_days: is above restate_days"                     },
        {"[ui]\nenvironment = \xFF\n",                                     "f: is not UTF-8"                                           },
        {long_line,                                                        "f:2: longer than 199 characters"                           },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config c = {.workers = -7};
        struct err err = {.message = ""};
        assert_false(config_load_text("f", cases[i].text, &c, &err));
        assert_int_equal(err.code, ERR_CONFIG);
        assert_int_equal(c.workers, -7); /* untouched */
        if (!strstr(err.message, cases[i].message)) {
            fail_msg("%s\nsaid: %s", cases[i].text, err.message);
        }
        assert_null(strstr(err.message, "EAAB")); /* what stands in the wrong place may be secret */
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_config_load_looks_in_order(void **state)
{
    (void)state;
    char dir[] = "/tmp/adtop-test-XXXXXX", path[128], command[64];
    assert_non_null(mkdtemp(dir));
    struct config c;
    struct err err;
    setenv("HOME", dir, 1);
    unsetenv("XDG_CONFIG_HOME");
    assert_true(config_load(NULL, &c, &err)); /* none there */
    assert_int_equal(c.workers, 3);
    (void)snprintf(path, sizeof path, "mkdir -p %s/.config/adtop %s/xdg/adtop", dir, dir);
    assert_int_equal(system(path), 0);
    (void)snprintf(path, sizeof path, "%s/.config/adtop/adtop.conf", dir);
    write_file(path, "[engine]\nworkers = 5\n");
    assert_true(config_load(NULL, &c, &err));
    assert_int_equal(c.workers, 5);
    (void)snprintf(path, sizeof path, "%s/xdg", dir);
    setenv("XDG_CONFIG_HOME", path, 1);
    (void)snprintf(path, sizeof path, "%s/xdg/adtop/adtop.conf", dir);
    write_file(path, "[engine]\nworkers = 6\n");
    assert_true(config_load(NULL, &c, &err));
    assert_int_equal(c.workers, 6);
    setenv("XDG_CONFIG_HOME", "relative", 1);
    assert_true(config_load(NULL, &c, &err));
    assert_int_equal(c.workers, 5);
    assert_true(config_load(path, &c, &err)); /* given: only that one */
    assert_int_equal(c.workers, 6);
    write_file(path, "[engine]\nworkers = x\n");
    assert_false(config_load(path, &c, &err));
    assert_non_null(strstr(err.message, "xdg/adtop/adtop.conf:2: workers: "));
    assert_int_equal(c.workers, 6);
    assert_false(config_load("/nonexistent/adtop.conf", &c, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_false(config_load("/", &c, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    unsetenv("XDG_CONFIG_HOME");
    (void)snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
}

static void test_setting_nearest(void **state)
{
    (void)state;
    assert_string_equal(setting_nearest("graph", "token"), "token_file");
    assert_string_equal(setting_nearest("ui", "themes"), "theme");
    assert_string_equal(setting_nearest("limits", "acount"), "account");
    assert_null(setting_nearest("ui", "completely_different"));
    assert_string_equal(setting_nearest_section("limit"), "limits");
    assert_null(setting_nearest_section("qqqqqq"));
}

/* Which commands there are the console knows; here they are kept with their lines. */
static void test_config_keys(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wrong;
    } cases[] = {
        {"[keys]\nwhy = W\ntheme = Ctrl-T\n",                NULL                                 },
        {"[keys]\nwhy = W\nwhy = V\n",                       "x:3: why: was set in line 2 already"},
        {"[keys]\na-command-with-a-name-that-goes-on = W\n",
         "x:2: a-command-with-a-name-that-goes-on: is no"                                         },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config c;
        struct err err = {0};
        assert_int_equal(config_load_text("x", cases[i].text, &c, &err), !cases[i].wrong);
        if (cases[i].wrong) {
            assert_non_null(strstr(err.message, cases[i].wrong));
            continue;
        }
        assert_int_equal(c.key_count, 2);
        assert_string_equal(c.keys[1].command, "theme");
        assert_string_equal(c.keys[1].key, "Ctrl-T");
        assert_int_equal(c.keys[1].line, 3);
    }
}

static void test_config_commands(void **state)
{
    (void)state;
    struct config c, again;
    struct err err = {0};
    static const char text[] = "[commands]\n"
                               "O = runs in less | adtop runs $ADTOP_ACCOUNT ; x=1 | less # all\n"
                               "# a comment\n"
                               "M = ?@ mail it | adtop why $ADTOP_ACCOUNT |\n"
                               "\tmail -s 'a = b' oncall ; true\n"
                               "Ctrl-G = @beep|printf '\\a'\n";
    if (!config_load_text("x", text, &c, &err)) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(c.command_count, 3);
    assert_string_equal(c.commands[0].key, "O");
    assert_string_equal(c.commands[0].title, "runs in less");
    assert_string_equal(c.commands[0].line, "adtop runs $ADTOP_ACCOUNT ; x=1 | less # all");
    assert_false(c.commands[0].ask || c.commands[0].unseen);
    assert_true(c.commands[1].ask && c.commands[1].unseen);
    assert_int_equal(c.commands[1].at, 4);
    assert_string_equal(c.commands[1].line,
                        "adtop why $ADTOP_ACCOUNT |\nmail -s 'a = b' oncall ; true");
    assert_string_equal(c.commands[2].title, "beep");
    assert_true(c.commands[2].unseen && !c.commands[2].ask);

    char *printed = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&printed, &n);
    config_print(&c, out);
    assert_int_equal(fclose(out), 0);
    assert_true(config_load_text("x", printed, &again, &err));
    for (int i = 0; i < 3; i++) {
        again.commands[i].at = c.commands[i].at;
        assert_memory_equal(&again.commands[i], &c.commands[i], sizeof c.commands[i]);
    }
    free(printed);
}

static void test_config_commands_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wrong;
    } cases[] = {
        {"[commands]\nO = ls\n",                                      "x:2: O: is no key with a short title"},
        {"[commands]\nO = | ls\n",                                    "x:2: O: is no key"                   },
        {"[commands]\nO = ? | ls\n",                                  "x:2: O: is no key"                   },
        {"[commands]\nO = title |\n",                                 "x:2: O: is no key"                   },
        {"[commands]\nO = a | ls\nP = b | ls\nO = c | ls\n",          "x:4: O: has a command already"       },
        {"[commands]\nO = a title that goes on and on and on | ls\n", "x:2: O: is no key"                   },
        {"[commands]\na key that is none = a | ls\n",                 "x:2: a key that is none: is no key"  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config c;
        struct err err = {0};
        assert_false(config_load_text("x", cases[i].text, &c, &err));
        if (!strstr(err.message, cases[i].wrong)) {
            fail_msg("%s: %s", cases[i].text, err.message);
        }
    }
    char text[4096] = "[commands]\nO = long | true\n";
    for (int i = 0; i < 20; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "  %0100d\n", i);
    }
    struct config c;
    struct err err = {0};
    assert_false(config_load_text("x", text, &c, &err));
    assert_non_null(strstr(err.message, "O: its command is too long"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_keys),
        cmocka_unit_test(test_config_commands),
        cmocka_unit_test(test_config_commands_are_checked),
        cmocka_unit_test(test_settings_table_is_sound),
        cmocka_unit_test(test_config_defaults_are_as_designed),
        cmocka_unit_test(test_config_file_equals_the_table),
        cmocka_unit_test(test_config_load_text_reads_every_type),
        cmocka_unit_test(test_config_errors_say_where_and_what),
        cmocka_unit_test(test_config_load_looks_in_order),
        cmocka_unit_test(test_setting_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
