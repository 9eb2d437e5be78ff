#include "ui/term/signs.h"

#include <langinfo.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/str.h"
#include "ui/term/terminfo.h"

#define REPORT_CURSOR "\033[6n"
enum { EXPECTED_MS = 1000, LINE_MAX_BYTES = 256 };

/* Letters of Devanagari and Bengali with their aa; without a byte that is a control character
 * where the terminal is not in UTF-8 after all. */
static const struct {
    enum utf8_sign sign;
    int row; /* from 0 */
    const char *text;
} tests[] = {
    {UTF8_SIGN_SPACING,   1, "\u0928\u093e"},
    {UTF8_SIGN_EXTENDING, 2, "\u09a8\u09be"},
};
enum { TESTS = sizeof tests / sizeof tests[0] };

/* Of the one terminal there is. */
static struct {
    enum sign_place places[UTF8_SIGNS];
    bool asked[TESTS];
    int64_t asked_at;
} signs;

void signs_open(void)
{
    memset(&signs, 0, sizeof signs);
}

/* Serial terminals draw a question mark or worse, and are seldom in UTF-8. */
static bool can_be_asked(void)
{
    const char *name = getenv("TERM");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 && name && strncmp(name, "vt", 2) != 0 &&
           terminfo_is("u7", REPORT_CURSOR) && terminfo_string("clear") &&
           LINES > tests[TESTS - 1].row && COLS > 2;
}

void signs_ask(void)
{
    if (!can_be_asked()) {
        return;
    }
    struct str line;
    str_init(&line, LINE_MAX_BYTES);
    for (size_t i = 0; i < TESTS; i++) {
        str_addf(&line, "%s%s" REPORT_CURSOR, terminfo_move(tests[i].row, 0), tests[i].text);
        signs.asked[i] = true;
    }
    fd_write_all(STDOUT_FILENO, str_text(&line), line.len, NULL); /* gone: poll will tell */
    str_fini(&line);
    signs.asked_at = clock_mono_ms();
}

bool signs_report(int row, int column)
{
    for (size_t i = 0; i < TESTS; i++) {
        enum sign_place *place = &signs.places[tests[i].sign], before = *place;
        if (row == tests[i].row + 1 && signs.asked[i]) {
            signs.asked[i] = false;
            *place = column == 2 ? SIGN_INSIDE : column == 3 ? SIGN_COLUMN : SIGN_UNKNOWN;
            return *place != before;
        }
    }
    return false;
}

enum sign_place signs_place(enum utf8_sign sign)
{
    return sign < UTF8_SIGNS ? signs.places[sign] : SIGN_UNKNOWN;
}

bool signs_expected(void)
{
    bool asked = false;
    for (size_t i = 0; i < TESTS; i++) {
        asked = asked || signs.asked[i];
    }
    return asked && clock_mono_ms() - signs.asked_at < EXPECTED_MS;
}
