#include "model/names.h"

#include <string.h>

const char *names_get(const char *const *names, size_t count, int value)
{
    return value >= 0 && (size_t)value < count && names[value] ? names[value] : "?";
}

bool names_find(const char *const *names, size_t count, const char *text, int *out)
{
    for (size_t i = 0; text && i < count; i++) {
        if (names[i] && strcmp(names[i], text) == 0) {
            *out = (int)i;
            return true;
        }
    }
    return false;
}
