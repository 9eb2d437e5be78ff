#include "cli/table.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/date.h"
#include "base/money.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "json/write.h"

enum { DOCUMENT_MAX = 256 * 1024 * 1024, CELL_MAX = 512, COLUMNS_MAX = 32 };

struct cell {
    char *text; /* CELL_TEXT */
    int64_t number;
    double decimal;
};

struct table {
    const struct cli *cli;
    const struct table_spec *spec;
    struct cell *cells;
    size_t cell_count, cell_cap;
    bool failed;
};

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

/* The local time when it is near, the date as well when not. */
static void time_text(int64_t now, int64_t ms, char out[CELL_MAX])
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

static void span_text(int64_t ms, char out[CELL_MAX])
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
        time_text(cli_now(table->cli), cell->number, out);
        break;
    case CELL_SPAN:
        span_text(cell->number, out);
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

static void json_cell(struct jw *w, const struct column *column, const struct cell *cell)
{
    jw_key(w, column->key);
    switch (column->kind) {
    case CELL_TEXT:
        jw_text(w, cell->text);
        break;
    case CELL_SPAN:
        if (cell->number < 0) {
            jw_null(w);
            break;
        }
        jw_i64(w, cell->number);
        break;
    case CELL_NUMBER:
    case CELL_MONEY:
        jw_i64(w, cell->number);
        break;
    case CELL_DECIMAL:
        if (cell->decimal < 0) {
            jw_null(w);
        } else {
            jw_double(w, cell->decimal);
        }
        break;
    case CELL_TIME: {
        char text[32];
        if (cell->number == 0 || cell->number == INT64_MAX) {
            jw_null(w);
        } else {
            date_format_rfc3339(cell->number, 0, text);
            jw_text(w, text);
        }
        break;
    }
    case CELL_BOOL:
        jw_bool(w, cell->number != 0);
        break;
    case CELL_PARTS:
        jw_null(w);
        break;
    }
}

void table_put_json(const char *json)
{
    size_t n = strlen(json);
    for (size_t i = 0; i < n;) {
        uint32_t cp = 0;
        size_t used = utf8_next(json + i, n - i, &cp);
        if (cp < 0x80 || !utf8_is_hostile(cp)) {
            fwrite(json + i, 1, used, stdout);
        } else if (cp < 0x10000) {
            printf("\\u%04x", (unsigned)cp);
        } else {
            unsigned over = (unsigned)cp - 0x10000;
            printf("\\u%04x\\u%04x", 0xD800 + (over >> 10), 0xDC00 + (over & 0x3FF));
        }
        i += used;
    }
    putchar('\n');
}

static bool print_json(const struct table *table, struct err *err)
{
    struct str out;
    struct jw w;
    assert(table->spec->count > 0);
    str_init(&out, DOCUMENT_MAX);
    jw_init(&w, &out);
    jw_object_begin(&w);
    jw_put_text(&w, "command", table->spec->name);
    jw_put_time(&w, "as_of", table->cli->at_ms ? table->cli->at_ms : cli_now(table->cli));
    jw_key(&w, "rows");
    jw_array_begin(&w);
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t c = i % table->spec->count;
        if (c == 0) {
            jw_object_begin(&w);
        }
        json_cell(&w, &table->spec->columns[c], &table->cells[i]);
        if (c + 1 == table->spec->count) {
            jw_object_end(&w);
        }
    }
    jw_array_end(&w);
    jw_object_end(&w);
    bool ok = jw_ok(&w);
    if (ok) {
        table_put_json(str_text(&out));
    }
    str_fini(&out);
    return ok || err_set(err, ERR_LIMIT, "%s: too much for one document", table->spec->name);
}

static void put_code_point(uint32_t cp)
{
    char bytes[4] = "";
    fwrite(bytes, 1, utf8_put(cp, bytes), stdout);
}

/* RFC 4180: quoted when it has to be. What a terminal would obey is replaced: CSV has no way to
 * write it otherwise. */
static void csv_field(const char *text, bool last)
{
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    size_t n = strlen(text);
    fputs(quoted ? "\"" : "", stdout);
    for (size_t i = 0; i < n;) {
        uint32_t cp = 0;
        i += utf8_next(text + i, n - i, &cp);
        bool blank = cp == '\n' || cp == '\r' || cp == '\t';
        fputs(cp == '"' ? "\"" : "", stdout);
        put_code_point(blank ? ' ' : utf8_is_hostile(cp) ? 0xFFFD : cp);
    }
    fputs(quoted ? "\"" : "", stdout);
    fputs(last ? "\r\n" : ",", stdout);
}

static void csv_cell(const struct column *column, const struct cell *cell, bool last)
{
    char text[64] = "";
    if (column->kind == CELL_TEXT) {
        csv_field(cell->text, last);
        return;
    }
    if (column->kind == CELL_DECIMAL && cell->decimal >= 0) {
        snprintf(text, sizeof text, "%.3f", cell->decimal);
    } else if (column->kind == CELL_TIME && cell->number != 0 && cell->number != INT64_MAX) {
        date_format_rfc3339(cell->number, 0, text);
    } else if (column->kind == CELL_BOOL) {
        snprintf(text, sizeof text, "%s", cell->number ? "true" : "false");
    } else if (column->kind == CELL_SPAN
                   ? cell->number >= 0
                   : column->kind != CELL_DECIMAL && column->kind != CELL_TIME) {
        snprintf(text, sizeof text, "%lld", (long long)cell->number);
    }
    csv_field(text, last);
}

static void print_csv(const struct table *table)
{
    size_t n = table->spec->count;
    assert(n > 0);
    for (size_t c = 0; c < n; c++) {
        csv_field(table->spec->columns[c].key, c + 1 == n);
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        csv_cell(&table->spec->columns[i % n], &table->cells[i], i % n + 1 == n);
    }
}

bool table_print(struct table *table, struct err *err)
{
    if (table->failed) {
        return err_set(err, ERR_MEMORY, "%s: out of memory", table->spec->name);
    }
    if (table->cli->json) {
        return print_json(table, err);
    }
    if (table->cli->csv) {
        print_csv(table);
    } else {
        print_text(table);
    }
    return true;
}
