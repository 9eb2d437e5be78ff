#include "graph/decode_row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/money.h"
#include "json/json.h"

enum { NOT_FOUND = -1, SAMPLE_SIZE = 81 };

static void sample_text(const struct json *node, char out[SAMPLE_SIZE])
{
    bool truth = false;
    const char *text = json_text(node);
    if (text != NULL) {
        snprintf(out, SAMPLE_SIZE, "%s", text);
    } else if (json_type(node) == JSON_OBJECT) {
        snprintf(out, SAMPLE_SIZE, "{...}");
    } else if (json_type(node) == JSON_ARRAY) {
        snprintf(out, SAMPLE_SIZE, "[...]");
    } else if (json_bool(node, &truth)) {
        snprintf(out, SAMPLE_SIZE, "%s", truth ? "true" : "false");
    } else if (!json_decimal(node, out, SAMPLE_SIZE)) {
        out[0] = '\0';
    }
}

void row_drift(const struct decoder *decoder, const char *field, enum drift_kind kind,
               const struct json *sample)
{
    char text[SAMPLE_SIZE];
    if (decoder->drift == NULL) {
        return;
    }
    sample_text(sample, text);
    struct drift_note note = {decoder->edge, field, kind, text};
    decoder->drift(decoder->ctx, &note);
}

static bool all_digits(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

bool decode_time(const char *text, int64_t *ms)
{
    if (all_digits(text)) {
        if (strlen(text) > 12) {
            return false;
        }
        *ms = (int64_t)strtoll(text, NULL, 10) * 1000;
        return true;
    }
    return date_parse_rfc3339(text, ms);
}

const char *row_decimal(const struct decoder *decoder, const struct json *node)
{
    char buf[48];
    const char *text = json_text(node);
    if (text == NULL) {
        return json_decimal(node, buf, sizeof buf) ? arena_copy(decoder->arena, buf, strlen(buf))
                                                   : NULL;
    }
    size_t n = strspn(text, "-.0123456789");
    return n > 0 && text[n] == '\0' ? text : NULL;
}

static bool set_chars(char *out, size_t size, const struct json *node)
{
    const char *text = json_text(node);
    if (text == NULL || text[0] == '\0' || strlen(text) >= size) {
        return false;
    }
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool set_number(const struct slot *slot, char *at, const struct json *node)
{
    int64_t whole = 0;
    double real = 0;
    switch ((int)slot->kind) {
    case SLOT_COUNT:
        return json_i64(node, &whole) && (memcpy(at, &whole, sizeof whole), true);
    case SLOT_INT:
        if (!json_i64(node, &whole) || whole < INT32_MIN || whole > INT32_MAX) {
            return false;
        }
        memcpy(at, &(int){(int)whole}, sizeof(int));
        return true;
    default: /* SLOT_HOURS */
        if (!json_double(node, &real) || !(fabs(real) <= 24)) {
            return false;
        }
        memcpy(at, &(int){(int)lround(real * 60)}, sizeof(int));
        return true;
    }
}

/* What is written as decimal or date text. */
static bool set_parsed(const struct decoder *decoder, const struct slot *slot, char *at,
                       const struct json *node)
{
    int64_t value = 0;
    int32_t day = 0;
    const char *text = slot->kind == SLOT_MONEY ? row_decimal(decoder, node) : json_text(node);
    switch ((int)slot->kind) {
    case SLOT_MONEY:
        return text != NULL && money_parse_micros(text, &value) &&
               (memcpy(at, &value, sizeof value), true);
    case SLOT_DATE:
        return text != NULL && date_parse(text, &day) && (memcpy(at, &day, sizeof day), true);
    default: /* SLOT_TIME */
        text = text == NULL ? row_decimal(decoder, node) : text;
        return text != NULL && decode_time(text, &value) &&
               (memcpy(at, &value, sizeof value), true);
    }
}

static bool set_pointer(char *at, const char *text)
{
    if (text == NULL) {
        return false;
    }
    memcpy(at, &text, sizeof text);
    return true;
}

static bool set_slot(struct row *row, const struct slot *slot, const struct json *node)
{
    const struct decoder *decoder = row->decoder;
    char *at = (char *)row->out + slot->offset;
    switch (slot->kind) {
    case SLOT_NONE:
        return true;
    case SLOT_TEXT:
        return set_pointer(at, json_text(node));
    case SLOT_DECIMAL:
        return set_pointer(at, row_decimal(decoder, node));
    case SLOT_COUNT:
    case SLOT_INT:
    case SLOT_HOURS:
        return set_number(slot, at, node);
    case SLOT_TIME:
    case SLOT_MONEY:
    case SLOT_DATE:
        return set_parsed(decoder, slot, at, node);
    case SLOT_CODE8:
        return set_chars(at, 8, node);
    case SLOT_NAME64:
        return set_chars(at, 64, node);
    case SLOT_ACCOUNT: {
        const char *text = row_decimal(decoder, node);
        text = text == NULL ? json_text(node) : text;
        return text != NULL && account_id_normalize(text, at);
    }
    case SLOT_LATER:
        row->later[slot->offset] = node;
        return json_type(node) == JSON_ARRAY;
    }
    return false;
}

/* Members come in the order they were asked for, so the search starts where the last one ended. */
static int find_field(const struct field *fields, size_t count, const char *key, size_t *hint)
{
    for (size_t i = 0, at = *hint; i < count; i++, at++) {
        at = at >= count ? at - count : at;
        if (strcmp(fields[at].name, key) == 0) {
            *hint = at + 1;
            return (int)at;
        }
    }
    return NOT_FOUND;
}

static bool keep_breakdown(struct row *row, const char *key, const struct json *node)
{
    const char *const *asked = row->decoder->breakdowns;
    for (size_t i = 0; asked != NULL && asked[i] != NULL && i < ROW_KEPT_MAX; i++) {
        if (strcmp(asked[i], key) == 0) {
            row->breakdowns[i] = node;
            return true;
        }
    }
    return false;
}

/* What a row must have, and what it always had. */
static bool check_absent(const struct row *row, const struct field *fields, size_t count)
{
    const struct decoder *decoder = row->decoder;
    bool usable = true;
    for (size_t i = 0; i < count; i++) {
        uint64_t bit = (uint64_t)1 << i;
        if ((row->good & bit) != 0 || (fields[i].flags & (FIELD_REQUIRED | FIELD_ALWAYS)) == 0 ||
            !field_is_asked(decoder->edge, i, decoder->level, decoder->dropped) ||
            (decoder->sweep && (fields[i].flags & FIELD_SWEEP) == 0)) {
            continue;
        }
        if ((row->seen & bit) == 0) {
            row_drift(decoder, fields[i].name, DRIFT_MISSING, NULL);
        }
        usable = usable && (fields[i].flags & FIELD_REQUIRED) == 0;
    }
    return usable;
}

bool row_decode(struct row *row, const struct json *object)
{
    size_t count = 0;
    size_t hint = 0;
    const struct field *fields = fields_of(row->decoder->edge, &count);
    if (json_type(object) != JSON_OBJECT) {
        row_drift(row->decoder, "(row)", DRIFT_TYPE, object);
        return false;
    }
    for (const struct json *m = json_first(object); m != NULL; m = json_next(m)) {
        const char *key = json_key(m);
        int at = find_field(fields, count, key, &hint);
        if (at == NOT_FOUND) {
            if (!keep_breakdown(row, key, m)) {
                row_drift(row->decoder, key, DRIFT_UNKNOWN, m);
            }
            continue;
        }
        if (json_type(m) == JSON_NULL) {
            continue; /* as good as absent */
        }
        uint64_t bit = (uint64_t)1 << at;
        row->seen |= bit;
        if (set_slot(row, &row->slots[at], m)) {
            row->good |= bit;
        } else {
            row_drift(row->decoder, key, DRIFT_TYPE, m);
        }
    }
    return check_absent(row, fields, count);
}
