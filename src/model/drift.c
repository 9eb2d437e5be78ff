#include "model/drift.h"

const char *drift_kind_name(enum drift_kind kind)
{
    static const char *const names[DRIFT_KIND_COUNT] = {
        [DRIFT_UNKNOWN] = "unknown",
        [DRIFT_MISSING] = "missing",
        [DRIFT_TYPE] = "type",
        [DRIFT_REJECTED] = "rejected",
    };
    return kind < DRIFT_KIND_COUNT ? names[kind] : "?";
}
