#include "ui/widget/dialog.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ui/widget/panel.h"

enum { DIALOG_WIDTH = 76, LABEL_WIDTH = 14, TYPED_WIDTH = 12 };

void dialog_init(struct dialog *dialog, const char *title, const char *question)
{
    memset(dialog, 0, sizeof *dialog);
    snprintf(dialog->title, sizeof dialog->title, "%s", title);
    snprintf(dialog->question, sizeof dialog->question, "%s", question);
}

static void add_line(struct dialog *dialog, enum role role, bool aside, const char *fmt, va_list ap)
{
    if (dialog->line_count < DIALOG_LINES) {
        vsnprintf(dialog->lines[dialog->line_count].text, DIALOG_LINE, fmt, ap);
        dialog->lines[dialog->line_count].aside = aside;
        dialog->lines[dialog->line_count++].role = role;
    }
}

void dialog_line(struct dialog *dialog, enum role role, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add_line(dialog, role, false, fmt, ap);
    va_end(ap);
}

void dialog_aside(struct dialog *dialog, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add_line(dialog, ROLE_TEXT, true, fmt, ap);
    va_end(ap);
}

void dialog_facts_reset(struct dialog *dialog)
{
    dialog->line_count = 0;
    dialog->waiting = false;
    dialog->must_type[0] = '\0';
    edit_set(&dialog->typed, "");
}

static const struct dialog_field *find_field(const struct dialog *dialog, const char *label)
{
    for (int i = 0; i < dialog->field_count; i++) {
        if (strcmp(dialog->fields[i].label, label) == 0) {
            return &dialog->fields[i];
        }
    }
    return NULL;
}

void dialog_field(struct dialog *dialog, const char *label, const char *value)
{
    if (dialog->field_count < DIALOG_FIELDS) {
        struct dialog_field *field = &dialog->fields[dialog->field_count++];
        snprintf(field->label, sizeof field->label, "%s", label);
        edit_set(&field->edit, value);
        field->untouched = value[0] != '\0';
    }
}

void dialog_option(struct dialog *dialog, const char *label, const char *fmt, ...)
{
    if (!find_field(dialog, label)) {
        dialog_field(dialog, label, "");
    }
    for (int i = 0; i < dialog->field_count; i++) {
        struct dialog_field *field = &dialog->fields[i];
        if (strcmp(field->label, label) == 0 && field->option_count < DIALOG_OPTIONS) {
            va_list ap;
            va_start(ap, fmt);
            vsnprintf(field->options[field->option_count++], DIALOG_OPTION, fmt, ap);
            va_end(ap);
        }
    }
}

void dialog_choose(struct dialog *dialog, const char *label, int option)
{
    for (int i = 0; i < dialog->field_count; i++) {
        struct dialog_field *field = &dialog->fields[i];
        if (strcmp(field->label, label) == 0 && option >= 0 && option < field->option_count) {
            field->chosen = option;
        }
    }
}

const char *dialog_value(const struct dialog *dialog, const char *label)
{
    const struct dialog_field *field = find_field(dialog, label);
    return !field ? "" : field->option_count ? field->options[field->chosen] : field->edit.text;
}

int dialog_chosen(const struct dialog *dialog, const char *label)
{
    const struct dialog_field *field = find_field(dialog, label);
    return field && field->option_count ? field->chosen : -1;
}

void dialog_problem(struct dialog *dialog, const char *label, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(dialog->problem, sizeof dialog->problem, fmt, ap);
    va_end(ap);
    const struct dialog_field *field = find_field(dialog, label);
    dialog->at = field ? (int)(field - dialog->fields) : dialog->at;
}

static enum dialog_result question_key(struct dialog *dialog, struct key key)
{
    bool confirms = dialog->must_type[0] ? key.code == K_ENTER : key.code == 'y' || key.code == 'Y';
    if (dialog->waiting && confirms) {
        snprintf(dialog->problem, sizeof dialog->problem, "not yet: it asks when all is loaded");
        return DIALOG_OPEN;
    }
    if (dialog->must_type[0]) {
        if (key.code == K_ENTER) {
            return strcmp(dialog->typed.text, dialog->must_type) == 0 ? DIALOG_ACCEPT
                                                                      : DIALOG_CANCEL;
        }
        edit_key(&dialog->typed, key);
        return DIALOG_OPEN;
    }
    return confirms ? DIALOG_ACCEPT : DIALOG_CANCEL;
}

/* Left, right and Space go round; a letter takes the next option that begins with it. */
static enum dialog_result option_key(struct dialog_field *field, struct key key)
{
    int count = field->option_count, chosen = field->chosen;
    if (key.code == K_RIGHT || key.code == ' ') {
        chosen = (chosen + 1) % count;
    } else if (key.code == K_LEFT) {
        chosen = (chosen + count - 1) % count;
    } else if (key.code > ' ' && key.code < 0x7f) {
        for (int i = 1; i <= count; i++) {
            int option = (field->chosen + i) % count;
            if (tolower((unsigned char)field->options[option][0]) == tolower(key.code)) {
                chosen = option;
                break;
            }
        }
    }
    bool same = chosen == field->chosen;
    field->chosen = chosen;
    return same ? DIALOG_OPEN : DIALOG_CHANGED;
}

/* To another field, or to the question. */
static enum dialog_result leave(struct dialog *dialog, int step)
{
    bool edited = false;
    if (dialog->at < dialog->field_count) {
        edited = dialog->fields[dialog->at].edited;
        dialog->fields[dialog->at].edited = false;
    }
    dialog->at += step;
    return edited ? DIALOG_CHANGED : DIALOG_OPEN;
}

static enum dialog_result field_key(struct dialog *dialog, struct key key)
{
    struct dialog_field *field = &dialog->fields[dialog->at];
    if (key.code == K_TAB || key.code == K_DOWN || key.code == K_ENTER) {
        return leave(dialog, 1);
    }
    if (field->option_count) {
        return option_key(field, key);
    }
    if (field->untouched && key.code >= ' ' && key.code < K_UP && key.code != K_BACKSPACE) {
        edit_set(&field->edit, "");
    }
    field->untouched = false;
    field->edited = true;
    edit_key(&field->edit, key);
    return DIALOG_OPEN;
}

enum dialog_result dialog_key(struct dialog *dialog, struct key key)
{
    dialog->problem[0] = '\0';
    if (key.code == K_ESC) {
        return DIALOG_CANCEL;
    }
    if (key.code == K_UP || key.code == K_BACK_TAB) {
        return dialog->at > 0 ? leave(dialog, -1) : DIALOG_OPEN;
    }
    if (dialog->at < dialog->field_count) {
        return field_key(dialog, key);
    }
    if (key.code == K_TAB || key.code == K_DOWN) {
        return DIALOG_OPEN;
    }
    return question_key(dialog, key);
}

/* With "then" while the fields have the keys: a y is a letter there, or nothing. */
static const char answer[] = "then y = yes, any other key = No";
enum { ANSWER_THEN = sizeof "then " - 1, ANSWER_WIDTH = sizeof answer - 1 };

/* How it is answered goes into a line of its own where the question fills the first. */
static int question_lines(const struct dialog *dialog, int width)
{
    int used = text_width(dialog->question) + 2;
    used += dialog->must_type[0] ? text_width(dialog->must_type) + TYPED_WIDTH : ANSWER_WIDTH;
    return used > width ? 2 : 1;
}

static void draw_question(const struct dialog *dialog, struct canvas *canvas, struct rect at)
{
    bool active = dialog->at >= dialog->field_count;
    enum role role = active ? ROLE_DIALOG_TITLE : ROLE_DIALOG;
    int used = canvas_text(canvas, at.y, at.x, at.w, role, dialog->question);
    if (at.h > 1) {
        at.y++;
        used = 0;
    }
    at.x += used + 2;
    at.w -= used + 2;
    if (dialog->must_type[0]) {
        used = canvas_textf(canvas, at.y, at.x, at.w, role, "type %s: ", dialog->must_type);
        edit_draw(&dialog->typed, canvas, at.y, at.x + used, at.w - used, ROLE_DIALOG, active);
    } else {
        bool then = !active && at.w >= ANSWER_WIDTH;
        canvas_text(canvas, at.y, at.x, at.w, role,
                    dialog->waiting ? "loading; n = No"
                    : then          ? answer
                                    : answer + ANSWER_THEN);
    }
}

/* All options side by side, the one taken in brackets; only that one where room is short. */
static void draw_options(const struct dialog_field *field, struct canvas *canvas, struct rect at,
                         bool active)
{
    enum role role = active ? ROLE_SELECTED : ROLE_DIALOG;
    int width = 0;
    for (int i = 0; i < field->option_count; i++) {
        width += text_width(field->options[i]) + 3;
    }
    if (width > at.w) {
        canvas_textf(canvas, at.y, at.x, at.w, role, "[%s]", field->options[field->chosen]);
        return;
    }
    for (int i = 0; i < field->option_count; i++) {
        bool chosen = i == field->chosen;
        int used = canvas_textf(canvas, at.y, at.x, at.w, chosen ? role : ROLE_DIALOG,
                                chosen ? "[%s]" : " %s ", field->options[i]);
        at.x += used + 1;
        at.w -= used + 1;
    }
}

static void draw_field(const struct dialog_field *field, struct canvas *canvas, struct rect at,
                       bool active)
{
    canvas_text(canvas, at.y, at.x, LABEL_WIDTH, active ? ROLE_DIALOG_TITLE : ROLE_DIALOG,
                field->label);
    at.x += LABEL_WIDTH;
    at.w -= LABEL_WIDTH;
    if (field->option_count) {
        draw_options(field, canvas, at, active);
        return;
    }
    edit_draw(&field->edit, canvas, at.y, at.x, at.w, ROLE_DIALOG, active);
    if (active && field->untouched) {
        int width = canvas_width(canvas, field->edit.text);
        at.w = width < at.w ? width : at.w;
        canvas_over(canvas, at, ROLE_SELECTED);
    }
}

static void draw_help(const struct dialog *dialog, struct canvas *canvas, struct rect in)
{
    if (dialog->at >= dialog->field_count) {
        return;
    }
    bool options = dialog->fields[dialog->at].option_count > 0;
    canvas_textf(canvas, in.y + in.h, in.x, in.w, ROLE_DIALOG, " Enter goes on%s, Esc leaves ",
                 options ? ", Left and Right choose" : ", Up goes back");
}

/* Which lines are shown in so many: asides go first, then from the end what is no warning. */
static int pick_facts(const struct dialog *dialog, int room, bool shown[DIALOG_LINES])
{
    int count = dialog->line_count;
    for (int i = 0; i < dialog->line_count; i++) {
        shown[i] = true;
    }
    for (int pass = 0; pass < 3; pass++) {
        for (int i = dialog->line_count - 1; i >= 0 && count > room; i--) {
            bool loud = dialog->lines[i].role != ROLE_TEXT;
            if (shown[i] && (pass == 0 ? dialog->lines[i].aside : pass == 1 ? !loud : true)) {
                shown[i] = false;
                count--;
            }
        }
    }
    return count;
}

/* Each in a line at least; what room is left goes to the first ones that need more. Returns the
 * line after them. */
static int draw_facts(const struct dialog *dialog, struct canvas *canvas, struct rect room)
{
    bool shown[DIALOG_LINES];
    int left = pick_facts(dialog, room.h, shown);
    for (int i = 0; i < dialog->line_count; i++) {
        const char *text = dialog->lines[i].text;
        enum role role = dialog->lines[i].role;
        if (!shown[i]) {
            continue;
        }
        int lines = text_lines(text, room.w), spare = room.h - --left;
        lines = lines > spare ? spare : lines > 0 ? lines : 1;
        if (lines == 1) {
            canvas_text(canvas, room.y, room.x, room.w, role, text);
        } else {
            canvas_wrap(canvas, (struct rect){room.y, room.x, lines, room.w}, role, text);
        }
        room.y += lines;
        room.h -= lines;
    }
    return room.y;
}

void dialog_draw(const struct dialog *dialog, struct canvas *canvas)
{
    int width =
        canvas->cols - PANEL_SIDES < DIALOG_WIDTH ? canvas->cols - PANEL_SIDES : DIALOG_WIDTH;
    int question = question_lines(dialog, width), facts = 0, fields = dialog->field_count;
    int fixed = question + (dialog->problem[0] ? 1 : 0);
    for (int i = 0; i < dialog->line_count; i++) {
        facts += text_lines(dialog->lines[i].text, width);
    }
    if (dialog->at >= fields && facts + fields + fixed + 2 > canvas->rows) {
        fields = 0;
    }
    fixed += fields;
    int gaps = (facts > 0) + (fields > 0);
    gaps = canvas->rows >= facts + fixed + gaps + 2 ? gaps : 0;
    struct rect in = panel_frame(canvas, facts + fixed + gaps, DIALOG_WIDTH, dialog->title);
    struct rect room = {in.y, in.x, in.h - fixed - gaps, in.w};
    int y = draw_facts(dialog, canvas, room) + (gaps && facts);
    for (int i = 0; i < fields; i++) {
        draw_field(&dialog->fields[i], canvas, (struct rect){y++, in.x, 1, in.w}, dialog->at == i);
    }
    y += gaps && fields;
    if (dialog->problem[0]) {
        canvas_text(canvas, y++, in.x, in.w, ROLE_ALARM, dialog->problem);
    }
    int last = in.y + in.h - question;
    draw_question(dialog, canvas, (struct rect){y > last ? last : y, in.x, question, in.w});
    draw_help(dialog, canvas, in);
}
