#include "ui/act/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ui/overview.h"
#include "ui/view/rows.h"

enum { TYPED_ABOVE = 50 };

static const char *const scope_words[TARGET_SCOPES] = {
    [TARGET_ROW] = "", [TARGET_MARKED] = "marked", [TARGET_SHOWN] = "shown", [TARGET_ALL] = "all"};

static bool holds(const struct targets *targets, const char *account_id)
{
    for (size_t i = 0; i < targets->count; i++) {
        if (strcmp(targets->ids[i], account_id) == 0) {
            return true;
        }
    }
    return false;
}

static bool make_room(struct targets *targets)
{
    if (targets->count < targets->cap) {
        return true;
    }
    size_t cap = targets->cap ? targets->cap * 2 : 16;
    struct subject *subjects = realloc(targets->subjects, cap * sizeof *subjects);
    if (!subjects) {
        return false;
    }
    targets->subjects = subjects;
    char(*ids)[ID_SIZE] = realloc(targets->ids, cap * sizeof *ids);
    if (!ids) {
        return false;
    }
    targets->ids = ids;
    targets->cap = cap;
    return true;
}

bool targets_add(struct targets *targets, const struct env *env, const struct subject *subject)
{
    struct subject known = *subject;
    const struct account_line *line = overview_account(env->overview, subject->account_id);
    if (!subject->has_state && line) { /* of a row that is no account: a run, an error */
        account_row_subject(line, &known);
        known.run_id = subject->run_id ? subject->run_id : known.run_id;
        known.running = subject->run_id ? subject->running : known.running;
    }
    if (!make_room(targets)) {
        return false;
    }
    targets->subjects[targets->count] = known;
    snprintf(targets->ids[targets->count++], ID_SIZE, "%s", subject->account_id);
    return true;
}

/* What goes on while the rows of a pane are gone through. */
struct capture {
    const struct env *env;
    target_fits *fits;
    bool ok;
};

static void consider(struct capture *capture, struct targets *targets,
                     const struct subject *subject)
{
    if (!capture->ok || !subject->account_id[0] || holds(targets, subject->account_id)) {
        return;
    }
    capture->ok = targets_add(targets, capture->env, subject);
    if (capture->ok && capture->fits && !capture->fits(&targets->subjects[targets->count - 1])) {
        targets->count--;
    }
}

static void capture_rows(struct capture *capture, const struct view *view,
                         struct targets sets[TARGET_SCOPES])
{
    const struct pane_class *class = view->class->panes[view->focus];
    const struct pane *pane = &view->panes[view->focus];
    const struct table *table = &pane->table;
    if (!class->columns || !class->subject) {
        return;
    }
    for (size_t i = 0; table->mark_count && i < pane->count; i++) {
        char id[ROW_ID];
        class->row_id(pane->rows[i], id);
        if (table_marked(table, id)) {
            struct subject subject = {0};
            class->subject(pane->rows[i], &subject);
            consider(capture, &sets[TARGET_MARKED], &subject);
        }
    }
    for (size_t i = 0; table->filter[0] && i < table->shown; i++) {
        struct subject subject = {0};
        class->subject(pane->rows[table->order[i]], &subject);
        consider(capture, &sets[TARGET_SHOWN], &subject);
    }
}

bool targets_capture(const struct view *view, const struct env *env, target_fits *fits,
                     struct targets sets[TARGET_SCOPES])
{
    struct capture capture = {env, fits, true};
    struct subject selected = {0};
    const struct overview *o = env->overview;
    if (view_selection(view, env, &selected)) {
        consider(&capture, &sets[TARGET_ROW], &selected);
    }
    capture_rows(&capture, view, sets);
    for (size_t i = 0; i < o->account_count; i++) {
        struct subject subject = {0};
        account_row_subject(&o->accounts_by_id[i], &subject);
        consider(&capture, &sets[TARGET_ALL], &subject);
    }
    if (sets[TARGET_SHOWN].count < 2 || sets[TARGET_ALL].count == sets[TARGET_SHOWN].count) {
        sets[TARGET_SHOWN].count = 0;
    }
    if (o->account_count < 2) {
        sets[TARGET_ALL].count = 0;
    }
    return capture.ok;
}

void targets_fini(struct targets sets[TARGET_SCOPES])
{
    for (int i = 0; i < TARGET_SCOPES; i++) {
        free(sets[i].subjects);
        free(sets[i].ids);
        sets[i] = (struct targets){0};
    }
}

bool target_find(const struct env *env, const char *words, struct subject *out)
{
    const struct overview *o = env->overview;
    const struct account_line *found = NULL;
    size_t n = strlen(words);
    int likely = 0;
    for (size_t i = 0; n && i < o->account_count; i++) {
        const struct account_line *line = &o->accounts_by_id[i];
        if (strcmp(line->account_id, words) == 0 || strcasecmp(line->name, words) == 0 ||
            (strncmp(line->account_id, "act_", 4) == 0 &&
             strcmp(line->account_id + 4, words) == 0)) {
            found = line;
            likely = 1;
            break;
        }
        if (strncasecmp(line->name, words, n) == 0 || strncmp(line->account_id, words, n) == 0) {
            found = line;
            likely++;
        }
    }
    if (likely != 1) {
        return false;
    }
    memset(out, 0, sizeof *out);
    account_row_subject(found, out);
    return true;
}

bool target_scope_parse(const char *words, enum target_scope *out)
{
    for (int i = TARGET_MARKED; i < TARGET_SCOPES; i++) {
        if (strcmp(words, scope_words[i]) == 0) {
            *out = (enum target_scope)i;
            return true;
        }
    }
    return false;
}

const char *target_name(const struct targets *targets, size_t i)
{
    const struct subject *subject = &targets->subjects[i];
    return subject->name[0] ? subject->name : subject->account_id;
}

void target_text(const struct targets *targets, enum target_scope scope, char out[TARGET_TEXT])
{
    if (scope == TARGET_ROW) {
        snprintf(out, TARGET_TEXT, "%.24s", target_name(targets, 0));
    } else if (scope == TARGET_ALL) {
        snprintf(out, TARGET_TEXT, "all %zu", targets->count);
    } else {
        snprintf(out, TARGET_TEXT, "%zu %s", targets->count, scope_words[scope]);
    }
}

bool targets_weighty(const struct targets *targets, const struct env *env)
{
    int high = 0;
    for (size_t i = 0; i < targets->count; i++) {
        high += targets->subjects[i].has_state && targets->subjects[i].tier == TIER_HIGH;
    }
    return targets->count > TYPED_ABOVE ||
           (high > 1 && high == env->overview->tier_accounts[TIER_HIGH]);
}
