/* attach: the console's connection to the engine. Its end of file is how the console learns that
 * the engine is gone; it is looked for again every second. */
#include <inttypes.h>
#include <string.h>

#include "ui/console.h"

enum { EAGER_FOR_MS = 1500, STOPS_WITHIN_MS = 10000 };

void console_connect(struct console *console)
{
    if (console->control || clock_mono_ms() < console->rejoin_at) {
        return;
    }
    struct err err = {0};
    console->control = control_connect(console->options->state_dir, &err);
    if (!console->control) {
        return;
    }
    struct control_request hello;
    control_request_init(&hello);
    hello.hello = true;
    hello.read_only = console->options->read_only;
    control_origin(hello.origin);
    console->hello_pending = control_send(console->control, &hello, &err);
    console->request_pending = console->stopping = false;
    if (console->was_connected) {
        console_say(console, ROLE_OK, "the engine is back");
    }
    console->was_connected = true;
}

static void hang_up(struct console *console)
{
    control_close(console->control);
    console->control = NULL;
    console->may_act_known = console->hello_pending = console->request_pending = false;
    console->undo_count = console->series.all = 0;
    console->stale = true;
    if (console->stopping) {
        console->rejoin_at = clock_mono_ms() + STOPS_WITHIN_MS;
        console_say(console, ROLE_OK, "the engine has stopped, as asked; E starts one");
    } else {
        console_say(console, ROLE_ALARM,
                    "the engine is gone; what is shown keeps its age. E starts one");
    }
}

void console_listen(struct console *console)
{
    while (console->control) {
        struct control_reply reply;
        struct err err = {0};
        memset(&reply, 0, sizeof reply);
        enum control_state state = control_receive(console->control, &reply, &err);
        if (state == CONTROL_WAITING) {
            return;
        }
        if (state == CONTROL_GONE) {
            hang_up(console);
            return;
        }
        if (console->hello_pending) {
            console->hello_pending = false;
            console->may_act = reply.may_act;
            console->may_act_known = true;
        } else {
            console_answered(console, &reply);
            console->eager_until = clock_mono_ms() + EAGER_FOR_MS;
        }
        control_reply_fini(&reply);
    }
}
