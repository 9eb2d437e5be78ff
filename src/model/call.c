#include "model/call.h"

#include "model/api_error.h"
#include "model/names.h"

static const struct {
    const char *name;
    enum use_case use_case;
} classes[CALL_CLASS_COUNT] = {
    [CALL_ACCOUNTS] = {"accounts",       USE_CASE_ADS_MANAGEMENT},
    [CALL_CAMPAIGNS] = {"campaigns",      USE_CASE_ADS_MANAGEMENT},
    [CALL_ADSETS] = {"adsets",         USE_CASE_ADS_MANAGEMENT},
    [CALL_ADS] = {"ads",            USE_CASE_ADS_MANAGEMENT},
    [CALL_INSIGHTS] = {"insights",       USE_CASE_ADS_INSIGHTS  },
    [CALL_INSIGHTS_TOTAL] = {"insights_total", USE_CASE_ADS_INSIGHTS  },
    [CALL_REPORT] = {"report",         USE_CASE_ADS_INSIGHTS  },
    [CALL_NODES] = {"nodes",          USE_CASE_ADS_MANAGEMENT},
    [CALL_TOKEN] = {"token",          USE_CASE_NONE          },
};

static const char *const error_classes[ERROR_CLASS_COUNT] = {
    "none",      "throttle", "retry",   "shrink", "auth",
    "permanent", "access",   "restart", "gone",   "field",
};

const char *call_class_name(enum call_class call_class)
{
    return call_class < CALL_CLASS_COUNT ? classes[call_class].name : "?";
}

bool call_class_parse(const char *text, enum call_class *out)
{
    const char *names[CALL_CLASS_COUNT];
    for (int i = 0; i < CALL_CLASS_COUNT; i++) {
        names[i] = classes[i].name;
    }
    int value = 0;
    if (!names_find(names, CALL_CLASS_COUNT, text, &value)) {
        return false;
    }
    *out = (enum call_class)value;
    return true;
}

enum use_case call_class_use_case(enum call_class call_class)
{
    return call_class < CALL_CLASS_COUNT ? classes[call_class].use_case : USE_CASE_NONE;
}

bool call_class_is_insights(enum call_class call_class)
{
    return call_class_use_case(call_class) == USE_CASE_ADS_INSIGHTS;
}

const char *error_class_name(enum error_class error_class)
{
    return names_get(error_classes, ERROR_CLASS_COUNT, (int)error_class);
}

int64_t call_health_mean_ms(const struct call_health *health)
{
    int64_t calls = 0, ms = 0;
    for (int i = 0; i < CALL_CLASS_COUNT; i++) {
        calls += health->calls[i];
        ms += health->ms[i];
    }
    return calls ? ms / calls : 0;
}
