/* usage: help, completion and the reference part of the man page, printed from the tables of
 * options, commands, fields and settings. */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

struct cli;
struct command;
struct words;

/* The whole program's help, or a command's. */
void usage_print(FILE *out, const struct command *command);
/* " (did you mean X?)" or "". Lent until the next call. */
const char *usage_nearest(const char *word);
bool usage_wants_help(int argc, char **argv);
/* The commands `help` and `completion`. */
int usage_help(struct cli *cli, const struct words *words, struct err *err);
int usage_completion(struct cli *cli, const struct words *words, struct err *err);
/* Sections of the man page: OPTIONS, COMMANDS, FIELDS and SETTINGS. */
void usage_roff(FILE *out);

#endif
