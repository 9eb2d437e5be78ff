#include "cli/usage.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/table.h"
#include "cli/words.h"

static void print_fields(FILE *out, const struct table_spec *spec)
{
    bool table = spec->empty != NULL;
    fprintf(out, "\nfields of %s%s:\n", spec->name, table ? ", in rows" : "");
    for (size_t i = 0; i < spec->count; i++) {
        const struct column *column = &spec->columns[i];
        fprintf(out, "  %-18s %-14s %s\n", column->key, cell_kind_name(column->kind), column->help);
    }
}

static void print_command(FILE *out, const struct command *command)
{
    fprintf(out, "usage: adtop [options] %s%s%s%s\n\n%s\n", command->name,
            command->arguments[0] ? " " : "", command->arguments,
            command->options ? " [options]" : "", command->summary);
    if (command->notes) {
        fprintf(out, "%s", command->notes);
    }
    for (int i = 0; i < WORD_OPTION_COUNT; i++) {
        const struct word_row *row = &word_rows[i];
        if (command->options & WORD(i)) {
            char left[48];
            snprintf(left, sizeof left, "--%s%s%s", row->name, row->argument ? " " : "",
                     row->argument ? row->argument : "");
            fprintf(out, "%s  %-24s %s\n",
                    i == 0 || !(command->options & (WORD(i) - 1)) ? "\n" : "", left, row->help);
        }
    }
    for (int i = 0; i < COMMAND_TABLES && command->tables[i]; i++) {
        print_fields(out, command->tables[i]);
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

int usage_help(struct cli *cli, const struct words *words, struct err *err)
{
    (void)cli;
    const struct command *about = words->count > 0 ? cli_command_find(words->plain[0]) : NULL;
    if (words->count > 0 && !about) {
        err_set(err, ERR_USAGE, "help: there is no command %.60s%s; 'adtop --help' lists them",
                words->plain[0], usage_nearest(words->plain[0]));
        return EXIT_USAGE;
    }
    if (words_given(words, WORD_ROFF)) {
        usage_roff(stdout);
    } else {
        usage_print(stdout, about);
    }
    return EXIT_OK;
}

int usage_completion(struct cli *cli, const struct words *words, struct err *err)
{
    (void)cli;
    (void)words;
    (void)err;
    printf("_adtop()\n{\n    local word=${COMP_WORDS[COMP_CWORD]} command= i\n"
           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "        case ${COMP_WORDS[i]} in\n"
           "        --*=* | -h) ;;\n        ");
    const char *bar = "";
    for (const struct cli_option *o = cli_options; o->name; o++) {
        if (o->argument) {
            printf("%s--%s", bar, o->name);
            bar = " | ";
        }
    }
    printf(") ((i++)) ;;\n        -*) ;;\n"
           "        *) command=${COMP_WORDS[i]}; break ;;\n"
           "        esac\n    done\n    local words=\n    case $command in\n    '') words='");
    for (const struct command *c = cli_commands; c->name; c++) {
        printf("%s ", c->name);
    }
    for (const struct cli_option *o = cli_options; o->name; o++) {
        printf("--%s ", o->name);
    }
    printf("' ;;\n");
    for (const struct command *c = cli_commands; c->name; c++) {
        printf("    %s) words='--help", c->name);
        for (int i = 0; i < WORD_OPTION_COUNT; i++) {
            if (c->options & WORD(i)) {
                printf(" --%s", word_rows[i].name);
            }
        }
        printf("' ;;\n");
    }
    printf("    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
           "complete -o default -F _adtop adtop\n");
    return EXIT_OK;
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
