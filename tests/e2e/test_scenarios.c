/*
 * The drills: every scenario file is understood, and the engine over it comes to what its head
 * promises the person on call. They are played through `adtop demo` as a person would, side by
 * side, each until its state is reached.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/embed.h"
#include "tests/e2e/harness.h"

/* Under TSan the programs are slower than the drills' clock bears: they are played for a while, and
 * what counts is that they live. */
#ifdef __SANITIZE_THREAD__
enum { TIMEOUT_MS = 20000, MUST_REACH = 0 };
#else
enum { TIMEOUT_MS = 180000, MUST_REACH = 1 };
#endif
enum { DRILLS_MAX = 16 };

/* reached: a query whose value is above zero once the drill shows what it is for. */
struct drill {
    const char *name, *reached;
};

#define HELD(reason) "SELECT count(DISTINCT account_id) FROM holds WHERE reason = '" reason "'"

static const struct drill drills[] = {
    {"throttle-storm",
     HELD("quota_account") " AND until > since HAVING count(DISTINCT account_id) > 1"                             },
    {"app-limit",         HELD("quota_app") " AND until > since HAVING count(DISTINCT account_id) > 4 AND "
                                    "(SELECT max(pct) FROM usage_log WHERE scope = 'app') >= 100"},
    {"insights-overload",
     HELD("quota_insights") " AND until > since HAVING count(DISTINCT account_id) > 2 AND "
                            "(SELECT count(*) FROM api_calls WHERE code = 4 AND class LIKE "
                            "'insights%') > 0"                                                                    },
    {"token-expires",     HELD("token_invalid") " AND until IS NULL AND ended_at IS NULL "
                                            "HAVING count(DISTINCT account_id) > 8"          },
    {"budget-runs-out",
     HELD("budget") " AND until > since HAVING count(DISTINCT account_id) > 1 AND "
                    "(SELECT count(*) FROM holds WHERE reason LIKE 'quota%') = 0"                                 },
    {"bulk-edit",         "SELECT count(*) FROM sync_runs WHERE mode = 'delta' AND "
                  "campaigns_fetched + adsets_fetched + ads_fetched > 500"                       },
    {"big-advertiser",
     "SELECT count(*) FROM sync_runs r WHERE status = 'RUNNING' AND insight_rows + "
     "ads_fetched > 5000 AND (SELECT count(*) FROM sync_runs WHERE status = "
     "'SUCCESS') > 8"                                                                                             },
    {"stuck-reading",     "SELECT count(*) FROM limiters WHERE stuck = 1"                                         },
    {"slow-meta",         "SELECT count(*) FROM api_calls WHERE ms >= 2500 HAVING count(*) > 10 AND "
                  "(SELECT count(*) FROM api_calls WHERE failed = 1) > 0 AND "
                  "(SELECT count(*) FROM holds WHERE reason LIKE 'quota%') = 0"                  },
    {"dev-tier",          HELD("quota_account") " HAVING count(*) > 0 AND (SELECT count(*) FROM usage_log "
                                       "WHERE access_tier LIKE 'development%') > 0 AND "
                                       "(SELECT count(*) FROM api_calls WHERE failed = 1) = 0"    },
    {"quiet-night",
     "SELECT count(*) FROM sync_runs WHERE status = 'SUCCESS' HAVING count(*) > 12 AND "
     "(SELECT count(*) FROM sync_runs WHERE status NOT IN ('SUCCESS', 'RUNNING')) = "
     "0 AND (SELECT count(*) FROM api_calls WHERE failed = 1) = 0"                                                },
    {"busy-day",          HELD("quota_account") " OR reason LIKE 'quota%' OR reason = 'backoff'"                  },
};

/* A drill that is being played. */
struct play {
    const struct drill *drill;
    struct state room; /* its TMPDIR */
    char db[320];
    pid_t pid;
    bool reached, ended; /* ended: by itself, before its time */
};

/* What sanitizers find in any of a drill's programs goes into its room: the engine's own output
 * ends in a log that the demo removes. */
static void set_sanitizer_logs(const struct play *play)
{
    static const char *const names[] = {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"};
    static char given[3][256];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char value[1024];
        const char *now = getenv(names[i]);
        if (given[i][0] == '\0') {
            snprintf(given[i], sizeof given[i], "%s", now ? now : "exitcode=66");
        }
        snprintf(value, sizeof value, "%s:log_path=%s/finding", given[i], play->room.dir);
        setenv(names[i], value, 1);
    }
}

static void play_start(struct play *play, const struct drill *drill)
{
    const char *const args[] = {"--plain", "demo", "--scenario", drill->name,
                                "--for",   "600s", NULL};
    char output[160];
    *play = (struct play){.drill = drill};
    state_make(&play->room);
    snprintf(output, sizeof output, "%s/out", play->room.dir);
    set_sanitizer_logs(play);
    setenv("TMPDIR", play->room.dir, 1);
    play->pid = adtop_start(NULL, output, args);
    unsetenv("TMPDIR");
}

/* The demo makes a directory of its own in TMPDIR. */
static bool play_find(struct play *play)
{
    DIR *dir = opendir(play->room.dir);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, "adtop-demo-", 11) == 0) {
            snprintf(play->db, sizeof play->db, "%s/%.64s/adtop.db", play->room.dir, entry->d_name);
        }
    }
    if (dir) {
        closedir(dir);
    }
    return play->db[0] != '\0' && access(play->db, R_OK) == 0;
}

/* The engine may not have made its tables yet: nothing is reached then. */
static bool play_reached(struct play *play)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    bool reached = play_find(play) &&
                   sqlite3_open_v2(play->db, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
                   sqlite3_prepare_v2(db, play->drill->reached, -1, &stmt, NULL) == SQLITE_OK &&
                   sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int64(stmt, 0) > 0;
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return reached;
}

static bool play_show(const struct play *play, const char *files)
{
    char command[400];
    snprintf(command, sizeof command, "tail -n 40 %s/%s 2>/dev/null", play->room.dir, files);
    return system(command) == 0;
}

/* False = it did not come to its state, or not to a good end. */
static bool play_end(struct play *play)
{
    int code = -1;
    if (!play->ended) {
        kill(play->pid, SIGTERM);
        code = process_wait(play->pid, 60000);
        if (code == -1) {
            process_kill(play->pid, SIGKILL);
        }
    }
    bool found = play_show(play, "finding.*"); /* of a sanitizer */
    bool good = (play->reached || !MUST_REACH) && !play->ended && code == 0 && !found;
    if (!good) {
        print_error("%s: %s, exit code %d\n", play->drill->name,
                    play->reached ? "reached" : "did not come to what its head says", code);
        (void)play_show(play, "out");
    }
    state_remove(&play->room);
    return good;
}

static bool all_done(void *ctx)
{
    struct play *plays = ctx;
    bool all = true;
    for (size_t i = 0; plays[i].drill; i++) {
        plays[i].reached = plays[i].reached || play_reached(&plays[i]);
        plays[i].ended = plays[i].ended || process_wait(plays[i].pid, 0) != -1;
        all = all && (plays[i].reached || plays[i].ended);
    }
    return all;
}

/* Some at a time, as many as the machine bears. */
static void play_some(size_t first, size_t count)
{
    struct play plays[DRILLS_MAX + 1] = {0};
    for (size_t i = 0; i < count; i++) {
        play_start(&plays[i], &drills[first + i]);
    }
    eventually(all_done, plays, TIMEOUT_MS);
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        all = play_end(&plays[i]) && all;
    }
    assert_true(all);
}

static void test_drills_show_what_their_heads_say(void **state)
{
    (void)state;
    size_t count = sizeof drills / sizeof drills[0];
    play_some(0, count / 2);
    play_some(count / 2, count - count / 2);
}

static void test_every_file_has_a_head_and_a_drill(void **state)
{
    (void)state;
    static const char prefix[] = "data/scenarios/";
    size_t files = 0;
    for (const struct embed *file = embed_next(prefix, NULL); file;
         file = embed_next(prefix, file)) {
        char name[64], head[80];
        bool played = false;
        snprintf(name, sizeof name, "%.*s", (int)(strlen(file->name + sizeof prefix - 1) - 5),
                 file->name + sizeof prefix - 1);
        snprintf(head, sizeof head, "# %s: ", name);
        assert_memory_equal(file->data, head, strlen(head));
        assert_non_null(strstr(file->data, "\n# See: "));
        assert_non_null(strstr(file->data, "\n# Conclude: "));
        for (size_t i = 0; i < sizeof drills / sizeof drills[0]; i++) {
            played = played || strcmp(drills[i].name, name) == 0;
        }
        if (!played) {
            fail_msg("no test plays %s", name);
        }
        const char *const args[] = {"--scenario", name, NULL};
        struct sim sim;
        sim_start(&sim, args); /* fails when a line makes no sense */
        sim_stop(&sim);
        files++;
    }
    assert_int_equal(files, sizeof drills / sizeof drills[0]);
}

static void test_settings_of_the_engine_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"[adtop budget]\nwish = 3\n",       "adtop.conf has no such setting"},
        {"[adtop engine]\nworkers = many\n", "workers"                       },
        {"[adtop engine]\nworkers\n",        "not key = value"               },
        {"[adtop budget]\ndaily = 10\n",     "per_account"                   },
        {"[sim]\nwish = 3\n",                "the simulator did not start"   },
    };
    static struct outcome outcome;
    struct state room;
    char path[160];
    state_make(&room);
    snprintf(path, sizeof path, "%s/drill.conf", room.dir);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const args[] = {"--plain", "demo", "--scenario", path, "--for", "1s", NULL};
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(cases[i].text, file) >= 0);
        assert_int_equal(fclose(file), 0);
        adtop_run(&outcome, NULL, args);
        if (outcome.exit_code == 0 || strstr(outcome.err, cases[i].part) == NULL) {
            fail_msg("%s: exit %d: %s", cases[i].text, outcome.exit_code, outcome.err);
        }
    }
    state_remove(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file_has_a_head_and_a_drill),
        cmocka_unit_test(test_settings_of_the_engine_are_checked),
        cmocka_unit_test(test_drills_show_what_their_heads_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
