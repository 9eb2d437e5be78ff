#include "ui/term/terminfo.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

/* tputs has no context argument for its sink. */
static struct {
    char *out;
    size_t size, length;
} sink;

static int sink_byte(int c)
{
    if (sink.length < sink.size) {
        sink.out[sink.length++] = (char)c;
    }
    return c;
}

bool terminfo_string(const char *name)
{
    const char *text = tigetstr(name);
    return text && (intptr_t)text != -1; /* -1: no such capability */
}

bool terminfo_flag(const char *name)
{
    return tigetflag(name) > 0;
}

bool terminfo_is(const char *name, const char *text)
{
    return terminfo_string(name) && strcmp(tigetstr(name), text) == 0;
}

const char *terminfo_move(int row, int column)
{
    return tiparm(cursor_address, row, column);
}

bool terminfo_addressable(void)
{
    int status = 0;
    if (setupterm(NULL, STDOUT_FILENO, &status) != OK) {
        return true;
    }
    bool able = terminfo_string("cup");
    del_curterm(cur_term);
    return able;
}

size_t terminfo_restore(char *out, size_t size)
{
    static const char *const names[] = {"sgr0", "cnorm", "rmkx", "rmcup"};
    sink.out = out;
    sink.size = size;
    sink.length = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (terminfo_string(names[i])) {
            tputs(tigetstr(names[i]), 1, sink_byte);
        }
    }
    return sink.length;
}
