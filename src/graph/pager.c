#include "graph/pager.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "graph/retry.h"
#include "json/json.h"

enum { GROW_FIRST = 4, GROW_SLOWEST = 64, SEEN = 8 };

static uint64_t hash_text(const char *text, uint64_t seed)
{
    return text == NULL ? hash_u64(seed) : hash_bytes(text, strlen(text) + 1, seed);
}

static uint64_t spec_hash(const struct pager_spec *spec)
{
    uint64_t h = hash_text(spec->path, 1);
    for (size_t i = 0; i < spec->param_count; i++) {
        h = hash_text(spec->params[i].value, hash_text(spec->params[i].key, h));
    }
    return h;
}

static void rewind_listing(struct pager *pager)
{
    pager->after[0] = '\0';
    pager->pages = 0;
    pager->rows = 0;
    pager->empties = 0;
    memset(pager->seen, 0, sizeof pager->seen);
}

bool pager_init(struct pager *pager, const struct pager_spec *spec, struct err *err)
{
    if (spec->param_count > PAGER_PARAMS_MAX) {
        return err_set(err, ERR_LIMIT, "a listing of %s has %zu parameters; %d is the most",
                       spec->path, spec->param_count, PAGER_PARAMS_MAX);
    }
    memset(pager, 0, sizeof *pager);
    pager->spec = *spec;
    pager->limit = spec->limit_start > 0 && spec->limit_start <= spec->limit_max ? spec->limit_start
                                                                                 : spec->limit_max;
    pager->good_needed = GROW_FIRST;
    return true;
}

void pager_request(struct pager *pager, struct graph_request *out)
{
    size_t n = 0;
    for (; n < pager->spec.param_count; n++) {
        pager->params[n] = pager->spec.params[n];
    }
    snprintf(pager->limit_text, sizeof pager->limit_text, "%d", pager->limit);
    pager->params[n++] = (struct graph_param){"limit", pager->limit_text};
    if (pager->after[0] != '\0') {
        pager->params[n++] = (struct graph_param){"after", pager->after};
    }
    memset(out, 0, sizeof *out);
    out->call_class = pager->spec.call_class;
    out->account_id = pager->spec.account_id;
    out->path = pager->spec.path;
    out->params = pager->params;
    out->param_count = n;
    out->run_id = pager->spec.run_id;
}

static void shrink(struct pager *pager)
{
    pager->limit = pager->limit > PAGER_SHRINK ? pager->limit / PAGER_SHRINK : 1;
    pager->shrunk++;
    pager->good = 0;
    if (pager->good_needed < GROW_SLOWEST) {
        pager->good_needed *= 2; /* what failed once is tried again ever more rarely */
    }
}

void pager_lighten(struct pager *pager, int limit)
{
    pager->good = 0;
    if (limit > 0 && limit < pager->limit) {
        pager->limit = limit;
    }
}

static void grow_slowly(struct pager *pager)
{
    if (pager->limit >= pager->spec.limit_max || ++pager->good < pager->good_needed) {
        return;
    }
    pager->good = 0;
    pager->limit *= 2;
    if (pager->limit > pager->spec.limit_max) {
        pager->limit = pager->spec.limit_max;
    }
}

static enum pager_verdict end_early(struct pager *pager, const char *guard)
{
    pager->ended = true;
    pager->ended_early = true;
    pager->guard = guard;
    return PAGER_LAST;
}

/* Whether this cursor was handed out before: following it would never end. */
static bool is_repeated(struct pager *pager, const char *after)
{
    uint64_t h = hash_text(after, 2) | 1; /* 0 marks an empty place */
    for (size_t i = 0; i < SEEN; i++) {
        if (pager->seen[i] == h) {
            return true;
        }
    }
    pager->seen[(size_t)pager->pages % SEEN] = h;
    return false;
}

static enum pager_verdict take_page(struct pager *pager, const struct graph_result *result)
{
    size_t rows = json_size(result->data);
    pager->tries = 0;
    pager->shrunk = 0;
    pager->pages++;
    pager->rows += (int64_t)rows;
    grow_slowly(pager);
    if (!result->has_next) {
        pager->ended = true;
        return PAGER_LAST;
    }
    pager->empties = rows == 0 ? pager->empties + 1 : 0;
    if (pager->empties >= PAGER_EMPTY_MAX) {
        return end_early(pager, "3 empty pages in a row that promise more");
    }
    if (result->after[0] == '\0') {
        return end_early(pager, "a page promises more but names no cursor");
    }
    if (is_repeated(pager, result->after)) {
        return end_early(pager, "the same cursor came twice");
    }
    memcpy(pager->after, result->after, sizeof pager->after);
    return PAGER_PAGE;
}

static enum pager_verdict try_again(struct pager *pager, const struct api_error *error, double unit)
{
    if (pager->tries >= PAGER_TRIES_MAX ||
        !retry_next(error, pager->tries, unit, &pager->wait_ms)) {
        return PAGER_FAILED;
    }
    pager->tries++;
    return PAGER_AGAIN;
}

static enum pager_verdict ask_for_less(struct pager *pager, const struct api_error *error,
                                       double unit)
{
    if (pager->limit == 1) {
        return try_again(pager, error, unit);
    }
    shrink(pager);
    pager->wait_ms = error->wait_ms;
    return PAGER_AGAIN;
}

static enum pager_verdict restart(struct pager *pager)
{
    if (pager->restarts >= PAGER_RESTARTS_MAX) {
        return PAGER_FAILED;
    }
    pager->restarts++;
    rewind_listing(pager);
    return PAGER_RESTART;
}

/* A whole answer without a list of rows ("JSON string where object expected", reference 10 #5). */
static enum pager_verdict not_a_page(struct pager *pager, double unit)
{
    static const struct api_error odd = {.error_class = ERROR_RETRY};
    return try_again(pager, &odd, unit);
}

enum pager_verdict pager_result(struct pager *pager, const struct graph_result *result, double unit)
{
    const struct api_error *error = &result->error;
    pager->wait_ms = 0;
    if (result->ok) {
        return result->data == NULL ? not_a_page(pager, unit) : take_page(pager, result);
    }
    switch (error->error_class) {
    case ERROR_THROTTLE:
        pager->wait_ms = error->wait_ms;
        return PAGER_AGAIN;
    case ERROR_RETRY:
        /* Code 1 is "unknown": from the second time on the size is suspected too. */
        if (error->code == 1 && pager->tries > 0) {
            shrink(pager);
        }
        return try_again(pager, error, unit);
    case ERROR_SHRINK:
        return ask_for_less(pager, error, unit);
    case ERROR_RESTART:
        return restart(pager);
    case ERROR_FIELD:
        return PAGER_FIELD;
    case ERROR_NONE:
    case ERROR_AUTH:
    case ERROR_PERMANENT:
    case ERROR_ACCESS:
    case ERROR_GONE:
    case ERROR_CLASS_COUNT:
        break;
    }
    return PAGER_FAILED;
}

bool pager_save(const struct pager *pager, char out[PAGER_CURSOR_SIZE])
{
    out[0] = '\0';
    if (pager->ended || pager->after[0] == '\0') {
        return true;
    }
    int n =
        snprintf(out, PAGER_CURSOR_SIZE, "v1 %016" PRIx64 " %d %d %" PRId64 " %s",
                 spec_hash(&pager->spec), pager->limit, pager->pages, pager->rows, pager->after);
    return n > 0 && n < PAGER_CURSOR_SIZE;
}

/* A whole number followed by a space; moves past both. */
static bool take_number(const char **at, int base, uint64_t most, uint64_t *out)
{
    char *end = NULL;
    if (!isxdigit((unsigned char)**at)) {
        return false;
    }
    errno = 0;
    unsigned long long value = strtoull(*at, &end, base);
    if (errno != 0 || *end != ' ' || value > most) {
        return false;
    }
    *at = end + 1;
    *out = value;
    return true;
}

bool pager_load(struct pager *pager, const char *text)
{
    uint64_t hash = 0;
    uint64_t limit = 0;
    uint64_t pages = 0;
    uint64_t rows = 0;
    if (text == NULL || strncmp(text, "v1 ", 3) != 0) {
        return false;
    }
    const char *after = text + 3;
    if (!take_number(&after, 16, UINT64_MAX, &hash) ||
        !take_number(&after, 10, (uint64_t)pager->spec.limit_max, &limit) ||
        !take_number(&after, 10, INT32_MAX, &pages) || !take_number(&after, 10, INT64_MAX, &rows)) {
        return false;
    }
    if (hash != spec_hash(&pager->spec) || limit < 1 || pages < 1 || after[0] == '\0' ||
        strlen(after) >= GRAPH_AFTER_SIZE) {
        return false;
    }
    rewind_listing(pager);
    snprintf(pager->after, sizeof pager->after, "%s", after);
    pager->limit = (int)limit;
    pager->pages = (int)pages;
    pager->rows = (int64_t)rows;
    return true;
}
