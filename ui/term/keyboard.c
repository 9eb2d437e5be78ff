#include "ui/term/keyboard.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <string.h>
#include <wchar.h>

#include "ui/term/paint.h"
#include "ui/term/signs.h"

/* How long after an Esc the rest of a report may come. */
enum { REPORT_DELAY_MS = 200, SEQUENCE_VALUES = 2 };

/* A sequence that curses does not know, as far as it has come. */
struct sequence {
    bool open; /* the rest has not come yet */
    bool begun;
    bool plain; /* numbers alone so far */
    wint_t introducer;
    int values[SEQUENCE_VALUES];
    size_t count;
};

/* There is one keyboard per process, and curses keeps it so. */
static struct {
    WINDOW *pad;   /* reading keys from a pad refreshes nothing */
    int esc_delay; /* ms, of keys */
    bool mouse;
    struct sequence sequence;
} keyboard;

void keyboard_open(void)
{
    keyboard.pad = newpad(1, 1);
    keyboard.esc_delay = get_escdelay();
    keypad(keyboard.pad, TRUE);
    nodelay(keyboard.pad, TRUE);
}

void keyboard_close(void)
{
    keyboard_mouse(false);
    delwin(keyboard.pad);
    memset(&keyboard, 0, sizeof keyboard);
}

bool keyboard_has_mouse(void)
{
    return keyboard.mouse;
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

/* One parameter byte of it. */
static void take_parameter(struct sequence *sequence, wint_t c)
{
    int *value = &sequence->values[sequence->count - 1];
    if (c == ';' && sequence->plain && sequence->count < SEQUENCE_VALUES) {
        sequence->count++;
    } else if (c < '0' || c > '9') {
        sequence->plain = false;
    } else if (sequence->plain && *value < 1000) {
        *value = *value * 10 + (int)(c - '0');
    }
    sequence->begun = true;
}

/* An arrow in the other cursor mode, with a modifier, or something that means nothing here. */
static int key_of(const struct sequence *sequence, wint_t final)
{
    static const struct {
        wint_t final;
        int parameter, code; /* parameter 0 = any */
    } keys[] = {
        {'A', 0, K_UP       },
        {'B', 0, K_DOWN     },
        {'C', 0, K_RIGHT    },
        {'D', 0, K_LEFT     },
        {'H', 0, K_HOME     },
        {'F', 0, K_END      },
        {'Z', 0, K_BACK_TAB },
        {'P', 0, K_F1       },
        {'~', 1, K_HOME     },
        {'~', 7, K_HOME     },
        {'~', 4, K_END      },
        {'~', 8, K_END      },
        {'~', 3, K_DELETE   },
        {'~', 5, K_PAGE_UP  },
        {'~', 6, K_PAGE_DOWN}
    };
    const int *values = sequence->values;
    if (final == 'R' && sequence->plain && sequence->count == 2 && values[0] > 1) {
        if (signs_report(values[0], values[1])) {
            paint_forget();
        }
        return K_NONE; /* whenever it comes: row 1 would be a key, this one never is */
    }
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].final == final && (!keys[i].parameter || keys[i].parameter == values[0])) {
            return keys[i].code;
        }
    }
    return K_LAST;
}

/* What curses did not know after an Esc. Never left lying about: its letters would be taken for
 * commands, also when they come in two parts. K_NONE when it is no key, or goes on. */
static int unknown_sequence(void)
{
    struct sequence *sequence = &keyboard.sequence;
    wint_t c = 0;
    int kind = wget_wch(keyboard.pad, &c);
    while (kind == OK && sequence->introducer == '[' && c >= 0x20 && c < 0x40) {
        take_parameter(sequence, c);
        kind = wget_wch(keyboard.pad, &c);
    }
    /* Esc and [ alone are Alt with [, unless something else is on its way. */
    sequence->open = kind == ERR && (sequence->begun || signs_expected());
    if (kind == OK && c != K_ESC) {
        return key_of(sequence, c);
    }
    if (kind != ERR) { /* broken off by another one */
        ungetch((int)c);
    }
    return sequence->open ? K_NONE : K_LAST;
}

static int after_escape(void)
{
    wint_t c = 0;
    int kind = wget_wch(keyboard.pad, &c);
    if (kind == OK && (c == '[' || c == 'O')) {
        keyboard.sequence = (struct sequence){.introducer = c, .plain = true, .count = 1};
        return unknown_sequence();
    }
    if (kind == OK) {
        unget_wch((wchar_t)c);
    } else if (kind == KEY_CODE_YES) {
        ungetch((int)c);
    }
    return K_ESC;
}

/* K_NONE also for what is no key. */
static struct key read_key(bool *more)
{
    struct key key = {.code = K_NONE};
    wint_t code = 0;
    int kind = keyboard.sequence.open ? OK : wget_wch(keyboard.pad, &code);
    *more = kind != ERR;
    if (keyboard.sequence.open) {
        key.code = unknown_sequence();
        *more = !keyboard.sequence.open;
    } else if (kind == KEY_CODE_YES && (int)code == KEY_MOUSE) {
        key = mouse_key();
    } else if (kind == KEY_CODE_YES && (int)code != KEY_RESIZE) { /* says what we told it */
        key.code = named_key(code);
    } else if (kind == OK && code == K_ESC) {
        key.code = after_escape();
        *more = !keyboard.sequence.open;
    } else if (kind == OK) {
        key.code = code == '\n' ? K_ENTER : code == 8 ? K_BACKSPACE : (int)code;
        key.code = key.code == 0 ? K_LAST : key.code;
    }
    return key;
}

struct key keyboard_next(void)
{
    struct key key;
    bool more = true;
    int delay = keyboard.esc_delay;
    set_escdelay(delay < REPORT_DELAY_MS && signs_expected() ? REPORT_DELAY_MS : delay);
    do {
        key = read_key(&more);
    } while (key.code == K_NONE && more);
    return key;
}

void keyboard_mouse(bool on)
{
    if (on == keyboard.mouse) {
        return;
    }
    keyboard.mouse = on;
    mouseinterval(0);
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}
