#include "sim/api/put.h"

#include <stdio.h>

#include "base/date.h"
#include "base/tz.h"
#include "sim/net/out.h"

void write_time(struct str *out, int64_t ms, const struct tz *tz)
{
    int64_t at = ms / 1000;
    int32_t offset = tz != NULL ? tz_offset_s(tz, at) : 0;
    int64_t local = at + offset;
    int32_t day = (int32_t)(local / 86400);
    int32_t rest = (int32_t)(local % 86400);
    int32_t away = offset < 0 ? -offset : offset;
    struct date_text date = date_text(day);
    char text[40];
    int n =
        snprintf(text, sizeof text, "\"%sT%02d:%02d:%02d%c%02d%02d\"", date.text, rest / 3600,
                 rest / 60 % 60, rest % 60, offset < 0 ? '-' : '+', away / 3600, away / 60 % 60);
    str_addn(out, text, n > 0 ? (size_t)n : 0);
}

void write_id(struct str *out, uint64_t id)
{
    out_quoted_int(out, (int64_t)id);
}

void write_name(struct str *out, const struct world_name *name)
{
    str_addc(out, '"');
    world_name_json(name, out);
    str_addc(out, '"');
}

void put_key(const struct emit *emit)
{
    out_key(emit->out, emit->item->key);
}

void put_id(const struct emit *emit, uint64_t id)
{
    if (id != 0) {
        put_key(emit);
        write_id(emit->out, id);
    }
}

void put_text(const struct emit *emit, const char *text)
{
    if (text != NULL) {
        put_key(emit);
        out_string(emit->out, text);
    }
}

void put_raw(const struct emit *emit, const char *json)
{
    put_key(emit);
    out_raw(emit->out, json);
}

/* A numeric string; below zero = absent. */
void put_amount(const struct emit *emit, int64_t amount)
{
    if (amount >= 0) {
        put_key(emit);
        out_quoted_int(emit->out, amount);
    }
}

void put_time(const struct emit *emit, int64_t ms)
{
    if (ms > 0) {
        put_key(emit);
        write_time(emit->out, ms, emit->account->tz);
    }
}

void put_int(const struct emit *emit, int64_t value)
{
    put_key(emit);
    out_int(emit->out, value);
}
