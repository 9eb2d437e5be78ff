#include "cli/words.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

const struct word_row word_rows[WORD_OPTION_COUNT] = {
    [WORD_JSON] = {"json",              NULL,   "one JSON document"                                       },
    [WORD_CSV] = {"csv",               NULL,   "comma separated values, with a line of names"            },
    [WORD_SINCE] = {"since",             "TIME", "not older than that: 2h, 03:10, RFC 3339"                },
    [WORD_LIMIT] = {"limit",             "N",    "at most so many rows"                                    },
    [WORD_PEAKS] = {"peaks",             NULL,   "the peak of every limiter by class of call, 7 days"      },
    [WORD_HOURS] = {"hours",             NULL,   "calls and percentages by hour: burst against sustained"  },
    [WORD_CALIBRATION] = {"calibration",       NULL,
                   "what calls cost every limit, by class, learned and assumed"                           },
    [WORD_STATS] = {"stats",             NULL,   "durations by account, incidents, cost and calls by day"  },
    [WORD_ALL] = {"all",               NULL,   "every account"                                           },
    [WORD_REASON] = {"reason",            "TEXT", "kept in the audit trail"                                 },
    [WORD_UNTIL] = {"until",             "TIME", "2h, 18:00, RFC 3339 (4h)"                                },
    [WORD_FOR_TODAY] = {"until",             "TIME", "2h, 18:00, RFC 3339 (the end of the budget's day)"       },
    [WORD_MODE] = {"mode",              "MODE", "delta, full, sweep or window (delta)"                    },
    [WORD_SINCE_DAY] = {"since",             "DATE", "a window of insights from that day"                      },
    [WORD_OVERRIDE] = {"override",          NULL,
                   "although a limit or the budget says wait; needs a reason"                             },
    [WORD_FULL] = {"full",              NULL,   "everything, however fresh"                               },
    [WORD_WAIT] = {"wait",              "D",    "wait for throttled accounts at most that long (60s)"     },
    [WORD_SCENARIO] = {"scenario",          "NAME", "what goes wrong, or a file that says so (busy-day)"      },
    [WORD_FOR] = {"for",               "D",    "ends by itself"                                          },
    [WORD_LEVELS] = {"levels",            "LIST", "insights of account, campaign, adset, ad (as configured)"},
    [WORD_BREAKDOWNS] = {"breakdowns",        "LIST", "such as age,gender (as configured)"                      },
    [WORD_ACTION_BREAKDOWNS] = {"action-breakdowns", "LIST",
                   "such as action_device (as configured)"                                                },
    [WORD_DAILY] = {"daily",             NULL,   "a row a day"                                             },
    [WORD_DAYS] = {"days",              "N",    "of the window, today included (as configured)"           },
    [WORD_ROFF] = {"roff",              NULL,   "the reference part of the man page"                      },
};

bool words_given(const struct words *words, enum word_option option)
{
    return (words->given & WORD(option)) != 0;
}

/* The option named by the n bytes at name that the command takes; -1 = none. */
static int find_option(const struct command *command, const char *name, size_t n)
{
    for (int i = 0; i < WORD_OPTION_COUNT; i++) {
        bool taken = (command->options & WORD(i)) != 0;
        if (taken && strncmp(word_rows[i].name, name, n) == 0 && !word_rows[i].name[n]) {
            return i;
        }
    }
    return -1;
}

/* One option at argv[*at] and, when it has one, its argument. */
static bool take_option(struct cli *cli, const struct command *command, int argc, char **argv,
                        int *at, struct words *out, struct err *err)
{
    const char *name = argv[*at] + 2;
    size_t n = strcspn(name, "=");
    int option = find_option(command, name, n);
    const char *value = name[n] ? name + n + 1 : NULL;
    const struct cli_option *global = option < 0 ? cli_option_find(name, n) : NULL;
    if (option < 0 && !global) {
        return err_set(err, ERR_USAGE, "%s: %.60s is no option of it; see 'adtop %s --help'",
                       command->name, argv[*at], command->name);
    }
    bool wants = global ? global->argument != NULL : word_rows[option].argument != NULL;
    if (!wants && value) {
        return err_set(err, ERR_USAGE, "%s: --%.*s takes no value", command->name, (int)n, name);
    }
    if (wants && !value) {
        value = *at + 1 < argc ? argv[++*at] : NULL;
    }
    if (wants && !value) {
        return err_set(err, ERR_USAGE, "%s: --%.*s needs a value; see 'adtop %s --help'",
                       command->name, (int)n, name, command->name);
    }
    if (global) {
        return cli_option_take(cli, global, value, err);
    }
    out->given |= WORD(option);
    out->value[option] = value;
    return true;
}

bool words_parse(struct cli *cli, const struct command *command, int argc, char **argv,
                 struct words *out, struct err *err)
{
    *out = (struct words){.command = command->name};
    out->plain = calloc((size_t)argc + 1, sizeof *out->plain);
    if (!out->plain) {
        return err_set(err, ERR_MEMORY, "%s: out of memory", command->name);
    }
    bool options = true;
    for (int at = 1; at < argc; at++) {
        const char *word = argv[at];
        if (options && strcmp(word, "--") == 0) {
            options = false;
        } else if (options && strncmp(word, "--", 2) == 0) {
            if (!take_option(cli, command, argc, argv, &at, out, err)) {
                return false;
            }
        } else if (options && word[0] == '-' && word[1] && !(word[1] >= '0' && word[1] <= '9')) {
            return err_set(err, ERR_USAGE, "%s: %.60s is no option of it; see 'adtop %s --help'",
                           command->name, word, command->name);
        } else {
            out->plain[out->count++] = word;
        }
    }
    if (command->words_max >= 0 && out->count > (size_t)command->words_max) {
        return err_set(err, ERR_USAGE, "%s: '%.60s' is one word too many; see 'adtop %s --help'",
                       command->name, out->plain[command->words_max], command->name);
    }
    return true;
}

void words_fini(struct words *words)
{
    free(words->plain);
    words->plain = NULL;
    words->count = 0;
}
