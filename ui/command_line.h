/* command_line: ":" lines. Every key's command by name, and a few that take words. */
#ifndef UI_COMMAND_LINE_H
#define UI_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct console;

/* What may stand behind a command, for Tab. */
enum words {
    WORDS_NONE,
    WORDS_THEME,
    WORDS_COLUMN,
    WORDS_PANE,
    WORDS_RANGE,
    WORDS_ACCOUNT,
    WORDS_TARGET
};

/* One that is no key's. */
struct line_command {
    const char *name, *help;
    enum words words;
    void (*run)(struct console *console, const char *words);
    bool touches; /* as TOUCHES of a key's command */
};

const struct line_command *command_line_table(size_t *count);
const struct line_command *command_line_find(const char *name);

#endif
