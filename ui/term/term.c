#include "ui/term/term.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "ui/term/direct.h"
#include "ui/term/keyboard.h"
#include "ui/term/osc.h"
#include "ui/term/paint.h"
#include "ui/term/signs.h"
#include "ui/term/terminfo.h"
#include "ui/term/tty_signals.h"

enum { ESC_DELAY_MS = 25 };

/* There is one terminal per process, and curses keeps it so. */
static struct {
    SCREEN *screen;
    struct term_caps caps;
    struct termios saved;
    bool mouse; /* while it is lent */
} term;

static void set_or_unset(const char *name, const char *value)
{
    if (value) {
        setenv(name, value, 1);
    } else {
        unsetenv(name);
    }
}

/* With a description of our own making; NULL when there is none, or curses does not take it so. */
static SCREEN *open_direct(void)
{
    char *text = direct_wanted() ? malloc(DIRECT_TEXT) : NULL;
    const char *set = getenv("TERMINFO");
    char *before = set ? strdup(set) : NULL;
    SCREEN *screen = NULL;
    if (text && (!set || before) && direct_describe(text)) {
        setenv("TERMINFO", text, 1);
        screen = newterm(direct_name, stdout, stdin);
        set_or_unset("TERMINFO", before);
    }
    free(before);
    free(text);
    return screen;
}

bool term_usable(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && terminfo_addressable();
}

/* Set but empty it says nothing. */
static bool colour_unwanted(void)
{
    const char *no_color = getenv("NO_COLOR");
    return no_color && *no_color;
}

static SCREEN *open_screen(void)
{
    SCREEN *screen = colour_unwanted() ? NULL : open_direct();
    if (!screen) {
        screen = newterm(NULL, stdout, stdin);
    }
    const char *name = getenv("TERM");
    if (!screen) { /* no terminfo entry: the nearest one everybody has */
        screen = newterm(name && strncmp(name, "xterm", 5) == 0 ? "xterm" : "vt100", stdout, stdin);
    }
    return screen;
}

static void find_caps(void)
{
    const char *name = getenv("TERM");
    term.caps = (struct term_caps){.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0};
    if (!colour_unwanted() && has_colors() && start_color() == OK) {
        use_default_colors();
        term.caps.colours = COLORS;
        term.caps.direct = COLORS >= 0x1000000 && terminfo_flag("RGB");
    }
    /* Elsewhere line drawing and the terminal's idea of UTF-8 disagree too often (PuTTY). */
    term.caps.lines =
        !term.caps.utf8 && terminfo_string("acsc") && name && strncmp(name, "vt", 2) == 0;
}

bool term_open(struct err *err)
{
    setlocale(LC_CTYPE, "");
    if (!tty_signals_open(err)) {
        return false;
    }
    if (tcgetattr(STDIN_FILENO, &term.saved) != 0) {
        tty_signals_close();
        return err_set(err, ERR_IO, "terminal: %s", strerror(errno));
    }
    set_escdelay(ESC_DELAY_MS); /* $ESCDELAY goes before it */
    term.screen = open_screen();
    if (!term.screen) {
        tty_signals_close();
        return err_set(err, ERR_IO, "terminal \"%s\": cannot be opened; try TERM=xterm or --plain",
                       getenv("TERM") ? getenv("TERM") : "");
    }
    find_caps();
    cbreak();
    noecho();
    nonl();
    leaveok(stdscr, FALSE);
    curs_set(0);
    keyboard_open();
    paint_open(&term.caps);
    osc_open(getenv("TERM"));
    signs_open();
    signs_ask();
    char restore[128];
    tty_signals_arm(restore, terminfo_restore(restore, sizeof restore), &term.saved);
    return true;
}

void term_close(void)
{
    if (!term.screen) {
        return;
    }
    keyboard_close();
    osc_close();
    endwin();
    tty_signals_close();
    delscreen(term.screen);
    paint_close();
    memset(&term, 0, sizeof term);
}

const struct term_caps *term_caps(void)
{
    return &term.caps;
}

void term_size(int *rows, int *cols)
{
    getmaxyx(stdscr, *rows, *cols);
}

void term_resize(void)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col) {
        resizeterm(size.ws_row, size.ws_col);
    }
    paint_forget();
}

void term_redraw(void)
{
    clearok(curscr, TRUE);
    signs_ask();
    paint_forget();
}

void term_lend(void)
{
    term.mouse = keyboard_has_mouse();
    keyboard_mouse(false);
    endwin();
}

void term_take_back(void)
{
    erase();
    refresh(); /* full-screen mode again, before anything is asked there */
    term_resize();
    keyboard_mouse(term.mouse);
    term_redraw();
}

void term_suspend(void)
{
    term_lend();
    tty_signals_stop();
    term_take_back();
}

int term_input_fd(void)
{
    return STDIN_FILENO;
}

int term_signal_fd(void)
{
    return tty_signals_fd();
}

enum term_signal term_next_signal(void)
{
    switch (tty_signals_next()) {
    case 0:
        return TERM_NONE;
    case SIGWINCH:
        return TERM_RESIZE;
    case SIGTSTP:
        return TERM_SUSPEND;
    case SIGCONT:
        return TERM_CONTINUE;
    default:
        return TERM_QUIT;
    }
}

void term_bell(void)
{
    beep();
}
