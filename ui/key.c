#include "ui/key.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

static const struct {
    int code;
    const char *name;
} names[] = {
    {K_TAB,        "Tab"      },
    {K_ENTER,      "Enter"    },
    {K_ESC,        "Esc"      },
    {K_BACKSPACE,  "Bksp"     },
    {K_UP,         "Up"       },
    {K_DOWN,       "Down"     },
    {K_LEFT,       "Left"     },
    {K_RIGHT,      "Right"    },
    {K_PAGE_UP,    "PgUp"     },
    {K_PAGE_DOWN,  "PgDn"     },
    {K_HOME,       "Home"     },
    {K_END,        "End"      },
    {K_BACK_TAB,   "S-Tab"    },
    {K_DELETE,     "Del"      },
    {K_F1,         "F1"       },
    {' ',          "Space"    },
    {K_WHEEL_UP,   "WheelUp"  },
    {K_WHEEL_DOWN, "WheelDown"},
    {K_MOUSE,      "Click"    },
};

const char *key_text(int code, char out[16])
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].code == code) {
            return names[i].name;
        }
    }
    if (code >= K_UP) {
        return "that key";
    }
    if (code > 0 && code < 0x20) {
        snprintf(out, 16, "Ctrl-%c", code + 0x40);
    } else if (code < 0x80) {
        snprintf(out, 16, "%c", code);
    } else {
        snprintf(out, 16, "U+%04X", (unsigned)code);
    }
    return out;
}

bool key_parse(const char *text, int *code)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(names[i].name, text) == 0) {
            *code = names[i].code;
            return true;
        }
    }
    size_t n = strlen(text);
    if (n == 6 && strncasecmp(text, "Ctrl-", 5) == 0 && text[5] >= '@' && text[5] <= 'z') {
        *code = K_CTRL(text[5]);
        return *code != 0;
    }
    uint32_t cp = 0;
    if (n == 0 || utf8_next(text, n, &cp) != n || cp <= 0x20) {
        return false;
    }
    *code = (int)cp;
    return true;
}
