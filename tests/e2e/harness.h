/*
 * harness: what end-to-end tests need: the real programs as processes, the simulator's control
 * endpoints, a throw-away state directory and its database. ADTOP and ADTOP_SIM name the programs.
 */
#ifndef TESTS_E2E_HARNESS_H
#define TESTS_E2E_HARNESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct json;
struct json_doc;

/* A running adtop-sim, started with the given NULL-ended extra arguments. Fails the test. */
struct sim {
    pid_t pid;
    char url[64];
};
void sim_start(struct sim *sim, const char *const *args);
void sim_stop(struct sim *sim);
/* GET and POST of its control endpoints; the caller frees the document. Fails the test. */
struct json_doc *sim_get(const struct sim *sim, const char *path);
struct json_doc *sim_post(const struct sim *sim, const char *path, const char *body);
/* A number of a document, by a dotted path; fails the test when it is not there. */
int64_t json_number(const struct json *root, const char *dotted);

/* A state directory below TMPDIR, removed by state_remove. */
struct state {
    char dir[128];
    char db[160];
};
void state_make(struct state *state);
void state_remove(struct state *state);
/* One value of a query on the database, as an integer or a text (caller frees). */
int64_t state_number(const struct state *state, const char *sql);
char *state_text(const struct state *state, const char *sql);
/* True when the bytes of `needle` stand in no file below the directory. */
bool state_lacks(const struct state *state, const char *needle);

/* `adtop` run to its end; token NULL = none in the environment. Output is cut at 64 KiB. */
struct outcome {
    int exit_code; /* 128 + signal when killed */
    char out[65536], err[65536];
    int64_t peak_kib;
};
void adtop_run(struct outcome *outcome, const char *token, const char *const *args);
/* Started, not waited for; its output goes to /dev/null or the given file. */
pid_t adtop_start(const char *token, const char *output, const char *const *args);
int process_wait(pid_t pid, int timeout_ms); /* exit code as above; -1 = still running */
void process_kill(pid_t pid, int signal);
/* Polls until check is true, at most timeout_ms. */
bool eventually(bool (*check)(void *ctx), void *ctx, int timeout_ms);

#endif
