/* usage: help printed from the tables of options and commands. */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

#include <stdbool.h>
#include <stdio.h>

struct command;

struct cli_option {
    const char *name, *argument; /* argument NULL = none */
    int value;
    const char *help;
};
extern const struct cli_option cli_options[];

/* The whole program's help, or a command's. */
void usage_print(FILE *out, const struct command *command);
/* " (did you mean X?)" or "". Lent until the next call. */
const char *usage_nearest(const char *word);
bool usage_wants_help(int argc, char **argv);

#endif
