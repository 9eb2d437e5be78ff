/*
 * filter: the `filtering` parameter, a JSON list of {field, operator, value} that all must hold,
 * and the `effective_status` list. Values are compared as numbers where both sides are numbers.
 */
#ifndef SIM_API_FILTER_H
#define SIM_API_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum filter_op {
    FILTER_EQUAL,
    FILTER_NOT_EQUAL,
    FILTER_GREATER,
    FILTER_GREATER_EQUAL,
    FILTER_LESS,
    FILTER_LESS_EQUAL,
    FILTER_IN_RANGE,
    FILTER_NOT_IN_RANGE,
    FILTER_CONTAIN,
    FILTER_NOT_CONTAIN,
    FILTER_IN,
    FILTER_NOT_IN,
    FILTER_STARTS_WITH,
    FILTER_ENDS_WITH,
    FILTER_OP_COUNT
};

struct filter {
    const char *field; /* as given: "ad.updated_time" */
    enum filter_op op;
    const char **values;
    size_t value_count;
    struct filter *next;
};

enum filter_parse { FILTER_OK, FILTER_NOT_JSON, FILTER_BAD_OPERATOR };

enum filter_parse filter_parse(struct arena *arena, const char *text, struct filter **out,
                               const char **bad);
/* A JSON list of texts (or one text, or a,b,c). */
bool filter_parse_list(struct arena *arena, const char *text, const char ***values, size_t *count);
bool filter_test(const struct filter *filter, const char *value);
/* Part behind the level prefix, or the whole: "ad.updated_time" -> "updated_time". */
const char *filter_local_name(const char *field);
const struct filter *filter_find(const struct filter *filters, const char *field);
bool filter_lists(const struct filter *filter, const char *value);

#endif
