#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/inbox.h"

enum { ASKERS = 4, QUESTIONS = 200 };

struct fixture {
    struct inbox inbox;
    atomic_int wakes, answered, refused;
};

static void wake(void *ctx)
{
    struct fixture *f = ctx;
    atomic_fetch_add(&f->wakes, 1);
}

static void *ask(void *ctx)
{
    struct fixture *f = ctx;
    for (int i = 0; i < QUESTIONS; i++) {
        struct control_reply reply = {0};
        struct inbox_item item = {.reply = &reply};
        if (inbox_ask(&f->inbox, &item, wake, f)) {
            atomic_fetch_add(&f->answered, reply.pid == 7 ? 1 : 0);
        } else {
            atomic_fetch_add(&f->refused, 1);
        }
    }
    return NULL;
}

static void test_every_asker_gets_its_own_answer(void **state)
{
    (void)state;
    struct fixture f = {0};
    pthread_t threads[ASKERS];
    assert_true(inbox_init(&f.inbox));
    for (int i = 0; i < ASKERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &f), 0);
    }
    int served = 0;
    while (served < ASKERS * QUESTIONS) {
        struct inbox_item *item = inbox_take(&f.inbox);
        if (item) {
            item->reply->pid = 7;
            inbox_answer(&f.inbox, item);
            served++;
        }
    }
    for (int i = 0; i < ASKERS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(atomic_load(&f.answered), ASKERS * QUESTIONS);
    assert_int_equal(atomic_load(&f.wakes), ASKERS * QUESTIONS);
    inbox_fini(&f.inbox);
}

static void test_a_closed_inbox_refuses_and_frees_who_waits(void **state)
{
    (void)state;
    struct fixture f = {0};
    pthread_t thread;
    assert_true(inbox_init(&f.inbox));
    assert_int_equal(pthread_create(&thread, NULL, ask, &f), 0);
    while (atomic_load(&f.wakes) == 0) {
        usleep(100);
    }
    inbox_close(&f.inbox);
    pthread_join(thread, NULL);
    assert_int_equal(atomic_load(&f.refused), QUESTIONS);
    assert_null(inbox_take(&f.inbox));
    inbox_fini(&f.inbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_asker_gets_its_own_answer),
        cmocka_unit_test(test_a_closed_inbox_refuses_and_frees_who_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
