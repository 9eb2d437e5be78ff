#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "control/control_client.h"
#include "control/control_server.h"
#include "control/socket.h"

struct fixture {
    char dir[64];
    struct control_server *server;
    pthread_t thread;
    int stop_fd;
    atomic_int handled;
    atomic_uint uid; /* of the last peer */
};

static void handle(void *ctx, const struct control_peer *peer,
                   const struct control_request *request, struct control_reply *reply)
{
    struct fixture *f = ctx;
    atomic_fetch_add(&f->handled, 1);
    atomic_store(&f->uid, peer->uid);
    if (request->hello) {
        reply->ok = true;
        reply->pid = getpid();
        return;
    }
    for (size_t i = 0; i < request->target_count; i++) {
        control_reply_add(reply, request->targets[i], true, (int64_t)i + 1, request->reason);
    }
}

static void *serve(void *ctx)
{
    struct fixture *f = ctx;
    while (!control_server_poll(f->server, f->stop_fd, 1000)) {
    }
    return NULL;
}

static int start(void **state, const struct control_access *access)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct err err = {0};
    strcpy(f->dir, "/tmp/adtop-control-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    f->stop_fd = eventfd(0, EFD_CLOEXEC);
    f->server = control_server_create(f->dir, access, handle, f, &err);
    assert_non_null(f->server);
    assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
    *state = f;
    return 0;
}

static int setup(void **state)
{
    static const struct control_access nobody = {"", ""};
    return start(state, &nobody);
}

/* For all the world to connect to. */
static int setup_of_readers(void **state)
{
    static const struct control_access access = {"", "games"};
    char path[128];
    int failed = start(state, &access);
    const struct fixture *f = *state;
    snprintf(path, sizeof path, "%s/%s", f->dir, CONTROL_SOCKET_NAME);
    return failed || chmod(path, 0666) != 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    uint64_t one = 1;
    assert_int_equal(write(f->stop_fd, &one, sizeof one), sizeof one);
    pthread_join(f->thread, NULL);
    control_server_destroy(f->server);
    close(f->stop_fd);
    char path[128];
    snprintf(path, sizeof path, "%s/%s", f->dir, CONTROL_SOCKET_NAME);
    unlink(path);
    snprintf(path, sizeof path, "%s/%s", f->dir, CONTROL_LOCK_NAME);
    unlink(path);
    rmdir(f->dir);
    free(f);
    return 0;
}

static void test_call_is_answered_and_the_socket_is_private(void **state)
{
    struct fixture *f = *state;
    char path[128];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", f->dir, CONTROL_SOCKET_NAME);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    struct err err = {0};
    struct control *control = control_connect(f->dir, &err);
    assert_non_null(control);
    char targets[2][ID_SIZE] = {"act_1", "act_2"};
    struct control_request request;
    control_request_init(&request);
    request.op = OP_PAUSE;
    request.targets = targets;
    request.target_count = 2;
    strcpy(request.reason, "why not");
    for (int i = 0; i < 3; i++) {
        struct control_reply reply = {0};
        assert_true(control_call(control, &request, 30000, &reply, &err));
        assert_true(reply.ok);
        assert_int_equal(reply.result_count, 2);
        assert_string_equal(reply.results[1].message, "why not");
        control_reply_fini(&reply);
    }
    assert_int_equal(atomic_load(&f->uid), geteuid());
    control_close(control);
}

static void test_garbage_gets_an_error_and_does_not_reach_the_handler(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    int fd = control_socket_connect(f->dir, &err);
    assert_true(fd >= 0);
    static const char line[] = "GET / HTTP/1.1\r\n";
    char answer[1024] = "";
    assert_int_equal(send(fd, line, sizeof line - 1, 0), sizeof line - 1);
    ssize_t n = recv(fd, answer, sizeof answer - 1, 0);
    assert_true(n > 0);
    assert_non_null(strstr(answer, "\"ok\":false"));
    assert_int_equal(atomic_load(&f->handled), 0);
    close(fd);
}

static void test_many_clients_are_served_side_by_side(void **state)
{
    struct fixture *f = *state;
    struct control *controls[20];
    struct err err = {0};
    struct control_request request;
    control_request_init(&request);
    request.hello = true;
    for (size_t i = 0; i < 20; i++) {
        controls[i] = control_connect(f->dir, &err);
        assert_non_null(controls[i]);
        assert_true(control_send(controls[i], &request, &err));
    }
    for (size_t i = 0; i < 20; i++) {
        struct control_reply reply = {0};
        assert_true(control_call(controls[i], &request, 30000, &reply, &err));
        assert_int_equal(reply.pid, getpid());
        control_reply_fini(&reply);
        control_close(controls[i]);
    }
}

static void test_connect_without_an_engine_says_so(void **state)
{
    (void)state;
    struct err err = {0};
    assert_null(control_connect("/tmp", &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_null(control_connect("/nonexistent/dir", &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void test_long_state_directories_work(void **state)
{
    struct fixture *f = *state;
    char dir[512];
    snprintf(dir, sizeof dir, "%s/%0200d", f->dir, 7);
    struct err err = {0};
    assert_true(fd_mkdir_private(dir, &err));
    int server = control_socket_listen(dir, 0600, &err);
    assert_true(server >= 0);
    int client = control_socket_connect(dir, &err);
    assert_true(client >= 0);
    close(client);
    close(server);
    strcat(dir, "/" CONTROL_SOCKET_NAME);
    unlink(dir);
    *strrchr(dir, '/') = '\0';
    rmdir(dir);
}

static void test_lock_holder_is_named(void **state)
{
    struct fixture *f = *state;
    char path[128];
    struct control_holder holder;
    struct err err = {0};
    snprintf(path, sizeof path, "%s/%s", f->dir, CONTROL_LOCK_NAME);
    assert_false(control_lock_holder(f->dir, &holder));
    int fd = fd_lock(path, &err);
    assert_true(fd >= 0);
    assert_true(fd_write_all(fd, "123 456 box\n", 12, &err));
    assert_true(control_lock_holder(f->dir, &holder));
    assert_int_equal(holder.pid, 123);
    assert_int_equal(holder.since, 456);
    assert_string_equal(holder.host, "box");
    close(fd);
    assert_false(control_lock_holder(f->dir, &holder));
}

/* What is asked of as many accounts as a request holds is answered of each of them. */
static void test_the_largest_request_is_answered(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct control *control = control_connect(f->dir, &err);
    struct control_request request;
    struct control_reply reply = {0};
    assert_non_null(control);
    control_request_init(&request);
    request.op = OP_PAUSE;
    request.targets = calloc(CONTROL_TARGETS_MAX, sizeof *request.targets);
    assert_non_null(request.targets);
    for (size_t i = 0; i < CONTROL_TARGETS_MAX; i++) {
        snprintf(request.targets[i], sizeof request.targets[i], "act_%020zu", i);
    }
    request.target_count = CONTROL_TARGETS_MAX;
    memset(request.reason, 'r', 100);
    if (!control_call(control, &request, 60000, &reply, &err)) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(reply.result_count, CONTROL_TARGETS_MAX);
    control_reply_fini(&reply);
    free(request.targets);
    control_close(control);
}

/* What said that it only looks never acts, even when it says otherwise later. */
static void test_read_only_connection_acts_on_nothing(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct control *control = control_connect(f->dir, &err);
    struct control_request hello, pause;
    assert_non_null(control);
    control_request_init(&hello);
    hello.hello = hello.read_only = true;
    control_request_init(&pause);
    pause.op = OP_PAUSE;
    pause.all = true;
    for (int i = 0; i < 2; i++) {
        struct control_reply reply = {0};
        assert_true(control_call(control, &hello, 30000, &reply, &err));
        assert_true(reply.ok);
        assert_false(reply.may_act);
        control_reply_fini(&reply);
        assert_true(control_call(control, &pause, 30000, &reply, &err));
        assert_false(reply.ok);
        assert_int_equal(reply.code, ERR_REFUSED);
        assert_non_null(strstr(reply.message, "read-only"));
        control_reply_fini(&reply);
        hello.read_only = false;
    }
    assert_int_equal(atomic_load(&f->handled), 2); /* the hellos */
    control_close(control);
}

/* A crowd of readers: another process, for the kernel says who is at the other end. */
static void crowd(const char *dir, gid_t group, int ready_fd, int go_fd)
{
    enum { STRANGER = 65534, CROWD = 66 };
    int fds[CROWD];
    char c = 'x';
    if (setgroups(0, NULL) != 0 || setresgid(group, group, group) != 0 ||
        setresuid(STRANGER, STRANGER, STRANGER) != 0) {
        _exit(1);
    }
    for (int i = 0; i < CROWD; i++) {
        fds[i] = control_socket_connect(dir, NULL);
        if (fds[i] < 0) {
            _exit(2);
        }
        /* Served or turned away before the next one comes. */
        static const char hello[] = "{\"v\":1,\"op\":\"hello\"}\n";
        char answer[512];
        ssize_t n = send(fds[i], hello, sizeof hello - 1, MSG_NOSIGNAL);
        n = n > 0 ? recv(fds[i], answer, sizeof answer, 0) : n;
        (void)n;
    }
    _exit(write(ready_fd, &c, 1) == 1 && read(go_fd, &c, 1) >= 0 ? 0 : 3);
}

static void test_readers_do_not_lock_operators_out(void **state)
{
    struct fixture *f = *state;
    const struct group *readers = getgrnam("games");
    if (geteuid() != 0 || !readers) {
        skip(); /* takes another user to try */
    }
    int ready[2], go[2], status = 0;
    char c;
    assert_int_equal(chmod(f->dir, 0755), 0);
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    assert_int_equal(pipe2(go, O_CLOEXEC), 0);
    pid_t child = fork();
    if (child == 0) {
        close(go[1]);
        crowd(f->dir, readers->gr_gid, ready[1], go[0]);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    struct control_request hello;
    struct control_reply reply = {0};
    struct err err = {0};
    control_request_init(&hello);
    hello.hello = true;
    struct control *control = control_connect(f->dir, &err);
    assert_non_null(control);
    assert_true(control_call(control, &hello, 30000, &reply, &err));
    assert_true(reply.may_act);
    control_reply_fini(&reply);
    control_close(control);
    close(go[1]);
    close(go[0]);
    close(ready[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void test_may_act_follows_the_groups(void **state)
{
    (void)state;
    struct control_access none = {"", ""};
    struct control_access root_group = {"root", ""};
    struct control_peer stranger = {.uid = 12345, .gid = 12345, .pid = 1, .user = "stranger"};
    struct control_peer member = {.uid = 12345, .gid = 0, .pid = 1, .user = "member"};
    struct control_peer owner = {.uid = geteuid(), .gid = 12345, .pid = 1, .user = "owner"};
    assert_false(control_peer_may_act(&stranger, &none));
    assert_false(control_peer_may_act(&member, &none));
    assert_true(control_peer_may_act(&owner, &none));
    assert_true(control_peer_may_act(&member, &root_group));
    assert_false(control_peer_may_act(&stranger, &root_group));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_call_is_answered_and_the_socket_is_private, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_garbage_gets_an_error_and_does_not_reach_the_handler,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_clients_are_served_side_by_side, setup, teardown),
        cmocka_unit_test(test_connect_without_an_engine_says_so),
        cmocka_unit_test_setup_teardown(test_long_state_directories_work, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lock_holder_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_largest_request_is_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read_only_connection_acts_on_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_readers_do_not_lock_operators_out, setup_of_readers,
                                        teardown),
        cmocka_unit_test(test_may_act_follows_the_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
