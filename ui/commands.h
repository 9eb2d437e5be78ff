/* commands: what keys and ":" lines do. Each takes the console and its row's argument. */
#ifndef UI_COMMANDS_H
#define UI_COMMANDS_H

struct console;

/* navigate.c */
void command_move(struct console *console, int delta);
void command_page(struct console *console, int direction);
void command_edge(struct console *console, int end);
void command_next_pane(struct console *console, int direction);
void command_view(struct console *console, int id);
void command_enter(struct console *console, int unused);
void command_back(struct console *console, int unused);
void command_quit(struct console *console, int unused);
void command_sort_menu(struct console *console, int unused);
void command_sort_step(struct console *console, int delta);
void command_invert(struct console *console, int unused);
void command_columns(struct console *console, int unused);
void command_mark(struct console *console, int unused);
void command_mark_all(struct console *console, int unused);
void command_unmark_all(struct console *console, int unused);
void command_redraw(struct console *console, int unused);
void command_mouse(struct console *console, int unused);
void command_click(struct console *console, int wheel);

/* prompt.c: the lines that are typed */
void command_filter(struct console *console, int unused);
void command_prompt(struct console *console, int unused);
void command_find(struct console *console, int unused);
void command_find_next(struct console *console, int direction);

/* reading.c: time travel, help, why, themes, copies */
void command_help(struct console *console, int unused);
void command_row(struct console *console, int unused);
void command_why(struct console *console, int unused);
void command_freeze(struct console *console, int unused);
void command_step(struct console *console, int minutes);
void command_live(struct console *console, int unused);
void command_range(struct console *console, int unused);
void line_at(struct console *console, const char *words);
void line_range(struct console *console, const char *words);
void line_since(struct console *console, const char *words);
void command_theme(struct console *console, int unused);
void command_copy(struct console *console, int whole);
void command_dump(struct console *console, int unused);

/* link.c */
void command_link(struct console *console, int unused);

/* act/: through the control socket */
void command_pause(struct console *console, int unused);
void command_resume(struct console *console, int unused);
void command_priority(struct console *console, int delta);
void command_pin(struct console *console, int unused);
void command_force(struct console *console, int unused);
void command_cancel(struct console *console, int unused);
void command_retry(struct console *console, int unused);
void command_ack(struct console *console, int unused);
void command_undo(struct console *console, int unused);
void command_budget(struct console *console, int unused);
void command_threshold(struct console *console, int unused);
void command_stop_engine(struct console *console, int unused);
void command_start_engine(struct console *console, int unused);

#endif
