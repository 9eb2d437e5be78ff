/*
 * target: whom an action is about, captured when its dialog opens: ids with the state they had,
 * never positions. What arrives or leaves afterwards is not touched.
 */
#ifndef UI_ACT_TARGET_H
#define UI_ACT_TARGET_H

#include "ui/view/view.h"

enum target_scope {
    TARGET_ROW,    /* the selected row, or what the view is about */
    TARGET_MARKED, /* the marked rows */
    TARGET_SHOWN,  /* what the filter leaves */
    TARGET_ALL,    /* every account */
    TARGET_SCOPES
};
enum { TARGET_TEXT = 64 };

/* Accounts, each once. */
struct targets {
    struct subject *subjects;
    char (*ids)[ID_SIZE];
    size_t count, cap;
};

typedef bool target_fits(const struct subject *subject);

/* Every scope's accounts that fit (NULL = all do). A scope that would mean the same as a smaller
 * one is left empty. False when memory is short. */
bool targets_capture(const struct view *view, const struct env *env, target_fits *fits,
                     struct targets sets[TARGET_SCOPES]);
/* One account, with its state; false when memory is short. */
bool targets_add(struct targets *targets, const struct env *env, const struct subject *subject);
void targets_fini(struct targets sets[TARGET_SCOPES]);
/* "acme" or "act_1": the account whose id or name it is, or the only one whose name begins so. */
bool target_find(const struct env *env, const char *words, struct subject *out);
/* "all", "shown", "marked"; false for other words. */
bool target_scope_parse(const char *words, enum target_scope *out);

const char *target_name(const struct targets *targets, size_t i);
/* "3 marked", "all 400", or the account's name. */
void target_text(const struct targets *targets, enum target_scope scope, char out[TARGET_TEXT]);
/* So many, or so important, that their number has to be typed. */
bool targets_weighty(const struct targets *targets, const struct env *env);

#endif
