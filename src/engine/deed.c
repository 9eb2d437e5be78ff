/* What an action changes, as it stands before and after: JSON for the audit trail, which an undo
 * reads back. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/str.h"
#include "engine/operate_parts.h"
#include "engine/state.h"
#include "json/json.h"
#include "json/write.h"

static const char no_end[] = "until resumed";

static void put_pause(struct jw *w, const struct engine_account *slot)
{
    int64_t until = slot->account.paused_until;
    if (until == INT64_MAX) {
        jw_put_text(w, "paused_until", no_end);
    } else {
        jw_put_time(w, "paused_until", until);
    }
}

/* The run under way, and the one that was asked for. */
static void put_work(struct jw *w, struct engine *engine, const struct engine_account *slot)
{
    pthread_mutex_lock(&engine->lock);
    bool cancel = slot->job.cancel;
    pthread_mutex_unlock(&engine->lock);
    if (slot->job.run) {
        jw_put_i64(w, "run", slot->job.run_id);
        jw_put_text(w, "status", cancel ? "being cancelled" : run_status_name(RUN_RUNNING));
    } else {
        jw_put_text(w, "run", NULL);
    }
    jw_put_text(w, "asked_for", slot->wish.wanted ? run_mode_name(slot->wish.request.mode) : NULL);
}

void deed_state(struct engine *engine, enum op_kind kind, const struct engine_account *slot,
                char out[256])
{
    struct str json;
    struct jw w;
    str_init(&json, 255);
    jw_init(&w, &json);
    jw_object_begin(&w);
    if (kind == OP_PAUSE || kind == OP_RESUME) {
        put_pause(&w, slot);
    } else if (kind == OP_PRIORITIZE) {
        jw_put_i64(&w, "priority", slot->account.priority);
    } else if (kind == OP_PIN) {
        jw_put_text(&w, "pinned", slot->account.tier_pinned ? tier_name(slot->account.tier) : NULL);
    } else {
        put_work(&w, engine, slot);
    }
    jw_object_end(&w);
    snprintf(out, 256, "%s", str_text(&json));
    str_fini(&json);
}

void deed_word(char out[256], const char *key, const char *word)
{
    struct str json;
    struct jw w;
    str_init(&json, 255);
    jw_init(&w, &json);
    jw_object_begin(&w);
    jw_put_text(&w, key, word);
    jw_object_end(&w);
    snprintf(out, 256, "%s", str_text(&json));
    str_fini(&json);
}

void deed_value(char out[256], double value, int64_t until)
{
    struct str json;
    struct jw w;
    str_init(&json, 255);
    jw_init(&w, &json);
    jw_object_begin(&w);
    jw_put_double(&w, "value", value);
    jw_put_time(&w, "until", until);
    jw_object_end(&w);
    snprintf(out, 256, "%s", str_text(&json));
    str_fini(&json);
}

bool deed_state_read(enum op_kind kind, const char *text, struct deed_state *out)
{
    struct json_doc *doc = json_parse(text, strlen(text), NULL, NULL);
    const struct json *root = doc ? json_root(doc) : NULL;
    const char *pause = json_text(json_get(root, "paused_until"));
    const char *pinned = json_text(json_get(root, "pinned"));
    int64_t priority = 0;
    bool ok = doc != NULL;
    *out = (struct deed_state){0};
    if (kind == OP_PRIORITIZE) {
        ok = ok && json_i64(json_get(root, "priority"), &priority);
        out->priority = (int)priority;
    } else if (pause && strcmp(pause, no_end) == 0) {
        out->paused_until = INT64_MAX;
    } else if (pause) {
        ok = date_parse_rfc3339(pause, &out->paused_until);
    }
    out->pinned = pinned && tier_parse(pinned, &out->tier);
    json_free(doc);
    return ok;
}
