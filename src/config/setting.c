#include "config/setting.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/money.h"
#include "base/num.h"

static const struct {
    const char *kind, *example;
} notations[SETTING_TYPE_COUNT] = {
    [SETTING_INT] = {"whole number",   "3"          },
    [SETTING_DECIMAL] = {"number",         "2.5"        },
    [SETTING_PERCENT] = {"percentage",     "70"         },
    [SETTING_DURATION] = {"duration",       "90s"        },
    [SETTING_SIZE] = {"size",           "16MiB"      },
    [SETTING_MONEY] = {"amount",         "9.50"       },
    [SETTING_CLOCK] = {"time of day",    "07:30"      },
    [SETTING_BOOL] = {"switch",         "on or off"  },
    [SETTING_CHOICE] = {"choice",         ""           },
    [SETTING_TEXT] = {"text",           ""           },
    [SETTING_PATH] = {"path",           ""           },
    [SETTING_LIST] = {"list of names",  "a,b,c"      },
    [SETTING_LEVELS] = {"list of levels", "campaign,ad"},
};

static const struct {
    const char *suffix;
    int64_t bytes;
} size_units[] = {
    {"GiB", INT64_C(1) << 30},
    {"MiB", INT64_C(1) << 20},
    {"KiB", INT64_C(1) << 10},
    {"",    1               },
};
enum { SIZE_UNITS = sizeof size_units / sizeof size_units[0] };

const struct setting *setting_find(const char *section, const char *key)
{
    size_t count;
    const struct setting *all = settings(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].section, section) == 0 && strcmp(all[i].key, key) == 0) {
            return &all[i];
        }
    }
    return NULL;
}

/* Levenshtein distance of texts up to 31 characters; further ones are far. */
static size_t distance(const char *a, const char *b)
{
    enum { MAX = 32 };
    size_t row[MAX], n = strlen(a), m = strlen(b);
    if (n >= MAX || m >= MAX) {
        return MAX;
    }
    for (size_t j = 0; j <= m; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < shorter ? change : shorter;
        }
    }
    return row[m];
}

/* A typing error is near, and so is a name of which one is the beginning of the other. */
static size_t farness(const char *known, const char *given)
{
    size_t n = strlen(given);
    bool begins =
        n >= 3 && (strncmp(known, given, n) == 0 || strncmp(known, given, strlen(known)) == 0);
    return begins ? 1 : distance(known, given);
}

const char *setting_nearest(const char *section, const char *key)
{
    size_t count, best = strlen(key) / 3 + 2;
    const char *name = NULL;
    const struct setting *all = settings(&count);
    for (size_t i = 0; i < count; i++) {
        size_t far = strcmp(all[i].section, section) == 0 ? farness(all[i].key, key) : best;
        if (far < best) {
            best = far;
            name = all[i].key;
        }
    }
    return name;
}

const char *setting_nearest_section(const char *section)
{
    size_t count, best = strlen(section) / 3 + 2;
    const char *name = NULL;
    const struct setting *all = settings(&count);
    for (size_t i = 0; i < count; i++) {
        size_t far = farness(all[i].section, section);
        if (far < best) {
            best = far;
            name = all[i].section;
        }
    }
    return name;
}

static bool parse_size(const char *text, double *out)
{
    char number[24];
    size_t n = strlen(text);
    for (size_t i = 0; i < SIZE_UNITS; i++) {
        size_t suffix = strlen(size_units[i].suffix);
        if (n <= suffix || n - suffix >= sizeof number ||
            strcmp(text + n - suffix, size_units[i].suffix) != 0) {
            continue;
        }
        int64_t value;
        memcpy(number, text, n - suffix);
        number[n - suffix] = '\0';
        if (num_parse_i64(number, &value)) {
            *out = (double)value * (double)size_units[i].bytes;
            return true;
        }
    }
    return false;
}

static bool parse_clock(const char *text, double *out)
{
    if (strlen(text) != 5 || text[2] != ':' || strspn(text, "0123456789:") != 5) {
        return false;
    }
    long hours = strtol(text, NULL, 10), minutes = strtol(text + 3, NULL, 10);
    *out = (double)((hours * 60 + minutes) * 60000);
    return hours < 24 && minutes < 60;
}

static bool parse_percent(const char *text, double *out)
{
    char number[24];
    size_t n = strlen(text);
    n -= n > 0 && text[n - 1] == '%';
    if (n >= sizeof number) {
        return false;
    }
    memcpy(number, text, n);
    number[n] = '\0';
    return num_parse_double(number, out);
}

/* Any of the types that have a range; all their values are exact in a double. */
static bool parse_number(enum setting_type type, const char *text, double *out)
{
    int64_t i64;
    bool ok;
    switch (type) {
    case SETTING_INT:
        ok = num_parse_i64(text, &i64);
        break;
    case SETTING_DURATION:
        ok = duration_parse(text, &i64);
        break;
    case SETTING_MONEY:
        ok = money_parse_micros(text, &i64);
        break;
    case SETTING_DECIMAL:
        return num_parse_double(text, out);
    case SETTING_PERCENT:
        return parse_percent(text, out);
    case SETTING_SIZE:
        return parse_size(text, out);
    case SETTING_CLOCK:
        return parse_clock(text, out);
    case SETTING_BOOL:
    case SETTING_CHOICE:
    case SETTING_TEXT:
    case SETTING_PATH:
    case SETTING_LIST:
    case SETTING_LEVELS:
    case SETTING_TYPE_COUNT:
    default:
        return false;
    }
    if (ok) {
        *out = (double)i64;
    }
    return ok;
}

static void *member(const struct setting *setting, struct config *config)
{
    return (char *)config + setting->offset;
}

static const void *const_member(const struct setting *setting, const struct config *config)
{
    return (const char *)config + setting->offset;
}

static bool store_number(const struct setting *setting, const char *text, struct config *config,
                         struct err *err)
{
    double value, min, max;
    if (!parse_number(setting->type, text, &value)) {
        return err_set(err, ERR_CONFIG, "'%.60s' is no %s; give one such as %s", text,
                       notations[setting->type].kind, setting->fallback);
    }
    if (!parse_number(setting->type, setting->min, &min) ||
        !parse_number(setting->type, setting->max, &max) || value < min || value > max) {
        return err_set(err, ERR_CONFIG, "%.60s is out of range; give %s to %s", text, setting->min,
                       setting->max);
    }
    if (setting->type == SETTING_INT) {
        *(int *)member(setting, config) = (int)value;
    } else if (setting->type == SETTING_DECIMAL || setting->type == SETTING_PERCENT) {
        *(double *)member(setting, config) = value;
    } else {
        *(int64_t *)member(setting, config) = (int64_t)value;
    }
    return true;
}

static bool store_bool(const struct setting *setting, const char *text, struct config *config,
                       struct err *err)
{
    static const char *const words[] = {"off", "on", "no", "yes", "false", "true", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            *(bool *)member(setting, config) = i % 2 == 1;
            return true;
        }
    }
    return err_set(err, ERR_CONFIG, "'%.60s' is no switch; give on or off", text);
}

/* The words of "auto on off" by their number. */
static bool word_at(const char *words, int index, const char **start, size_t *size)
{
    while (*words) {
        size_t n = strcspn(words, " ");
        if (index-- == 0) {
            *start = words;
            *size = n;
            return true;
        }
        words += n + (words[n] == ' ');
    }
    return false;
}

static bool store_choice(const struct setting *setting, const char *text, struct config *config,
                         struct err *err)
{
    const char *word;
    size_t n;
    for (int i = 0; word_at(setting->choices, i, &word, &n); i++) {
        if (strlen(text) == n && memcmp(text, word, n) == 0) {
            *(int *)member(setting, config) = i;
            return true;
        }
    }
    return err_set(err, ERR_CONFIG, "'%.60s' is unknown; give one of: %s", text, setting->choices);
}

static bool store_text(const struct setting *setting, const char *text, struct config *config,
                       struct err *err)
{
    const char *why = setting->check ? setting->check(text) : NULL;
    if (why) {
        return err_set(err, ERR_CONFIG, "'%.100s' %s", text, why);
    }
    const char *home = NULL;
    if (setting->type == SETTING_PATH && strncmp(text, "~/", 2) == 0) {
        home = getenv("HOME");
        if (!home) {
            return err_set(err, ERR_CONFIG, "'%.100s': HOME is not set; give the whole path", text);
        }
        text++;
    }
    size_t n = strlen(text), before = home ? strlen(home) : 0;
    if (before + n >= setting->size) {
        return err_set(err, ERR_CONFIG, "longer than %zu characters; shorten it",
                       setting->size - 1);
    }
    char *out = member(setting, config);
    memset(out, 0, setting->size);
    if (home) {
        memcpy(out, home, before);
    }
    memcpy(out + before, text, n);
    return true;
}

/* The next name of a list; commas and white space separate. False at the end. */
static bool next_name(const char **text, const char **name, size_t *n)
{
    *text += strspn(*text, ", \t\r\n");
    *name = *text;
    *n = strcspn(*text, ", \t\r\n");
    *text += *n;
    return *n > 0;
}

static bool name_ok(const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '.') {
            return false;
        }
    }
    return true;
}

static bool store_list(const struct setting *setting, const char *text, struct config *config,
                       struct err *err)
{
    struct str list;
    const char *name;
    size_t n;
    str_init(&list, setting->size - 1);
    while (next_name(&text, &name, &n)) {
        if (!name_ok(name, n)) {
            str_fini(&list);
            return err_set(err, ERR_CONFIG, "'%.*s' is no name; separate names by commas",
                           (int)(n < 60 ? n : 60), name);
        }
        if (list.len > 0) {
            str_addc(&list, ',');
        }
        str_addn(&list, name, n);
    }
    bool ok = !list.overflow;
    if (ok) {
        memset(member(setting, config), 0, setting->size);
        memcpy(member(setting, config), str_text(&list), list.len);
    } else {
        err_set(err, ERR_CONFIG, "longer than %zu characters; leave some out", setting->size - 1);
    }
    str_fini(&list);
    return ok;
}

static bool store_levels(const char *text, struct config *config, struct err *err)
{
    enum insight_level levels[LEVEL_COUNT], level;
    size_t count = 0, n;
    const char *name;
    while (next_name(&text, &name, &n)) {
        char word[16] = "";
        if (n < sizeof word) {
            memcpy(word, name, n);
        }
        if (!insight_level_parse(word, &level)) {
            return err_set(err, ERR_CONFIG,
                           "'%.*s' is no level; give some of: account, campaign, adset, ad",
                           (int)(n < 60 ? n : 60), name);
        }
        bool known = false;
        for (size_t i = 0; i < count; i++) {
            known = known || levels[i] == level;
        }
        if (!known) {
            levels[count++] = level;
        }
    }
    if (count == 0) {
        return err_set(err, ERR_CONFIG,
                       "no level given; give some of: account, campaign, adset, ad");
    }
    memcpy(config->levels, levels, count * sizeof levels[0]);
    config->level_count = count;
    return true;
}

bool setting_parse(const struct setting *setting, const char *text, struct config *config,
                   struct err *err)
{
    switch (setting->type) {
    case SETTING_BOOL:
        return store_bool(setting, text, config, err);
    case SETTING_CHOICE:
        return store_choice(setting, text, config, err);
    case SETTING_TEXT:
    case SETTING_PATH:
        return store_text(setting, text, config, err);
    case SETTING_LIST:
        return store_list(setting, text, config, err);
    case SETTING_LEVELS:
        return store_levels(text, config, err);
    case SETTING_INT:
    case SETTING_DECIMAL:
    case SETTING_PERCENT:
    case SETTING_DURATION:
    case SETTING_SIZE:
    case SETTING_MONEY:
    case SETTING_CLOCK:
    case SETTING_TYPE_COUNT:
    default:
        return store_number(setting, text, config, err);
    }
}

static bool format_size(int64_t bytes, struct str *out)
{
    size_t i = 0;
    while (bytes % size_units[i].bytes != 0) {
        i++;
    }
    return str_addf(out, "%" PRId64 "%s", bytes / size_units[i].bytes, size_units[i].suffix);
}

/* Without the zeros at the end that say nothing: 100, 9.5. */
static bool format_money(int64_t micros, struct str *out)
{
    char text[32];
    money_format(micros, 6, text);
    size_t n = strlen(text);
    while (text[n - 1] == '0') {
        n--;
    }
    n -= text[n - 1] == '.';
    return str_addn(out, text, n);
}

static bool format_levels(const struct config *config, struct str *out)
{
    for (size_t i = 0; i < config->level_count; i++) {
        str_addf(out, "%s%s", i > 0 ? "," : "", insight_level_name(config->levels[i]));
    }
    return !out->overflow;
}

bool setting_format(const struct setting *setting, const struct config *config, struct str *out)
{
    const void *value = const_member(setting, config);
    char text[32];
    const char *word;
    size_t n;
    switch (setting->type) {
    case SETTING_INT:
        return str_addf(out, "%d", *(const int *)value);
    case SETTING_DECIMAL:
    case SETTING_PERCENT:
        num_format_double(*(const double *)value, text);
        return str_add(out, text);
    case SETTING_DURATION:
        duration_format(*(const int64_t *)value, text);
        return str_add(out, text);
    case SETTING_SIZE:
        return format_size(*(const int64_t *)value, out);
    case SETTING_MONEY:
        return format_money(*(const int64_t *)value, out);
    case SETTING_CLOCK: {
        int minutes = (int)(*(const int64_t *)value / 60000);
        return str_addf(out, "%02d:%02d", minutes / 60, minutes % 60);
    }
    case SETTING_BOOL:
        return str_add(out, *(const bool *)value ? "on" : "off");
    case SETTING_CHOICE:
        return word_at(setting->choices, *(const int *)value, &word, &n) && str_addn(out, word, n);
    case SETTING_LEVELS:
        return format_levels(config, out);
    case SETTING_TEXT:
    case SETTING_PATH:
    case SETTING_LIST:
    case SETTING_TYPE_COUNT:
    default:
        return str_add(out, value);
    }
}
