/*
 * refresh: reads from the store what is shown. Keys read nothing, they say what is wanted: another
 * view, instant or range (console->stale), another row (view_details_due), the figures of a dialog
 * or a sheet (console->fill). All that came together have it read once, before their frame where
 * that takes no longer than BRIEF_US; else the frame is drawn without, and says so. Then it is read
 * when no key waits: one that comes stops it, and it begins again later, at the latest after
 * PATIENCE_MS, when keys have to wait. What a stopped read has got so far is dropped: what is shown
 * is always of one instant, and of the row it names.
 */
#include <stdio.h>
#include <time.h>

#include "config/config.h"
#include "store/reader.h"
#include "ui/console.h"
#include "ui/own.h"
#include "ui/settings.h"

enum { RELOAD_MS = 30000, PATIENCE_MS = 2000, SETTLED_MS = 120000 };
/* Of processor time, so that a busy machine shows the same frames; BRIEF_MS is of the clock. */
enum { BRIEF_US = 10000, BRIEF_MS = 50 };

/* The engine's clock is adopted unless the caller has set one. */
static bool open_store(struct console *console)
{
    char path[4096];
    struct err err = {0};
    const struct clock *given = &console->options->clock;
    bool own = given->speed > 0 && (given->speed < 1 || given->speed > 1 || given->anchor_ms);
    if (console->store) {
        return true;
    }
    snprintf(path, sizeof path, "%s/adtop.db", console->options->state_dir);
    console->store = store_reader_open(path, own ? given : NULL, &err);
    if (!console->store) {
        snprintf(console->problem, sizeof console->problem, "%s",
                 err.code != ERR_NOT_FOUND     ? err.message
                 : console->options->read_only ? "there is no database yet; 'adtop engine' or "
                                                 "'adtop sync' makes one"
                                               : "waiting for the engine to create the database");
        return false;
    }
    console->problem[0] = '\0';
    return true;
}

static bool engine_runs(const struct console *console)
{
    struct control_holder holder;
    return console->control || control_lock_holder(console->options->state_dir, &holder);
}

/* What a live-only view is loaded and drawn with while another instant is looked at. */
static struct env of_view(const struct console *console, struct env env)
{
    if (env.at && console_view(console)->class->live_only) {
        env.at = 0;
        env.now = console_live_now(console);
    }
    return env;
}

struct env console_env(const struct console *console)
{
    return of_view(console, console->env);
}

/* From here on what was asked for is what is shown. */
static void adopt(struct console *console)
{
    console->stale = console->outdated = console->unfinished = false;
    console->env.at = console->at;
    console->env.range = console->range;
    console_time(console);
}

/* All that is to be known of an instant is written soon after it: what was read of one that is past
 * by then stays while that instant is looked at, whatever else of it is shown. */
static bool is_kept(const struct console *console, const struct overview_source *source)
{
    const struct overview_source *of = &console->overview_of;
    return source->at && source->at == of->at && source->store == of->store &&
           source->config == of->config && source->engine_runs == of->engine_runs;
}

static void take_overview(struct console *console, const struct overview *fresh,
                          const struct overview_source *source)
{
    bool settled = source->at && source->at + SETTLED_MS <= console_live_now(console);
    overview_fini(&console->overview);
    console->overview = *fresh;
    console->overview_of = settled ? *source : (struct overview_source){0};
}

/* Overview and rows together, or neither; false when the read was stopped. */
static bool load_rows(struct console *console, struct err *err)
{
    struct view *view = console_view(console);
    struct overview fresh = {0};
    struct overview_source source = {.store = console->store,
                                     .config = console->config,
                                     .now = console->at ? console->at : console_live_now(console),
                                     .at = console->at,
                                     .engine_runs = engine_runs(console)};
    struct env env = {.store = console->store,
                      .config = console->config,
                      .now = source.now,
                      .at = console->at,
                      .range = console->range,
                      .offset_s = console->env.offset_s};
    bool kept = is_kept(console, &source);
    env.overview = kept ? &console->overview : &fresh;
    bool read = kept || overview_load(&fresh, &source, err);
    env = of_view(console, env);
    if (read && !store_reader_stopped(console->store)) {
        view_load(view, &env);
    }
    if (store_reader_stopped(console->store)) {
        overview_fini(&fresh);
        return false;
    }
    if (read && !kept) {
        take_overview(console, &fresh, &source);
    }
    adopt(console);
    console->unfinished = view->unfinished;
    return true;
}

static bool load(struct console *console)
{
    struct err err = {0};
    int64_t begun_ms = clock_mono_ms();
    int64_t version = reader_data_version(console->store);
    console->clock = store_reader_clock(console->store);
    console_time(console);
    bool begun = store_reader_begin(console->store, &err);
    bool whole = !begun || load_rows(console, &err);
    if (begun) {
        store_reader_end(console->store);
    }
    if (!whole) {
        return false;
    }
    if (!begun) {
        adopt(console);
    }
    snprintf(console->problem, sizeof console->problem, "%s", err.message);
    console->data_version = version;
    console->loaded_ms = begun_ms;
    console->load_took_ms = clock_mono_ms() - begun_ms;
    return true;
}

/* When a read that is under way stops. */
struct limit {
    bool (*key_waits)(void);
    int64_t cpu_us, mono_ms; /* 0 = it may take its time */
};

static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static bool is_reached(void *context)
{
    const struct limit *limit = context;
    return (limit->key_waits && limit->key_waits()) ||
           (limit->mono_ms && (cpu_us() >= limit->cpu_us || clock_mono_ms() >= limit->mono_ms));
}

static bool details_are_due(const struct console *console)
{
    struct env env = console_env(console);
    return console->store && view_details_due(console_view(console), &env);
}

/* What a person waits for in front of the rows: of what is shown as yet, and so before them. */
static bool fill_overlay(struct console *console)
{
    struct err err = {0};
    if (!store_reader_begin(console->store, &err)) {
        snprintf(console->problem, sizeof console->problem, "%s", err.message);
        return true;
    }
    console->fill(console);
    store_reader_end(console->store);
    bool whole = !store_reader_stopped(console->store);
    console->fill = whole ? NULL : console->fill;
    return whole;
}

/* What the overlay lacks, the rows if they are wanted, and what depends on the selected one. limit
 * NULL = to the end. */
static void read_within(struct console *console, bool rows, struct limit *limit)
{
    if (!open_store(console)) {
        console->loaded_ms = clock_mono_ms();
        adopt(console);
        return;
    }
    store_reader_watch(console->store, limit ? is_reached : NULL, limit);
    bool whole = !console->fill || fill_overlay(console);
    whole = whole && (!rows || load(console));
    if (whole && details_are_due(console)) {
        struct env env = console_env(console);
        view_read_details(console_view(console), &env);
    }
    whole = whole && !store_reader_stopped(console->store);
    store_reader_watch(console->store, NULL, NULL);
    if (whole) {
        console->put_off_ms = 0;
    } else if (!console->put_off_ms) {
        console->put_off_ms = clock_mono_ms();
    }
}

void console_load(struct console *console)
{
    read_within(console, true, NULL);
}

void console_read_briefly(struct console *console)
{
    struct limit limit = {.key_waits = console->key_waits,
                          .cpu_us = cpu_us() + BRIEF_US,
                          .mono_ms = clock_mono_ms() + BRIEF_MS};
    if (console->stale || console->fill || details_are_due(console)) {
        read_within(console, console->stale, &limit);
    }
}

struct pace console_pace(const struct console *console)
{
    int64_t every = console->config->refresh_ms, real = clock_mono_ms();
    return (struct pace){.now = real,
                         /* with the seconds, so that the clock in the header ticks with them */
                         .to_refresh = every - clock_real_ms() % every,
                         .loaded_at = console->loaded_ms,
                         .load_took = console->load_took_ms,
                         .changed = console->outdated,
                         .eager = console->eager_until > real,
                         .stale = console->stale || console->unfinished || console->fill ||
                                  details_are_due(console)};
}

/* Whether rows are to be read: other ones, or the same anew. */
static bool rows_are_due(struct console *console, int64_t real)
{
    console->outdated = !console->at && console->store &&
                        reader_data_version(console->store) != console->data_version;
    struct pace pace = console_pace(console);
    bool old = !console->store || real - console->loaded_ms >= RELOAD_MS;
    bool changed = console->outdated && real >= pace_load_at(&pace);
    return console->stale || console->unfinished || (!console->at && old) || changed;
}

void console_tick(struct console *console)
{
    int64_t real = clock_mono_ms();
    console_connect(console);
    settings_follow(console);
    own_tick(console);
    console_time(console);
    if (console->message[0] && real >= console->message_until) {
        console->message[0] = '\0';
    }
    bool rows = rows_are_due(console, real);
    if (rows || console->fill || details_are_due(console)) {
        bool enough = console->put_off_ms && real - console->put_off_ms >= PATIENCE_MS;
        struct limit limit = {.key_waits = console->key_waits};
        read_within(console, rows, enough ? NULL : &limit);
    }
    if (console->options->for_ms && real - console->started_ms >= console->options->for_ms) {
        console->quit = true;
    }
}
