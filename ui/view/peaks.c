#include "ui/view/peaks.h"

#include <stdlib.h>
#include <string.h>

#include "ui/view/rows.h"

enum { PART = 5000, RENEWED = 20, CAP = 256 };

static int by_key(const void *a, const void *b)
{
    const struct limiter_peak *x = a, *y = b;
    int order = (int)x->scope - (int)y->scope;
    order = order ? order : strcmp(x->scope_id, y->scope_id);
    return order ? order : (int)x->use_case - (int)y->use_case;
}

static bool is_current(const struct peaks *peaks, const struct env *env)
{
    bool old = env->now - peaks->begun_at > env->range / RENEWED || env->now < peaks->begun_at;
    return peaks->range == env->range && peaks->at == env->at && !old;
}

static struct peaks *grow(struct peaks *peaks, size_t more)
{
    size_t cap = peaks ? peaks->cap : 0, count = peaks ? peaks->count : 0;
    while (cap < count + more) {
        cap = cap ? cap * 2 : CAP;
    }
    struct peaks *grown = realloc(peaks, sizeof *grown + cap * sizeof grown->rows[0]);
    if (grown) {
        grown->cap = cap;
        grown->count = count;
    }
    return grown;
}

/* The part's limiters are each there once; those already known keep the higher peak. */
static void merge(struct peaks *peaks, const struct limiter_peaks *part)
{
    size_t known = peaks->count;
    for (size_t i = 0; i < part->count; i++) {
        const struct limiter_peak *row = &part->rows[i];
        struct limiter_peak *have = bsearch(row, peaks->rows, known, sizeof *row, by_key);
        if (!have) {
            peaks->rows[peaks->count++] = *row;
        } else if (row->pct > have->pct) {
            *have = *row;
        }
    }
    qsort(peaks->rows, peaks->count, sizeof peaks->rows[0], by_key);
}

/* Of [from, to) the newest part; *begins is where it does. */
static bool read_part(struct peaks **kept, struct arena *arena, const struct env *env, int64_t from,
                      int64_t to, int64_t *begins, struct err *err)
{
    struct peak_part part = {from, to, PART};
    struct limiter_peaks read;
    if (!read_limiter_peaks(env->store, arena, &part, &read, err)) {
        return false;
    }
    struct peaks *grown = grow(*kept, read.count);
    if (!grown) {
        return err_set(err, ERR_MEMORY, "usage: out of memory");
    }
    *kept = grown;
    merge(grown, &read);
    *begins = read.begins;
    return true;
}

static void begin_anew(struct peaks *peaks, const struct env *env)
{
    peaks->at = env->at;
    peaks->range = env->range;
    peaks->begun_at = env->now;
    peaks->to = peaks->from = env->now + 1;
    peaks->whole = false;
    peaks->count = 0;
}

bool peaks_read(struct peaks **kept, struct arena *arena, const struct env *env, struct err *err)
{
    int64_t begins = 0, newest = env->now + 1;
    struct peaks *peaks = *kept ? *kept : grow(NULL, 1);
    if (!peaks) {
        return err_set(err, ERR_MEMORY, "usage: out of memory");
    }
    if (!*kept || !is_current(peaks, env)) {
        begin_anew(peaks, env);
    }
    *kept = peaks;
    if (peaks->to < newest) {
        if (!read_part(kept, arena, env, peaks->to, newest, &begins, err)) {
            return false;
        }
        if (begins > (*kept)->to) { /* so much that some of it lies between: all over again */
            begin_anew(*kept, env);
        } else {
            (*kept)->to = newest;
        }
    }
    if (!(*kept)->whole) {
        int64_t from = env->now - env->range;
        if (!read_part(kept, arena, env, from, (*kept)->from, &begins, err)) {
            return false;
        }
        (*kept)->from = begins;
        (*kept)->whole = begins <= from;
    }
    return true;
}

void peaks_give(const struct peaks *peaks, struct limiter_line *line)
{
    struct limiter_peak key = {.scope = line->scope, .use_case = line->use_case};
    memcpy(key.scope_id, line->scope_id, sizeof key.scope_id);
    const struct limiter_peak *found =
        peaks ? bsearch(&key, peaks->rows, peaks->count, sizeof key, by_key) : NULL;
    line->peak_pct = found ? found->pct : -1;
    line->peak_at = found ? found->at : 0;
}
