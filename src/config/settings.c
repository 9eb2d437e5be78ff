#include <ctype.h>
#include <string.h>

#include "base/tz.h"
#include "config/setting.h"

static bool is_loopback(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strncmp(host, "[::1]", 5) == 0 ||
           (strncmp(host, "localhost", 9) == 0 && (host[9] == '\0' || strchr(":/", host[9])));
}

const char *setting_check_url(const char *text)
{
    size_t n = strlen(text);
    const char *host = strstr(text, "://");
    if (!host || host[3] == '\0' || strpbrk(text, " ?#@\"\\")) {
        return "is no plain URL; give one such as https://graph.facebook.com";
    }
    host += 3;
    if (text[n - 1] == '/') {
        return "ends in a slash; leave it out";
    }
    if (strncmp(text, "https://", 8) == 0) {
        return NULL;
    }
    return strncmp(text, "http://", 7) == 0 && is_loopback(host)
               ? NULL
               : "would send the token unencrypted; use https (http only to this machine)";
}

static const char *check_version(const char *text)
{
    const char *p = text + 1;
    bool major = isdigit((unsigned char)*p);
    p += strspn(p, "0123456789");
    bool minor = p[0] == '.' && isdigit((unsigned char)p[1]);
    p += minor;
    p += strspn(p, "0123456789");
    return text[0] == 'v' && major && minor && *p == '\0' ? NULL
                                                          : "is no version; give one such as v26.0";
}

static const char *check_currency(const char *text)
{
    bool ok = strlen(text) == 3;
    for (const char *p = text; *p; p++) {
        ok = ok && *p >= 'A' && *p <= 'Z';
    }
    return ok ? NULL : "is no currency code; give one such as USD";
}

static const char *check_zone(const char *text)
{
    struct tz *tz = tz_load(text, NULL);
    tz_destroy(tz);
    return tz ? NULL
              : "is not in the time zone database; give a name such as Europe/Berlin, or local";
}

static const char *check_group(const char *text)
{
    bool ok = text[0] == '\0' || isalpha((unsigned char)text[0]) || text[0] == '_';
    for (const char *p = text; *p; p++) {
        ok = ok && (isalnum((unsigned char)*p) || strchr("_-.", *p));
    }
    return ok ? NULL : "is no name of a group";
}

#define AT(member) offsetof(struct config, member), sizeof(((struct config *)0)->member)

static const struct setting table[] = {
    {"graph",     "base_url",             SETTING_TEXT,     AT(base_url),                NULL,    NULL,         "https://graph.facebook.com",
     NULL,                                                                                                                                                   setting_check_url, "where the Graph API is; http only for a simulator on this machine"                    },
    {"graph",     "api_version",          SETTING_TEXT,     AT(api_version),             NULL,    NULL,         "v26.0",                      NULL,
     check_version,                                                                                                                                                             "version of the API in every path"                                                     },
    {"graph",     "max_response",         SETTING_SIZE,     AT(max_response_bytes),      "64KiB", "1GiB",       "16MiB",                      NULL,
     NULL,                                                                                                                                                                      "larger answers are refused and asked for in smaller pages"                            },
    {"graph",     "connect_timeout",      SETTING_DURATION, AT(connect_timeout_ms),      "1s",    "5m",         "10s",                        NULL,
     NULL,                                                                                                                                                                      "for name, connection and TLS; real time"                                              },
    {"graph",     "stall_timeout",        SETTING_DURATION, AT(stall_timeout_ms),        "1s",    "30m",        "1m",                         NULL,
     NULL,                                                                                                                                                                      "an answer of which nothing comes for so long is given up; real time"                  },
    {"graph",     "page_size_entities",   SETTING_INT,      AT(page_size_entities),      "1",     "5000",       "500",                        NULL,
     NULL,                                                                                                                                                                      "campaigns, ad sets or ads a page to start with; adapts to what the API bears"         },
    {"graph",     "page_size_insights",   SETTING_INT,      AT(page_size_insights),      "1",     "5000",       "1000",                       NULL,
     NULL,                                                                                                                                                                      "insights rows a page to start with; adapts"                                           },
    {"graph",     "max_retries",          SETTING_INT,      AT(max_retries),             "0",     "20",         "5",                          NULL,          NULL,
     "repeats of a request after passing errors"                                                                                                                                                                                                                       },
    {"graph",     "token_file",           SETTING_PATH,     AT(token_file),              NULL,    NULL,         "",                           NULL,          NULL,
     "file with the access token, mode 0600; META_ACCESS_TOKEN goes before it"                                                                                                                                                                                         },
    {"graph",     "app_secret_file",      SETTING_PATH,     AT(app_secret_file),         NULL,    NULL,         "",                           NULL,          NULL,
     "file with the app secret, mode 0600: requests are signed with it (appsecret_proof)"                                                                                                                                                                              },

    {"engine",    "workers",              SETTING_INT,      AT(workers),                 "1",     "64",         "3",                          NULL,          NULL,
     "accounts synced at once"                                                                                                                                                                                                                                         },
    {"engine",    "park_limit",           SETTING_DURATION, AT(park_limit_ms),           "10s",   "24h",        "15m",                        NULL,          NULL,
     "a run held for longer ends as THROTTLED and continues when the hold does"                                                                                                                                                                                        },
    {"engine",    "cadence_high",         SETTING_DURATION, AT(cadence_ms[TIER_HIGH]),   "1m",    "7d",         "30m",                        NULL,
     NULL,                                                                                                                                                                      "how often a high-spend account is synced"                                             },
    {"engine",    "cadence_medium",       SETTING_DURATION, AT(cadence_ms[TIER_MEDIUM]), "1m",    "7d",         "2h",
     NULL,                                                                                                                                                   NULL,              "how often a medium-spend account is"                                                  },
    {"engine",    "cadence_low",          SETTING_DURATION, AT(cadence_ms[TIER_LOW]),    "1m",    "30d",        "12h",                        NULL,
     NULL,                                                                                                                                                                      "how often a low-spend account is"                                                     },
    {"engine",    "cadence_disabled",     SETTING_DURATION, AT(cadence_disabled_ms),     "1m",    "90d",        "1d",
     NULL,                                                                                                                                                   NULL,              "how often an account that is disabled at Meta is looked at"                           },
    {"engine",    "tier_high_spend",      SETTING_MONEY,    AT(tier_high_spend),         "0",     "1000000000", "100",
     NULL,                                                                                                                                                   NULL,              "spend of the last 7 days above which an account is high, in base_currency"            },
    {"engine",    "tier_medium_spend",    SETTING_MONEY,    AT(tier_medium_spend),       "0",     "1000000000", "10",
     NULL,                                                                                                                                                   NULL,              "spend above which it is medium; below, low"                                           },
    {"engine",    "base_currency",        SETTING_TEXT,     AT(base_currency),           NULL,    NULL,         "USD",                        NULL,
     check_currency,                                                                                                                                                            "currency in which accounts are compared"                                              },
    {"engine",    "tier_hysteresis_pct",  SETTING_PERCENT,  AT(tier_hysteresis_pct),     "0",     "90",         "20",
     NULL,                                                                                                                                                   NULL,              "an account drops a tier only when its spend is this much below the line"              },
    {"engine",    "jitter_pct",           SETTING_PERCENT,  AT(jitter_pct),              "0",     "50",         "10",                         NULL,          NULL,
     "a run may start this much of its cadence earlier, so that not all start together"                                                                                                                                                                                },
    {"engine",    "sweep_every",          SETTING_DURATION, AT(sweep_every_ms),          "10m",   "30d",        "1d",                         NULL,          NULL,
     "how often ids and statuses of everything are compared, to find what vanished"                                                                                                                                                                                    },
    {"engine",    "sweep_every_high",     SETTING_DURATION, AT(sweep_every_high_ms),     "10m",   "30d",        "6h",
     NULL,                                                                                                                                                   NULL,              "the same for high-spend accounts"                                                     },
    {"engine",    "full_every",           SETTING_DURATION, AT(full_every_ms),           "1h",    "365d",       "7d",                         NULL,          NULL,
     "how often everything is read again instead of what changed"                                                                                                                                                                                                      },
    {"engine",    "accounts_every",       SETTING_DURATION, AT(accounts_every_ms),       "1m",    "7d",         "6h",                         NULL,
     NULL,                                                                                                                                                                      "how often the list of accounts is read"                                               },
    {"engine",    "delta_overlap",        SETTING_DURATION, AT(delta_overlap_ms),        "0s",    "24h",        "10m",                        NULL,
     NULL,                                                                                                                                                                      "how far before the last listing changes are asked for"                                },

    {"limits",    "account",              SETTING_PERCENT,  AT(limit_account_pct),       "5",     "100",        "70",                         NULL,          NULL,
     "no call for an ad account starts above this usage of its quota"                                                                                                                                                                                                  },
    {"limits",    "app",                  SETTING_PERCENT,  AT(limit_app_pct),           "5",     "100",        "80",                         NULL,          NULL,
     "no call at all above this usage of the app's quota"                                                                                                                                                                                                              },
    {"limits",    "insights",             SETTING_PERCENT,  AT(limit_insights_pct),      "5",     "100",        "60",                         NULL,          NULL,
     "no insights call above this insights load"                                                                                                                                                                                                                       },
    {"limits",    "use_case",             SETTING_PERCENT,  AT(limit_use_case_pct),      "5",     "100",        "75",                         NULL,          NULL,
     "no call above this usage of a business use case"                                                                                                                                                                                                                 },
    {"limits",    "pacing_start_pct",     SETTING_PERCENT,  AT(pacing_start_pct),        "0",     "100",        "60",                         NULL,
     NULL,                                                                                                                                                                      "percent of a limit from which on calls are spaced"                                    },
    {"limits",    "user_error_rate",      SETTING_PERCENT,  AT(user_error_rate_pct),     "1",     "100",        "15",                         NULL,
     NULL,                                                                                                                                                                      "share of failed calls that costs an app its access tier; everything slows down before"},

    {"budget",    "daily",                SETTING_DECIMAL,  AT(budget_daily),            "0",     "1000000000", "20000",                      NULL,          NULL,
     "weighted units a day for all accounts"                                                                                                                                                                                                                           },
    {"budget",    "per_account",          SETTING_DECIMAL,  AT(budget_per_account),      "0",     "1000000000", "5000",
     NULL,                                                                                                                                                   NULL,              "weighted units a day for one account"                                                 },
    {"budget",    "day_starts",           SETTING_CLOCK,    AT(budget_day_starts_ms),    "00:00", "23:59",      "00:00",
     NULL,                                                                                                                                                   NULL,              "when the budget's day starts, UTC"                                                    },
    {"budget",    "operator_reserve_pct", SETTING_PERCENT,  AT(operator_reserve_pct),    "0",     "90",         "15",
     NULL,                                                                                                                                                   NULL,              "share of the budget kept for what operators force"                                    },

    {"cost",      "call",                 SETTING_DECIMAL,  AT(cost_call),               "0.01",  "1000",       "1",                          NULL,          NULL,
     "weight of an entity call or a basic insights call"                                                                                                                                                                                                               },
    {"cost",      "breakdowns",           SETTING_DECIMAL,  AT(cost_breakdowns),         "1",     "1000",       "3",                          NULL,          NULL,
     "times this with breakdowns"                                                                                                                                                                                                                                      },
    {"cost",      "daily",                SETTING_DECIMAL,  AT(cost_daily),              "1",     "1000",       "5",                          NULL,          NULL,
     "times this with a row a day"                                                                                                                                                                                                                                     },
    {"cost",      "window_90d",           SETTING_DECIMAL,  AT(cost_window_90d),         "1",     "1000",       "2",                          NULL,          NULL,
     "times this for windows of 90 days and more"                                                                                                                                                                                                                      },
    {"cost",      "action_breakdowns",    SETTING_DECIMAL,  AT(cost_action_breakdowns),  "1",     "1000",       "4",
     NULL,                                                                                                                                                   NULL,              "times this with action breakdowns"                                                    },

    {"insights",  "levels",               SETTING_LEVELS,   AT(levels),                  NULL,    NULL,         "ad",                         NULL,          NULL,
     "levels read, of account, campaign, adset, ad; each costs calls of its own"                                                                                                                                                                                       },
    {"insights",  "window_days",          SETTING_INT,      AT(window_days),             "1",     "90",         "7",                          NULL,          NULL,
     "complete days before today that a foreground pass and a recent read cover"                                                                                                                                                                                       },
    {"insights",  "restate_days",         SETTING_INT,      AT(restate_days),            "1",     "90",         "28",                         NULL,          NULL,
     "days within which Meta restates figures"                                                                                                                                                                                                                         },
    {"insights",  "recent_every",         SETTING_DURATION, AT(recent_every_ms),         "15m",   "7d",         "6h",                         NULL,
     NULL,                                                                                                                                                                      "how often the last window_days are read"                                              },
    {"insights",  "restate_every",        SETTING_DURATION, AT(restate_every_ms),        "1h",    "30d",        "1d",                         NULL,
     NULL,                                                                                                                                                                      "how often the last restate_days are read"                                             },
    {"insights",  "idle_every",           SETTING_DURATION, AT(idle_every_ms),           "1h",    "30d",        "1d",                         NULL,          NULL,
     "how often the insights of an account without delivery are"                                                                                                                                                                                                       },
    {"insights",  "fresh",                SETTING_DURATION, AT(fresh_ms),                "0s",    "24h",        "15m",                        NULL,          NULL,
     "younger insights are not read again unless forced; Meta renews them every 15 minutes"                                                                                                                                                                            },
    {"insights",  "fields",               SETTING_LIST,     AT(insight_fields),          NULL,    NULL,
     "spend,impressions,clicks,reach,actions,action_values",                                                                                  NULL,          NULL,
     "metrics read; ids, names and dates come with them"                                                                                                                                                                                                               },
    {"insights",  "breakdowns",           SETTING_LIST,     AT(breakdowns),              NULL,    NULL,         "",                           NULL,          NULL,
     "such as age,gender; multiplies rows and cost"                                                                                                                                                                                                                    },
    {"insights",  "action_breakdowns",    SETTING_LIST,     AT(action_breakdowns),       NULL,    NULL,         "",                           NULL,
     NULL,                                                                                                                                                                      "such as action_device; multiplies rows and cost"                                      },
    {"insights",  "attribution_windows",  SETTING_LIST,     AT(attribution_windows),     NULL,    NULL,         "",                           NULL,
     NULL,                                                                                                                                                                      "such as 1d_view,7d_click; empty = as each ad set is configured"                       },
    {"insights",  "checksum_tolerance",   SETTING_DECIMAL,  AT(checksum_tolerance),      "0",     "0.5",        "0",
     NULL,                                                                                                                                                   NULL,              "minor currency units a row by which sums may differ from the account's total"         },
    {"insights",  "async_above_rows",     SETTING_INT,      AT(async_above_rows),        "0",     "10000000",   "50000",
     NULL,                                                                                                                                                   NULL,
     "rows expected above which a report is ordered instead; 0 = only after a time-out"                                                                                                                                                                                },

    {"retention", "api_calls",            SETTING_DURATION, AT(keep_api_calls_ms),       "1d",    "3650d",      "30d",                        NULL,
     NULL,                                                                                                                                                                      "how long single calls and routine holds (due, queued, running, concurrency) are kept" },
    {"retention", "usage_log",            SETTING_DURATION, AT(keep_usage_log_ms),       "1d",    "3650d",      "90d",                        NULL,
     NULL,                                                                                                                                                                      "how long usage readings are"                                                          },
    {"retention", "log",                  SETTING_DURATION, AT(keep_log_ms),             "1d",    "3650d",      "90d",                        NULL,          NULL,
     "how long log lines are"                                                                                                                                                                                                                                          },
    {"retention", "holds",                SETTING_DURATION, AT(keep_holds_ms),           "1d",    "3650d",      "400d",                       NULL,          NULL,
     "how long runs, the other holds and the sums of what goes earlier are"                                                                                                                                                                                            },
    {"retention", "insights",             SETTING_DURATION, AT(keep_insights_ms),        "90d",   "3650d",      "1125d",                      NULL,
     NULL,                                                                                                                                                                      "how long insights, tombstones and what operators did are; Meta answers for 37 months" },

    {"access",    "operators",            SETTING_TEXT,     AT(operators),               NULL,    NULL,         "",                           NULL,          check_group,
     "group whose members may act; empty = the engine's own user"                                                                                                                                                                                                      },
    {"access",    "readers",              SETTING_TEXT,     AT(readers),                 NULL,    NULL,         "",                           NULL,          check_group,
     "group whose members may look; operators have to be in it too"                                                                                                                                                                                                    },

    {"ui",        "theme",                SETTING_PATH,     AT(theme),                   NULL,    NULL,         "default-16",                 NULL,          NULL,
     "name of a theme, or a path"                                                                                                                                                                                                                                      },
    {"ui",        "refresh",              SETTING_DURATION, AT(refresh_ms),              "100ms", "1m",         "1s",                         NULL,          NULL,
     "how often the screen looks for changes; real time"                                                                                                                                                                                                               },
    {"ui",        "mouse",                SETTING_BOOL,     AT(mouse),                   NULL,    NULL,         "off",                        NULL,          NULL,
     "on takes the mouse from the terminal's own selection"                                                                                                                                                                                                            },
    {"ui",        "bell",                 SETTING_BOOL,     AT(bell),                    NULL,    NULL,         "on",                         NULL,          NULL,
     "the terminal's bell when something new is wrong"                                                                                                                                                                                                                 },
    {"ui",        "notify",               SETTING_BOOL,     AT(notify),                  NULL,    NULL,         "on",                         NULL,          NULL,
     "a notification (OSC 9) as well, where the terminal knows them"                                                                                                                                                                                                   },
    {"ui",        "title",                SETTING_BOOL,     AT(title),                   NULL,    NULL,         "on",                         NULL,          NULL,
     "the window's title says what is wrong"                                                                                                                                                                                                                           },
    {"ui",        "calm",                 SETTING_DURATION, AT(calm_ms),                 "0s",    "24h",        "1m",                         NULL,          NULL,
     "it rings again only after so much calm; real time"                                                                                                                                                                                                               },
    {"ui",        "ascii",                SETTING_CHOICE,   AT(ascii),                   NULL,    NULL,         "auto",                       "auto on off", NULL,
     "draw with ASCII alone: auto, on, off"                                                                                                                                                                                                                            },
    {"ui",        "environment",          SETTING_TEXT,     AT(environment),             NULL,    NULL,         "",                           NULL,          NULL,
     "shown in the title, such as PRODUCTION"                                                                                                                                                                                                                          },
    {"ui",        "accent",               SETTING_TEXT,     AT(accent),                  NULL,    NULL,         "",                           NULL,          NULL,
     "colour of that name, such as red; empty = the theme's"                                                                                                                                                                                                           },

    {"console",   "zone",                 SETTING_TEXT,     AT(zone),                    NULL,    NULL,         "local",                      NULL,          check_zone,
     "time zone of what is shown and typed: local, UTC, Europe/Berlin"                                                                                                                                                                                                 },
};

const struct setting *settings(size_t *count)
{
    *count = sizeof table / sizeof table[0];
    return table;
}
