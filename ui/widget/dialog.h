/*
 * dialog: states what will happen, takes a few fields, then asks. The key that opened it never
 * confirms it; the default answer is no; where much is at stake a word has to be typed. A field is
 * typed, or one of a few options; when another option is taken, or a typed field is left changed,
 * its owner says anew what will happen, and as long as that is still being read it
 * cannot be confirmed. While the question is asked, fields make room for that. It
 * holds no reference to what it is about.
 */
#ifndef UI_WIDGET_DIALOG_H
#define UI_WIDGET_DIALOG_H

#include "ui/widget/edit.h"

enum { DIALOG_LINES = 20, DIALOG_FIELDS = 5, DIALOG_LINE = 160 };
enum { DIALOG_OPTIONS = 5, DIALOG_OPTION = 64 };

struct dialog_field {
    char label[24];
    struct edit edit; /* of a field that is typed */
    char options[DIALOG_OPTIONS][DIALOG_OPTION];
    int option_count, chosen; /* 0 = it is typed */
    bool untouched;           /* what stands there is a proposal: typing replaces it */
    bool edited;              /* since it has the keys */
};

struct dialog {
    char title[DIALOG_LINE];
    struct {
        char text[DIALOG_LINE];
        enum role role;
        bool aside;
    } lines[DIALOG_LINES];
    int line_count;
    struct dialog_field fields[DIALOG_FIELDS];
    int field_count;
    bool waiting; /* a line of it is still being read */
    char question[DIALOG_LINE];
    char must_type[24]; /* "" = y confirms */
    struct edit typed;
    int at;                    /* the field that has the keys; field_count = the question */
    char problem[DIALOG_LINE]; /* why the last confirmation did not go through */
};

enum dialog_result { DIALOG_OPEN, DIALOG_CHANGED, DIALOG_ACCEPT, DIALOG_CANCEL };

void dialog_init(struct dialog *dialog, const char *title, const char *question);
void dialog_line(struct dialog *dialog, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What gives way first where room is short. */
void dialog_aside(struct dialog *dialog, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Forgets the lines, what is waited for and what has to be typed, to be said anew. */
void dialog_facts_reset(struct dialog *dialog);
void dialog_field(struct dialog *dialog, const char *label, const char *value);
/* An option of the field with that label, which is made by its first one. */
void dialog_option(struct dialog *dialog, const char *label, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void dialog_choose(struct dialog *dialog, const char *label, int option);
/* "" and -1 when there is no such field. */
const char *dialog_value(const struct dialog *dialog, const char *label);
int dialog_chosen(const struct dialog *dialog, const char *label);
/* Why it cannot be confirmed; the field gets the keys. */
void dialog_problem(struct dialog *dialog, const char *label, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
enum dialog_result dialog_key(struct dialog *dialog, struct key key);
void dialog_draw(const struct dialog *dialog, struct canvas *canvas);

#endif
