/* menu: a list to choose from. */
#ifndef UI_WIDGET_MENU_H
#define UI_WIDGET_MENU_H

#include "ui/key.h"
#include "ui/widget/canvas.h"

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

#endif
