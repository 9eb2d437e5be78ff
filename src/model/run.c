#include "model/run.h"

#include "model/names.h"
#include "model/operator.h"

static const char *const modes[RUN_MODE_COUNT] = {"full", "delta", "sweep", "window"};
static const char *const triggers[TRIGGER_COUNT] = {"schedule", "operator", "startup"};
static const char *const statuses[RUN_STATUS_COUNT] = {"RUNNING", "SUCCESS",   "PARTIAL",
                                                       "FAILED",  "THROTTLED", "CANCELLED"};
static const char *const ops[OP_KIND_COUNT] = {
    "pause", "resume", "prioritize", "pin",        "force",         "cancel",
    "retry", "ack",    "undo",       "budget_set", "threshold_set", "stop",
};

const char *run_mode_name(enum run_mode mode)
{
    return names_get(modes, RUN_MODE_COUNT, (int)mode);
}

bool run_mode_parse(const char *text, enum run_mode *out)
{
    int value = 0;
    if (!names_find(modes, RUN_MODE_COUNT, text, &value)) {
        return false;
    }
    *out = (enum run_mode)value;
    return true;
}

const char *run_trigger_name(enum run_trigger trigger)
{
    return names_get(triggers, TRIGGER_COUNT, (int)trigger);
}

bool run_trigger_parse(const char *text, enum run_trigger *out)
{
    int value = 0;
    if (!names_find(triggers, TRIGGER_COUNT, text, &value)) {
        return false;
    }
    *out = (enum run_trigger)value;
    return true;
}

const char *run_status_name(enum run_status status)
{
    return names_get(statuses, RUN_STATUS_COUNT, (int)status);
}

bool run_status_parse(const char *text, enum run_status *out)
{
    int value = 0;
    if (!names_find(statuses, RUN_STATUS_COUNT, text, &value)) {
        return false;
    }
    *out = (enum run_status)value;
    return true;
}

const char *op_kind_name(enum op_kind kind)
{
    return names_get(ops, OP_KIND_COUNT, (int)kind);
}

bool op_kind_parse(const char *text, enum op_kind *out)
{
    int value = 0;
    if (!names_find(ops, OP_KIND_COUNT, text, &value)) {
        return false;
    }
    *out = (enum op_kind)value;
    return true;
}
