#include "cli/table_cells.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/date.h"
#include "base/money.h"
#include "base/utf8.h"
#include "cli/cli.h"

enum { COLUMNS_MAX = 32 };

const char *cell_kind_name(enum cell_kind kind)
{
    static const char *const names[] = {
        [CELL_TEXT] = "text",    [CELL_NUMBER] = "integer", [CELL_DECIMAL] = "number or null",
        [CELL_BOOL] = "bool",    [CELL_TIME] = "time",      [CELL_SPAN] = "ms",
        [CELL_MONEY] = "micros", [CELL_PARTS] = "parts",
    };
    return names[kind];
}

struct table *table_create(const struct cli *cli, const struct table_spec *spec)
{
    struct table *table = calloc(1, sizeof *table);
    if (table) {
        table->cli = cli;
        table->spec = spec;
    }
    return table;
}

void table_destroy(struct table *table)
{
    if (!table) {
        return;
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        free(table->cells[i].text);
    }
    free(table->cells);
    free(table);
}

static struct cell *next_cell(struct table *table)
{
    if (table->cell_count == table->cell_cap) {
        size_t cap = table->cell_cap ? table->cell_cap * 2 : 256;
        struct cell *grown = realloc(table->cells, cap * sizeof *grown);
        if (!grown) {
            table->failed = true;
            return NULL;
        }
        table->cells = grown;
        table->cell_cap = cap;
    }
    struct cell *cell = &table->cells[table->cell_count++];
    memset(cell, 0, sizeof *cell);
    return cell;
}

void table_text(struct table *table, const char *text)
{
    struct cell *cell = next_cell(table);
    if (cell) {
        cell->text = strdup(text ? text : "");
        table->failed = table->failed || !cell->text;
    }
}

void table_number(struct table *table, int64_t value)
{
    struct cell *cell = next_cell(table);
    if (cell) {
        cell->number = value;
    }
}

void table_bool(struct table *table, bool value)
{
    table_number(table, value);
}

void table_time(struct table *table, int64_t ms)
{
    table_number(table, ms);
}

void table_span(struct table *table, int64_t ms)
{
    table_number(table, ms);
}

void table_money(struct table *table, int64_t micros)
{
    table_number(table, micros);
}

void table_decimal(struct table *table, double value)
{
    struct cell *cell = next_cell(table);
    if (cell) {
        cell->decimal = value;
    }
}

void cell_time_text(int64_t now, int64_t ms, char out[CELL_MAX])
{
    time_t at = (time_t)(ms / 1000);
    struct tm local;
    int64_t away = ms > now ? ms - now : now - ms;
    out[0] = '\0';
    if (ms == INT64_MAX) {
        snprintf(out, CELL_MAX, "open");
    } else if (ms != 0 && localtime_r(&at, &local)) {
        strftime(out, CELL_MAX, away < 20LL * 3600 * 1000 ? "%H:%M:%S" : "%Y-%m-%d %H:%M", &local);
    }
}

void cell_span_text(int64_t ms, char out[CELL_MAX])
{
    int64_t s = ms / 1000;
    if (ms < 0) {
        out[0] = '\0';
    } else if (s < 10) {
        snprintf(out, CELL_MAX, "%.1fs", (double)ms / 1000);
    } else if (s < 120) {
        snprintf(out, CELL_MAX, "%llds", (long long)s);
    } else if (s < 7200) {
        snprintf(out, CELL_MAX, "%lldm", (long long)(s / 60));
    } else if (s < 172800) {
        snprintf(out, CELL_MAX, "%lldh", (long long)(s / 3600));
    } else {
        snprintf(out, CELL_MAX, "%lldd", (long long)(s / 86400));
    }
}

static void cell_text(const struct table *table, const struct column *column,
                      const struct cell *cell, char out[CELL_MAX])
{
    switch (column->kind) {
    case CELL_TEXT:
        utf8_clean(cell->text, out, CELL_MAX);
        break;
    case CELL_NUMBER:
        snprintf(out, CELL_MAX, "%lld", (long long)cell->number);
        break;
    case CELL_DECIMAL:
        snprintf(out, CELL_MAX, cell->decimal < 0 ? "" : "%.1f", cell->decimal);
        break;
    case CELL_BOOL:
        snprintf(out, CELL_MAX, "%s", cell->number ? "yes" : "no");
        break;
    case CELL_TIME:
        cell_time_text(cli_now(table->cli), cell->number, out);
        break;
    case CELL_SPAN:
        cell_span_text(cell->number, out);
        break;
    case CELL_MONEY:
        money_format(cell->number, 2, out);
        break;
    case CELL_PARTS:
        out[0] = '\0';
        break;
    }
}

static int width_of(const char *text)
{
    int width = 0;
    size_t n = strlen(text);
    for (size_t i = 0; i < n;) {
        uint32_t cp = 0;
        i += utf8_next(text + i, n - i, &cp);
        int w = utf8_width(cp);
        width += w > 0 ? w : 0;
    }
    return width;
}

/* Cut at a code point so that it fits; the rest is said by "~". */
static void fit(char *text, int max)
{
    if (max <= 0 || width_of(text) <= max) {
        return;
    }
    size_t n = strlen(text), i = 0;
    int width = 0;
    while (i < n) {
        uint32_t cp = 0;
        size_t used = utf8_next(text + i, n - i, &cp);
        int w = utf8_width(cp) > 0 ? utf8_width(cp) : 0;
        if (width + w > max - 1) {
            break;
        }
        width += w;
        i += used;
    }
    text[i] = '~';
    text[i + 1] = '\0';
}

static bool flush_right(const struct column *column)
{
    return column->kind != CELL_TEXT && column->kind != CELL_BOOL;
}

/* A line of cells of the shown columns; row NULL = the titles. */
static void print_line(const struct table *table, const struct cell *row, const int *widths)
{
    char text[CELL_MAX];
    const char *gap = "";
    int owed = 0; /* blanks after the cell before, printed once another follows */
    for (size_t c = 0; c < table->spec->count; c++) {
        const struct column *column = &table->spec->columns[c];
        if (!column->title) {
            continue;
        }
        snprintf(text, sizeof text, "%s", column->title);
        if (row) {
            cell_text(table, column, &row[c], text);
            fit(text, column->max);
        }
        int pad = widths[c] - width_of(text);
        pad = pad > 0 ? pad : 0;
        printf("%*s%s%*s%s", owed, "", gap, flush_right(column) ? pad : 0, "", text);
        owed = flush_right(column) ? 0 : pad;
        gap = "  ";
    }
    putchar('\n');
}

static void print_text(const struct table *table)
{
    char text[CELL_MAX];
    int widths[COLUMNS_MAX] = {0};
    size_t n = table->spec->count;
    assert(n > 0 && n <= COLUMNS_MAX);
    if (table->cell_count == 0) {
        printf("%s\n", table->spec->empty);
        return;
    }
    for (size_t c = 0; c < n; c++) {
        widths[c] = table->spec->columns[c].title ? width_of(table->spec->columns[c].title) : 0;
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        cell_text(table, &table->spec->columns[i % n], &table->cells[i], text);
        fit(text, table->spec->columns[i % n].max);
        int width = width_of(text);
        widths[i % n] = width > widths[i % n] ? width : widths[i % n];
    }
    print_line(table, NULL, widths);
    for (size_t i = 0; i + n <= table->cell_count; i += n) {
        print_line(table, &table->cells[i], widths);
    }
}

static void print_head(const struct table *head)
{
    char text[CELL_MAX];
    int width = 0;
    for (size_t c = 0; c < head->spec->count; c++) {
        const char *title = head->spec->columns[c].title;
        int w = title ? width_of(title) : 0;
        width = w > width ? w : width;
    }
    for (size_t c = 0; c < head->spec->count && c < head->cell_count; c++) {
        const struct column *column = &head->spec->columns[c];
        cell_text(head, column, &head->cells[c], text);
        if (column->title && text[0]) {
            printf("%-*s  %s\n", width, column->title, text);
        }
    }
}

void table_put_document(const struct document *document)
{
    if (document->head) {
        print_head(document->head);
    }
    for (size_t i = 0; i < document->count; i++) {
        const struct table *part = document->parts[i];
        printf("%s%s:\n", i > 0 || document->head ? "\n" : "", part->spec->name);
        print_text(part);
    }
}

bool table_print(struct table *table, struct err *err)
{
    if (table->failed) {
        return err_set(err, ERR_MEMORY, "%s: out of memory", table->spec->name);
    }
    if (table->cli->json) {
        return table_json(table, err);
    }
    if (table->cli->csv) {
        table_csv(table);
    } else {
        print_text(table);
    }
    return true;
}
