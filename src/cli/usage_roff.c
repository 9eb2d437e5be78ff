/* The reference part of the man page, from the same tables as help and parser. */
#include "cli/cli.h"
#include "cli/table.h"
#include "cli/usage.h"
#include "cli/words.h"
#include "config/setting.h"
#include "model/hold.h"

/* Text for roff: hyphens that are typed, no line that starts with a control character. */
static void put(FILE *out, const char *text)
{
    if (text[0] == '.' || text[0] == '\'') {
        fputs("\\&", out);
    }
    for (const char *c = text; *c; c++) {
        fputs(*c == '-' ? "\\-" : *c == '\\' ? "\\e" : (const char[]){*c, '\0'}, out);
    }
}

static void line(FILE *out, const char *text)
{
    put(out, text);
    fputc('\n', out);
}

static void option(FILE *out, const char *name, const char *argument, const char *help)
{
    fprintf(out, ".TP\n\\fB\\-\\-");
    put(out, name);
    fprintf(out, "\\fR");
    if (argument) {
        fprintf(out, " \\fI%s\\fR", argument);
    }
    fputc('\n', out);
    line(out, help);
}

static void fields(FILE *out, const struct table_spec *spec)
{
    fprintf(out, ".SS %s\n", spec->name);
    fprintf(out, "%s\n", spec->empty ? "Rows of:" : "A document of:");
    for (size_t i = 0; i < spec->count; i++) {
        const struct column *column = &spec->columns[i];
        fprintf(out, ".TP\n\\fB%s\\fR (%s)\n", column->key, cell_kind_name(column->kind));
        line(out, column->help);
    }
}

static void commands(FILE *out)
{
    fprintf(out, ".SH COMMANDS\n");
    for (const struct command *c = cli_commands; c->name; c++) {
        fprintf(out, ".SS \"%s%s%s\"\n", c->name, c->arguments[0] ? " " : "", c->arguments);
        line(out, c->summary);
        if (c->notes) {
            fprintf(out, ".br\n");
            put(out, c->notes);
        }
        for (int i = 0; i < WORD_OPTION_COUNT; i++) {
            if (c->options & WORD(i)) {
                option(out, word_rows[i].name, word_rows[i].argument, word_rows[i].help);
            }
        }
    }
}

static void wait_reasons(FILE *out)
{
    fprintf(out, ".SH WAIT REASONS\nAn account is in exactly one of these states; the label is "
                 "what the console shows where room is short.\n");
    for (int i = 0; i < HOLD_REASON_COUNT; i++) {
        enum hold_reason reason = (enum hold_reason)i;
        fprintf(out, ".TP\n\\fB%s\\fR (%s)\n", hold_reason_name(reason), hold_reason_label(reason));
        line(out, hold_reason_text(reason));
    }
}

static void configuration(FILE *out)
{
    size_t count = 0;
    const struct setting *rows = settings(&count);
    const char *section = "";
    fprintf(out, ".SH SETTINGS\n");
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || rows[i].section != section) {
            section = rows[i].section;
            fprintf(out, ".SS [%s]\n", section);
        }
        fprintf(out, ".TP\n\\fB%s\\fR = ", rows[i].key);
        line(out, rows[i].fallback);
        line(out, rows[i].help);
    }
}

void usage_roff(FILE *out)
{
    fprintf(out, ".SH OPTIONS\nThey stand before the command or behind it.\n");
    for (const struct cli_option *o = cli_options; o->name; o++) {
        option(out, o->name, o->argument, o->help);
    }
    commands(out);
    fprintf(out, ".SH FIELDS\nWhat \\fB\\-\\-json\\fR prints is one document: the name of the "
                 "command in \\fBcommand\\fR, the instant in \\fBas_of\\fR, and the fields below, "
                 "those of a table as the objects of \\fBrows\\fR. \\fB\\-\\-csv\\fR has a line "
                 "of the same names, then a line a row. A time is RFC 3339 in UTC, or null; "
                 "micros are millionths of the currency's major unit.\n");
    for (const struct command *c = cli_commands; c->name; c++) {
        for (int i = 0; i < COMMAND_TABLES && c->tables[i]; i++) {
            fields(out, c->tables[i]);
        }
    }
    wait_reasons(out);
    configuration(out);
}
