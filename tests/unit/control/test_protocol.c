#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/protocol.h"

static void encode(const struct control_request *request, struct str *out)
{
    str_init(out, CONTROL_LINE_MAX);
    assert_true(control_request_encode(request, out));
}

static void test_request_survives_the_round_trip(void **state)
{
    (void)state;
    char targets[2][ID_SIZE] = {"act_1", "act_120208325579370399"};
    struct control_request in, out;
    control_request_init(&in);
    in.op = OP_FORCE;
    in.read_only = true;
    in.targets = targets;
    in.target_count = 2;
    strcpy(in.reason, "client \"asks\"\n\xe2\x82\xac");
    strcpy(in.origin, "10.0.0.7");
    in.until = INT64_MAX;
    in.number = 42;
    in.mode = RUN_WINDOW;
    in.since_day = 20000;
    in.override_holds = true;
    in.priority = -9;
    in.tier = TIER_MEDIUM;
    struct str line;
    encode(&in, &line);
    assert_null(memchr(line.data, '\n', line.len));
    control_request_init(&out);
    struct err err = {0};
    assert_true(control_request_decode(line.data, line.len, &out, &err));
    assert_int_equal(out.op, OP_FORCE);
    assert_true(out.read_only);
    assert_int_equal(out.target_count, 2);
    assert_string_equal(out.targets[1], "act_120208325579370399");
    assert_string_equal(out.reason, in.reason);
    assert_string_equal(out.origin, in.origin);
    assert_true(out.until == INT64_MAX);
    assert_int_equal(out.number, 42);
    assert_int_equal(out.mode, RUN_WINDOW);
    assert_int_equal(out.since_day, 20000);
    assert_true(out.override_holds);
    assert_int_equal(out.priority, -9);
    assert_int_equal(out.tier, TIER_MEDIUM);
    control_request_fini(&out);
    str_fini(&line);
}

static void test_every_op_is_known_to_both_sides(void **state)
{
    (void)state;
    for (int op = 0; op < OP_KIND_COUNT; op++) {
        struct control_request in, out;
        control_request_init(&in);
        control_request_init(&out);
        in.op = (enum op_kind)op;
        in.all = true;
        struct str line;
        struct err err = {0};
        encode(&in, &line);
        assert_true(control_request_decode(line.data, line.len, &out, &err));
        assert_int_equal(out.op, op);
        assert_true(out.all);
        control_request_fini(&out);
        str_fini(&line);
    }
}

static void test_request_decode_refuses(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "{}",
        "[]",
        "nonsense",
        "{\"v\":2,\"op\":\"pause\"}",
        "{\"v\":1,\"op\":\"explode\"}",
        "{\"v\":1,\"op\":\"pause\",\"targets\":[\"act_x\"]}",
        "{\"v\":1,\"op\":\"pause\",\"targets\":\"act_1\"}",
        "{\"v\":1,\"op\":\"pause\",\"targets\":[1,null]}",
        "{\"v\":1,\"op\":\"prioritize\",\"priority\":10}",
        "{\"v\":1,\"op\":\"force\",\"since_day\":-1}",
        "{\"v\":1,\"op\":\"force\",\"mode\":\"all\"}",
        "{\"v\":1,\"op\":\"pause\",\"reason\":7}",
        "{\"v\":1,\"op\":\"pause\",\"all\":\"perhaps\"}",
        "{\"v\":1,\"op\":[[[[[[[[1]]]]]]]]}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct control_request out;
        struct err err = {0};
        control_request_init(&out);
        if (control_request_decode(lines[i], strlen(lines[i]), &out, &err)) {
            fail_msg("accepted: %s", lines[i]);
        }
        assert_true(err.message[0] != '\0');
        control_request_fini(&out);
    }
}

static void test_request_decode_refuses_a_reason_too_long(void **state)
{
    (void)state;
    struct str line;
    str_init(&line, 4096);
    str_add(&line, "{\"v\":1,\"op\":\"pause\",\"reason\":\"");
    for (int i = 0; i < 300; i++) {
        str_addc(&line, 'a');
    }
    str_add(&line, "\"}");
    struct control_request out;
    struct err err = {0};
    control_request_init(&out);
    assert_false(control_request_decode(line.data, line.len, &out, &err));
    control_request_fini(&out);
    str_fini(&line);
}

static void test_reply_survives_the_round_trip(void **state)
{
    (void)state;
    struct control_reply in = {0}, out = {0};
    for (int i = 0; i < 100; i++) {
        assert_true(
            control_reply_add(&in, "act_1", i != 50, i, i == 50 ? "unknown account" : "ok"));
    }
    assert_false(in.ok);
    in.code = ERR_REFUSED;
    in.may_act = true;
    in.pid = 77;
    strcpy(in.message, "99 of 100 done");
    strcpy(in.version, "0.1.0");
    struct str line;
    struct err err = {0};
    str_init(&line, CONTROL_LINE_MAX);
    assert_true(control_reply_encode(&in, &line));
    assert_true(control_reply_decode(line.data, line.len, &out, &err));
    assert_false(out.ok);
    assert_int_equal(out.code, ERR_REFUSED);
    assert_true(out.may_act);
    assert_int_equal(out.pid, 77);
    assert_string_equal(out.message, "99 of 100 done");
    assert_string_equal(out.version, "0.1.0");
    assert_int_equal(out.result_count, 100);
    assert_false(out.results[50].ok);
    assert_string_equal(out.results[50].message, "unknown account");
    assert_int_equal(out.results[99].action_id, 99);
    control_reply_fini(&in);
    control_reply_fini(&out);
    str_fini(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_survives_the_round_trip),
        cmocka_unit_test(test_every_op_is_known_to_both_sides),
        cmocka_unit_test(test_request_decode_refuses),
        cmocka_unit_test(test_request_decode_refuses_a_reason_too_long),
        cmocka_unit_test(test_reply_survives_the_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
