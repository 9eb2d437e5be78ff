/*
 * dialog: states what will happen, takes a few fields, then asks. The key that opened it never
 * confirms it; the default answer is no; where much is at stake a word has to be typed.
 * menu: a list to choose from. sheet: text to read. They hold no reference to what they act on.
 */
#ifndef UI_WIDGET_DIALOG_H
#define UI_WIDGET_DIALOG_H

#include "ui/widget/edit.h"

enum { DIALOG_LINES = 14, DIALOG_FIELDS = 4, DIALOG_LINE = 160 };

struct dialog_field {
    char label[24];
    struct edit edit;
};

struct dialog {
    char title[DIALOG_LINE];
    struct {
        char text[DIALOG_LINE];
        enum role role;
    } lines[DIALOG_LINES];
    int line_count;
    struct dialog_field fields[DIALOG_FIELDS];
    int field_count;
    char question[DIALOG_LINE];
    char must_type[24]; /* "" = y confirms */
    struct edit typed;
    int at;                    /* the field that has the keys; field_count = the question */
    char problem[DIALOG_LINE]; /* why the last confirmation did not go through */
};

enum dialog_result { DIALOG_OPEN, DIALOG_ACCEPT, DIALOG_CANCEL };

void dialog_init(struct dialog *dialog, const char *title, const char *question);
void dialog_line(struct dialog *dialog, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void dialog_field(struct dialog *dialog, const char *label, const char *value);
const char *dialog_value(const struct dialog *dialog, int field);
enum dialog_result dialog_key(struct dialog *dialog, struct key key);
void dialog_draw(const struct dialog *dialog, struct canvas *canvas);

enum { MENU_ITEMS = 40 };

struct menu {
    char title[64];
    struct {
        char text[96];
        bool on;
    } items[MENU_ITEMS];
    int count, at, top;
    bool toggles; /* Space turns items on and off */
};

enum menu_result { MENU_OPEN, MENU_MOVED, MENU_TOGGLED, MENU_CHOSEN, MENU_CANCEL };

void menu_init(struct menu *menu, const char *title, bool toggles);
void menu_item(struct menu *menu, bool on, const char *text);
enum menu_result menu_key(struct menu *menu, struct key key);
void menu_draw(struct menu *menu, struct canvas *canvas);

struct sheet_line {
    char text[DIALOG_LINE + 64];
    enum role role;
};

struct sheet {
    char title[DIALOG_LINE];
    struct sheet_line *lines;
    int count, cap, top, page;
};

void sheet_init(struct sheet *sheet, const char *title);
void sheet_fini(struct sheet *sheet);
void sheet_add(struct sheet *sheet, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* False when the key closes it. */
bool sheet_key(struct sheet *sheet, struct key key);
void sheet_draw(struct sheet *sheet, struct canvas *canvas);

#endif
