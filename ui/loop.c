#include "ui/loop.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "config/config.h"
#include "ui/alarm.h"
#include "ui/console.h"
#include "ui/link.h"
#include "ui/term/keyboard.h"
#include "ui/term/paint.h"
#include "ui/term/term.h"

enum { KEYS_PER_FRAME = 64 };

/* Until the next frame is due. */
static int until_tick(const struct console *console)
{
    struct pace pace = console_pace(console);
    return pace_wait_ms(&pace);
}

static bool resize_canvas(struct console *console)
{
    int rows = 0, cols = 0;
    term_size(&rows, &cols);
    if (rows == console->canvas.rows && cols == console->canvas.cols) {
        return true;
    }
    struct canvas fresh;
    if (!canvas_init(&fresh, rows, cols)) {
        return false;
    }
    canvas_fini(&console->canvas);
    console->canvas = fresh;
    console->canvas.theme = &console->theme;
    return true;
}

static void handle_signals(struct console *console)
{
    bool resize = false;
    for (enum term_signal s = term_next_signal(); s != TERM_NONE; s = term_next_signal()) {
        if (s == TERM_QUIT) {
            console->quit = true;
        } else if (s == TERM_SUSPEND) {
            term_suspend();
            console->stale = true;
        } else {
            resize = true; /* TERM_CONTINUE as well: the size may have changed meanwhile */
        }
    }
    if (resize) {
        term_resize();
    }
}

/* A key, or a signal: neither waits for a read. */
static bool key_waits(void)
{
    struct pollfd fds[2] = {
        {.fd = term_input_fd(),  .events = POLLIN},
        {.fd = term_signal_fd(), .events = POLLIN}
    };
    return poll(fds, 2, 0) > 0;
}

/* Keys typed faster than frames are drawn share a frame, and what is read for it. */
static void handle_keys(struct console *console)
{
    for (int i = 0; i < KEYS_PER_FRAME && !console->quit; i++) {
        struct key key = keyboard_next();
        if (key.code == K_NONE) {
            break;
        }
        console_key(console, key);
    }
    console_read_briefly(console);
}

static bool frame(struct console *console, struct err *err)
{
    if (!resize_canvas(console)) {
        return err_set(err, ERR_MEMORY, "console: out of memory for the screen");
    }
    console_glyphs(console);
    console_draw(console);
    paint_frame(&console->canvas);
    alarm_update(console);
    return true;
}

/* What a key changed is shown before anything long is read. */
static bool handle_input(struct console *console, const struct pollfd *fds, struct err *err)
{
    if (fds[1].revents) {
        handle_signals(console);
    }
    if (fds[2].revents) {
        console_listen(console);
    }
    if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) {
        console->quit = true; /* the terminal is gone; the engine is not ours to end */
    } else if (fds[0].revents & POLLIN) {
        handle_keys(console);
        return frame(console, err);
    }
    return true;
}

bool loop_run(struct console *console, struct err *err)
{
    console_connect(console);
    if (!resize_canvas(console)) {
        return err_set(err, ERR_MEMORY, "console: out of memory for the screen");
    }
    console_load(console);
    if (!link_open(console, err)) {
        return false;
    }
    console->key_waits = key_waits;
    while (!console->quit) {
        /* What keys are in the way of has nothing new to show before they have been read. */
        if (!console->put_off_ms && !frame(console, err)) {
            return false;
        }
        struct pollfd fds[3] = {
            {.fd = term_input_fd(),                                      .events = POLLIN},
            {.fd = term_signal_fd(),                                     .events = POLLIN},
            {.fd = console->control ? control_fd(console->control) : -1, .events = POLLIN}
        };
        int ready = poll(fds, 3, until_tick(console));
        if (ready < 0 && errno != EINTR) {
            return err_set(err, ERR_IO, "console: poll: %s", strerror(errno));
        }
        if (ready > 0 && !handle_input(console, fds, err)) {
            return false;
        }
        console_tick(console);
    }
    return true;
}
