/* An engine that is stopped while it waits for its very first answer, and a look at what it has by
 * then: nothing at all. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"
#include "json/json.h"

enum { WAIT_MS = 30000 };

static bool was_called(void *ctx)
{
    struct json_doc *doc = sim_get(ctx, "/sim/stats");
    int64_t calls = json_number(json_root(doc), "calls");
    json_free(doc);
    return calls > 0;
}

static void test_stop_during_the_first_listing(void **state_)
{
    (void)state_;
    static const char *const slow[] = {"--latency", "20000", NULL};
    struct sim sim;
    struct state state;
    static struct outcome look;
    sim_start(&sim, slow);
    state_make(&state);
    const char *const args[] = {"--state-dir", state.dir, "--base-url", sim.url, "engine", NULL};
    const char *const look_args[] = {
        "--state-dir", state.dir, "--read-only", "--plain", "--at", "2026-01-01T00:00:00Z", NULL};
    pid_t engine = adtop_start("t", NULL, args);
    assert_true(eventually(was_called, &sim, WAIT_MS));
    adtop_run(&look, NULL, look_args);
    assert_string_equal(look.err, "");
    assert_int_equal(look.exit_code, 0);
    assert_int_equal(kill(engine, SIGTERM), 0);
    assert_int_equal(process_wait(engine, WAIT_MS), 0);
    state_remove(&state);
    sim_stop(&sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop_during_the_first_listing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
