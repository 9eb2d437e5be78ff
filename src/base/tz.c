#include "base/tz.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/tz_rule.h"

enum { FILE_MAX = 1024 * 1024, HEADER_SIZE = 44, NAME_MAX_SIZE = 64 };
static const int64_t DAY_S = 86400;

struct local_type {
    int32_t offset_s;
    uint8_t abbreviation; /* index into abbreviations */
};

struct tz {
    char name[NAME_MAX_SIZE];
    int64_t *times; /* transitions, ascending */
    uint8_t *kinds; /* the type from each of them on */
    size_t time_count;
    struct local_type *types;
    size_t type_count;
    char *abbreviations; /* NUL-terminated even when the file's are not */
    struct tz_rule rule; /* after the last transition */
    bool has_rule;
};

/* Counts of a TZif header, in the order in which they stand (RFC 8536, 3.1). */
struct header {
    uint32_t utc_flags, std_flags, leaps, times, types, chars;
    unsigned char version;
};

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool read_header(const unsigned char *data, size_t n, struct header *h)
{
    if (n < HEADER_SIZE || memcmp(data, "TZif", 4) != 0) {
        return false;
    }
    *h = (struct header){.version = data[4],
                         .utc_flags = be32(data + 20),
                         .std_flags = be32(data + 24),
                         .leaps = be32(data + 28),
                         .times = be32(data + 32),
                         .types = be32(data + 36),
                         .chars = be32(data + 40)};
    const uint32_t limit = 100000;
    return h->utc_flags <= limit && h->std_flags <= limit && h->leaps <= limit &&
           h->times <= limit && h->types >= 1 && h->types <= 256 && h->chars >= 1 &&
           h->chars <= limit;
}

/* Bytes of the block after a header; time_size is 4 in the first block, 8 in the second. */
static size_t block_size(const struct header *h, size_t time_size)
{
    return h->times * time_size + h->times + (size_t)h->types * 6 + h->chars +
           h->leaps * (time_size + 4) + h->std_flags + h->utc_flags;
}

static bool alloc_tables(struct tz *tz, const struct header *h)
{
    tz->time_count = h->times;
    tz->type_count = h->types;
    tz->times = calloc(h->times + 1, sizeof *tz->times);
    tz->kinds = calloc(h->times + 1, sizeof *tz->kinds);
    tz->types = calloc(h->types, sizeof *tz->types);
    tz->abbreviations = calloc(h->chars + 1, 1);
    return tz->times && tz->kinds && tz->types && tz->abbreviations;
}

/* The 64-bit block, whose size was checked. False when its tables contradict each other. */
static bool read_tables(struct tz *tz, const struct header *h, const unsigned char *p)
{
    for (size_t i = 0; i < h->times; i++) {
        tz->times[i] = be64(p + i * 8);
        if (i > 0 && tz->times[i] <= tz->times[i - 1]) {
            return false;
        }
    }
    p += (size_t)h->times * 8;
    for (size_t i = 0; i < h->times; i++) {
        tz->kinds[i] = p[i];
        if (p[i] >= h->types) {
            return false;
        }
    }
    p += h->times;
    for (size_t i = 0; i < h->types; i++, p += 6) {
        int32_t offset = (int32_t)be32(p);
        if (offset < -DAY_S * 2 || offset > DAY_S * 2 || p[5] >= h->chars) {
            return false;
        }
        tz->types[i] = (struct local_type){.offset_s = offset, .abbreviation = p[5]};
    }
    memcpy(tz->abbreviations, p, h->chars);
    return true;
}

/* The rule between two newlines at the end; an empty one means that the last type stays. */
static bool read_footer(struct tz *tz, const unsigned char *p, size_t n)
{
    const unsigned char *end = n > 1 && p[0] == '\n' ? memchr(p + 1, '\n', n - 1) : NULL;
    char text[128];
    if (!end || (size_t)(end - p) > sizeof text) {
        return false;
    }
    size_t size = (size_t)(end - p) - 1;
    memcpy(text, p + 1, size);
    text[size] = '\0';
    tz->has_rule = size > 0;
    return size == 0 || tz_rule_parse(text, &tz->rule);
}

static bool parse_file(struct tz *tz, const unsigned char *data, size_t n)
{
    struct header first, h;
    if (!read_header(data, n, &first) || first.version < '2') {
        return false; /* version 1 ends in 2037 and has no rule; tzdata has not written it for years
                       */
    }
    size_t skip = HEADER_SIZE + block_size(&first, 4);
    if (skip >= n || !read_header(data + skip, n - skip, &h)) {
        return false;
    }
    size_t start = skip + HEADER_SIZE, size = block_size(&h, 8);
    return size <= n - start && alloc_tables(tz, &h) && read_tables(tz, &h, data + start) &&
           read_footer(tz, data + start + size, n - start - size);
}

static bool load_file(struct tz *tz, const char *path, struct err *err)
{
    char *data;
    size_t n;
    if (!fd_read_file(path, FILE_MAX, &data, &n, err)) {
        return false;
    }
    bool ok = parse_file(tz, (const unsigned char *)data, n);
    free(data);
    return ok || err_set(err, ERR_CONFIG, "%s is not a time zone file", path);
}

/* Letters of IANA names; no way out of the directory. */
static bool name_ok(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n >= NAME_MAX_SIZE || name[0] == '/' || name[0] == '.' || strstr(name, "..")) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)name[i]) && !strchr("/_+-.", name[i])) {
            return false;
        }
    }
    return true;
}

static bool load_named(struct tz *tz, const char *name, struct err *err)
{
    const char *dir = getenv("TZDIR");
    char path[512];
    if (!name_ok(name)) {
        return err_set(err, ERR_CONFIG, "time zone '%.60s': no name of the IANA database", name);
    }
    int n = snprintf(path, sizeof path, "%s/%s", dir && *dir ? dir : "/usr/share/zoneinfo", name);
    if (n < 0 || (size_t)n >= sizeof path) {
        return err_set(err, ERR_CONFIG, "time zone '%s': the path in TZDIR is too long", name);
    }
    struct err why;
    if (!load_file(tz, path, &why)) {
        return err_set(err, why.code, "time zone '%s': %s; install tzdata or correct the name",
                       name, why.message);
    }
    return true;
}

/* What libc would take: $TZ as a name or a POSIX rule, else /etc/localtime, else UTC (POSIX leaves
 * a system without either to us, and that is what every other program shows there). */
static bool load_local(struct tz *tz, struct err *err)
{
    const char *name = getenv("TZ");
    if (!name) {
        struct err why;
        if (load_file(tz, "/etc/localtime", &why)) {
            return true;
        }
        if (why.code != ERR_NOT_FOUND) {
            return err_set(err, why.code, "%s", why.message);
        }
        name = "";
    }
    name += *name == ':';
    tz->has_rule = tz_rule_parse(*name ? name : "UTC0", &tz->rule);
    return tz->has_rule || load_named(tz, name, err);
}

struct tz *tz_load(const char *name, struct err *err)
{
    struct tz *tz = calloc(1, sizeof *tz);
    if (!tz) {
        err_set(err, ERR_MEMORY, "no memory for a time zone");
        return NULL;
    }
    bool ok = strcmp(name, "local") == 0 ? load_local(tz, err) : load_named(tz, name, err);
    if (!ok) {
        tz_destroy(tz);
        return NULL;
    }
    memcpy(tz->name, name, strlen(name) + 1);
    return tz;
}

void tz_destroy(struct tz *tz)
{
    if (tz) {
        free(tz->times);
        free(tz->kinds);
        free(tz->types);
        free(tz->abbreviations);
        free(tz);
    }
}

const char *tz_name(const struct tz *tz)
{
    return tz->name;
}

/* Transitions at or before the instant. */
static size_t passed(const struct tz *tz, int64_t unix_s)
{
    size_t low = 0, high = tz->time_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tz->times[middle] <= unix_s) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The table's type at the instant, or NULL where the rule decides. Type 0 holds before the first
 * transition (RFC 8536, 3.2). */
static const struct local_type *table_type(const struct tz *tz, int64_t unix_s)
{
    size_t i = passed(tz, unix_s);
    if (i == tz->time_count && tz->has_rule) {
        return NULL;
    }
    return i == 0 ? &tz->types[0] : &tz->types[tz->kinds[i - 1]];
}

int32_t tz_offset_s(const struct tz *tz, int64_t unix_s)
{
    const struct local_type *type = table_type(tz, unix_s);
    return type ? type->offset_s : tz_rule_offset_s(&tz->rule, unix_s);
}

const char *tz_abbreviation(const struct tz *tz, int64_t unix_s)
{
    const struct local_type *type = table_type(tz, unix_s);
    if (type) {
        return tz->abbreviations + type->abbreviation;
    }
    return tz_rule_is_dst(&tz->rule, unix_s) ? tz->rule.dst_name : tz->rule.std_name;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q * b > a ? q - 1 : q;
}

int32_t tz_day(const struct tz *tz, int64_t at_ms)
{
    int64_t unix_s = floor_div(at_ms, 1000);
    return (int32_t)floor_div(unix_s + tz_offset_s(tz, unix_s), DAY_S);
}

int64_t tz_midnight_ms(const struct tz *tz, int32_t day)
{
    int64_t local = day * DAY_S;
    int32_t before = tz_offset_s(tz, local - DAY_S), after = tz_offset_s(tz, local + DAY_S);
    /* Where both fit, midnight happens twice: the day starts with the earlier one. */
    int64_t early = local - (before > after ? before : after);
    int64_t late = local - (before > after ? after : before);
    if (tz_offset_s(tz, early) == local - early) {
        return early * 1000;
    }
    if (tz_offset_s(tz, late) == local - late) {
        return late * 1000;
    }
    /* Clocks are put forward over midnight: the day starts at the transition. */
    int64_t low = early - DAY_S, high = late + DAY_S;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (middle + tz_offset_s(tz, middle) >= local) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return high * 1000;
}
