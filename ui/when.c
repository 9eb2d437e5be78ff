#include "ui/when.h"

#include <stdio.h>

#include "base/date.h"

enum { DAY_MS = 86400000 };

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
