/*
 * words: what stands on the command line after the command. One table of options for all commands:
 * parser, help, completion and man page read its rows; a command's row says which of them it takes.
 */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct cli;
struct command;

enum word_option {
    WORD_JSON,
    WORD_CSV,
    WORD_SINCE,
    WORD_LIMIT,
    WORD_PEAKS,
    WORD_HOURS,
    WORD_CALIBRATION,
    WORD_STATS,
    WORD_ALL,
    WORD_REASON,
    WORD_UNTIL,     /* of a pause */
    WORD_FOR_TODAY, /* "until" of a budget or threshold */
    WORD_MODE,
    WORD_SINCE_DAY, /* "since" of a window */
    WORD_OVERRIDE,
    WORD_FULL,
    WORD_WAIT,
    WORD_SCENARIO,
    WORD_FOR,
    WORD_LEVELS,
    WORD_BREAKDOWNS,
    WORD_ACTION_BREAKDOWNS,
    WORD_DAILY,
    WORD_DAYS,
    WORD_ROFF,
    WORD_OPTION_COUNT
};
#define WORD(option) (1u << (option))

struct word_row {
    const char *name, *argument; /* argument NULL = none */
    const char *help;
};
extern const struct word_row word_rows[WORD_OPTION_COUNT];

struct words {
    const char *command;
    unsigned given;
    const char *value[WORD_OPTION_COUNT]; /* of those given with an argument */
    const char **plain;                   /* the words that are no options; owned */
    size_t count;
};

/* Options and plain words in any order, "--" ends the options, a negative number is a plain word.
 * Global options are taken as well. ERR_USAGE names the word and what to do. words_fini always. */
bool words_parse(struct cli *cli, const struct command *command, int argc, char **argv,
                 struct words *out, struct err *err);
void words_fini(struct words *words);
bool words_given(const struct words *words, enum word_option option);

#endif
