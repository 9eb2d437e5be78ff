#include "ui/term/keyboard.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <string.h>
#include <wchar.h>

/* There is one keyboard per process, and curses keeps it so. */
static struct {
    WINDOW *pad; /* reading keys from a pad refreshes nothing */
    bool mouse;
} keyboard;

void keyboard_open(void)
{
    keyboard.pad = newpad(1, 1);
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

/* The next character, if it is there already. */
static bool next_char(wint_t *out)
{
    return wget_wch(keyboard.pad, out) == OK;
}

/* What curses did not know after an Esc: an arrow in the other cursor mode, with a modifier, or
 * something that means nothing here. Never left lying about: its letters would be taken for
 * commands. */
static int unknown_sequence(wint_t introducer)
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
    wint_t c = 0;
    int parameter = 0;
    bool first = true, more = next_char(&c);
    for (; more && introducer == '[' && c >= 0x20 && c < 0x40; more = next_char(&c)) {
        first = first && c >= '0' && c <= '9';
        parameter = first && parameter < 1000 ? parameter * 10 + (int)(c - '0') : parameter;
    }
    for (size_t i = 0; more && i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].final == c && (!keys[i].parameter || keys[i].parameter == parameter)) {
            return keys[i].code;
        }
    }
    return K_LAST;
}

static int after_escape(void)
{
    wint_t c = 0;
    int kind = wget_wch(keyboard.pad, &c);
    if (kind == OK && (c == '[' || c == 'O')) {
        return unknown_sequence(c);
    }
    if (kind == OK) {
        unget_wch((wchar_t)c);
    } else if (kind == KEY_CODE_YES) {
        ungetch((int)c);
    }
    return K_ESC;
}

struct key keyboard_next(void)
{
    struct key key = {.code = K_NONE};
    wint_t code = 0;
    int kind = wget_wch(keyboard.pad, &code);
    while (kind == KEY_CODE_YES && (int)code == KEY_RESIZE) { /* curses says what we told it */
        kind = wget_wch(keyboard.pad, &code);
    }
    if (kind == KEY_CODE_YES && (int)code == KEY_MOUSE) {
        return mouse_key();
    }
    if (kind == KEY_CODE_YES) {
        key.code = named_key(code);
    } else if (kind == OK && code == K_ESC) {
        key.code = after_escape();
    } else if (kind == OK) {
        key.code = code == '\n' ? K_ENTER : code == 8 ? K_BACKSPACE : (int)code;
        key.code = key.code == 0 ? K_LAST : key.code;
    }
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
