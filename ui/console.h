/*
 * console: the one context everything of the console hangs off. Commands and actions get it; views
 * and widgets never do.
 */
#ifndef UI_CONSOLE_H
#define UI_CONSOLE_H

#include "control/control_client.h"
#include "ui/act/act.h"
#include "ui/alarm.h"
#include "ui/keymap.h"
#include "ui/overview.h"
#include "ui/own.h"
#include "ui/pace.h"
#include "ui/theme.h"
#include "ui/ui.h"
#include "ui/view/view.h"
#include "ui/widget/dialog.h"
#include "ui/widget/menu.h"
#include "ui/widget/sheet.h"

enum overlay { OVERLAY_NONE, OVERLAY_PROMPT, OVERLAY_DIALOG, OVERLAY_MENU, OVERLAY_SHEET };
enum prompt_kind { PROMPT_COMMAND, PROMPT_FILTER, PROMPT_FIND };
enum { STACK_MAX = 16, CONSOLE_THEME = 512, RANGE_MS = 3600 * 1000 /* at the start */ };

/* Requests about one number each, sent one after the other. */
struct series {
    enum op_kind op;
    int64_t *ids;
    size_t count, all; /* still to be sent; in all, 0 = none under way */
    size_t refused;
    char refusal[256];
};

/* What tells whether a file has changed; all 0 = it is not there. */
struct file_stamp {
    int64_t inode, size, ms;
};

struct console {
    const struct ui_options *options;
    const struct config *config;
    struct config *own_config; /* when none was given */
    struct clock clock;        /* the engine's */
    struct tz *zone;           /* NULL = the environment's */
    int64_t started_ms;        /* real monotonic ms */
    struct theme theme;
    char theme_name[CONSOLE_THEME];   /* as it was asked for, whether it could be read or not */
    char theme_before[CONSOLE_THEME]; /* while the picker previews others */
    struct file_stamp config_stamp, theme_stamp;
    int64_t followed_at;     /* real monotonic ms: when they were last looked at */
    char key_problems[512];  /* of the configured keys, one a line */
    char theme_problem[512]; /* of the theme, one a line */
    struct keymap keymap;
    struct own own;
    bool opening; /* the lines of --open run */
    struct canvas canvas;
    bool quit, mouse;

    struct store_reader *store;      /* NULL until the database is there */
    char problem[512];               /* why it cannot be read, "" = it can */
    int64_t data_version, loaded_ms; /* real monotonic ms of the last load */
    int64_t load_took_ms;
    bool stale;              /* other rows were asked for than are there */
    bool outdated;           /* somebody has written since the last load */
    bool unfinished;         /* the view has more to load, when no key waits */
    bool (*key_waits)(void); /* NULL = nobody types */
    int64_t put_off_ms;      /* real monotonic ms: since when keys have been in the way of a read */
    struct overview overview;
    struct overview_source overview_of; /* at 0 = to be read anew whatever is looked at */
    struct env env;    /* of what is shown: what tells of the picture takes its instant from here */
    int64_t at, range; /* what was asked for: the instant, 0 = live, and as much before it, ms; what
                          goes on to another starts here */

    struct control *control; /* NULL while no engine answers */
    bool may_act, may_act_known, hello_pending, was_connected;
    int64_t eager_until;    /* real monotonic ms: until then changes are looked for more often */
    struct request request; /* the one under way, or in the open dialog */
    bool request_pending;
    int64_t undo_until; /* real monotonic ms: until then u takes undo_ids back */
    size_t undo_count;
    int64_t *undo_ids;
    struct series series;
    int64_t alert_ids[MENU_ITEMS]; /* of the menu that acknowledges */
    size_t alert_count;
    bool stopping;        /* this console has asked the engine to stop */
    int64_t rejoin_at;    /* monotonic ms: what listens before is the engine that is ending */
    char words[EDIT_MAX]; /* what stood behind the command in a ":" line, "" = a key */

    struct str tables; /* what is remembered of them, see remember.h */
    struct view *stack[STACK_MAX];
    int depth; /* stack[depth] is shown */

    enum overlay overlay;
    struct dialog dialog;
    bool (*accept)(struct console *console);  /* of the dialog; false keeps it open */
    void (*changed)(struct console *console); /* another option was taken in it */
    /* Reads what the open dialog or sheet still lacks and, unless it was stopped, shows it. */
    void (*fill)(struct console *console); /* NULL = it lacks nothing */
    struct menu menu;
    void (*chosen)(struct console *console, int item); /* of the menu */
    void (*moved)(struct console *console, int item);
    void (*abandoned)(struct console *console);
    struct sheet sheet;
    struct subject why;   /* whom the sheet explains, */
    char why_row[ROW_ID]; /* or the row that has reasons of its own, "" = none */
    struct edit prompt;
    enum prompt_kind prompt_kind;
    char prompt_before[EDIT_MAX]; /* the filter, or what was looked for, as it was */
    char prompt_selected[ROW_ID]; /* and the row that was selected, */
    int prompt_top;               /* the first one shown, */
    bool prompt_touched;          /* and whether somebody had chosen it */
    char find_last[EDIT_MAX];     /* what was looked for last, in any table */
    int completion;               /* how often Tab was pressed on the same text */
    char completion_stem[EDIT_MAX];

    char message[256];
    enum role message_role;
    int64_t message_until; /* real monotonic ms */
    struct key key;        /* the one being handled, for the mouse's place */
    char title[160];       /* of the terminal's window, as last written */
    struct alarm alarm;
    int64_t alerts_at, alert_newest; /* of the load they were read with; the newest open one */
    char alert_text[240];
};

struct view *console_view(const struct console *console);
/* adtop's clock, whatever instant is looked at. */
int64_t console_live_now(const struct console *console);
/* Reads the clock and what depends on it. What is read of the store: see refresh.c. */
void console_time(struct console *console);
struct env console_env(const struct console *console);
/* Overview, view and what depends on its selection, of what was asked for, however long it takes.
 */
void console_load(struct console *console);
/* What keys have asked for, if it takes no longer than a frame may wait. */
void console_read_briefly(struct console *console);
/* When to look, and to load, next. */
struct pace console_pace(const struct console *console);
/* Once a second, and when an answer may have changed the data. */
void console_tick(struct console *console);
void console_draw(struct console *console);
void console_key(struct console *console, struct key key);
/* A sentence in the last line, for a few seconds. */
void console_say(struct console *console, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void console_push(struct console *console, enum view_id id, const struct subject *subject);
void console_pop(struct console *console);
void console_close_overlay(struct console *console);
/* NULL when the binding may run now, else why not. */
const char *console_refusal(struct console *console, const struct binding *binding);
/* Connects to the engine if there is one; cheap when there is none. */
void console_connect(struct console *console);
/* Reads answers and notices that the engine is gone. */
void console_listen(struct console *console);
/* As it was started or configured, "" = none. */
const char *console_environment(const struct console *console);
void console_glyphs(struct console *console);
void console_use_theme(struct console *console, const char *name);
bool console_select_theme(struct console *console, const char *name, struct err *err);
/* The engine has answered the request under way. */
void console_answered(struct console *console, const struct control_reply *reply);
/* Runs a ":" line. */
void console_command(struct console *console, const char *line);
/* Whether a line that is this one word is a command of the console's own. */
bool console_has_command(const char *name);
/* Whether it only looks, so that a start may run it; else false with the reason. */
bool console_line_looks(const char *line, struct err *err);
void console_complete(struct console *console);
/* What the prompt may be told besides: the command's meaning, or what Tab would make of it. */
enum { PROMPT_HELP = 160 };
void console_prompt_help(const struct console *console, char out[PROMPT_HELP]);
/* Whom a command is about: the account named behind it, else the selection. */
bool console_subject(struct console *console, struct subject *out);

#endif
