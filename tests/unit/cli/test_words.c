/* The words of the command line: options and plain words, in any order, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <string.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "cli/words.h"

enum { WORDS_MAX = 12 };

static struct cli cli;
static struct words words;
static struct err err;

/* The words lend from here until the next call. */
static char texts[WORDS_MAX][64];

static char *keep(int at, const char *text)
{
    assert_true(at < WORDS_MAX && strlen(text) < sizeof texts[0]);
    return strcpy(texts[at], text);
}

static bool parse(const char *command, const char *const *rest)
{
    char *argv[WORDS_MAX] = {NULL};
    int argc = 1;
    argv[0] = keep(0, command);
    for (size_t i = 0; rest[i]; i++, argc++) {
        argv[argc] = keep(argc, rest[i]);
    }
    memset(&cli, 0, sizeof cli);
    err_clear(&err);
    return words_parse(&cli, cli_command_find(command), argc, argv, &words, &err);
}

static void test_words_parse_takes_options_anywhere(void **state)
{
    (void)state;
    const char *const rest[] = {"act_1", "--until", "2h", "act_2", "--reason=on call", NULL};
    assert_true(parse("pause", rest));
    assert_int_equal(words.count, 2);
    assert_string_equal(words.plain[1], "act_2");
    assert_string_equal(words.value[WORD_UNTIL], "2h");
    assert_string_equal(words.value[WORD_REASON], "on call");
    assert_false(words_given(&words, WORD_ALL));
    words_fini(&words);
}

static void test_words_parse_takes_a_negative_number_as_a_word(void **state)
{
    (void)state;
    const char *const rest[] = {"-3", "--all", NULL};
    assert_true(parse("prioritize", rest));
    assert_int_equal(words.count, 1);
    assert_string_equal(words.plain[0], "-3");
    assert_true(words_given(&words, WORD_ALL));
    words_fini(&words);
}

static void test_words_parse_ends_options_at_two_dashes(void **state)
{
    (void)state;
    const char *const rest[] = {"--", "--all", NULL};
    assert_true(parse("pause", rest));
    assert_int_equal(words.count, 1);
    assert_string_equal(words.plain[0], "--all");
    assert_false(words_given(&words, WORD_ALL));
    words_fini(&words);
}

static void test_words_parse_takes_global_options_too(void **state)
{
    (void)state;
    const char *const rest[] = {"--at", "03:10", "--json", "--state-dir=/tmp/x", NULL};
    assert_true(parse("accounts", rest));
    assert_string_equal(cli.at, "03:10");
    assert_string_equal(cli.state_dir, "/tmp/x");
    assert_true(words_given(&words, WORD_JSON));
    words_fini(&words);
}

/* One name, two meanings: which one depends on the command. */
static void test_words_parse_tells_since_from_since(void **state)
{
    (void)state;
    const char *const rest[] = {"--since", "2026-01-01", NULL};
    assert_true(parse("force", rest));
    assert_string_equal(words.value[WORD_SINCE_DAY], "2026-01-01");
    assert_null(words.value[WORD_SINCE]);
    words_fini(&words);
    assert_true(parse("runs", rest));
    assert_string_equal(words.value[WORD_SINCE], "2026-01-01");
    words_fini(&words);
}

static void test_words_parse_refuses(void **state)
{
    static const struct {
        const char *command, *rest[3], *says;
    } cases[] = {
        {"pause",    {"--frob", NULL},         "--frob"           },
        {"pause",    {"-x", NULL},             "-x"               },
        {"pause",    {"--until", NULL},        "needs a value"    },
        {"pause",    {"--all=yes", NULL},      "takes no value"   },
        {"status",   {"--csv", NULL},          "--csv"            },
        {"accounts", {"act_1", "act_2", NULL}, "act_2"            },
        {"demo",     {"busy-day", NULL},       "one word too many"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(parse(cases[i].command, cases[i].rest));
        assert_int_equal(err.code, ERR_USAGE);
        if (!strstr(err.message, cases[i].says) || !strstr(err.message, cases[i].command)) {
            fail_msg("'%s' is not in: %s", cases[i].says, err.message);
        }
        words_fini(&words);
    }
}

/* The table of options: each has a help, and no command takes two of one name. */
static void test_word_rows_are_complete_and_unique_by_command(void **state)
{
    (void)state;
    for (int i = 0; i < WORD_OPTION_COUNT; i++) {
        assert_non_null(word_rows[i].name);
        assert_true(strlen(word_rows[i].help) > 3);
    }
    for (const struct command *c = cli_commands; c->name; c++) {
        for (int i = 0; i < WORD_OPTION_COUNT; i++) {
            for (int k = i + 1; k < WORD_OPTION_COUNT; k++) {
                bool both = (c->options & WORD(i)) && (c->options & WORD(k));
                assert_false(both && strcmp(word_rows[i].name, word_rows[k].name) == 0);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_parse_takes_options_anywhere),
        cmocka_unit_test(test_words_parse_takes_a_negative_number_as_a_word),
        cmocka_unit_test(test_words_parse_ends_options_at_two_dashes),
        cmocka_unit_test(test_words_parse_takes_global_options_too),
        cmocka_unit_test(test_words_parse_tells_since_from_since),
        cmocka_unit_test(test_words_parse_refuses),
        cmocka_unit_test(test_word_rows_are_complete_and_unique_by_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
