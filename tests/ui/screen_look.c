#include "screen_parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_BYTES = 8192, GOLDEN_MAX = 512 * 1024, LOOKS = 12, REST_MS = 250, WAIT_MS = 30000 };

static size_t put_utf8(char *out, uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xc0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xe0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
        out[2] = (char)(0x80 | (cp & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
    out[3] = (char)(0x80 | (cp & 0x3f));
    return 4;
}

static VTermScreenCell cell_at(const struct screen *screen, int y, int x)
{
    VTermScreenCell cell;
    memset(&cell, 0, sizeof cell);
    vterm_screen_get_cell(screen->grid, (VTermPos){.row = y, .col = x}, &cell);
    return cell;
}

static size_t line_text(const struct screen *screen, int y, char out[LINE_BYTES])
{
    size_t n = 0, end = 0;
    for (int x = 0; x < screen->cols && n < LINE_BYTES - 64;) {
        VTermScreenCell cell = cell_at(screen, y, x);
        if (!cell.chars[0] || cell.chars[0] == (uint32_t)-1) {
            out[n++] = ' ';
        }
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++) {
            if (cell.chars[i] != (uint32_t)-1) {
                n += put_utf8(out + n, cell.chars[i]);
                end = cell.chars[i] == ' ' ? end : n;
            }
        }
        x += cell.width > 0 ? cell.width : 1;
    }
    out[end] = '\0';
    return end;
}

int screen_line_of(const struct screen *screen, const char *text)
{
    char line[LINE_BYTES];
    for (int y = 0; y < screen->rows; y++) {
        line_text(screen, y, line);
        if (strstr(line, text)) {
            return y;
        }
    }
    return -1;
}

bool screen_has(const struct screen *screen, const char *text)
{
    return screen_line_of(screen, text) >= 0;
}

char *screen_text(const struct screen *screen)
{
    char *out = NULL, line[LINE_BYTES];
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    assert(stream);
    for (int y = 0; y < screen->rows; y++) {
        line_text(screen, y, line);
        fprintf(stream, "%s\n", line);
    }
    fclose(stream);
    return out;
}

static void colour_text(const char *what, const VTermColor *colour, bool is_default, char out[32])
{
    out[0] = '\0';
    if (is_default) {
        return;
    }
    if (VTERM_COLOR_IS_INDEXED(colour)) {
        snprintf(out, 32, " %s%d", what, colour->indexed.idx);
    } else {
        snprintf(out, 32, " %s#%02x%02x%02x", what, colour->rgb.red, colour->rgb.green,
                 colour->rgb.blue);
    }
}

static void attributes_of(const VTermScreenCell *cell, char out[128])
{
    char fg[32], bg[32];
    colour_text("fg", &cell->fg, VTERM_COLOR_IS_DEFAULT_FG(&cell->fg), fg);
    colour_text("bg", &cell->bg, VTERM_COLOR_IS_DEFAULT_BG(&cell->bg), bg);
    snprintf(out, 128, "%s%s%s%s%s", cell->attrs.bold ? " bold" : "",
             cell->attrs.underline ? " underline" : "", cell->attrs.reverse ? " reverse" : "", fg,
             bg);
}

static void dump_attributes(const struct screen *screen, FILE *stream)
{
    for (int y = 0; y < screen->rows; y++) {
        char current[128] = "";
        int start = 0;
        for (int x = 0; x <= screen->cols; x++) {
            char here[128] = "";
            if (x < screen->cols) {
                VTermScreenCell cell = cell_at(screen, y, x);
                if (cell.chars[0] == (uint32_t)-1 && x > 0) {
                    cell = cell_at(screen, y, x - 1); /* its second half keeps what stood there */
                }
                attributes_of(&cell, here);
            }
            if (x == screen->cols || strcmp(here, current) != 0) {
                if (current[0]) {
                    fprintf(stream, "%d:%d-%d%s\n", y, start, x - 1, current);
                }
                memcpy(current, here, sizeof current);
                start = x;
            }
        }
    }
}

char *screen_dump(const struct screen *screen)
{
    char *out = NULL, *text = screen_text(screen);
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    assert(stream);
    fprintf(stream, "%s---\n", text);
    dump_attributes(screen, stream);
    fclose(stream);
    free(text);
    return out;
}

static bool write_golden(const char *path, const char *dump)
{
    mkdir("tests/ui/golden", 0777); /* there already, as a rule */
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        return false;
    }
    fputs(dump, file);
    return fclose(file) == 0;
}

/* What differs now is looked at again each time the program has had nothing to do for a while. */
static bool matches_soon(struct screen *screen, const char *golden, size_t n, char **dump)
{
    for (int look = 1;; look++) {
        *dump = screen_dump(screen);
        if (n == strlen(*dump) && memcmp(golden, *dump, n) == 0) {
            return true;
        }
        if (look == LOOKS) {
            return false;
        }
        free(*dump);
        screen_settle(screen, REST_MS, WAIT_MS);
    }
}

bool screen_matches(struct screen *screen, const char *name)
{
    char path[256], *dump;
    const char *mode = getenv("ADTOP_GOLDEN");
    snprintf(path, sizeof path, "tests/ui/golden/%s.screen", name);
    if (mode && strcmp(mode, "write") == 0) {
        dump = screen_dump(screen);
        bool written = write_golden(path, dump);
        free(dump);
        return written;
    }
    FILE *file = fopen(path, "r");
    char *golden = calloc(1, GOLDEN_MAX);
    assert(golden);
    size_t n = file ? fread(golden, 1, GOLDEN_MAX - 1, file) : 0;
    if (file) {
        fclose(file);
    }
    bool same = matches_soon(screen, golden, n, &dump);
    if (!same) {
        fprintf(stderr,
                "screen %s differs (make golden rewrites it)\n--- recorded\n%s\n--- now\n%s\n",
                name, golden, dump);
    }
    free(golden);
    free(dump);
    return same;
}
