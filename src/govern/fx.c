#include "govern/fx.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/num.h"

enum { CURRENCY_SIZE = 4, FX_RATES_MAX = 100000, LINE_SIZE = 200 };

struct fx_rate {
    char currency[CURRENCY_SIZE];
    int32_t day;
    double rate;
};

struct fx {
    char base[CURRENCY_SIZE];
    struct fx_rate *rates; /* by currency, then day */
    size_t count, cap;
};

struct fx *fx_create(void)
{
    struct fx *fx = calloc(1, sizeof *fx);
    if (fx) {
        memcpy(fx->base, "USD", CURRENCY_SIZE);
    }
    return fx;
}

void fx_destroy(struct fx *fx)
{
    if (fx) {
        free(fx->rates);
        free(fx);
    }
}

const char *fx_base(const struct fx *fx)
{
    return fx->base;
}

static bool is_currency(const char *text)
{
    return strlen(text) == 3 && isupper((unsigned char)text[0]) &&
           isupper((unsigned char)text[1]) && isupper((unsigned char)text[2]);
}

static int order(const struct fx_rate *r, const char *currency, int32_t day)
{
    int text = strcmp(r->currency, currency);
    return text != 0 ? text : (r->day > day) - (r->day < day);
}

/* The first rate not before (currency, day). */
static size_t lower_bound(const struct fx *fx, const char *currency, int32_t day)
{
    size_t low = 0, high = fx->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (order(&fx->rates[middle], currency, day) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool put(struct fx *fx, const char *currency, int32_t day, double rate, struct err *err)
{
    size_t i = lower_bound(fx, currency, day);
    if (i < fx->count && order(&fx->rates[i], currency, day) == 0) {
        fx->rates[i].rate = rate;
        return true;
    }
    if (fx->count == FX_RATES_MAX) {
        return err_set(err, ERR_LIMIT, "more than %d rates", FX_RATES_MAX);
    }
    if (fx->count == fx->cap) {
        size_t cap = fx->cap ? fx->cap * 2 : 64;
        struct fx_rate *grown = realloc(fx->rates, cap * sizeof *grown);
        if (!grown) {
            return err_set(err, ERR_MEMORY, "out of memory");
        }
        fx->rates = grown;
        fx->cap = cap;
    }
    memmove(fx->rates + i + 1, fx->rates + i, (fx->count - i) * sizeof *fx->rates);
    fx->rates[i] = (struct fx_rate){.day = day, .rate = rate};
    memcpy(fx->rates[i].currency, currency, CURRENCY_SIZE);
    fx->count++;
    return true;
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text)) {
        text++;
    }
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1])) {
        *--end = '\0';
    }
    return text;
}

static bool load_section(char *line, int32_t *day, struct err *err)
{
    char *close = strchr(line, ']');
    if (!close || close[1] != '\0') {
        return err_set(err, ERR_CONFIG, "a section is [YYYY-MM-DD]");
    }
    *close = '\0';
    if (!date_parse(line + 1, day)) {
        return err_set(err, ERR_CONFIG, "\"%s\" is not a date; write [YYYY-MM-DD]", line + 1);
    }
    return true;
}

static bool load_line(struct fx *fx, char *line, int32_t *day, struct err *err)
{
    line[strcspn(line, "#;")] = '\0';
    line = trim(line);
    if (line[0] == '\0') {
        return true;
    }
    if (line[0] == '[') {
        return load_section(line, day, err);
    }
    char *equals = strchr(line, '=');
    if (!equals) {
        return err_set(err, ERR_CONFIG, "neither a section nor CURRENCY = RATE");
    }
    *equals = '\0';
    char *key = trim(line), *value = trim(equals + 1);
    double rate;
    if (strcmp(key, "base") == 0 && is_currency(value)) {
        memcpy(fx->base, value, CURRENCY_SIZE);
        return true;
    }
    if (!is_currency(key)) {
        return err_set(err, ERR_CONFIG, "\"%s\" is not a currency; write three capitals", key);
    }
    if (!num_parse_double(value, &rate) || rate <= 0) {
        return err_set(err, ERR_CONFIG, "\"%s\" is not a rate above zero", value);
    }
    if (*day == INT32_MIN) {
        return err_set(err, ERR_CONFIG, "a rate needs a date; put it under [YYYY-MM-DD]");
    }
    return put(fx, key, *day, rate, err);
}

static bool load_text(struct fx *fx, const char *name, const char *text, struct err *err)
{
    int32_t day = INT32_MIN;
    for (int number = 1; *text != '\0'; number++) {
        char line[LINE_SIZE];
        size_t n = strcspn(text, "\n");
        bool fits = n < sizeof line;
        if (fits) {
            memcpy(line, text, n);
            line[n] = '\0';
        } else {
            err_set(err, ERR_CONFIG, "the line is longer than %d bytes", LINE_SIZE - 1);
        }
        if (!fits || !load_line(fx, line, &day, err)) {
            return err_prefix(err, "%s:%d", name, number);
        }
        text += n + (text[n] == '\n');
    }
    return true;
}

bool fx_load(struct fx *fx, const char *name, const char *text, struct err *err)
{
    struct fx copy = *fx;
    copy.cap = fx->count;
    copy.rates = NULL;
    if (fx->count > 0) {
        copy.rates = malloc(fx->count * sizeof *copy.rates);
        if (!copy.rates) {
            return err_set(err, ERR_MEMORY, "out of memory");
        }
        memcpy(copy.rates, fx->rates, fx->count * sizeof *copy.rates);
    }
    if (!load_text(&copy, name, text, err)) {
        free(copy.rates);
        return false;
    }
    free(fx->rates);
    *fx = copy;
    return true;
}

/* The latest not after day, else the oldest. */
static const struct fx_rate *rate_of(const struct fx *fx, const char *currency, int32_t day)
{
    size_t i = lower_bound(fx, currency, day);
    bool exact = i < fx->count && order(&fx->rates[i], currency, day) == 0;
    if (exact) {
        return &fx->rates[i];
    }
    if (i > 0 && strcmp(fx->rates[i - 1].currency, currency) == 0) {
        return &fx->rates[i - 1];
    }
    bool later = i < fx->count && strcmp(fx->rates[i].currency, currency) == 0;
    return later ? &fx->rates[i] : NULL;
}

struct fx_amount fx_convert(const struct fx *fx, const char *currency, int64_t micros,
                            const char *base, int32_t day)
{
    struct fx_amount out = {.micros = micros, .rate = 1, .rate_day = day};
    if (strcmp(currency, base) == 0) {
        return out;
    }
    struct fx_rate one = {.day = day, .rate = 1};
    const struct fx_rate *from = strcmp(currency, fx->base) == 0 ? &one : NULL;
    const struct fx_rate *to = strcmp(base, fx->base) == 0 ? &one : NULL;
    from = from ? from : rate_of(fx, currency, day);
    to = to ? to : rate_of(fx, base, day);
    if (!from || !to) {
        out.rate_day = 0;
        out.missing = true;
        return out;
    }
    out.rate = from->rate / to->rate;
    out.rate_day = from->day < to->day ? from->day : to->day;
    out.micros = (int64_t)llround((double)micros * out.rate);
    return out;
}
