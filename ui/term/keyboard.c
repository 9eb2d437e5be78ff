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

struct key keyboard_next(void)
{
    struct key key = {.code = K_NONE};
    wint_t code = 0;
    int kind = wget_wch(keyboard.pad, &code);
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

void keyboard_mouse(bool on)
{
    if (on == keyboard.mouse) {
        return;
    }
    keyboard.mouse = on;
    mouseinterval(0);
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}
