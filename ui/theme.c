#include "ui/theme.h"

#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "base/fd.h"
#include "base/utf8.h"

#define THEME_PREFIX "themes/"
#define THEME_SUFFIX ".theme"
#define THEME_DEFAULT "default-16"
enum { THEME_FILE_MAX = 64 * 1024 };

static const struct colour terminal_colour = {0, -1, -1};

enum section { SECTION_NONE, SECTION_THEME, SECTION_PALETTE, SECTION_ROLES, SECTION_GLYPHS };

struct parser {
    const char *source;
    int line;
    enum section section;
    struct theme *theme;
};

static void warn(struct parser *p, const char *what, const char *name)
{
    char *at = p->theme->warnings;
    size_t used = strlen(at);
    int n = snprintf(at + used, sizeof p->theme->warnings - used, "%s%s:%d: unknown %s \"%s\"",
                     used ? "\n" : "", p->source, p->line, what, name);
    if (n < 0 || (size_t)n >= sizeof p->theme->warnings - used) {
        at[used] = '\0';
    }
}

static bool fail(const struct parser *p, struct err *err, const char *what, const char *text)
{
    return err_set(err, ERR_CONFIG, "%s:%d: %s \"%s\"", p->source, p->line, what, text);
}

/* Cuts the next blank-separated word off *text; NULL at the end. */
static char *next_word(char **text)
{
    char *start = *text + strspn(*text, " \t");
    if (!*start) {
        return NULL;
    }
    char *end = start + strcspn(start, " \t");
    *text = *end ? end + 1 : end;
    *end = '\0';
    return start;
}

static bool parse_index(const char *text, long max, int16_t *out)
{
    char *end = NULL;
    long value = strtol(text, &end, 10);
    if (end == text || *end || value < 0 || value > max) {
        return false;
    }
    *out = (int16_t)value;
    return true;
}

static bool parse_colour(struct parser *p, char *value, struct colour *out, struct err *err)
{
    char *rest = value;
    char *word = next_word(&rest);
    if (word && strcmp(word, "default") == 0) {
        *out = terminal_colour;
        return next_word(&rest) ? fail(p, err, "nothing may follow", "default") : true;
    }
    char *end = NULL;
    if (!word || word[0] != '#' || strlen(word) != 7) {
        return fail(p, err, "a colour is \"default\" or #rrggbb @0..15 @0..255, not",
                    word ? word : "");
    }
    unsigned long rgb = strtoul(word + 1, &end, 16);
    char *w16 = next_word(&rest);
    char *w256 = next_word(&rest);
    struct colour colour = {(uint32_t)rgb, -1, -1};
    if (*end || !w16 || w16[0] != '@' || !parse_index(w16 + 1, 15, &colour.index16) || !w256 ||
        w256[0] != '@' || !parse_index(w256 + 1, 255, &colour.index256) || next_word(&rest)) {
        return fail(p, err, "a colour needs #rrggbb @0..15 @0..255, not", word);
    }
    *out = colour;
    return true;
}

static bool palette_line(struct parser *p, const char *key, char *value, struct err *err)
{
    struct colour colour;
    if (!parse_colour(p, value, &colour, err)) {
        return false;
    }
    struct theme *theme = p->theme;
    if (theme->colours == THEME_COLOURS || strlen(key) >= THEME_WORD) {
        return fail(p, err, "too many or too long palette names at", key);
    }
    snprintf(theme->palette[theme->colours].name, THEME_WORD, "%s", key);
    theme->palette[theme->colours++].colour = colour;
    return true;
}

static bool find_colour(const struct theme *theme, const char *name, struct colour *out)
{
    if (strcmp(name, "default") == 0) {
        *out = terminal_colour;
        return true;
    }
    for (size_t i = theme->colours; i-- > 0;) {
        if (strcmp(theme->palette[i].name, name) == 0) {
            *out = theme->palette[i].colour;
            return true;
        }
    }
    return false;
}

static bool role_word(struct parser *p, const char *word, struct style *style, struct err *err)
{
    static const struct {
        const char *name;
        uint8_t attr;
    } attrs[] = {
        {"bold",      ATTR_BOLD     },
        {"dim",       ATTR_DIM      },
        {"reverse",   ATTR_REVERSE  },
        {"underline", ATTR_UNDERLINE}
    };
    for (size_t i = 0; i < sizeof attrs / sizeof attrs[0]; i++) {
        if (strcmp(word, attrs[i].name) == 0) {
            style->attrs |= attrs[i].attr;
            return true;
        }
    }
    if (strncmp(word, "fg:", 3) == 0 || strncmp(word, "bg:", 3) == 0) {
        return find_colour(p->theme, word + 3, word[0] == 'f' ? &style->fg : &style->bg) ||
               fail(p, err, "no such palette colour:", word + 3);
    }
    if (strncmp(word, "glyph:", 6) == 0) {
        uint32_t cp = 0;
        size_t n = strlen(word + 6);
        if (n == 0 || n >= sizeof style->letter || utf8_next(word + 6, n, &cp) != n ||
            utf8_width(cp) != 1) {
            return fail(p, err, "a glyph is one character of one column, not", word + 6);
        }
        memcpy(style->letter, word + 6, n + 1);
        return true;
    }
    return fail(p, err, "neither attribute nor fg: bg: glyph:", word);
}

static bool role_line(struct parser *p, const char *key, char *value, struct err *err)
{
    enum role role = ROLE_NONE;
    bool known = role_parse(key, &role);
    if (!known) {
        warn(p, "role", key);
    }
    struct style style = {terminal_colour, terminal_colour, 0, ""};
    char *word = NULL;
    while ((word = next_word(&value)) != NULL) {
        if (!role_word(p, word, &style, err)) {
            return false;
        }
    }
    if (known) {
        p->theme->roles[role] = style;
    }
    return true;
}

/* A quoted character; *text is moved behind it. */
static bool quoted(char **text, char *out, size_t out_size)
{
    char *start = *text + strspn(*text, " \t");
    char *end = *start == '"' ? strchr(start + 1, '"') : NULL;
    uint32_t cp = 0;
    if (!end || end == start + 1 || (size_t)(end - start - 1) >= out_size) {
        return false;
    }
    size_t n = (size_t)(end - start - 1);
    if (utf8_next(start + 1, n, &cp) != n || utf8_width(cp) != 1) {
        return false;
    }
    memcpy(out, start + 1, n);
    out[n] = '\0';
    *text = end + 1;
    return true;
}

static bool glyph_line(struct parser *p, const char *key, char *value, struct err *err)
{
    enum glyph glyph = GLYPH_COUNT;
    if (!glyph_parse(key, &glyph)) {
        warn(p, "glyph", key);
        return true;
    }
    char utf8[8], ascii[2];
    char *rest = value;
    if (!quoted(&rest, utf8, sizeof utf8)) {
        return fail(p, err, "a glyph is \"X\" | \"x\", one column each, not", value);
    }
    rest += strspn(rest, " \t");
    if (*rest++ != '|' || !quoted(&rest, ascii, sizeof ascii)) {
        return fail(p, err, "a glyph is \"X\" | \"x\", one column each, not", value);
    }
    memcpy(p->theme->utf8[glyph], utf8, sizeof utf8);
    memcpy(p->theme->ascii[glyph], ascii, sizeof ascii);
    return true;
}

static bool theme_line(struct parser *p, const char *key, const char *value)
{
    if (strcmp(key, "title") == 0) {
        snprintf(p->theme->title, sizeof p->theme->title, "%.60s", value);
    } else {
        warn(p, "setting", key);
    }
    return true;
}

static bool section_line(struct parser *p, const char *text, struct err *err)
{
    static const struct {
        const char *text;
        enum section section;
    } sections[] = {
        {"[theme]",   SECTION_THEME  },
        {"[palette]", SECTION_PALETTE},
        {"[roles]",   SECTION_ROLES  },
        {"[glyphs]",  SECTION_GLYPHS }
    };
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        if (strcmp(text, sections[i].text) == 0) {
            p->section = sections[i].section;
            return true;
        }
    }
    return fail(p, err, "unknown section", text);
}

static void trim_end(char *text)
{
    size_t n = strlen(text);
    while (n && isspace((unsigned char)text[n - 1])) {
        text[--n] = '\0';
    }
}

static bool parse_line(struct parser *p, char *line, struct err *err)
{
    line += strspn(line, " \t");
    trim_end(line);
    if (!*line || *line == ';' || *line == '#') {
        return true;
    }
    if (*line == '[') {
        return section_line(p, line, err);
    }
    char *equals = strchr(line, '=');
    if (!equals || equals == line) {
        return fail(p, err, "not \"name = value\":", line);
    }
    *equals = '\0';
    trim_end(line);
    char *value = equals + 1 + strspn(equals + 1, " \t");
    switch (p->section) {
    case SECTION_THEME:
        return theme_line(p, line, value);
    case SECTION_PALETTE:
        return palette_line(p, line, value, err);
    case SECTION_ROLES:
        return role_line(p, line, value, err);
    case SECTION_GLYPHS:
        return glyph_line(p, line, value, err);
    case SECTION_NONE:
        break;
    }
    return fail(p, err, "before the first [section]:", line);
}

bool theme_parse(const char *source, const char *text, size_t n, struct theme *out, struct err *err)
{
    struct theme theme = *out;
    theme.warnings[0] = '\0';
    theme.colours = 0;
    struct parser p = {.source = source, .theme = &theme};
    size_t at = 0;
    while (at < n) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t length = end ? (size_t)(end - (text + at)) : n - at;
        char line[512];
        p.line++;
        if (length >= sizeof line || memchr(text + at, '\0', length)) {
            return fail(&p, err, "not a line of a theme:", "too long or binary");
        }
        memcpy(line, text + at, length);
        line[length] = '\0';
        if (!parse_line(&p, line, err)) {
            return false;
        }
        at += length + 1;
    }
    *out = theme;
    return true;
}

void theme_default(struct theme *out)
{
    memset(out, 0, sizeof *out);
    for (int i = 0; i < ROLE_COUNT; i++) {
        out->roles[i].fg = out->roles[i].bg = terminal_colour;
    }
    for (int i = 0; i < GLYPH_COUNT; i++) {
        snprintf(out->utf8[i], sizeof out->utf8[i], "%s", glyph_utf8((enum glyph)i));
        snprintf(out->ascii[i], sizeof out->ascii[i], "%s", glyph_ascii((enum glyph)i));
    }
    const struct embed *file = embed_find(THEME_PREFIX THEME_DEFAULT THEME_SUFFIX);
    if (file) {
        theme_parse(file->name, file->data, file->size, out, NULL);
    }
    snprintf(out->name, sizeof out->name, THEME_DEFAULT);
}

static bool user_dir(char *out, size_t size)
{
    const char *xdg = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    int n = xdg && *xdg ? snprintf(out, size, "%s/adtop/themes", xdg)
                        : snprintf(out, size, "%s/.config/adtop/themes", home ? home : "");
    return n > 0 && (size_t)n < size && (home || xdg);
}

static bool load_file(const char *path, struct theme *out, struct err *err)
{
    char *text = NULL;
    size_t n = 0;
    if (!fd_read_file(path, THEME_FILE_MAX, &text, &n, err)) {
        return false;
    }
    bool ok = theme_parse(path, text, n, out, err);
    free(text);
    snprintf(out->path, sizeof out->path, "%s", path);
    return ok;
}

static bool load_by_name(const char *name, struct theme *out, struct err *err)
{
    char dir[1024], path[2048];
    if (strchr(name, '/')) {
        return load_file(name, out, err);
    }
    if (user_dir(dir, sizeof dir)) {
        snprintf(path, sizeof path, "%s/%s" THEME_SUFFIX, dir, name);
        struct err missing = {0};
        if (load_file(path, out, &missing)) {
            return true;
        }
        if (missing.code == ERR_CONFIG) {
            return err_set(err, ERR_CONFIG, "%s", missing.message);
        }
    }
    snprintf(path, sizeof path, THEME_PREFIX "%s" THEME_SUFFIX, name);
    const struct embed *file = embed_find(path);
    if (!file) {
        return err_set(err, ERR_CONFIG, "theme \"%s\": there is no such theme", name);
    }
    return theme_parse(file->name, file->data, file->size, out, err);
}

bool theme_load(const char *name, struct theme *out, struct err *err)
{
    theme_default(out);
    if (!name || !*name) {
        return true;
    }
    struct theme theme = *out;
    if (!load_by_name(name, &theme, err)) {
        memcpy(out->path, theme.path, sizeof out->path); /* where it is mended */
        return false;
    }
    *out = theme;
    snprintf(out->name, sizeof out->name, "%s", name);
    return true;
}

bool theme_accent(struct theme *theme, const char *colour)
{
    struct style *accent = &theme->roles[ROLE_ACCENT];
    struct colour found = terminal_colour;
    if (theme->colours && !find_colour(theme, colour, &found)) {
        return false;
    }
    accent->fg = found;
    accent->bg = theme->roles[ROLE_TEXT].bg;
    accent->attrs = ATTR_BOLD | ATTR_REVERSE;
    return true;
}

static size_t add_entry(struct theme_entry *out, size_t count, size_t max, const char *file)
{
    size_t n = strlen(file), suffix = strlen(THEME_SUFFIX);
    if (n <= suffix || strcmp(file + n - suffix, THEME_SUFFIX) != 0 || n - suffix >= 64) {
        return count;
    }
    struct theme_entry entry = {{0}};
    memcpy(entry.name, file, n - suffix);
    for (size_t i = 0; i < count && i < max; i++) {
        if (strcmp(out[i].name, entry.name) == 0) {
            return count;
        }
    }
    if (count < max) {
        out[count] = entry;
    }
    return count + 1;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct theme_entry *)a)->name, ((const struct theme_entry *)b)->name);
}

size_t theme_list(struct theme_entry *out, size_t max)
{
    size_t count = 0;
    for (const struct embed *e = embed_next(THEME_PREFIX, NULL); e;
         e = embed_next(THEME_PREFIX, e)) {
        count = add_entry(out, count, max, e->name + strlen(THEME_PREFIX));
    }
    char path[1024];
    DIR *dir = user_dir(path, sizeof path) ? opendir(path) : NULL;
    if (dir) {
        for (struct dirent *d = readdir(dir); d; d = readdir(dir)) {
            count = add_entry(out, count, max, d->d_name);
        }
        closedir(dir);
    }
    qsort(out, count < max ? count : max, sizeof *out, by_name);
    return count;
}

static double luminance(uint32_t rgb)
{
    static const double weight[3] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double c = (double)((rgb >> (16 - 8 * i)) & 0xff) / 255.0;
        sum += weight[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

double theme_contrast(uint32_t a_rgb, uint32_t b_rgb)
{
    double a = luminance(a_rgb), b = luminance(b_rgb);
    return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}
