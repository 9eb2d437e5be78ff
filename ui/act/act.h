/*
 * act: what an operator may do, from the key to the engine's answer. Who is meant is captured when
 * the dialog opens; the engine checks permission, does it and writes the audit row; the answer
 * comes back through console_answered.
 */
#ifndef UI_ACT_ACT_H
#define UI_ACT_ACT_H

#include "control/protocol.h"
#include "ui/act/estimate.h"
#include "ui/act/target.h"

struct console;

/* The one under way, or in the open dialog. */
struct request {
    struct control_request control; /* its targets are lent from sets */
    struct targets sets[TARGET_SCOPES];
    enum target_scope scope;
    const struct ask *ask; /* NULL = it is sent without a dialog */
    char done[160];        /* what to say when it succeeded: "paused until 14:20" */
    struct {
        bool done, read; /* whether it was looked for, and found */
        struct force_shape shape;
        enum target_scope scope;
        struct estimate estimate;
    } cost; /* of a forced sync */
    bool undoable;
    bool more; /* it has to be asked once more, by the next dialog */
};

/* A dialog of an action. */
struct ask {
    const char *title;
    const char *verb; /* "Pause": the question's beginning, or all of it when nobody is meant */
    /* Says into the dialog what will happen, anew after each choice; may be NULL. */
    void (*facts)(struct console *console);
    /* Takes the fields into the request and sends it; false leaves the dialog open. */
    bool (*accept)(struct console *console);
};

/* Starts a request about nobody. */
void act_begin(struct console *console, enum op_kind op);
/* Starts a request about the accounts meant. False, with a sentence, when there are none. */
bool act_capture(struct console *console, enum op_kind op, target_fits *fits, const char *nobody);
struct targets *act_targets(struct console *console);
/* Opens the dialog, with a field for whom it is about where that is a question. */
void act_dialog(struct console *console, const struct ask *ask);
/* After its fields were added. */
void act_show(struct console *console);
/* Says its facts anew, as those that were waited for are there; what was typed stays. */
void act_say_again(struct console *console);
/* Sends the request. Always true: the dialog may close. */
bool act_send(struct console *console);
/* One number after the other: each goes out when the engine has answered the last. ids is taken
 * over. */
void act_send_each(struct console *console, enum op_kind op, int64_t *ids, size_t count);
void act_fini(struct request *request);

#endif
