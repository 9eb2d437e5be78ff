/*
 * keymap: the only place keys are named. Dispatch, the hint bar, help, remapping and the list of
 * commands behind ":" all read this one table.
 */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct config;
struct console;

/* What a command needs before it may run. */
enum need {
    NEED_NOTHING = 0,
    NEED_TABLE = 1,    /* the focused pane is a table */
    NEED_ACCOUNT = 2,  /* the selected row concerns an account */
    NEED_RUN = 4,      /* ... a run */
    NEED_OPERATOR = 8, /* may change things: not read-only, a live view, an engine that answers */
    NEED_ROW = 16,
    TAKES_ACCOUNT = 32, /* is about one, which may be named behind it */
    TOUCHES = 64,       /* more than the picture: a file, the clipboard, the console itself */
    NEED_NO_ROWS = 128  /* nor looks at any: does not wait for those that were just asked for */
};

enum { BINDING_KEYS = 3 };

struct binding {
    const char *name; /* of the command: ":pause", and the name to remap it by */
    int keys[BINDING_KEYS];
    unsigned need;
    const char *hint; /* a word for the hint bar; NULL = not there */
    uint8_t weight;   /* hints of greater weight stay where room is short */
    const char *help;
    const char *group; /* heading in help */
    void (*run)(struct console *console, int argument);
    int argument;
};

const struct binding *keymap_table(size_t *count);

/* Keys as the user has them; starts as the table's own. */
enum { KEYMAP_MAX = 96 };
struct keymap {
    int keys[KEYMAP_MAX][BINDING_KEYS];
};
void keymap_init(struct keymap *keymap);
/* Gives a command another key. Refused when the key is taken, when what acts would get a Ctrl or a
 * deleting key, and when what is dangerous would get anything but an upper-case letter. */
bool keymap_remap(struct keymap *keymap, const char *name, const char *key, struct err *err);
/* All the configured ones together, so that two commands may exchange their keys. What is wrong
 * with one is written to problems, a line each with the file's name, and that command keeps its own
 * keys. */
enum { KEYMAP_PROBLEMS = 512 };
void keymap_apply(struct keymap *keymap, const struct config *config, const char *file,
                  char problems[KEYMAP_PROBLEMS]);
const struct binding *keymap_find(const struct keymap *keymap, int key);
const struct binding *keymap_by_name(const char *name);
/* Upper case and asked: commands that cost or destroy. */
bool keymap_is_dangerous(const struct binding *binding);
/* The keys of a binding as text: "j/Down". */
const char *keymap_keys_text(const struct keymap *keymap, const struct binding *binding,
                             char out[48]);

#endif
