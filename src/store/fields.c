#include "store/fields.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"

enum { SQL_MAX = 8192 };

bool fields_columns(struct str *out, struct fields fields, const char *prefix)
{
    for (size_t i = 0; i < fields.count; i++) {
        str_addf(out, "%s%s%s", i ? ", " : "", prefix, fields.rows[i].column);
    }
    return !out->overflow;
}

bool fields_assign(struct str *out, struct fields fields, size_t skip)
{
    for (size_t i = skip; i < fields.count; i++) {
        const char *column = fields.rows[i].column;
        str_addf(out, "%s%s = :%s", i > skip ? ", " : "", column, column);
    }
    return !out->overflow;
}

/* A copy of the member: members of packed arrays need not be read through their type. */
#define MEMBER(type, field, record)                                                                \
    (*(type const *)(const void *)((const char *)(record) + (field)->offset))

static int enum_value(const struct field *field, const void *record)
{
    assert(field->size == sizeof(int)); /* every enum of the model */
    return MEMBER(int, field, record);
}

static void bind_field(struct query *q, int number, const struct field *field, const void *record)
{
    const char *text = (const char *)record + field->offset;
    switch (field->type) {
    case F_I64:
        bind_i64_n(q, number, MEMBER(int64_t, field, record));
        return;
    case F_ID:
        bind_id_n(q, number, MEMBER(int64_t, field, record));
        return;
    case F_INT:
        bind_i64_n(q, number, MEMBER(int, field, record));
        return;
    case F_CODE:
        bind_id_n(q, number, MEMBER(int, field, record));
        return;
    case F_BOOL:
        bind_i64_n(q, number, MEMBER(bool, field, record));
        return;
    case F_REAL:
        bind_real_n(q, number, MEMBER(double, field, record));
        return;
    case F_GIVEN:
        if (MEMBER(double, field, record) >= 0) {
            bind_real_n(q, number, MEMBER(double, field, record));
        }
        return;
    case F_REGAIN:
        if (MEMBER(int64_t, field, record) >= 0) {
            bind_i64_n(q, number, MEMBER(int64_t, field, record));
        }
        return;
    case F_TEXT:
        bind_text_n(q, number, *text ? text : NULL, strnlen(text, field->size));
        return;
    case F_WORD:
        bind_text_n(q, number, text, strnlen(text, field->size));
        return;
    case F_PTR:
        text = MEMBER(char *, field, record);
        bind_text_n(q, number, text && *text ? text : NULL, text ? strlen(text) : 0);
        return;
    case F_ENUM:
        text = words_name(field->words, enum_value(field, record));
        bind_text_n(q, number, text, strlen(text));
        return;
    case F_NAME:
        text = words_name(field->words, enum_value(field, record));
        bind_text_n(q, number, *text ? text : NULL, strlen(text));
        return;
    case F_DAY:
        break; /* needs memory of its own: fields_bind */
    }
}

void fields_bind(struct query *q, struct fields fields, size_t skip, const void *record)
{
    char name[64];
    for (size_t i = skip; i < fields.count; i++) {
        const struct field *field = &fields.rows[i];
        snprintf(name, sizeof name, ":%s", field->column);
        int number = bind_at(q, name);
        bind_null_n(q, number);
        if (field->type == F_DAY) {
            bind_day(q, name, MEMBER(int32_t, field, record));
        } else {
            bind_field(q, number, field, record);
        }
    }
}

static void read_field(struct query *q, int column, const struct field *field, void *record,
                       struct arena *arena)
{
    char *at = (char *)record + field->offset;
    void *to = at;
    switch (field->type) {
    case F_I64:
    case F_ID:
        *(int64_t *)to = col_i64(q, column);
        return;
    case F_INT:
    case F_CODE:
        *(int *)to = (int)col_i64(q, column);
        return;
    case F_BOOL:
        *(bool *)to = col_i64(q, column) != 0;
        return;
    case F_REAL:
        *(double *)to = col_real(q, column);
        return;
    case F_GIVEN:
        *(double *)to = col_null(q, column) ? -1 : col_real(q, column);
        return;
    case F_REGAIN:
        *(int64_t *)to = col_null(q, column) ? -1 : col_i64(q, column);
        return;
    case F_TEXT:
    case F_WORD:
        col_array(q, column, at, field->size);
        return;
    case F_PTR:
        *(const char **)to = col_copy(q, column, arena);
        return;
    case F_ENUM:
    case F_NAME:
        *(int *)to = words_value(field->words, col_text(q, column, NULL));
        return;
    case F_DAY:
        if (!date_parse(col_text(q, column, NULL), to)) {
            *(int32_t *)to = 0;
        }
        return;
    }
}

void fields_read(struct query *q, int column, struct fields fields, void *record,
                 struct arena *arena)
{
    for (size_t i = 0; i < fields.count; i++) {
        read_field(q, column + (int)i, &fields.rows[i], record, arena);
    }
}

bool fields_insert(struct db *db, const char *table, struct fields fields, size_t skip,
                   const void *record, const char *tail, struct err *err)
{
    struct fields used = {fields.rows + skip, fields.count - skip};
    struct query q = {0};
    struct str sql;
    str_init(&sql, SQL_MAX);
    str_addf(&sql, "INSERT INTO %s (", table);
    fields_columns(&sql, used, "");
    str_add(&sql, ") VALUES (");
    for (size_t i = 0; i < used.count; i++) {
        str_addf(&sql, "%s:%s", i ? ", " : "", used.rows[i].column);
    }
    str_addf(&sql, ") %s", tail ? tail : "");
    bool ok = sql.overflow ? err_set(err, ERR_MEMORY, "database: out of memory")
                           : db_query(db, &q, str_text(&sql), err);
    if (ok) {
        fields_bind(&q, used, 0, record);
        ok = db_run(&q, err);
    }
    str_fini(&sql);
    return ok;
}

void *rows_add(struct rows *rows, struct err *err)
{
    if (rows->count == rows->cap) {
        size_t cap = rows->cap ? rows->cap * 2 : 32;
        char *data = arena_array(rows->arena, cap, rows->record_size);
        if (!data) {
            err_set(err, ERR_MEMORY, "database: out of memory after %zu rows", rows->count);
            return NULL;
        }
        if (rows->count) {
            memcpy(data, rows->data, rows->count * rows->record_size);
        }
        rows->data = data;
        rows->cap = cap;
    }
    return (char *)rows->data + rows->record_size * rows->count++;
}

bool rows_read(struct rows *rows, struct query *q, struct fields fields, struct err *err)
{
    int step;
    while ((step = db_step(q, err)) > 0) {
        void *record = rows_add(rows, err);
        if (!record) {
            step = -1;
            break;
        }
        fields_read(q, 0, fields, record, rows->arena);
    }
    db_done(q);
    return step == 0;
}
