#include "sync/drift.h"

#include <stdio.h>
#include <string.h>

void drift_add(void *ctx, const struct drift_note *note)
{
    struct drift *drift = ctx;
    for (size_t i = 0; i < drift->count; i++) {
        struct drift_line *line = &drift->lines[i];
        if (line->edge == note->edge && line->kind == note->kind &&
            strcmp(line->field, note->field) == 0) {
            line->count++;
            return;
        }
    }
    if (drift->count == DRIFT_MAX) {
        drift->beyond++;
        return;
    }
    struct drift_line *line = &drift->lines[drift->count++];
    memset(line, 0, sizeof *line);
    line->edge = note->edge;
    line->kind = note->kind;
    line->count = 1;
    snprintf(line->field, sizeof line->field, "%s", note->field);
    snprintf(line->sample, sizeof line->sample, "%s", note->sample ? note->sample : "");
}
