/* Tables for programs: JSON and CSV. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/table_cells.h"
#include "json/write.h"

enum { DOCUMENT_MAX = 256 * 1024 * 1024 };

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

static void json_row(struct jw *w, const struct table *table, const struct cell *row)
{
    for (size_t c = 0; c < table->spec->count; c++) {
        json_cell(w, &table->spec->columns[c], &row[c]);
    }
}

static void json_rows(struct jw *w, const struct table *table)
{
    size_t n = table->spec->count;
    assert(n > 0);
    jw_array_begin(w);
    for (size_t i = 0; i + n <= table->cell_count; i += n) {
        jw_object_begin(w);
        json_row(w, table, &table->cells[i]);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void json_begin(struct jw *w, const struct cli *cli, const char *name)
{
    jw_object_begin(w);
    jw_put_text(w, "command", name);
    jw_put_time(w, "as_of", cli->at_ms ? cli->at_ms : cli_now(cli));
}

static bool json_end(struct jw *w, struct str *out, const char *name, struct err *err)
{
    jw_object_end(w);
    bool ok = jw_ok(w);
    if (ok) {
        table_put_json(str_text(out));
    }
    str_fini(out);
    return ok || err_set(err, ERR_LIMIT, "%s: too much for one document; narrow it", name);
}

bool table_json(const struct table *table, struct err *err)
{
    struct str out;
    struct jw w;
    str_init(&out, DOCUMENT_MAX);
    jw_init(&w, &out);
    json_begin(&w, table->cli, table->spec->name);
    jw_key(&w, "rows");
    json_rows(&w, table);
    return json_end(&w, &out, table->spec->name, err);
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

void table_csv(const struct table *table)
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

bool document_print(const struct cli *cli, const struct document *document, struct err *err)
{
    bool failed = document->head && document->head->failed;
    for (size_t i = 0; i < document->count; i++) {
        failed = failed || !document->parts[i] || document->parts[i]->failed;
    }
    if (failed) {
        return err_set(err, ERR_MEMORY, "%s: out of memory", document->name);
    }
    if (!cli->json) {
        table_put_document(document);
        return true;
    }
    struct str out;
    struct jw w;
    str_init(&out, DOCUMENT_MAX);
    jw_init(&w, &out);
    json_begin(&w, cli, document->name);
    if (document->head && document->head->cell_count >= document->head->spec->count) {
        json_row(&w, document->head, document->head->cells);
    }
    for (size_t i = 0; i < document->count; i++) {
        jw_key(&w, document->parts[i]->spec->name);
        json_rows(&w, document->parts[i]);
    }
    return json_end(&w, &out, document->name, err);
}
