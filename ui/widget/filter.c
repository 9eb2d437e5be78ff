#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/date.h"
#include "ui/when.h"
#include "ui/widget/filter.h"
#include "ui/widget/fuzzy.h"

/* One letter is what a cell shows; from two on a word is meant. */
enum { WORD_MIN = 2 };

struct term {
    char text[FILTER_MAX];
    bool negated;
    bool fuzzy;                  /* the letters of value, in order */
    const struct column *column; /* NULL = any */
    char op[3];
    const char *value; /* in text */
};

/* The next term; blanks between double quotes belong to it. NULL at the end. */
static const char *cut_term(const char *filter, char out[FILTER_MAX])
{
    size_t used = 0;
    bool quoted = false, any = false;
    filter += strspn(filter, " \t");
    for (; *filter && (quoted || !strchr(" \t", *filter)); filter++) {
        any = true;
        if (*filter == '"') {
            quoted = !quoted;
        } else if (used + 1 < FILTER_MAX) {
            out[used++] = *filter;
        }
    }
    out[used] = '\0';
    return any ? filter : NULL;
}

static void read_operator(struct term *term)
{
    static const char *const ops[] = {"!=", "<=", ">=", "=", "<", ">", "~"};
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        size_t n = strlen(ops[i]);
        if (strncmp(term->value, ops[i], n) == 0) {
            memcpy(term->op, ops[i], n + 1);
            term->value += n;
            term->fuzzy = *ops[i] == '~';
            return;
        }
    }
}

static const struct column *find_column(const struct column *columns, size_t count,
                                        const char *name, size_t n)
{
    for (size_t i = 0; i < count; i++) {
        const char *title = columns[i].title ? columns[i].title : "";
        bool key = strlen(columns[i].key) == n && strncasecmp(columns[i].key, name, n) == 0;
        if (key || (n && strlen(title) == n && strncasecmp(title, name, n) == 0)) {
            return &columns[i];
        }
    }
    return NULL;
}

/* False at the end of the filter. */
static bool next_term(const char **filter, const struct column *columns, size_t count,
                      struct term *term)
{
    const char *rest = cut_term(*filter, term->text);
    if (!rest) {
        return false;
    }
    const char *word = term->text;
    *filter = rest;
    term->negated = word[0] == '!' && word[1] && word[1] != '=';
    word += term->negated;
    term->fuzzy = word[0] == '~' && word[1];
    word += term->fuzzy;
    /* "calls:>4", and as it comes to mind "calls>4" */
    size_t name = strcspn(word, ":=<>~");
    size_t bare = name > 0 && word[name] == '=' && word[name - 1] == '!' ? name - 1 : name;
    term->column = !term->fuzzy && word[name] ? find_column(columns, count, word, bare) : NULL;
    memcpy(term->op, "~", 2);
    term->value = term->column ? word + bare + (word[bare] == ':') : word;
    if (term->column) {
        read_operator(term);
    }
    return true;
}

/* What stands in a filter, in the unit of the column's numbers: "80%", "1,200", "15m" (ms), and
 * "10:41" (an instant: the next one for what lies ahead, else the last). */
static bool read_number(const char *text, double have, const struct row_source *source, double *out)
{
    char digits[FILTER_MAX], *end = NULL;
    size_t n = 0;
    int64_t ms = 0;
    if (duration_parse(text, &ms) ||
        when_parse(text, source->now, source->offset_s, have > (double)source->now, &ms)) {
        *out = (double)ms;
        return true;
    }
    for (const char *c = text; *c; c++) {
        if (*c != ',') {
            digits[n++] = *c;
        }
    }
    digits[n] = '\0';
    *out = strtod(digits, &end);
    return end != digits && (!*end || strcmp(end, "%") == 0);
}

static bool compare(const char *op, int order)
{
    switch (op[0]) {
    case '<':
        return op[1] == '=' ? order <= 0 : order < 0;
    case '>':
        return op[1] == '=' ? order >= 0 : order > 0;
    case '!':
        return order != 0;
    default:
        return order == 0;
    }
}

/* Does the cell say so, or go by that name? */
static bool is_called(const struct cell_out *out, const char *value)
{
    const char *shown = out->text + (out->text[0] == '~');
    size_t n = strlen(value);
    bool same = strncasecmp(shown, value, n) == 0;
    bool found = strcasecmp(out->text, value) == 0 ||
                 (n && same && (!shown[n] || strcmp(shown + n, "%") == 0));
    for (size_t i = 0; i < CELL_NAMES && !found; i++) {
        found = out->names[i] && strcasecmp(out->names[i], value) == 0;
    }
    return found;
}

static bool says(const struct cell_out *out, const struct term *term)
{
    return term->fuzzy ? fuzzy_match(out->text, term->value)
                       : strcasestr(out->text, term->value) != NULL;
}

static bool mentions(const struct cell_out *out, const struct term *term)
{
    const char *value = term->value;
    size_t n = strlen(value);
    bool found = says(out, term);
    for (size_t i = 0; i < CELL_NAMES && !found && n >= WORD_MIN; i++) {
        found = out->names[i] && strncasecmp(out->names[i], value, n) == 0;
    }
    return found;
}

static bool column_matches(const struct term *term, const void *row,
                           const struct row_source *source)
{
    const struct column *column = term->column;
    struct cell_out out = {.gauge = -1};
    double have = column->number ? column->number(row, source->env) : 0, want = 0;
    column->format(row, source->env, &out);
    if (term->op[0] == '~') {
        return mentions(&out, term);
    }
    /* "= 15m" is what is shown so, "> 15m" is what is more, if only by seconds. */
    bool strict = (term->op[0] == '<' || term->op[0] == '>') && !term->op[1];
    if (!strict && is_called(&out, term->value)) {
        return compare(term->op, 0);
    }
    if (column->number && read_number(term->value, have, source, &want)) {
        return compare(term->op, have < want ? -1 : have > want);
    }
    return compare(term->op, strcasecmp(out.text, term->value));
}

static bool any_column_says(const struct term *term, const struct column *columns, size_t count,
                            const void *row, const struct row_source *source)
{
    for (size_t i = 0; i < count; i++) {
        struct cell_out out = {.gauge = -1};
        columns[i].format(row, source->env, &out);
        if (says(&out, term)) {
            return true;
        }
    }
    return false;
}

bool table_match(const char *filter, const struct column *columns, size_t count, const void *row,
                 const struct row_source *source)
{
    struct term term = {0};
    while (next_term(&filter, columns, count, &term)) {
        bool found = term.column ? column_matches(&term, row, source)
                                 : any_column_says(&term, columns, count, row, source);
        if (found == term.negated) {
            return false;
        }
    }
    return true;
}

/* Every place where the text says it; no letters say nothing. */
static bool note_places(const char *text, const char *wanted, bool *hits)
{
    size_t n = strlen(wanted);
    bool any = false;
    for (const char *at = n ? strcasestr(text, wanted) : NULL; at;
         at = strcasestr(at + n, wanted)) {
        memset(hits + (at - text), true, n);
        any = true;
    }
    return any;
}

bool filter_hits(const char *filter, const struct column *columns, size_t count,
                 const struct column *column, const char *text, bool *hits)
{
    struct term term;
    bool any = false;
    while (next_term(&filter, columns, count, &term)) {
        bool about = !term.negated && *term.value && (!term.column || term.column == column);
        if (!about) {
            continue;
        }
        bool words = term.op[0] == '~';
        bool said = words && (term.fuzzy ? fuzzy_find(text, term.value, hits)
                                         : note_places(text, term.value, hits));
        if (!said && term.column) { /* it compares, or knows the cell by another name */
            memset(hits, true, strlen(text));
            said = true;
        }
        any |= said;
    }
    return any;
}

bool table_filter_hint(const char *filter, const struct column *columns, size_t count, char *out,
                       size_t size)
{
    struct term term = {0};
    while (next_term(&filter, columns, count, &term)) {
        const char *colon = strchr(term.value, ':');
        bool named = colon && colon > term.value && colon[1];
        if (!term.column && named && strchr("=<>!~", colon[1])) {
            snprintf(out, size, "no column \"%.*s\" here", (int)(colon - term.value), term.value);
            return true;
        }
        if (term.column && !*term.value && !*filter) {
            snprintf(out, size, "%.16s: %.100s", term.column->key,
                     term.column->help ? term.column->help : "");
            return true;
        }
    }
    return false;
}
