#include "ui/remember.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "ui/view/view.h"

enum { PATH_SIZE = 4096, WORD = 64, LINE = 1024 };

/* No column's key. */
static const char nothing[] = "none";

static int column_of(const struct table *table, const char *key, size_t n)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strlen(table->columns[i].key) == n && strncmp(table->columns[i].key, key, n) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* These and no others. */
static void hide(struct table *table, const char *keys)
{
    table->hidden = 0;
    for (const char *key = keys; *key;) {
        size_t n = strcspn(key, ",");
        int column = column_of(table, key, n);
        table->hidden |= column >= 0 ? 1u << column : 0;
        key += n + (key[n] == ',');
    }
}

static void sort_by(struct table *table, const char *word)
{
    bool down = word[0] == '-';
    int column = column_of(table, word + down, strlen(word + down));
    if (column >= 0 || strcmp(word, nothing) == 0) {
        table->sort = column;
        table->descending = down;
    }
}

/* "hidden a,b sort -c", in any order; none undoes what the table comes with. */
static void take(struct table *table, const char *line, size_t n)
{
    char copy[LINE], *rest = copy;
    snprintf(copy, sizeof copy, "%.*s", (int)(n < LINE ? n : LINE - 1), line);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *value = strtok_r(NULL, " ", &rest);
        if (value && strcmp(word, "hidden") == 0) {
            hide(table, value);
        } else if (value && strcmp(word, "sort") == 0) {
            sort_by(table, value);
        }
    }
}

static size_t name_of(const struct view *view, int pane, char out[WORD])
{
    int n = snprintf(out, WORD, "%s.%d ", view->class->name, pane);
    return n > 0 && n < WORD ? (size_t)n : 0;
}

void remember_apply(const char *text, struct view *view)
{
    char name[WORD];
    for (int pane = 0; pane < view->class->pane_count; pane++) {
        size_t n = name_of(view, pane, name);
        for (const char *line = text; n && *line;) {
            size_t length = strcspn(line, "\n");
            if (view_is_table(view, pane) && strncmp(line, name, n) == 0) {
                take(&view->panes[pane].table, line + n, length - n);
            }
            line += length + (line[length] == '\n');
        }
    }
}

static void add_table(const struct view *view, int pane, struct str *out)
{
    const struct table *table = &view->panes[pane].table;
    char name[WORD];
    int own = view->class->panes[pane]->sort - 1;
    bool down = own >= 0 && table->columns[own].descending;
    bool sorted = table->sort != own || (own >= 0 && table->descending != down);
    bool chosen = table->hidden != view_hidden(view->class->panes[pane]);
    if (!chosen && !sorted) {
        return;
    }
    name_of(view, pane, name);
    str_add(out, name);
    for (size_t i = 0, n = 0; chosen && i < table->column_count; i++) {
        if (table->hidden & (1u << i)) {
            str_addf(out, "%s%s", n++ ? "," : "hidden ", table->columns[i].key);
        }
    }
    if (chosen && !table->hidden) {
        str_addf(out, "hidden %s", nothing);
    }
    if (sorted) {
        str_addf(out, "%ssort %s%s", chosen ? " " : "", table->descending ? "-" : "",
                 table->sort >= 0 ? table->columns[table->sort].key : nothing);
    }
    str_addc(out, '\n');
}

void remember_note(struct str *text, const struct view *view)
{
    struct str fresh;
    str_init(&fresh, REMEMBER_MAX);
    size_t stem = strlen(view->class->name);
    for (const char *line = str_text(text); *line;) {
        size_t n = strcspn(line, "\n");
        bool own = strncmp(line, view->class->name, stem) == 0 && line[stem] == '.';
        if (!own && n) {
            str_addf(&fresh, "%.*s\n", (int)n, line);
        }
        line += n + (line[n] == '\n');
    }
    for (int pane = 0; pane < view->class->pane_count; pane++) {
        if (view_is_table(view, pane)) {
            add_table(view, pane, &fresh);
        }
    }
    str_fini(text);
    *text = fresh;
}

static bool file_path(char out[PATH_SIZE], bool make)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    char dir[PATH_SIZE];
    if (state && state[0] == '/') {
        snprintf(dir, sizeof dir, "%.4000s", state);
    } else if (home && home[0] == '/') {
        snprintf(dir, sizeof dir, "%.4000s/.local/state", home);
    } else {
        return false;
    }
    snprintf(out, PATH_SIZE, "%.4060s/adtop/tables", dir);
    for (char *slash = out + 1; make && (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(out, 0700); /* there already, as a rule */
        *slash = '/';
    }
    return true;
}

void remember_load(struct str *text)
{
    char path[PATH_SIZE], buffer[4096];
    str_init(text, REMEMBER_MAX);
    int fd = file_path(path, false) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    for (ssize_t n = 0; fd >= 0 && (n = read(fd, buffer, sizeof buffer)) > 0;) {
        str_addf(text, "%.*s", (int)n, buffer);
    }
    if (fd >= 0) {
        close(fd);
    }
}

bool remember_save(const struct str *text, struct err *err)
{
    char path[PATH_SIZE], fresh[PATH_SIZE + 16];
    if (!file_path(path, true)) {
        return true; /* no home, nothing to remember in */
    }
    snprintf(fresh, sizeof fresh, "%s.%d", path, (int)getpid());
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_set(err, ERR_IO, "tables: %s: %s", fresh, strerror(errno));
    }
    bool ok = fd_write_all(fd, str_text(text), text->len, err);
    close(fd);
    if (ok && rename(fresh, path) != 0) {
        ok = err_set(err, ERR_IO, "tables: %s: %s", path, strerror(errno));
    }
    if (!ok) {
        unlink(fresh);
    }
    return ok;
}
