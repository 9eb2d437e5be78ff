#include "store/words.h"

#include <string.h>

#include "base/log.h"
#include "model/account.h"
#include "model/call.h"
#include "model/drift.h"
#include "model/hold.h"
#include "model/operator.h"
#include "model/run.h"
#include "model/usage.h"
#include "store/alerts.h"
#include "store/checks.h"

const char *alert_severity_name(enum alert_severity severity)
{
    static const char *const names[] = {"info", "warning", "critical"};
    return severity <= ALERT_CRITICAL ? names[severity] : "?";
}

const char *check_result_name(enum check_result result)
{
    static const char *const names[] = {"ok", "open_differs", "differs"};
    return result < CHECK_RESULT_COUNT ? names[result] : "?";
}

/* How many values a list has and which one stands for words this version does not know. */
static const struct {
    int count, unknown;
} lists[WORDS_COUNT] = {
    [WORDS_TIER] = {TIER_COUNT,          TIER_LOW      },
    [WORDS_RUN_MODE] = {RUN_MODE_COUNT,      0             },
    [WORDS_RUN_TRIGGER] = {TRIGGER_COUNT,       0             },
    [WORDS_RUN_STATUS] = {RUN_STATUS_COUNT,    RUN_FAILED    },
    [WORDS_CALL_CLASS] = {CALL_CLASS_COUNT,    CALL_TOKEN    },
    [WORDS_SCOPE] = {SCOPE_KIND_COUNT,    0             },
    [WORDS_USE_CASE] = {USE_CASE_COUNT,      USE_CASE_NONE },
    [WORDS_ACCESS] = {ACCESS_STANDARD + 1, ACCESS_UNKNOWN},
    [WORDS_USAGE_SOURCE] = {USAGE_SOURCE_COUNT,  0             },
    [WORDS_HOLD_REASON] = {HOLD_REASON_COUNT,   HOLD_UNKNOWN  },
    [WORDS_OP_KIND] = {OP_KIND_COUNT,       OP_KIND_COUNT },
    [WORDS_DRIFT_KIND] = {DRIFT_KIND_COUNT,    DRIFT_UNKNOWN },
    [WORDS_LOG_LEVEL] = {LOG_ERROR + 1,       LOG_INFO      },
    [WORDS_SEVERITY] = {ALERT_CRITICAL + 1,  ALERT_WARNING },
    [WORDS_CHECK_RESULT] = {CHECK_RESULT_COUNT,  CHECK_DIFFERS },
};

const char *words_name(enum word_list list, int value)
{
    switch (list) {
    case WORDS_TIER:
        return tier_name((enum tier)value);
    case WORDS_RUN_MODE:
        return run_mode_name((enum run_mode)value);
    case WORDS_RUN_TRIGGER:
        return run_trigger_name((enum run_trigger)value);
    case WORDS_RUN_STATUS:
        return run_status_name((enum run_status)value);
    case WORDS_CALL_CLASS:
        return call_class_name((enum call_class)value);
    case WORDS_SCOPE:
        return scope_kind_name((enum scope_kind)value);
    case WORDS_USE_CASE:
        return value ? use_case_name((enum use_case)value) : "";
    case WORDS_ACCESS:
        return value ? access_tier_name((enum access_tier)value) : "";
    case WORDS_USAGE_SOURCE:
        return usage_source_name((enum usage_source)value);
    case WORDS_HOLD_REASON:
        return hold_reason_name((enum hold_reason)value);
    case WORDS_OP_KIND:
        return op_kind_name((enum op_kind)value);
    case WORDS_DRIFT_KIND:
        return drift_kind_name((enum drift_kind)value);
    case WORDS_LOG_LEVEL:
        return log_level_name((enum log_level)value);
    case WORDS_SEVERITY:
        return alert_severity_name((enum alert_severity)value);
    case WORDS_CHECK_RESULT:
        return check_result_name((enum check_result)value);
    case WORDS_NONE:
    case WORDS_COUNT:
        break;
    }
    return "";
}

int words_value(enum word_list list, const char *text)
{
    for (int i = 0; i < lists[list].count; i++) {
        if (strcmp(words_name(list, i), text) == 0) {
            return i;
        }
    }
    return lists[list].unknown;
}
