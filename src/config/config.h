/*
 * config: the validated settings. What each one is, its range, default and help stand in one table
 * (setting.h), from which the file is read, checked, printed and documented.
 *
 * A config is plain data: copy it freely, share it read-only between threads. Durations are
 * milliseconds of adtop's clock unless noted, percentages 0..n, lists comma-separated texts.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "model/account.h"
#include "model/insight.h"

enum config_ascii { CONFIG_ASCII_AUTO, CONFIG_ASCII_ON, CONFIG_ASCII_OFF };

enum { CONFIG_LIST_SIZE = 512, CONFIG_PATH_SIZE = 512, CONFIG_KEYS_MAX = 48 };
enum { CONFIG_COMMANDS_MAX = 16, CONFIG_COMMAND_SIZE = 1024 };

struct config {
    /* [graph] */
    char base_url[256]; /* without a slash at the end */
    char api_version[16];
    int64_t max_response_bytes;
    int64_t connect_timeout_ms; /* real time */
    int64_t stall_timeout_ms;   /* real time; a body that moves has no limit */
    int page_size_entities, page_size_insights;
    int max_retries;
    char token_file[CONFIG_PATH_SIZE]; /* "" = none */
    char app_secret_file[CONFIG_PATH_SIZE];

    /* [engine] */
    int workers;
    int64_t park_limit_ms;
    int64_t cadence_ms[TIER_COUNT];
    int64_t cadence_disabled_ms;
    int64_t tier_high_spend, tier_medium_spend; /* micros of base_currency in 7 days */
    char base_currency[4];
    double tier_hysteresis_pct;
    double jitter_pct;
    int64_t sweep_every_ms, sweep_every_high_ms;
    int64_t full_every_ms;
    int64_t accounts_every_ms;
    int64_t delta_overlap_ms;

    /* [limits] */
    double limit_account_pct, limit_app_pct, limit_insights_pct, limit_use_case_pct;
    double pacing_start_pct; /* of the limit */
    double user_error_rate_pct;

    /* [budget] */
    double budget_daily, budget_per_account; /* weighted units */
    int64_t budget_day_starts_ms;            /* after midnight UTC */
    double operator_reserve_pct;

    /* [cost] */
    double cost_call; /* the unit; the others multiply it */
    double cost_breakdowns, cost_daily, cost_window_90d, cost_action_breakdowns;

    /* [insights] */
    enum insight_level levels[LEVEL_COUNT];
    size_t level_count; /* 1 at least */
    int window_days, restate_days;
    int64_t recent_every_ms, restate_every_ms, idle_every_ms;
    int64_t fresh_ms;
    char insight_fields[CONFIG_LIST_SIZE];
    char breakdowns[CONFIG_LIST_SIZE], action_breakdowns[CONFIG_LIST_SIZE]; /* "" = none */
    char attribution_windows[CONFIG_LIST_SIZE]; /* "" = the account's own */
    double checksum_tolerance;                  /* minor units per row, 0..0.5 */
    int async_above_rows;

    /* [retention] */
    int64_t keep_api_calls_ms, keep_usage_log_ms, keep_log_ms, keep_holds_ms, keep_insights_ms;

    /* [access]: names of groups, "" = the owner alone */
    char operators[64], readers[64];

    /* [ui] */
    char theme[CONFIG_PATH_SIZE];
    int64_t refresh_ms; /* real time */
    bool mouse, bell, notify, title;
    int64_t calm_ms; /* real time without an alarm after which the next one rings again */
    enum config_ascii ascii;
    char environment[32]; /* shown in the title, "" = nothing */
    char accent[16];      /* a colour for it, "" = the theme's */

    /* [console] */
    char zone[64]; /* IANA name or "local" */

    /* [keys]: the console's own; which commands and keys there are is its business */
    struct config_key {
        char command[24], key[16];
        int line; /* of the file, for messages */
    } keys[CONFIG_KEYS_MAX];
    int key_count;

    /* [commands]: a person's own, by key */
    struct config_command {
        char key[16], title[32];
        char line[CONFIG_COMMAND_SIZE]; /* for /bin/sh; lines of the file end in newlines */
        bool ask, unseen;               /* ? and @ in front of the title */
        int at;                         /* line of the file */
    } commands[CONFIG_COMMANDS_MAX];
    int command_count;
};

/* Every setting at its default. */
void config_defaults(struct config *out);

/* The defaults, then the file: path, or for NULL the first that exists of
 * $XDG_CONFIG_HOME/adtop/adtop.conf (~/.config/adtop/adtop.conf) and /etc/adtop/adtop.conf; none is
 * no error. ERR_CONFIG (ERR_NOT_FOUND for a given path) as "file:line: key: why; what to do". */
bool config_load(const char *path, struct config *out, struct err *err);

/* The file that config_load would read for this path; false when there is none. */
bool config_path(const char *path, char out[CONFIG_PATH_SIZE]);

/* Text of a whole file, for config_load and for tests; name is what errors call it. */
bool config_load_text(const char *name, const char *text, struct config *out, struct err *err);

/* Writes a file with the values of config (NULL = the defaults), each with its help as a comment.
 */
void config_print(const struct config *config, FILE *out);

#endif
