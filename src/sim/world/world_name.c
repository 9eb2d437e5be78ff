/*
 * Names: most are what advertisers write, a few are hostile. Held as UTF-8 in which a half
 * surrogate pair may stand encoded by itself (three bytes from ED A0 80), as the API hands such
 * names out.
 */
#include "base/str.h"
#include "sim/world/world_impl.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_NAME 4096

struct raw {
    const char *text;
    uint32_t len;
};
#define RAW(text)                                                                                  \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

static const struct raw hostile[] = {
    RAW("\x1b[2J\x1b[H\x1b[31mred alert\x1b[0m"),
    RAW("\x1b]52;c;ZWNobyBwd25lZA==\x07 clipboard"),
    RAW("\x1b]0;title\x07\x1b[?1049l\x1bP+q\x1b\\ terminal"),
    RAW("\xc2\x9b"
        "31m C1 controls \xc2\x85 \xc2\x9d"
        "52;c;eA==\xc2\x9c"),
    RAW("line one\nline two\r\ttabbed\x08\x08\x7f"),
    RAW("safe \xe2\x80\xaegpj.exe\xe2\x80\xac \xe2\x81\xa6isolated\xe2\x81\xa9"),
    RAW("\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7\xe2\x80\x8d\xf0"
        "\x9f\x91\xa6 family \xf0\x9f\x8f\xb3\xef\xb8\x8f\xe2\x80\x8d\xf0\x9f\x8c\x88"),
    RAW("\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xaf\xf0\x9f\x87\xb5 flags "
        "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd"),
    RAW("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe3\x82\xad\xe3\x83\xa3\xe3\x83\xb3\xe3"
        "\x83\x9a\xe3\x83\xbc\xe3\x83\xb3 \xed\x95\x9c\xea\xb5\xad\xec\x96\xb4 "
        "\xe4\xb8\xad\xe6\x96\x87"),
    RAW("\xd7\xa7\xd7\x9e\xd7\xa4\xd7\x99\xd7\x99\xd7\x9f 2026 \xd8\xad\xd9\x85\xd9\x84\xd8\xa9 "
        "\xd8\xa7\xd9\x84\xd8\xb5\xd9\x8a\xd9\x81"),
    RAW("Z\xcc\xb6\xcc\xa1\xcd\x8a"
        "a\xcc\xb5\xcc\xa2\xcd\x9a"
        "l\xcc\xb7\xcc\xa8\xcd\x93"
        "g\xcc\xb4\xcc\xa7\xcd\x95"
        "o\xcc\xb8\xcc\xa9\xcd\x89"),
    RAW("zero\xe2\x80\x8bwidth\xe2\x80\x8c\xe2\x80\x8d\xef\xbb\xbf joiners\xc2\xad"),
    RAW("\"quoted\" 'single' back\\slash \\\\ \\u0041 %s %n"),
    RAW("<script>alert(1)</script> &amp; <img src=x onerror=y>"),
    RAW("'; DROP TABLE entities; -- "),
    RAW("cut in mid-emoji \xed\xa0\xbd"),
    RAW("\xed\xb8\x80 tail of an emoji"),
    RAW("both \xed\xa0\xbd"
        "a\xed\xb8\x80 halves"),
    RAW("before\0after NUL"),
    RAW("\0"),
    RAW("   leading and trailing   "),
    RAW("=HYPERLINK(\"http://x\",\"y\")"),
    RAW("../../etc/passwd;$(reboot)`id`|cat"),
    RAW("\xef\xbf\xbd replacement \xef\xbf\xbe noncharacter \xf4\x8f\xbf\xbf"),
    RAW("{{name}} ${jndi:ldap://x} {campaign.name}"),
    RAW("\xe1\x9a\x80ogham\xe2\x80\xa8line separator\xe2\x80\xa9paragraph"),
    RAW("null"),
    RAW("12345678901234567890"),
    RAW("\xf3\xa0\x80\xa0\xf3\xa0\x81\x81 tags \xf0\x9d\x94\x98\xf0\x9d\x94\xab\xf0\x9d\x94\xa6"),
};
#define HOSTILE (sizeof hostile / sizeof *hostile)
#define LONGS 3

bool world_name_init(struct world *world, struct err *err)
{
    static const struct raw fill[LONGS] = {RAW("A very long name, "),
                                           RAW("\xe5\xba\x83\xe5\x91\x8a"),
                                           RAW("\xf0\x9f\x94\xa5\xf0\x9f\x92\xaf")};
    for (size_t i = 0; i < LONGS; i++) {
        world->long_name[i] = malloc(LONG_NAME);
        if (!world->long_name[i]) {
            return err_set(err, ERR_MEMORY, "simulated names: out of memory");
        }
        size_t at = 0;
        for (; at + fill[i].len <= LONG_NAME; at += fill[i].len) {
            memcpy(world->long_name[i] + at, fill[i].text, fill[i].len);
        }
        memset(world->long_name[i] + at, 'x', LONG_NAME - at);
    }
    return true;
}

/* Every 29th entity, so that an account of a thousand has each of them. */
bool world_name_hostile(const struct world *world, const struct account *account,
                        enum entity_kind kind, uint32_t index, struct world_name *out)
{
    uint32_t at = index + (uint32_t)kind * 11 + account->index * 5;
    if (at % 29 != 6) {
        return false;
    }
    uint32_t which = (at / 29 + (uint32_t)kind * 13 + account->index * 7) % (HOSTILE + LONGS);
    if (which < HOSTILE) {
        out->given = hostile[which].text;
        out->given_len = hostile[which].len;
    } else {
        out->given = world->long_name[which - HOSTILE];
        out->given_len = LONG_NAME;
    }
    return true;
}

/* ---- ordinary names */

#define ONE_OF(list, hash) ((list)[(hash) % (sizeof(list) / sizeof *(list))])

static int ordinary(const struct world_name *name, char *out, size_t size)
{
    static const char *const seasons[] = {"SS26",      "FW25",         "Q1",     "Q2",
                                          "Evergreen", "Black Friday", "Launch", "Clearance"};
    static const char *const stages[] = {"Prospecting", "Retargeting", "Retention", "Brand",
                                         "Always On"};
    static const char *const audiences[] = {"LAL 1%",           "LAL 3-5%",     "Broad",
                                            "Interest: Hiking", "Visitors 30d", "Cart 7d",
                                            "Purchasers 180d",  "Advantage+"};
    static const char *const ages[] = {"18-34", "25-54", "35+", "18-65+"};
    static const char *const places[] = {"Feed", "Reels/Stories", "Auto", "IG only"};
    static const char *const formats[] = {"Video", "Carousel", "Static", "UGC", "Collection"};
    static const char *const hooks[] = {"Free shipping", "Founder story",       "Before/after",
                                        "3 reasons",     "Caf\xc3\xa9 opening", "Sale -20%",
                                        "Unboxing",      "Testimonial"};
    uint64_t h = name->key;
    switch (name->kind) {
    case ENTITY_CAMPAIGN:
        return snprintf(out, size, "%s | %s | %s #%u", ONE_OF(seasons, h), ONE_OF(stages, h >> 8),
                        ONE_OF(audiences, h >> 16), (unsigned)(h >> 24) % 100);
    case ENTITY_ADSET:
        return snprintf(out, size, "%s - %s - %s", ONE_OF(audiences, h), ONE_OF(ages, h >> 8),
                        ONE_OF(places, h >> 16));
    case ENTITY_AD:
    case ENTITY_KIND_COUNT:
        break;
    }
    return snprintf(out, size, "%s %02u - %s", ONE_OF(formats, h), (unsigned)(h >> 8) % 60,
                    ONE_OF(hooks, h >> 16));
}

/* ---- reading and writing the held form */

#define CUT 0xFFFFFFFFU

/* Length of the sequence a first byte announces; 0 = it starts none. */
static size_t sequence_length(unsigned char first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
        return 0;
    }
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* Code point at text[*at], which moves on. CUT = not in the form above. */
static uint32_t next_unit(const char *text, size_t len, size_t *at)
{
    const unsigned char *s = (const unsigned char *)text + *at;
    size_t n = sequence_length(s[0]);
    if (n == 0 || n > len - *at) {
        return CUT;
    }
    uint32_t point = n == 1 ? s[0] : s[0] & (0x7FU >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            return CUT;
        }
        point = point << 6 | (s[i] & 0x3FU);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[n] || point > 0x10FFFF) {
        return CUT;
    }
    *at += n;
    return point;
}

/* The same, but halves of a pair side by side come as one: so reads them who reads the JSON. */
static uint32_t next_point(const char *text, size_t len, size_t *at)
{
    uint32_t high = next_unit(text, len, at);
    if (high < 0xD800 || high >= 0xDC00 || *at == len) {
        return high;
    }
    size_t after = *at;
    uint32_t low = next_unit(text, len, &after);
    if (low < 0xDC00 || low >= 0xE000) {
        return high;
    }
    *at = after;
    return 0x10000 + ((high - 0xD800) << 10 | (low - 0xDC00));
}

bool world_name_valid(const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        if (next_point(text, len, &at) == CUT) {
            return false;
        }
    }
    return true;
}

static bool is_plain(unsigned char c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '/';
}

static bool add_escape(uint32_t point, struct str *out)
{
    switch (point) {
    case '"':
    case '\\':
    case '/':
        return str_addf(out, "\\%c", (char)point);
    case '\n':
        return str_add(out, "\\n");
    case '\r':
        return str_add(out, "\\r");
    case '\t':
        return str_add(out, "\\t");
    default:
        break;
    }
    if (point < 0x10000) {
        return str_addf(out, "\\u%04x", point);
    }
    return str_addf(out, "\\u%04x\\u%04x", 0xD800 + ((point - 0x10000) >> 10),
                    0xDC00 + ((point - 0x10000) & 0x3FF));
}

static bool add_json(const char *text, size_t len, struct str *out)
{
    for (size_t at = 0; at < len;) {
        size_t plain = at;
        while (plain < len && is_plain((unsigned char)text[plain])) {
            plain++;
        }
        if (plain > at && !str_addn(out, text + at, plain - at)) {
            return false;
        }
        at = plain;
        if (at < len && !add_escape(next_point(text, len, &at), out)) {
            return false;
        }
    }
    return true;
}

static bool add_mended(const char *text, size_t len, struct str *out)
{
    for (size_t at = 0; at < len;) {
        size_t from = at;
        uint32_t point = next_point(text, len, &at);
        bool ok = false;
        if (point == 0 || (point >= 0xD800 && point < 0xE000)) {
            ok = str_addn(out, "\xEF\xBF\xBD", 3);
        } else if (point >= 0x10000 && at - from == 6) {
            const char joined[] = {(char)(0xF0 | point >> 18), (char)(0x80 | (point >> 12 & 0x3F)),
                                   (char)(0x80 | (point >> 6 & 0x3F)),
                                   (char)(0x80 | (point & 0x3F))};
            ok = str_addn(out, joined, sizeof joined);
        } else {
            ok = str_addn(out, text + from, at - from);
        }
        if (!ok) {
            return false;
        }
    }
    return true;
}

static bool add_name(const struct world_name *name, struct str *out,
                     bool (*add)(const char *text, size_t len, struct str *out))
{
    char made[160];
    const char *text = name->given;
    size_t len = name->given_len;
    if (!text) {
        len = (size_t)ordinary(name, made, sizeof made);
        text = made;
    }
    if (!add(text, len, out)) {
        return false;
    }
    return name->revision == 0 || str_addf(out, " v%u", name->revision + 1);
}

bool world_name_json(const struct world_name *name, struct str *out)
{
    return add_name(name, out, add_json);
}

bool world_name_mended(const struct world_name *name, struct str *out)
{
    return add_name(name, out, add_mended);
}
