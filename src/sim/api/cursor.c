#include "sim/api/cursor.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"

static const char prefix[] = "QVFIU";

uint64_t cursor_binding(const struct request *request)
{
    static const char *const free_params[] = {"access_token", "appsecret_proof", "after",
                                              "before",       "limit",           "method",
                                              "summary",      "pretty",          "fields"};
    uint64_t sum = 0;
    for (size_t i = 0; i < request->param_count; i++) {
        const struct param *param = &request->params[i];
        bool binds = true;
        for (size_t k = 0; k < sizeof free_params / sizeof free_params[0]; k++) {
            binds = binds && strcmp(param->name, free_params[k]) != 0;
        }
        if (binds) {
            uint64_t name = hash_bytes(param->name, strlen(param->name), 7);
            sum += hash_bytes(param->value, strlen(param->value), name); /* order is free */
        }
    }
    /* The version may differ between pages; the edge may not. */
    const char *edge = request->path;
    if (strncmp(edge, "/v", 2) == 0 && strchr(edge + 1, '/') != NULL) {
        edge = strchr(edge + 1, '/');
    }
    return hash_bytes(edge, strlen(edge), sum);
}

static uint64_t cursor_check(const struct cursor *cursor)
{
    return hash_bytes(cursor, sizeof *cursor, 0x51) & 0xffff;
}

void cursor_write(const struct cursor *cursor, char out[CURSOR_SIZE])
{
    snprintf(out, CURSOR_SIZE, "%s%04llx%08llx%llxZ%llxZ%llxZ%llxZD", prefix,
             (unsigned long long)cursor_check(cursor),
             (unsigned long long)(cursor->binding & 0xffffffff), (unsigned long long)cursor->rows,
             (unsigned long long)cursor->at, (unsigned long long)cursor->sub,
             (unsigned long long)cursor->last);
}

bool cursor_read(const char *text, uint64_t binding, struct cursor *out)
{
    unsigned long long check, bound, rows, at, sub, last;
    int end = 0;
    if (strncmp(text, prefix, sizeof prefix - 1) != 0 ||
        sscanf(text + sizeof prefix - 1, "%4llx%8llx%llxZ%llxZ%llxZ%llxZD%n", &check, &bound, &rows,
               &at, &sub, &last, &end) != 6 ||
        end == 0 || text[sizeof prefix - 1 + (size_t)end] != '\0') {
        return false;
    }
    struct cursor cursor = {.binding = binding, .rows = rows, .at = at, .sub = sub, .last = last};
    if (bound != (binding & 0xffffffff) || cursor_check(&cursor) != check) {
        return false;
    }
    *out = cursor;
    return true;
}
