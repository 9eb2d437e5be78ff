#include "govern/scope_view.h"

const char *reading_age_name(enum reading_age age)
{
    static const char *const names[] = {"fresh", "old", "model", "none"};
    return names[age];
}
