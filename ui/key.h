/* key: what a keyboard can send, apart from the terminal library: a code point, or one of these. */
#ifndef UI_KEY_H
#define UI_KEY_H

#include <stdbool.h>

enum key_code {
    K_NONE = 0,
    K_TAB = 9,
    K_ENTER = 13,
    K_ESC = 27,
    K_BACKSPACE = 127,
    K_UP = 0x200000,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_PAGE_UP,
    K_PAGE_DOWN,
    K_HOME,
    K_END,
    K_BACK_TAB,
    K_DELETE,
    K_F1,
    K_MOUSE,
    K_WHEEL_UP,
    K_WHEEL_DOWN,
    K_HANGUP, /* the terminal is gone */
    K_LAST
};

#define K_CTRL(letter) ((letter)&0x1f)

struct key {
    int code;
    int y, x; /* of K_MOUSE and the wheel */
};

/* "S", "Enter", "Ctrl-L", "PgUp", ... as help shows and the configuration spells it. */
const char *key_text(int code, char out[16]);
bool key_parse(const char *text, int *code);

#endif
