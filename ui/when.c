#include "ui/when.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "ui/format.h"

enum { DAY_MS = 86400000, INSTANT = 20 }; /* characters of an instant to the second, UTC */

bool when_parse(const char *text, int64_t now, int32_t offset_s, bool ahead, int64_t *out)
{
    int h = 0, m = 0, s = 0, used = 0;
    if (date_parse_rfc3339(text, out)) {
        return true;
    }
    int n = sscanf(text, "%2d:%2d%n", &h, &m, &used);
    if (n == 2 && text[used] == ':') {
        int more = 0;
        n = sscanf(text + used, ":%2d%n", &s, &more) == 1 ? 2 : 0;
        used += more;
    }
    if (n != 2 || text[used] || h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59) {
        return false;
    }
    int64_t local = now + (int64_t)offset_s * 1000;
    int64_t wanted = local / DAY_MS * DAY_MS + ((int64_t)h * 3600 + m * 60 + s) * 1000;
    if (ahead) {
        wanted += wanted <= local ? DAY_MS : 0;
    } else {
        wanted -= wanted > local ? DAY_MS : 0;
    }
    *out = wanted - (int64_t)offset_s * 1000;
    return true;
}

/* As the engine writes instants; anything else is left as it is. */
static bool instant_at(const char *text, int64_t *at)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
    char word[INSTANT + 1] = "";
    for (int i = 0; i < INSTANT; i++) {
        bool fits = shape[i] == 'd' ? isdigit((unsigned char)text[i]) : text[i] == shape[i];
        if (!fits) {
            return false;
        }
        word[i] = text[i];
    }
    return date_parse_rfc3339(word, at);
}

void when_localize(const char *text, int64_t now, int32_t offset_s, char *out, size_t size)
{
    size_t used = 0;
    int64_t at = 0;
    while (*text && used + 1 < size) {
        if (!instant_at(text, &at)) {
            out[used++] = *text++;
            continue;
        }
        int n = snprintf(out + used, size - used, "%s", format_time(at, now, offset_s).text);
        used = n > 0 && (size_t)n < size - used ? used + (size_t)n : size - 1;
        text += INSTANT;
    }
    out[used < size ? used : size - 1] = '\0';
}
