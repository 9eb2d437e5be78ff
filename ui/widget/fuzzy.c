#include "ui/widget/fuzzy.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include "base/utf8.h"

struct letters {
    uint32_t folded[FUZZY_MAX];
    uint16_t at[FUZZY_MAX + 1]; /* its first byte; behind the last letter, the end */
    size_t count;
};

static void read_letters(const char *text, struct letters *out)
{
    size_t n = strlen(text), at = 0;
    n = n < FUZZY_MAX ? n : FUZZY_MAX;
    for (out->count = 0; at < n; out->count++) {
        uint32_t cp = 0;
        out->at[out->count] = (uint16_t)at;
        at += utf8_next(text + at, n - at, &cp);
        out->folded[out->count] = (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp);
    }
    out->at[out->count] = (uint16_t)at;
}

/* Where the first occurrence ends, behind its last letter; 0 = there is none. */
static size_t first_end(const struct letters *in, const struct letters *wanted)
{
    size_t found = 0, i = 0;
    for (; i < in->count && found < wanted->count; i++) {
        found += in->folded[i] == wanted->folded[found];
    }
    return found == wanted->count ? i : 0;
}

/* From its end backwards the letters are as near together as they can be. */
static void note_hits(const struct letters *in, const struct letters *wanted, size_t end,
                      bool *hits)
{
    size_t left = wanted->count;
    for (size_t i = end; left > 0 && i-- > 0;) {
        if (in->folded[i] == wanted->folded[left - 1]) {
            left--;
            memset(hits + in->at[i], true, (size_t)(in->at[i + 1] - in->at[i]));
        }
    }
}

bool fuzzy_find(const char *text, const char *letters, bool *hits)
{
    struct letters in, wanted;
    read_letters(letters, &wanted);
    read_letters(text, &in);
    size_t end = first_end(&in, &wanted);
    if (end && hits) {
        note_hits(&in, &wanted, end, hits);
    }
    return end > 0 || !wanted.count;
}

bool fuzzy_match(const char *text, const char *letters)
{
    return fuzzy_find(text, letters, NULL);
}
