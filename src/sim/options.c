#include "sim/options.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum option_type {
    OPT_INT,
    OPT_U64,
    OPT_U32,
    OPT_I64,
    OPT_REAL,
    OPT_TEXT,
    OPT_FLAG,
    OPT_TIER,
    OPT_CLOCK,
    OPT_SPEED,
    OPT_SECONDS
};

struct option_row {
    const char *name, *arg, *help;
    enum option_type type;
    size_t offset;
    double least, most;
};

#define AT(member) offsetof(struct sim_options, member)
static const struct option_row rows[] = {
    {"port",          "P",    "port on 127.0.0.1; 0, the default, takes any free one", OPT_INT,     AT(port),          0,
     65535                                                                                                                          },
    {"seed",          "S",    "the data follows from it (1)",                          OPT_U64,     AT(seed),          0,     1e18  },
    {"scale",         "N",    "N times the entities (1..100)",                         OPT_U32,     AT(scale),         1,     100   },
    {"big-account",   "N",    "the heaviest account has exactly N entities",           OPT_U32,     AT(big_account),   0,
     1000000                                                                                                                        },
    {"evolution",     "PCT",  "pace of changes after the start: 100 normal, 0 frozen", OPT_U32,
     AT(evolution_pct),                                                                                                0,     10000 },
    {"access-tier",   "TIER", "development or standard (standard)",                    OPT_TIER,    AT(tier),          0,     0     },
    {"limits-scale",  "F",    "every limit times F (1)",                               OPT_REAL,    AT(limits_scale),  1e-6,  1e9   },
    {"latency",       "MS",   "before every answer (0)",                               OPT_I64,     AT(latency_ms),    0,     600000},
    {"clock-speed",   "N@T",  "simulated now = T + (real now - T) x N",                OPT_CLOCK,   AT(clock),         0,     0     },
    {"speed",         "N",    "the same from now on; clock_speed in scenarios",        OPT_SPEED,   AT(clock),         0.001,
     100000                                                                                                                         },
    {"base",          "T",    "Unix seconds at which the data stands as described",    OPT_SECONDS, AT(base_ms),       1,
     1e11                                                                                                                           },
    {"scenario",      "FILE", "a drill: a file, or the name of one built in",          OPT_TEXT,    AT(scenario),      0,
     0                                                                                                                              },
    {"state",         "FILE", "read at the start when there, written at the end",      OPT_TEXT,    AT(state),         0,
     0                                                                                                                              },
    {"app-secret",    "S",    "check appsecret_proof against it",                      OPT_TEXT,    AT(app_secret),    0,     0     },
    {"require-proof", NULL,   "and refuse calls without one",                          OPT_FLAG,    AT(require_proof), 0,     0     },
    {"token",         "T",    "the only token accepted",                               OPT_TEXT,    AT(token),         0,     0     },
    {"exit-on-eof",   NULL,   "end when standard input closes",                        OPT_FLAG,    AT(exit_on_eof),   0,     0     },
};
#undef AT

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

void options_default(struct sim_options *options)
{
    *options = (struct sim_options){.seed = 1,
                                    .scale = 1,
                                    .evolution_pct = 100,
                                    .tier = ACCESS_STANDARD,
                                    .limits_scale = 1.0,
                                    .clock = {.speed = 1.0}};
}

static bool read_number(const struct option_row *row, const char *value, double *out,
                        struct err *err)
{
    char *end;
    bool whole = row->type != OPT_REAL && row->type != OPT_SPEED;
    *out = strtod(value, &end);
    bool inside = *out >= row->least && *out <= row->most; /* not a number is neither */
    if (*value == '\0' || *end != '\0' || !inside || (whole && *out != floor(*out))) {
        return err_set(err, ERR_USAGE, "%s: %s: give a %snumber from %.10g to %.10g", row->name,
                       value, whole ? "whole " : "", row->least, row->most);
    }
    return true;
}

static bool store_word(const struct option_row *row, void *at, const char *value, struct err *err)
{
    enum access_tier tier;
    if (row->type == OPT_TEXT) {
        memcpy(at, &value, sizeof value);
        return true;
    }
    if (row->type == OPT_CLOCK && strchr(value, '@') != NULL) {
        return clock_parse(value, at, err);
    }
    if (row->type == OPT_TIER && strncmp(value, "dev", 3) == 0) {
        tier = ACCESS_DEVELOPMENT;
    } else if (row->type == OPT_TIER && strncmp(value, "standard", 8) == 0) {
        tier = ACCESS_STANDARD;
    } else {
        return err_set(err, ERR_USAGE, "%s: %s: not understood", row->name, value);
    }
    memcpy(at, &tier, sizeof tier);
    return true;
}

static void store_number(const struct option_row *row, void *at, double number)
{
    int as_int = (int)number;
    uint64_t as_u64 = (uint64_t)number;
    uint32_t as_u32 = (uint32_t)number;
    int64_t as_i64 = (int64_t)number;
    bool as_flag = number != 0.0;
    struct clock as_clock = {.speed = number, .anchor_ms = clock_real_ms()};
    switch (row->type) {
    case OPT_INT:
        memcpy(at, &as_int, sizeof as_int);
        break;
    case OPT_U64:
        memcpy(at, &as_u64, sizeof as_u64);
        break;
    case OPT_U32:
        memcpy(at, &as_u32, sizeof as_u32);
        break;
    case OPT_SECONDS:
        as_i64 *= 1000;
        memcpy(at, &as_i64, sizeof as_i64);
        break;
    case OPT_I64:
        memcpy(at, &as_i64, sizeof as_i64);
        break;
    case OPT_REAL:
        memcpy(at, &number, sizeof number);
        break;
    case OPT_FLAG:
        memcpy(at, &as_flag, sizeof as_flag);
        break;
    case OPT_SPEED:
        memcpy(at, &as_clock, sizeof as_clock);
        break;
    case OPT_TEXT:
    case OPT_TIER:
    case OPT_CLOCK:
        break;
    }
}

static const struct option_row *find_row(const char *name)
{
    char spelled[32];
    size_t n = strlen(name);
    if (n >= sizeof spelled) {
        return NULL;
    }
    for (size_t i = 0; i <= n; i++) {
        spelled[i] = (char)(name[i] == '_' ? '-' : name[i]);
    }
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].name, spelled) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

bool options_set(struct sim_options *options, const char *name, const char *value, bool given,
                 struct err *err)
{
    const struct option_row *row = find_row(name);
    double number = 1.0;
    if (row == NULL) {
        return err_set(err, ERR_USAGE, "no such option: %s", name);
    }
    /* A scenario's clock_speed is a bare factor. */
    if (row->type == OPT_CLOCK && strchr(value, '@') == NULL) {
        unsigned clock_bit = 1u << (unsigned)(row - rows);
        row = find_row("speed");
        if (!given && (options->given & clock_bit) != 0) {
            return true;
        }
    }
    unsigned bit = 1u << (unsigned)(row - rows);
    if (!given && (options->given & bit) != 0) {
        return true;
    }
    options->given |= given ? bit : 0;
    void *at = (char *)options + row->offset;
    bool word = row->type == OPT_TEXT || row->type == OPT_TIER || row->type == OPT_CLOCK;
    if (word) {
        return store_word(row, at, value, err);
    }
    if (row->type != OPT_FLAG && !read_number(row, value, &number, err)) {
        return false;
    }
    store_number(row, at, number);
    return true;
}

enum options_result options_parse(int argc, char **argv, struct sim_options *options,
                                  struct err *err)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return OPTIONS_HELP;
        }
        char name[40];
        const char *equals = strchr(argv[i], '=');
        size_t n = equals != NULL ? (size_t)(equals - argv[i]) : strlen(argv[i]);
        if (strncmp(argv[i], "--", 2) != 0 || n - 2 >= sizeof name) {
            err_set(err, ERR_USAGE, "%s: not an option; see --help", argv[i]);
            return OPTIONS_BAD;
        }
        memcpy(name, argv[i] + 2, n - 2);
        name[n - 2] = '\0';
        const struct option_row *row = find_row(name);
        const char *value = equals != NULL ? equals + 1 : "1";
        if (row != NULL && row->type != OPT_FLAG && equals == NULL) {
            if (++i == argc) {
                err_set(err, ERR_USAGE, "--%s: needs a value", name);
                return OPTIONS_BAD;
            }
            value = argv[i];
        }
        if (!options_set(options, name, value, true, err)) {
            return OPTIONS_BAD;
        }
    }
    return OPTIONS_RUN;
}

void options_help(FILE *out)
{
    fputs("adtop-sim: a Graph / Marketing API on loopback, for drills, demos and tests\n\n", out);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char left[40];
        snprintf(left, sizeof left, "--%s %s", rows[i].name,
                 rows[i].arg != NULL ? rows[i].arg : "");
        fprintf(out, "  %-22s %s\n", left, rows[i].help);
    }
    fputs("\nPrints READY and its address. GET /sim/help lists the control endpoints.\n", out);
}
