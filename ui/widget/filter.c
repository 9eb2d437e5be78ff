#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ui/widget/table.h"

struct term {
    bool negated;
    const struct column *column; /* NULL = any */
    char op[3];
    const char *value;
};

static void read_operator(struct term *term)
{
    static const char *const ops[] = {"!=", "<=", ">=", "=", "<", ">", "~"};
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        size_t n = strlen(ops[i]);
        if (strncmp(term->value, ops[i], n) == 0) {
            memcpy(term->op, ops[i], n + 1);
            term->value += n;
            return;
        }
    }
    snprintf(term->op, sizeof term->op, "~");
}

static const struct column *find_column(const struct column *columns, size_t count,
                                        const char *name, size_t n)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(columns[i].key) == n && strncasecmp(columns[i].key, name, n) == 0) {
            return &columns[i];
        }
    }
    return NULL;
}

static struct term read_term(const char *word, const struct column *columns, size_t count)
{
    struct term term = {.op = "~", .value = word};
    if (word[0] == '!' && word[1] && word[1] != '=') {
        term.negated = true;
        term.value = ++word;
    }
    const char *colon = strchr(word, ':');
    term.column = colon ? find_column(columns, count, word, (size_t)(colon - word)) : NULL;
    if (term.column) {
        term.value = colon + 1;
        read_operator(&term);
    }
    return term;
}

/* "80%", "1,200" and "15m" compare by their leading number when the column has numbers. */
static bool compare_number(const struct term *term, double have, double want)
{
    switch (term->op[0]) {
    case '<':
        return term->op[1] == '=' ? have <= want : have < want;
    case '>':
        return term->op[1] == '=' ? have >= want : have > want;
    case '!':
        return have < want || have > want;
    default:
        return !(have < want) && !(have > want);
    }
}

static bool column_matches(const struct term *term, const struct column *column, const void *row,
                           const void *env)
{
    char *end = NULL;
    double want = strtod(term->value, &end);
    if (column->number && term->op[0] != '~' && end != term->value) {
        return compare_number(term, column->number(row, env), want);
    }
    struct cell_out out = {.gauge = -1};
    column->format(row, env, &out);
    switch (term->op[0]) {
    case '=':
        return strcasecmp(out.text, term->value) == 0;
    case '!':
        return strcasecmp(out.text, term->value) != 0;
    case '<':
        return strcasecmp(out.text, term->value) < 0;
    case '>':
        return strcasecmp(out.text, term->value) > 0;
    default:
        return strcasestr(out.text, term->value) != NULL;
    }
}

static bool term_matches(const struct term *term, const struct column *columns, size_t count,
                         const void *row, const void *env)
{
    if (term->column) {
        return column_matches(term, term->column, row, env) != term->negated;
    }
    for (size_t i = 0; i < count; i++) {
        if (column_matches(term, &columns[i], row, env)) {
            return !term->negated;
        }
    }
    return term->negated;
}

bool table_match(const char *filter, const struct column *columns, size_t count, const void *row,
                 const void *env)
{
    char words[FILTER_MAX];
    snprintf(words, sizeof words, "%s", filter);
    char *save = NULL;
    int terms = 0;
    for (char *word = strtok_r(words, " \t", &save); word && terms < TERMS_MAX;
         word = strtok_r(NULL, " \t", &save), terms++) {
        struct term term = read_term(word, columns, count);
        if (!term_matches(&term, columns, count, row, env)) {
            return false;
        }
    }
    return true;
}
