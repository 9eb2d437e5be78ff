#include "cli/usage.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static void print_command(FILE *out, const struct command *command)
{
    fprintf(out, "usage: adtop [options] %s %s\n\n%s\n", command->name, command->arguments,
            command->summary);
    if (command->help) {
        fprintf(out, "\n%s", command->help);
    }
}

void usage_print(FILE *out, const struct command *command)
{
    if (command) {
        print_command(out, command);
        return;
    }
    fprintf(out, "usage: adtop [options] [command]\n\n"
                 "Without a command: the console over the engine of the state directory, which is\n"
                 "started first when none runs.\n\noptions:\n");
    for (const struct cli_option *o = cli_options; o->name; o++) {
        char left[48];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->argument ? " " : "",
                 o->argument ? o->argument : "");
        fprintf(out, "  %-20s %s\n", left, o->help);
    }
    fprintf(out, "\ncommands ('adtop COMMAND --help' tells more):\n");
    for (const struct command *c = cli_commands; c->name; c++) {
        fprintf(out, "  %-20s %s\n", c->name, c->summary);
    }
    fprintf(out, "\nexit codes: 0 done, 1 could not be done, 2 wrong words or configuration;\n"
                 "sync: 3 some data is missing, 4 some accounts must wait, 5 some failed\n"
                 "the token: META_ACCESS_TOKEN, or [graph] token_file in the configuration\n");
}

/* Damerau-free edit distance over short words. */
static size_t distance(const char *a, const char *b)
{
    enum { WORD_MAX = 24 };
    size_t n = strlen(a), m = strlen(b);
    size_t row[WORD_MAX + 1];
    if (n > WORD_MAX || m > WORD_MAX) {
        return WORD_MAX;
    }
    for (size_t j = 0; j <= m; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t above = row[j];
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t best = above + 1 < row[j - 1] + 1 ? above + 1 : row[j - 1] + 1;
            row[j] = change < best ? change : best;
            diagonal = above;
        }
    }
    return row[m];
}

const char *usage_nearest(const char *word)
{
    static _Thread_local char text[64];
    const struct command *nearest = NULL;
    size_t best = 3;
    for (const struct command *c = cli_commands; c->name; c++) {
        size_t d = distance(word, c->name);
        if (d < best) {
            best = d;
            nearest = c;
        }
    }
    text[0] = '\0';
    if (nearest) {
        snprintf(text, sizeof text, " (did you mean '%s'?)", nearest->name);
    }
    return text;
}

bool usage_wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}
