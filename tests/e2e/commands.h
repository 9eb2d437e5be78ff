/* commands: a state directory synced from a simulator, and commands run on it: what the tests of
 * the command line share. */
#ifndef TESTS_E2E_COMMANDS_H
#define TESTS_E2E_COMMANDS_H

#include <stddef.h>

#include "tests/e2e/harness.h"

extern const char commands_account[]; /* the heaviest of the default data */
extern struct outcome outcome;
extern struct sim sim;
extern struct state state;

/* Group set-up and tear-down. */
int commands_begin(void **unused);
int commands_end(void **unused);

/* `adtop --state-dir D WORD...`, without a token, into outcome. */
void run(const char *const *words);
#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})
void assert_code(int code);
void assert_says(const char *text, const char *word);
size_t lines_in(const char *text);

/* An engine on the common state directory; config NULL = the defaults. */
pid_t engine_start(const char *config);
void engine_stop(pid_t pid);

#endif
