#include "sim/api/filter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/net/request.h"
#include "json/json.h"

struct op_row {
    const char *name;
    enum filter_op op;
};

static const struct op_row ops[] = {
    {"EQUAL",                 FILTER_EQUAL        },
    {"NOT_EQUAL",             FILTER_NOT_EQUAL    },
    {"GREATER_THAN",          FILTER_GREATER      },
    {"GREATER_THAN_OR_EQUAL", FILTER_GREATER_EQUAL},
    {"LESS_THAN",             FILTER_LESS         },
    {"LESS_THAN_OR_EQUAL",    FILTER_LESS_EQUAL   },
    {"AFTER",                 FILTER_GREATER      },
    {"BEFORE",                FILTER_LESS         },
    {"ON_OR_AFTER",           FILTER_GREATER_EQUAL},
    {"ON_OR_BEFORE",          FILTER_LESS_EQUAL   },
    {"IN_RANGE",              FILTER_IN_RANGE     },
    {"NOT_IN_RANGE",          FILTER_NOT_IN_RANGE },
    {"CONTAIN",               FILTER_CONTAIN      },
    {"NOT_CONTAIN",           FILTER_NOT_CONTAIN  },
    {"IN",                    FILTER_IN           },
    {"ANY",                   FILTER_IN           },
    {"NOT_IN",                FILTER_NOT_IN       },
    {"NONE",                  FILTER_NOT_IN       },
    {"STARTS_WITH",           FILTER_STARTS_WITH  },
    {"ENDS_WITH",             FILTER_ENDS_WITH    },
};

static bool filter_read_values(struct arena *arena, const struct json *node, struct filter *filter)
{
    bool list = json_type(node) == JSON_ARRAY;
    size_t n = list ? json_size(node) : 1;
    filter->values = arena_alloc(arena, (n + 1) * sizeof *filter->values);
    if (filter->values == NULL) {
        return false;
    }
    const struct json *item = list ? json_first(node) : node;
    for (size_t i = 0; i < n && item != NULL; i++) {
        filter->values[i] = request_json_text(arena, item);
        if (filter->values[i] == NULL) {
            return false;
        }
        filter->value_count = i + 1;
        item = list ? json_next(item) : NULL;
    }
    return true;
}

static enum filter_parse filter_read_one(struct arena *arena, const struct json *node,
                                         struct filter **out, const char **bad)
{
    const char *field = json_text(json_get(node, "field"));
    const char *op = json_text(json_get(node, "operator"));
    struct filter *filter = arena_alloc(arena, sizeof *filter);
    if (field == NULL || op == NULL || filter == NULL ||
        !filter_read_values(arena, json_get(node, "value"), filter)) {
        return FILTER_NOT_JSON;
    }
    filter->field = arena_copy(arena, field, strlen(field));
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        if (strcasecmp(ops[i].name, op) == 0) {
            filter->op = ops[i].op;
            *out = filter;
            return filter->field != NULL ? FILTER_OK : FILTER_NOT_JSON;
        }
    }
    *bad = arena_copy(arena, op, strlen(op));
    return FILTER_BAD_OPERATOR;
}

enum filter_parse filter_parse(struct arena *arena, const char *text, struct filter **out,
                               const char **bad)
{
    struct filter *filters = NULL, **tail = &filters;
    struct json_doc *doc = request_parse(arena, text);
    if (doc == NULL) {
        return FILTER_NOT_JSON;
    }
    enum filter_parse rc = json_type(json_root(doc)) == JSON_ARRAY ? FILTER_OK : FILTER_NOT_JSON;
    const struct json *node = json_first(json_root(doc));
    for (; rc == FILTER_OK && node != NULL; node = json_next(node)) {
        rc = filter_read_one(arena, node, tail, bad);
        tail = rc == FILTER_OK ? &(*tail)->next : tail;
    }
    json_free(doc);
    if (rc == FILTER_OK) {
        *out = filters;
    }
    return rc;
}

static bool filter_split(struct arena *arena, const char *text, const char ***values, size_t *count)
{
    size_t n = 1;
    for (const char *c = text; *c != '\0'; c++) {
        n += *c == ',' ? 1 : 0;
    }
    *values = arena_alloc(arena, n * sizeof **values);
    if (*values == NULL) {
        return false;
    }
    *count = 0;
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        (*values)[(*count)++] = arena_copy(arena, text, len);
        text += len + (text[len] == ',' ? 1 : 0);
    }
    return true;
}

bool filter_parse_list(struct arena *arena, const char *text, const char ***values, size_t *count)
{
    if (text[0] == '\0' || strchr("[\"'", text[0]) == NULL) {
        return filter_split(arena, text, values, count);
    }
    struct filter list = {0};
    struct json_doc *doc = request_parse(arena, text);
    bool ok = doc != NULL && filter_read_values(arena, json_root(doc), &list);
    json_free(doc);
    *values = list.values;
    *count = list.value_count;
    return ok;
}

/* <0, 0, >0; numbers as numbers. */
static int filter_compare(const char *a, const char *b)
{
    char *end_a, *end_b;
    double x = strtod(a, &end_a), y = strtod(b, &end_b);
    if (*a != '\0' && *b != '\0' && *end_a == '\0' && *end_b == '\0' && strlen(a) < 16 &&
        strlen(b) < 16) {
        return x < y ? -1 : x > y ? 1 : 0;
    }
    return strcmp(a, b);
}

bool filter_lists(const struct filter *filter, const char *value)
{
    for (size_t i = 0; i < filter->value_count; i++) {
        if (strcmp(filter->values[i], value) == 0) {
            return true;
        }
    }
    return false;
}

static bool ends_with(const char *value, const char *end)
{
    size_t n = strlen(value), m = strlen(end);
    return n >= m && strcmp(value + n - m, end) == 0;
}

static bool filter_in_range(const struct filter *filter, const char *value)
{
    return filter->value_count == 2 && filter_compare(value, filter->values[0]) >= 0 &&
           filter_compare(value, filter->values[1]) <= 0;
}

bool filter_test(const struct filter *filter, const char *value)
{
    const char *first = filter->value_count > 0 ? filter->values[0] : "";
    switch (filter->op) {
    case FILTER_EQUAL:
        return filter_compare(value, first) == 0;
    case FILTER_NOT_EQUAL:
        return filter_compare(value, first) != 0;
    case FILTER_GREATER:
        return filter_compare(value, first) > 0;
    case FILTER_GREATER_EQUAL:
        return filter_compare(value, first) >= 0;
    case FILTER_LESS:
        return filter_compare(value, first) < 0;
    case FILTER_LESS_EQUAL:
        return filter_compare(value, first) <= 0;
    case FILTER_IN_RANGE:
        return filter_in_range(filter, value);
    case FILTER_NOT_IN_RANGE:
        return !filter_in_range(filter, value);
    case FILTER_CONTAIN:
        return strcasestr(value, first) != NULL;
    case FILTER_NOT_CONTAIN:
        return strcasestr(value, first) == NULL;
    case FILTER_IN:
        return filter_lists(filter, value);
    case FILTER_NOT_IN:
        return !filter_lists(filter, value);
    case FILTER_STARTS_WITH:
        return strncmp(value, first, strlen(first)) == 0;
    case FILTER_ENDS_WITH:
        return ends_with(value, first);
    case FILTER_OP_COUNT:
        break;
    }
    return false;
}

const char *filter_local_name(const char *field)
{
    const char *dot = strchr(field, '.');
    return dot != NULL ? dot + 1 : field;
}

const struct filter *filter_find(const struct filter *filters, const char *field)
{
    while (filters != NULL && strcmp(filters->field, field) != 0) {
        filters = filters->next;
    }
    return filters;
}
