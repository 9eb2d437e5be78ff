/* drift: how an answer's shape may differ from what it always was. The words of schema_drift. */
#ifndef MODEL_DRIFT_H
#define MODEL_DRIFT_H

enum drift_kind { DRIFT_UNKNOWN, DRIFT_MISSING, DRIFT_TYPE, DRIFT_REJECTED, DRIFT_KIND_COUNT };
const char *drift_kind_name(enum drift_kind kind); /* "unknown", "missing", "type", "rejected" */

#endif
