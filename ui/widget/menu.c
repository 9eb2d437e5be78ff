#include "ui/widget/menu.h"

#include <stdio.h>
#include <string.h>

#include "ui/widget/panel.h"

void menu_init(struct menu *menu, const char *title, bool toggles)
{
    memset(menu, 0, sizeof *menu);
    snprintf(menu->title, sizeof menu->title, "%s", title);
    menu->toggles = toggles;
}

void menu_item(struct menu *menu, bool on, const char *text)
{
    if (menu->count < MENU_ITEMS) {
        snprintf(menu->items[menu->count].text, sizeof menu->items[0].text, "%s", text);
        menu->items[menu->count++].on = on;
    }
}

enum menu_result menu_key(struct menu *menu, struct key key)
{
    switch (key.code) {
    case K_UP:
    case 'k':
        menu->at = menu->at > 0 ? menu->at - 1 : menu->count - 1;
        return MENU_MOVED;
    case K_DOWN:
    case 'j':
        menu->at = menu->at + 1 < menu->count ? menu->at + 1 : 0;
        return MENU_MOVED;
    case ' ':
        if (menu->toggles && menu->count) {
            menu->items[menu->at].on = !menu->items[menu->at].on;
            return MENU_TOGGLED;
        }
        return MENU_OPEN;
    case K_ENTER:
        return menu->count ? MENU_CHOSEN : MENU_CANCEL;
    case K_ESC:
    case 'q':
        return MENU_CANCEL;
    default:
        return MENU_OPEN;
    }
}

void menu_draw(struct menu *menu, struct canvas *canvas)
{
    int width = text_width(menu->title) + 4;
    for (int i = 0; i < menu->count; i++) {
        int w = text_width(menu->items[i].text) + 4;
        width = w > width ? w : width;
    }
    struct rect in = panel_frame(canvas, menu->count, width, menu->title);
    if (menu->at < menu->top) {
        menu->top = menu->at;
    } else if (menu->at >= menu->top + in.h) {
        menu->top = menu->at - in.h + 1;
    }
    for (int i = 0; i < in.h && menu->top + i < menu->count; i++) {
        int item = menu->top + i;
        bool selected = item == menu->at;
        if (menu->toggles) {
            canvas_text(canvas, in.y + i, in.x, 3, ROLE_DIALOG,
                        menu->items[item].on ? "[x]" : "[ ]");
        } else if (menu->items[item].on) {
            canvas_glyph(canvas, in.y + i, in.x, GLYPH_MARK, ROLE_DIALOG);
        }
        canvas_text(canvas, in.y + i, in.x + 4, in.w - 4, ROLE_DIALOG, menu->items[item].text);
        if (selected) {
            canvas_over(canvas, (struct rect){in.y + i, in.x, 1, in.w}, ROLE_SELECTED);
        }
    }
}
