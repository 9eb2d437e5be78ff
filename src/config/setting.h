/*
 * setting: a row of the settings table, and reading and writing one value by its row. Pure but for
 * the zone setting, which looks into tzdata.
 */
#ifndef CONFIG_SETTING_H
#define CONFIG_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "config/config.h"

enum setting_type {
    SETTING_INT,      /* int */
    SETTING_DECIMAL,  /* double: "2.5" */
    SETTING_PERCENT,  /* double: "70" or "70%" */
    SETTING_DURATION, /* int64_t ms: 90s 15m 2h 7d */
    SETTING_SIZE,     /* int64_t bytes: 512KiB 16MiB 1GiB */
    SETTING_MONEY,    /* int64_t micros: "100", "9.50" */
    SETTING_CLOCK,    /* int64_t ms after midnight: 07:30 */
    SETTING_BOOL,     /* bool: on off yes no true false */
    SETTING_CHOICE,   /* enum: one of `choices`, in the enum's order */
    SETTING_TEXT,     /* char[size] */
    SETTING_PATH,     /* char[size]; "~/" is the home directory */
    SETTING_LIST,     /* char[size]: names, commas between them */
    SETTING_LEVELS,   /* levels[] and level_count */
    SETTING_TYPE_COUNT
};

struct setting {
    const char *section, *key;
    enum setting_type type;
    size_t offset, size;   /* in struct config */
    const char *min, *max; /* numbers: in the setting's own notation; NULL = no range */
    const char *fallback;  /* the default, in the same notation */
    const char *choices;   /* "auto on off" */
    /* What is wrong with a text that parsed, or NULL. */
    const char *(*check)(const char *text);
    const char *help; /* one line */
};

/* In the order of the file; sections are contiguous. */
const struct setting *settings(size_t *count);
const struct setting *setting_find(const char *section, const char *key);
/* The known key (or section) most like the given one, NULL when none is near. */
const char *setting_nearest(const char *section, const char *key);
const char *setting_nearest_section(const char *section);

/* Into config; false with "why; what to do" and config untouched. */
bool setting_parse(const struct setting *setting, const char *text, struct config *config,
                   struct err *err);
/* The value in the notation of the file. */
bool setting_format(const struct setting *setting, const struct config *config, struct str *out);

/* Why base_url, --base-url included, cannot be used, or NULL. */
const char *setting_check_url(const char *text);

#endif
