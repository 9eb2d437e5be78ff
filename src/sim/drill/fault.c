#include "sim/drill/fault.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/rand.h"

enum { FAULTS_MAX = 256 };

struct faults {
    pthread_mutex_t lock;
    /* Bit per kind that has a fault: a call that none can strike takes no lock. */
    _Atomic uint64_t kinds;
    /* guarded by lock */
    struct rand chance;
    int64_t next_id;
    size_t count;
    struct fault list[FAULTS_MAX];
};

struct kind_row {
    const char *name, *help;
};

static const struct kind_row kinds[FAULT_KIND_COUNT] = {
    [FAULT_API_ERROR] = {"api_error",        "the error given by http, code, subcode, message"              },
    [FAULT_REDUCE] = {"reduce",           "500, please reduce the amount of data; above limit rows, days"},
    [FAULT_UNKNOWN] = {"unknown",          "500, an unknown error occurred"                               },
    [FAULT_UNAVAILABLE] = {"unavailable",      "code 2, service temporarily unavailable"                      },
    [FAULT_TOKEN] = {"token",            "190 with a subcode: the token is dead"                        },
    [FAULT_SILENT_17] = {"silent_17",        "17/2446079 that no header announced"                          },
    [FAULT_HTML_404] = {"html_404",         "404 with an HTML page"                                        },
    [FAULT_HTML_500] = {"html_500",         "500 with an HTML page"                                        },
    [FAULT_HTML_502] = {"html_502",         "502 with an HTML page"                                        },
    [FAULT_EMPTY_200] = {"empty_200",        "200 without a body"                                           },
    [FAULT_TEXT_200] = {"text_200",         "200 with the text Service Unavailable"                        },
    [FAULT_STRING_200] = {"string_200",       "200 with a JSON string instead of an object"                  },
    [FAULT_LATENCY] = {"latency",          "ms more before the answer"                                    },
    [FAULT_RESET] = {"reset",            "the connection is reset"                                      },
    [FAULT_TRUNCATE] = {"truncate",         "the connection closes in mid-body"                            },
    [FAULT_STALL] = {"stall",            "half a body, then silence"                                    },
    [FAULT_DROP_ROW] = {"drop_row",         "a row is lost between two pages, or the one of entity, day"   },
    [FAULT_DUPLICATE_ROW] = {"duplicate_row",    "a page repeats the last row of the page before"               },
    [FAULT_EMPTY_PAGE] = {"empty_page",       "an empty page with next"                                      },
    [FAULT_ENDLESS_EMPTY] = {"endless_empty",    "next never ends, without data"                                },
    [FAULT_SHORT_PAGE] = {"short_page",       "half the rows, with next"                                     },
    [FAULT_CURSOR] = {"cursor",           "2642 in mid-listing"                                          },
    [FAULT_CURSOR_DEPTH] = {"cursor_depth",     "the after cursor exceeds the max limit"                       },
    [FAULT_MAX_LIMIT] = {"max_limit",        "the edge gives at most limit rows a page"                     },
    [FAULT_IGNORE_FILTER] = {"ignore_filter",    "filtering has no effect"                                      },
    [FAULT_FIELD_UNKNOWN] = {"field_unknown",    "objects have a member nobody asked for"                       },
    [FAULT_FIELD_MISSING] = {"field_missing",    "a field asked for is not there"                               },
    [FAULT_FIELD_REJECTED] = {"field_rejected",   "a field asked for no longer exists"                           },
    [FAULT_FIELD_TYPE] = {"field_type",       "a field comes as value, bare JSON (default 0)"                },
    [FAULT_BARE_IDS] = {"bare_ids",         "report_run_id without quotes"                                 },
    [FAULT_RUN_RACE] = {"run_race",         "100/33 when a young report is polled"                         },
    [FAULT_RUN_STALLED] = {"run_stalled",      "the report stops at pct"                                      },
    [FAULT_RUN_SKIPPED] = {"run_skipped",      "the report ends as Job Skipped"                               },
    [FAULT_RUN_FAILED] = {"run_failed",       "the report ends as Job Failed with code, subcode"             },
    [FAULT_RUN_EMPTY] = {"run_empty",        "a completed report reads as empty"                            },
    [FAULT_RUN_SLOW] = {"run_slow",         "the report takes ms longer"                                   },
    [FAULT_RUN_EXPIRED] = {"run_expired",      "the report is gone"                                           },
    [FAULT_BATCH_NULL] = {"batch_null",       "an item of a batch is null"                                   },
    [FAULT_BATCH_EMPTY] = {"batch_empty",      "an item of a batch is {}"                                     },
    [FAULT_BATCH_960] = {"batch_960",        "an item of a batch was aborted"                               },
    [FAULT_BATCH_WHOLE] = {"batch_whole",      "one error for the whole batch"                                },
    [FAULT_BATCH_NO_HEADERS] = {"batch_no_headers", "items without headers"                                        },
    [FAULT_HEADER_STRINGS] = {"header_strings",   "figures of usage headers as strings"                          },
    [FAULT_HEADER_GARBAGE] = {"header_garbage",   "a usage header that is no JSON, or value"                     },
    [FAULT_HEADER_OVER] = {"header_over",      "usage of pct, default 118"                                    },
    [FAULT_HEADER_STUCK] = {"header_stuck",     "usage stuck at pct, default 100"                              },
    [FAULT_HEADER_ABSENT] = {"header_absent",    "no usage headers"                                             },
    [FAULT_HEADER_TWICE] = {"header_twice",     "duplicate members in the use-case header"                     },
    [FAULT_VERSION_WARNING] = {"version_warning",  "X-Ad-Api-Version-Warning"                                     },
    [FAULT_CLOCK_SKEW] = {"clock_skew",       "the Date header is off by ms"                                 },
};

const char *fault_kind_name(enum fault_kind kind)
{
    return kinds[kind].name;
}

const char *fault_kind_help(enum fault_kind kind)
{
    return kinds[kind].help;
}

struct faults *faults_create(uint64_t seed)
{
    struct faults *faults = calloc(1, sizeof *faults);
    if (faults != NULL) {
        pthread_mutex_init(&faults->lock, NULL);
        rand_seed(&faults->chance, seed, 0xfa);
        faults->next_id = 1;
    }
    return faults;
}

void faults_destroy(struct faults *faults)
{
    if (faults != NULL) {
        pthread_mutex_destroy(&faults->lock);
        free(faults);
    }
}

bool fault_parse_time(const char *text, int64_t start_ms, int64_t *out)
{
    int64_t ms;
    if (text[0] == '+') {
        if (!duration_parse(text + 1, &ms)) {
            return false;
        }
        *out = start_ms + ms;
        return true;
    }
    char *end;
    long long number = strtoll(text, &end, 10);
    if (*text != '\0' && *end == '\0') {
        *out = number < 100000000000 ? number * 1000 : number;
        return true;
    }
    return date_parse_rfc3339(text, out);
}

bool fault_init(struct fault *fault, const char *kind, struct err *err)
{
    *fault = (struct fault){.probability = 1.0, .count = -1, .transient = -1};
    for (int i = 0; i < FAULT_KIND_COUNT; i++) {
        if (strcmp(kinds[i].name, kind) == 0) {
            fault->kind = (enum fault_kind)i;
            return true;
        }
    }
    return err_set(err, ERR_CONFIG, "no such fault kind: %s", kind);
}

enum key_type { KEY_TEXT, KEY_INT, KEY_LONG, KEY_REAL, KEY_TIME };

struct key_row {
    const char *name;
    enum key_type type;
    size_t offset, size;
};

#define KEY(name, type, member)                                                                    \
    {                                                                                              \
        name, type, offsetof(struct fault, member), sizeof((struct fault *)0)->member              \
    }
static const struct key_row keys[] = {
    KEY("path", KEY_TEXT, path),       KEY("class", KEY_TEXT, call_class),
    KEY("account", KEY_TEXT, account), KEY("probability", KEY_REAL, probability),
    KEY("count", KEY_LONG, count),     KEY("skip", KEY_LONG, skip),
    KEY("from", KEY_TIME, from_ms),    KEY("until", KEY_TIME, until_ms),
    KEY("http", KEY_INT, http),        KEY("code", KEY_INT, code),
    KEY("subcode", KEY_INT, subcode),  KEY("transient", KEY_INT, transient),
    KEY("type", KEY_TEXT, type),       KEY("message", KEY_TEXT, message),
    KEY("title", KEY_TEXT, title),     KEY("user_msg", KEY_TEXT, user_msg),
    KEY("field", KEY_TEXT, field),     KEY("value", KEY_TEXT, value),
    KEY("header", KEY_TEXT, header),   KEY("entity", KEY_TEXT, entity),
    KEY("day", KEY_TEXT, day),         KEY("ms", KEY_LONG, ms),
    KEY("limit", KEY_LONG, limit),     KEY("days", KEY_LONG, days),
    KEY("pct", KEY_REAL, pct),
};
#undef KEY

static bool key_store(char *at, const struct key_row *key, const char *value, int64_t start_ms)
{
    char *end = NULL;
    if (key->type == KEY_TEXT) {
        int n = snprintf(at, key->size, "%s", value);
        return n >= 0 && (size_t)n < key->size;
    }
    if (key->type == KEY_TIME) {
        int64_t ms;
        bool known = fault_parse_time(value, start_ms, &ms);
        if (known) {
            memcpy(at, &ms, sizeof ms);
        }
        return known;
    }
    double real = strcmp(value, "true") == 0    ? 1.0
                  : strcmp(value, "false") == 0 ? 0.0
                                                : strtod(value, &end);
    if (end != NULL && (end == value || *end != '\0')) {
        return false;
    }
    int whole = (int)real;
    int64_t wide = (int64_t)real;
    const void *from = key->type == KEY_REAL   ? (const void *)&real
                       : key->type == KEY_LONG ? (const void *)&wide
                                               : (const void *)&whole;
    memcpy(at, from, key->size);
    return true;
}

bool fault_set(struct fault *fault, const char *key, const char *value, int64_t start_ms,
               struct err *err)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(keys[i].name, key) == 0) {
            return key_store((char *)fault + keys[i].offset, &keys[i], value, start_ms) ||
                   err_set(err, ERR_CONFIG, "fault: %s: bad value: %s", key, value);
        }
    }
    return err_set(err, ERR_CONFIG, "fault: no such key: %s", key);
}

/* Call with the lock held. */
static void faults_mark(struct faults *faults)
{
    uint64_t mask = 0;
    for (size_t i = 0; i < faults->count; i++) {
        mask |= UINT64_C(1) << faults->list[i].kind;
    }
    atomic_store(&faults->kinds, mask);
}

int64_t faults_add(struct faults *faults, const struct fault *fault)
{
    int64_t id = 0;
    pthread_mutex_lock(&faults->lock);
    if (faults->count < FAULTS_MAX) {
        id = faults->next_id++;
        faults->list[faults->count] = *fault;
        faults->list[faults->count++].id = id;
        faults_mark(faults);
    }
    pthread_mutex_unlock(&faults->lock);
    return id;
}

size_t faults_remove(struct faults *faults, int64_t id)
{
    pthread_mutex_lock(&faults->lock);
    size_t kept = 0, before = faults->count;
    for (size_t i = 0; i < before; i++) {
        if (id != 0 && faults->list[i].id != id) {
            faults->list[kept++] = faults->list[i];
        }
    }
    faults->count = kept;
    faults_mark(faults);
    pthread_mutex_unlock(&faults->lock);
    return before - kept;
}

size_t faults_list(struct faults *faults, struct fault *out, size_t max)
{
    pthread_mutex_lock(&faults->lock);
    size_t n = faults->count < max ? faults->count : max;
    memcpy(out, faults->list, n * sizeof *out);
    pthread_mutex_unlock(&faults->lock);
    return n;
}

static bool fault_applies(const struct fault *fault, enum fault_kind kind,
                          const struct fault_call *call, int64_t now_ms)
{
    return fault->kind == kind && fault->count != 0 && now_ms >= fault->from_ms &&
           (fault->until_ms == 0 || now_ms < fault->until_ms) &&
           (fault->path[0] == '\0' || strstr(call->path, fault->path) != NULL) &&
           (fault->call_class[0] == '\0' || strcmp(call->call_class, fault->call_class) == 0) &&
           (fault->account[0] == '\0' || strcmp(call->account, fault->account) == 0);
}

static bool faults_look(struct faults *faults, enum fault_kind kind, const struct fault_call *call,
                        int64_t now_ms, struct fault *out, bool consume)
{
    if ((atomic_load(&faults->kinds) >> kind & 1) == 0) {
        return false;
    }
    bool struck = false;
    pthread_mutex_lock(&faults->lock);
    for (size_t i = 0; i < faults->count && !struck; i++) {
        struct fault *fault = &faults->list[i];
        if (!fault_applies(fault, kind, call, now_ms)) {
            continue;
        }
        if (consume && fault->skip > 0) {
            fault->skip--;
            continue;
        }
        struck = !consume || fault->probability >= 1.0 ||
                 rand_unit(&faults->chance) < fault->probability;
        if (struck && consume) {
            fault->hits++;
            fault->count -= fault->count > 0 ? 1 : 0;
        }
        if (struck && out != NULL) {
            *out = *fault;
        }
    }
    pthread_mutex_unlock(&faults->lock);
    return struck;
}

bool faults_strike(struct faults *faults, enum fault_kind kind, const struct fault_call *call,
                   int64_t now_ms, struct fault *out)
{
    return faults_look(faults, kind, call, now_ms, out, true);
}

bool faults_match(struct faults *faults, enum fault_kind kind, const struct fault_call *call,
                  int64_t now_ms, struct fault *out)
{
    return faults_look(faults, kind, call, now_ms, out, false);
}
