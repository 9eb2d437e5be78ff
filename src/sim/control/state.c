#include "sim/control/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "sim/api/reports.h"
#include "sim/world/world_mutation.h"
#include "json/json.h"
#include "json/write.h"

enum { STATE_MAX = 256 << 20 };

static void write_window(struct jw *w, const struct window *window)
{
    jw_object_begin(w);
    jw_key(w, "blocked_until");
    jw_i64(w, window->blocked_until_ms);
    jw_key(w, "minutes"); /* [minute, calls, cpu ms, wall ms, ...] */
    jw_array_begin(w);
    for (int i = 0; i < WINDOW_MINUTES; i++) {
        const struct window_bucket *bucket = &window->buckets[i];
        if (bucket->minute > 0) {
            jw_i64(w, bucket->minute);
            jw_i64(w, (int64_t)bucket->calls);
            jw_i64(w, (int64_t)bucket->cpu_ms);
            jw_i64(w, (int64_t)bucket->wall_ms);
        }
    }
    jw_array_end(w);
    jw_object_end(w);
}

static void read_window(const struct json *node, struct window *window)
{
    json_i64(json_get(node, "blocked_until"), &window->blocked_until_ms);
    const struct json *item = json_first(json_get(node, "minutes"));
    while (item != NULL) {
        int64_t values[4] = {0};
        for (int k = 0; k < 4 && item != NULL; k++) {
            json_i64(item, &values[k]);
            item = json_next(item);
        }
        if (values[0] > 0) {
            window->buckets[values[0] % WINDOW_MINUTES] = (struct window_bucket){
                values[0], (double)values[1], (double)values[2], (double)values[3]};
        }
    }
}

/* Levels are kept in thousandths. */
static void write_level(struct jw *w, const char *key, double level, int64_t at_ms,
                        int64_t blocked_until_ms)
{
    jw_key(w, key);
    jw_array_begin(w);
    jw_i64(w, (int64_t)(level * 1000.0));
    jw_i64(w, at_ms);
    jw_i64(w, blocked_until_ms);
    jw_array_end(w);
}

static void read_level(const struct json *list, double *level, int64_t *at_ms,
                       int64_t *blocked_until_ms)
{
    int64_t values[3] = {0};
    const struct json *item = json_first(list);
    for (int k = 0; k < 3 && item != NULL; k++) {
        json_i64(item, &values[k]);
        item = json_next(item);
    }
    *level = (double)values[0] / 1000.0;
    *at_ms = values[1];
    *blocked_until_ms = values[2];
}

static void write_limits(struct sim *sim, struct jw *w, struct meter_view *view)
{
    meter_view(sim->meter, -1, view);
    jw_object_begin(w);
    jw_key(w, "app");
    write_window(w, &view->app);
    write_level(w, "app_load", view->app_load.level_ms, view->app_load.at_ms,
                view->app_load.blocked_until_ms);
    jw_key(w, "accounts");
    jw_object_begin(w);
    for (uint32_t i = 0; i < sim->account_count; i++) {
        meter_view(sim->meter, (int)i, view);
        const struct meter_account *account = &view->account;
        jw_key(w, sim->accounts[i].account_id);
        jw_object_begin(w);
        write_level(w, "score", account->score.points, account->score.at_ms,
                    account->score.blocked_until_ms);
        write_level(w, "load", account->load.level_ms, account->load.at_ms,
                    account->load.blocked_until_ms);
        jw_key(w, "management");
        write_window(w, &account->management);
        jw_key(w, "insights");
        write_window(w, &account->insights);
        jw_key(w, "user_errors");
        jw_i64(w, account->user_errors);
        jw_object_end(w);
    }
    jw_object_end(w);
    jw_object_end(w);
}

static void read_limits(struct sim *sim, const struct json *node)
{
    struct window app = {0};
    struct load load = {0};
    read_window(json_get(node, "app"), &app);
    read_level(json_get(node, "app_load"), &load.level_ms, &load.at_ms, &load.blocked_until_ms);
    meter_restore_app(sim->meter, &app, &load);
    const struct json *item = json_first(json_get(node, "accounts"));
    for (; item != NULL; item = json_next(item)) {
        struct meter_account account = {0};
        read_level(json_get(item, "score"), &account.score.points, &account.score.at_ms,
                   &account.score.blocked_until_ms);
        read_level(json_get(item, "load"), &account.load.level_ms, &account.load.at_ms,
                   &account.load.blocked_until_ms);
        read_window(json_get(item, "management"), &account.management);
        read_window(json_get(item, "insights"), &account.insights);
        json_i64(json_get(item, "user_errors"), &account.user_errors);
        meter_restore(sim->meter, sim_find_account(sim, json_key(item)), &account);
    }
}

static bool write_file(const char *path, const struct str *text, struct err *err)
{
    char temporary[4096];
    int n = snprintf(temporary, sizeof temporary, "%s.new", path);
    if (n < 0 || (size_t)n >= sizeof temporary) {
        return err_set(err, ERR_CONFIG, "%s: the path is too long", path);
    }
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_set(err, ERR_IO, "%s: %s", temporary, strerror(errno));
    }
    bool ok = fd_write_all(fd, str_text(text), text->len, err);
    close(fd);
    if (ok && rename(temporary, path) != 0) {
        ok = err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    }
    return ok;
}

bool state_save(struct sim *sim, struct err *err)
{
    struct str world, out;
    struct jw w;
    struct meter_view *view = malloc(sizeof *view);
    str_init(&world, STATE_MAX);
    str_init(&out, STATE_MAX);
    jw_init(&w, &out);
    sim_lock(sim);
    bool ok = view != NULL && world_state_write(sim->world, &world, err);
    sim_unlock(sim);
    if (ok) {
        jw_object_begin(&w);
        jw_key(&w, "world");
        jw_text(&w, str_text(&world));
        jw_key(&w, "limits");
        write_limits(sim, &w, view);
        jw_key(&w, "reports");
        struct str reports;
        str_init(&reports, STATE_MAX);
        reports_save(sim->reports, &reports);
        jw_raw(&w, str_text(&reports));
        str_fini(&reports);
        jw_object_end(&w);
        ok = write_file(sim->options.state, &out, err);
    }
    free(view);
    str_fini(&world);
    str_fini(&out);
    return ok;
}

static bool read_state(struct sim *sim, const struct json *root, struct err *err)
{
    const char *text = json_text(json_get(root, "world"));
    if (text == NULL) {
        return err_set(err, ERR_CONFIG, "no state of a simulator");
    }
    struct world *world = world_state_read(text, strlen(text), err);
    if (world == NULL) {
        return false;
    }
    world_destroy(sim->world);
    sim->world = world;
    for (uint32_t i = 0; i < sim->account_count; i++) {
        struct world_account account;
        world_account(world, i, sim->start_ms, &account);
        sim->accounts[i].id = account.id;
        snprintf(sim->accounts[i].number, sizeof sim->accounts[i].number, "%llu",
                 (unsigned long long)account.id);
        snprintf(sim->accounts[i].account_id, sizeof sim->accounts[i].account_id, "act_%s",
                 sim->accounts[i].number);
    }
    read_limits(sim, json_get(root, "limits"));
    reports_load(sim->reports, json_get(root, "reports"));
    return true;
}

static bool state_writable(const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX] = ".";
    if (slash != NULL) {
        int n = slash == path ? 1 : (int)(slash - path);
        snprintf(folder, sizeof folder, "%.*s", n, path);
    }
    return access(folder, W_OK | X_OK) == 0 ||
           err_set(err, ERR_IO, "%s: it could not be written: %s", path, strerror(errno));
}

bool state_load(struct sim *sim, struct err *err)
{
    char *text = NULL;
    size_t n = 0;
    if (access(sim->options.state, F_OK) != 0) {
        return state_writable(sim->options.state, err); /* rather now than at the end */
    }
    if (!fd_read_file(sim->options.state, STATE_MAX, &text, &n, err)) {
        return false;
    }
    struct json_doc *doc = json_parse(text, n, NULL, err);
    bool ok = doc != NULL && read_state(sim, json_root(doc), err);
    json_free(doc);
    free(text);
    return ok || err_prefix(err, "%s", sim->options.state);
}
