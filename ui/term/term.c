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
#include <wchar.h>

#include "base/utf8.h"
#include "ui/term/terminfo.h"
#include "ui/term/tty_signals.h"
#include "ui/theme.h"
#include "ui/widget/canvas.h"

enum { PAIRS_MAX = 250, ESC_DELAY_MS = 25, COPY_MAX = 74994 };

/* There is one terminal per process, and curses keeps it so. */
static struct {
    SCREEN *screen;
    WINDOW *keys; /* a pad: reading keys from it refreshes nothing */
    struct term_caps caps;
    const struct theme *theme;
    struct canvas shown;
    bool shown_valid, mouse, xterm;
    int16_t pair_count;
    struct {
        int fg, bg;
    } pairs[PAIRS_MAX];
    struct termios saved;
} term;

/* A terminfo entry with direct colour, when the terminal says it has it and the entry exists. */
static const char *direct_entry(char out[64])
{
    const char *name = getenv("TERM"), *colour = getenv("COLORTERM");
    if (!name || !colour || (strcmp(colour, "truecolor") != 0 && strcmp(colour, "24bit") != 0)) {
        return NULL;
    }
    size_t n = strcspn(name, "-");
    if (n > 40 || snprintf(out, 64, "%.*s-direct", (int)n, name) < 0) {
        return NULL;
    }
    return terminfo_exists(out) ? out : NULL;
}

bool term_usable(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && terminfo_addressable();
}

static SCREEN *open_screen(void)
{
    char entry[64];
    const char *direct = getenv("NO_COLOR") ? NULL : direct_entry(entry);
    SCREEN *screen = direct ? newterm(direct, stdout, stdin) : NULL;
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
    const char *no_color = getenv("NO_COLOR"), *name = getenv("TERM");
    term.caps = (struct term_caps){.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0};
    if (!(no_color && *no_color) && has_colors() && start_color() == OK) {
        use_default_colors();
        term.caps.colours = COLORS;
        term.caps.direct = COLORS >= 0x1000000 && terminfo_flag("RGB");
    }
    /* Elsewhere line drawing and the terminal's idea of UTF-8 disagree too often (PuTTY). */
    term.caps.lines =
        !term.caps.utf8 && terminfo_string("acsc") && name && strncmp(name, "vt", 2) == 0;
    term.xterm = name && (strncmp(name, "xterm", 5) == 0 || strncmp(name, "tmux", 4) == 0 ||
                          strncmp(name, "screen", 6) == 0 || strncmp(name, "rxvt", 4) == 0);
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
    set_escdelay(ESC_DELAY_MS);
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
    term.keys = newpad(1, 1);
    keypad(term.keys, TRUE);
    nodelay(term.keys, TRUE);
    char restore[128];
    tty_signals_arm(restore, terminfo_restore(restore, sizeof restore), &term.saved);
    return true;
}

void term_close(void)
{
    if (!term.screen) {
        return;
    }
    term_mouse(false);
    delwin(term.keys);
    endwin();
    tty_signals_close();
    delscreen(term.screen);
    canvas_fini(&term.shown);
    memset(&term, 0, sizeof term);
}

const struct term_caps *term_caps(void)
{
    return &term.caps;
}

void term_set_theme(const struct theme *theme)
{
    term.theme = theme;
    term.pair_count = 0;
    term.shown_valid = false;
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
    term.shown_valid = false;
}

static int colour_number(const struct colour *colour)
{
    if (colour->index16 < 0) {
        return -1;
    }
    if (term.caps.direct) {
        return (int)colour->rgb;
    }
    if (term.caps.colours >= 256) {
        return colour->index256;
    }
    return term.caps.colours >= 16 ? colour->index16 : colour->index16 & 7;
}

static int pair_of(int fg, int bg)
{
    if (fg < 0 && bg < 0) {
        return 0;
    }
    for (int i = 0; i < term.pair_count; i++) {
        if (term.pairs[i].fg == fg && term.pairs[i].bg == bg) {
            return i + 1;
        }
    }
    if (term.pair_count >= PAIRS_MAX || term.pair_count + 2 > COLOR_PAIRS) {
        return 0;
    }
    term.pairs[term.pair_count].fg = fg;
    term.pairs[term.pair_count].bg = bg;
    init_extended_pair(++term.pair_count, fg, bg);
    return term.pair_count;
}

static attr_t curses_attrs(const struct style *style)
{
    return ((style->attrs & ATTR_BOLD) ? A_BOLD : A_NORMAL) |
           ((style->attrs & ATTR_DIM) ? A_DIM : A_NORMAL) |
           ((style->attrs & ATTR_REVERSE) ? A_REVERSE : A_NORMAL) |
           ((style->attrs & ATTR_UNDERLINE) ? A_UNDERLINE : A_NORMAL);
}

struct look {
    attr_t attrs;
    int pair;
};

static struct look look_of(uint8_t role, uint8_t over)
{
    const struct style *base = &term.theme->roles[role];
    const struct style *top = &term.theme->roles[over];
    struct look look = {curses_attrs(base), 0};
    const struct colour *fg = &base->fg, *bg = &base->bg;
    if (over != ROLE_NONE) {
        fg = top->fg.index16 >= 0 ? &top->fg : fg;
        bg = top->bg.index16 >= 0 ? &top->bg : bg;
        look.attrs = (look.attrs & ~A_DIM) | curses_attrs(top);
    }
    if (term.caps.colours > 0) {
        if (term.caps.colours < 16 && fg->index16 >= 8) {
            look.attrs |= A_BOLD; /* the eight bright ones, where only eight exist */
        }
        look.pair = pair_of(colour_number(fg), colour_number(bg));
    }
    return look;
}

/* The cell's characters; '?' where the C library disagrees with us about the width, since curses
 * would place what follows by its own idea of it. */
static void wide_text(const struct cell *cell, wchar_t out[CCHARW_MAX + 1])
{
    int n = 0;
    for (size_t at = 0; at < cell->length && n < CCHARW_MAX;) {
        uint32_t cp = 0;
        at += utf8_next(cell->text + at, cell->length - at, &cp);
        int width = wcwidth((wchar_t)cp);
        if (n == 0 ? width != cell->width : width != 0) {
            if (n == 0) {
                out[n++] = L'?';
            }
            break;
        }
        out[n++] = (wchar_t)cp;
    }
    if (n == 0) {
        out[n++] = L' ';
    }
    out[n] = L'\0';
}

static chtype line_char(uint8_t line)
{
    switch (line - 1) {
    case GLYPH_HLINE:
        return ACS_HLINE;
    case GLYPH_VLINE:
        return ACS_VLINE;
    case GLYPH_TOP_LEFT:
        return ACS_ULCORNER;
    case GLYPH_TOP_RIGHT:
        return ACS_URCORNER;
    case GLYPH_BOTTOM_LEFT:
        return ACS_LLCORNER;
    default:
        return ACS_LRCORNER;
    }
}

static void put_cell(int y, int x, const struct cell *cell)
{
    struct look look = look_of(cell->role, cell->over);
    if (cell->line && term.caps.lines) {
        mvaddch(y, x, line_char(cell->line) | (chtype)look.attrs | (chtype)COLOR_PAIR(look.pair));
        return;
    }
    wchar_t text[CCHARW_MAX + 1];
    cchar_t wide;
    wide_text(cell, text);
    setcchar(&wide, text, look.attrs, (short)look.pair, NULL);
    mvadd_wch(y, x, &wide);
    if (cell->width == 2 && text[0] == L'?') {
        mvaddch(y, x + 1, (chtype)' ' | (chtype)look.attrs);
    }
}

static void remember(const struct canvas *canvas)
{
    if (term.shown.rows != canvas->rows || term.shown.cols != canvas->cols) {
        canvas_fini(&term.shown);
        if (!canvas_init(&term.shown, canvas->rows, canvas->cols)) {
            term.shown_valid = false;
            return;
        }
    }
    struct cell *cells = term.shown.cells;
    memcpy(cells, canvas->cells, (size_t)canvas->rows * (size_t)canvas->cols * sizeof *cells);
    term.shown = *canvas;
    term.shown.cells = cells;
    term.shown_valid = true;
}

bool term_present(const struct canvas *canvas)
{
    if (term.shown_valid && canvas_same(canvas, &term.shown)) {
        return false;
    }
    struct look ground = look_of(ROLE_TEXT, ROLE_NONE);
    cchar_t back;
    setcchar(&back, L" ", ground.attrs, (short)ground.pair, NULL);
    bkgrndset(&back);
    erase();
    for (int y = 0; y < canvas->rows; y++) {
        for (int x = 0; x < canvas->cols; x++) {
            const struct cell *cell = canvas_at(canvas, y, x);
            bool blank = !cell->length && cell->role == ROLE_TEXT && !cell->over;
            if (cell->width && !blank) {
                put_cell(y, x, cell);
            }
        }
    }
    if (canvas->cursor_y >= 0) {
        move(canvas->cursor_y, canvas->cursor_x);
    }
    curs_set(canvas->cursor_y >= 0 ? 1 : 0);
    wnoutrefresh(stdscr);
    doupdate();
    remember(canvas);
    return true;
}

void term_redraw(void)
{
    clearok(curscr, TRUE);
    term.shown_valid = false;
}

void term_suspend(void)
{
    bool mouse = term.mouse;
    term_mouse(false);
    endwin();
    tty_signals_stop();
    term_resize();
    term_mouse(mouse);
    term_redraw();
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

static struct key mouse_key(void)
{
    MEVENT event;
    struct key key = {.code = K_NONE};
    if (getmouse(&event) != OK) {
        return key;
    }
    key.y = event.y;
    key.x = event.x;
    if (event.bstate & BUTTON1_PRESSED) {
        key.code = K_MOUSE;
    } else if (event.bstate & BUTTON4_PRESSED) {
        key.code = K_WHEEL_UP;
    } else if (event.bstate & BUTTON5_PRESSED) {
        key.code = K_WHEEL_DOWN;
    }
    return key;
}

static int named_key(wint_t code)
{
    static const struct {
        int curses, code;
    } keys[] = {
        {KEY_UP,        K_UP       },
        {KEY_DOWN,      K_DOWN     },
        {KEY_LEFT,      K_LEFT     },
        {KEY_RIGHT,     K_RIGHT    },
        {KEY_PPAGE,     K_PAGE_UP  },
        {KEY_NPAGE,     K_PAGE_DOWN},
        {KEY_HOME,      K_HOME     },
        {KEY_END,       K_END      },
        {KEY_BTAB,      K_BACK_TAB },
        {KEY_DC,        K_DELETE   },
        {KEY_F(1),      K_F1       },
        {KEY_ENTER,     K_ENTER    },
        {KEY_BACKSPACE, K_BACKSPACE}
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if ((int)code == keys[i].curses) {
            return keys[i].code;
        }
    }
    return K_LAST; /* a key without a meaning here */
}

struct key term_next_key(void)
{
    struct key key = {.code = K_NONE};
    wint_t code = 0;
    int kind = wget_wch(term.keys, &code);
    if (kind == KEY_CODE_YES) {
        if ((int)code == KEY_MOUSE) {
            return mouse_key();
        }
        key.code = named_key(code);
    } else if (kind == OK) {
        key.code = code == '\n' ? K_ENTER : code == 8 ? K_BACKSPACE : (int)code;
        key.code = key.code == 0 ? K_LAST : key.code;
    }
    return key;
}

void term_mouse(bool on)
{
    if (on == term.mouse) {
        return;
    }
    term.mouse = on;
    mouseinterval(0);
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

static void write_raw(const char *text, size_t n)
{
    while (n) {
        ssize_t done = write(STDOUT_FILENO, text, n);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return;
        }
        text += done;
        n -= (size_t)done;
    }
}

void term_bell(void)
{
    beep();
}

static void write_osc(const char *code, const char *text)
{
    char clean[256], line[320];
    if (!term.xterm) {
        return;
    }
    utf8_clean(text, clean, sizeof clean);
    int n = snprintf(line, sizeof line, "\033]%s;%s\a", code, clean);
    if (n > 0 && (size_t)n < sizeof line) {
        write_raw(line, (size_t)n);
    }
}

void term_title(const char *text)
{
    write_osc("2", text);
}

void term_notify(const char *text)
{
    write_osc("9", text);
}

static size_t base64(const char *in, size_t n, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t at = 0;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)(unsigned char)in[i] << 16;
        v |= i + 1 < n ? (uint32_t)(unsigned char)in[i + 1] << 8 : 0;
        v |= i + 2 < n ? (uint32_t)(unsigned char)in[i + 2] : 0;
        out[at++] = digits[v >> 18];
        out[at++] = digits[(v >> 12) & 63];
        out[at++] = i + 1 < n ? digits[(v >> 6) & 63] : '=';
        out[at++] = i + 2 < n ? digits[v & 63] : '=';
    }
    return at;
}

bool term_copy(const char *text)
{
    size_t n = strlen(text);
    bool tmux = getenv("TMUX") != NULL;
    if (n == 0 || (n + 2) / 3 * 4 > COPY_MAX) {
        return false;
    }
    char *line = malloc((n + 2) / 3 * 4 + 32);
    if (!line) {
        return false;
    }
    /* Inside tmux the sequence is passed through to the outer terminal, its escapes doubled. */
    const char *head = tmux ? "\033Ptmux;\033\033]52;c;" : "\033]52;c;";
    const char *tail = tmux ? "\a\033\\" : "\a";
    size_t at = strlen(head);
    memcpy(line, head, at);
    at += base64(text, n, line + at);
    memcpy(line + at, tail, strlen(tail));
    write_raw(line, at + strlen(tail));
    free(line);
    return true;
}
