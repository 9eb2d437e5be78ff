#include "ui/term/osc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "base/utf8.h"

/* GNU screen takes this much in one wrapping. */
enum { SCREEN_CHUNK = 240, TITLE_MAX_BYTES = 240, LINE_MAX_BYTES = 4 * OSC_COPY_MAX };

/* Of the one terminal there is. */
static bool understood;

static void send(struct str *line)
{
    if (!line->overflow) {
        fd_write_all(STDOUT_FILENO, str_text(line), line->len, NULL); /* gone: poll will tell */
    }
    str_fini(line);
}

void osc_open(const char *term)
{
    static const char *const families[] = {"xterm", "tmux", "screen",  "rxvt",  "alacritty", "foot",
                                           "kitty", "st-",  "konsole", "putty", "wezterm",   "vte"};
    understood = false;
    for (size_t i = 0; term && i < sizeof families / sizeof families[0]; i++) {
        understood = understood || strncmp(term, families[i], strlen(families[i])) == 0;
    }
    if (understood) {
        struct str line;
        str_init(&line, LINE_MAX_BYTES);
        str_add(&line, "\033[22;2t");
        send(&line);
    }
}

void osc_close(void)
{
    if (understood) {
        struct str line;
        str_init(&line, LINE_MAX_BYTES);
        str_add(&line, "\033[23;2t");
        send(&line);
    }
    understood = false;
}

void osc_title(const char *text)
{
    char clean[TITLE_MAX_BYTES];
    struct str line;
    if (!understood) {
        return;
    }
    utf8_clean(text, clean, sizeof clean);
    str_init(&line, LINE_MAX_BYTES);
    str_addf(&line, "\033]2;%s\a", clean);
    send(&line);
}

/* The sequence as the terminal outside a multiplexer gets it: tmux wants its escapes doubled,
 * screen takes it in pieces. */
static void add_wrapped(struct str *line, const char *sequence, size_t n)
{
    if (getenv("TMUX")) {
        str_add(line, "\033Ptmux;");
        for (size_t i = 0; i < n; i++) {
            str_add(line, sequence[i] == '\033' ? "\033" : "");
            str_addc(line, sequence[i]);
        }
        str_add(line, "\033\\");
    } else if (getenv("STY")) {
        for (size_t at = 0; at < n; at += SCREEN_CHUNK) {
            size_t left = n - at;
            str_add(line, "\033P");
            str_addn(line, sequence + at, left < SCREEN_CHUNK ? left : SCREEN_CHUNK);
            str_add(line, "\033\\");
        }
    } else {
        str_addn(line, sequence, n);
    }
}

void osc_notify(const char *text)
{
    char clean[TITLE_MAX_BYTES];
    struct str sequence, line;
    if (!understood) {
        return;
    }
    utf8_clean(text, clean, sizeof clean);
    str_init(&sequence, LINE_MAX_BYTES);
    str_init(&line, LINE_MAX_BYTES);
    str_addf(&sequence, "\033]9;%s\a", clean);
    add_wrapped(&line, str_text(&sequence), sequence.len);
    str_fini(&sequence);
    send(&line);
}

static void add_base64(struct str *out, const char *in, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)(unsigned char)in[i] << 16;
        v |= i + 1 < n ? (uint32_t)(unsigned char)in[i + 1] << 8 : 0;
        v |= i + 2 < n ? (uint32_t)(unsigned char)in[i + 2] : 0;
        str_addc(out, digits[v >> 18]);
        str_addc(out, digits[(v >> 12) & 63]);
        str_addc(out, i + 1 < n ? digits[(v >> 6) & 63] : '=');
        str_addc(out, i + 2 < n ? digits[v & 63] : '=');
    }
}

enum osc_copied osc_copy(const char *text)
{
    size_t n = strlen(text);
    struct str sequence, line;
    if (!understood) {
        return OSC_COPY_UNKNOWN;
    }
    if ((n + 2) / 3 * 4 > OSC_COPY_MAX) {
        return OSC_COPY_TOO_LONG;
    }
    str_init(&sequence, LINE_MAX_BYTES);
    str_init(&line, LINE_MAX_BYTES);
    str_add(&sequence, "\033]52;c;");
    add_base64(&sequence, text, n);
    str_addc(&sequence, '\a');
    if (getenv("TMUX")) { /* which keeps a buffer of its own, and may not let the other through */
        str_addn(&line, str_text(&sequence), sequence.len);
    }
    add_wrapped(&line, str_text(&sequence), sequence.len);
    str_fini(&sequence);
    send(&line);
    return OSC_COPIED;
}

const char *osc_copy_needs(void)
{
    return getenv("TMUX") ? "tmux passes it on with 'set -g set-clipboard on'" : "";
}
