#include "cli/operate.h"

#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/num.h"
#include "cli/cli.h"
#include "control/control_client.h"
#include "engine/engine.h"

enum { ANSWER_TIMEOUT_MS = 15000, STOP_TIMEOUT_MS = 12000 };

static bool ask_here(struct cli *cli, const struct control_request *request,
                     struct control_reply *reply, struct err *err)
{
    struct engine_options options = {
        .state_dir = cli->state_dir, .config = &cli->config, .clock = cli->clock};
    struct engine *engine = engine_create(&options, err);
    if (!engine) {
        return false;
    }
    bool ok = engine_operate(engine, request, reply, err);
    engine_destroy(engine);
    return ok;
}

bool operate_ask(struct cli *cli, const struct control_request *request,
                 struct control_reply *reply, struct err *err)
{
    if (cli->read_only) {
        return err_set(err, ERR_REFUSED, "%s: --read-only looks and does not act; leave it out",
                       op_kind_name(request->op));
    }
    struct control *control = control_connect(cli->state_dir, err);
    if (!control && err->code != ERR_NOT_FOUND) {
        return false;
    }
    if (!control) {
        *err = (struct err){0};
        return ask_here(cli, request, reply, err);
    }
    bool ok = control_call(control, request, ANSWER_TIMEOUT_MS, reply, err);
    control_close(control);
    return ok;
}

/* What came of it: a line for each target that failed, one sentence in all. */
static int tell(const struct control_reply *reply, struct err *err)
{
    size_t done = 0;
    const struct control_result *failed = NULL;
    for (size_t i = 0; i < reply->result_count; i++) {
        const struct control_result *result = &reply->results[i];
        done += result->ok;
        failed = failed || result->ok ? failed : result;
        if (result->ok && reply->result_count <= 20) {
            printf("%s: %s\n", result->target, result->message);
        }
    }
    if (reply->ok) {
        if (reply->result_count > 20 || reply->result_count == 0) {
            printf("%s\n", reply->message[0] ? reply->message : "done");
        }
        return EXIT_OK;
    }
    if (failed && reply->result_count > 1) {
        err_set(err, ERR_REFUSED, "%zu of %zu refused: %s: %s", reply->result_count - done,
                reply->result_count, failed->target, failed->message);
    } else if (failed) {
        err_set(err, ERR_REFUSED, "%s: %s", failed->target, failed->message);
    } else {
        err_set(err, reply->code ? reply->code : ERR_REFUSED, "%s", reply->message);
    }
    return EXIT_ERROR;
}

static int send_and_tell(struct cli *cli, struct control_request *request, struct err *err)
{
    struct control_reply reply = {0};
    control_origin(request->origin);
    int code = EXIT_ERROR;
    if (operate_ask(cli, request, &reply, err)) {
        code = tell(&reply, err);
    }
    control_reply_fini(&reply);
    control_request_fini(request);
    return code;
}

static bool take_target(struct control_request *request, const char *word, struct err *err)
{
    if (!request->targets) {
        request->targets = calloc(CONTROL_TARGETS_MAX, sizeof *request->targets);
    }
    if (!request->targets || request->target_count == CONTROL_TARGETS_MAX) {
        return err_set(err, ERR_LIMIT, "accounts: too many at once; use --all");
    }
    if (!account_id_normalize(word, request->targets[request->target_count])) {
        return err_set(err, ERR_USAGE,
                       "account %.60s: not an account id; give act_<number>, see 'adtop accounts'",
                       word);
    }
    request->target_count++;
    return true;
}

enum { ARG_ALL = 256, ARG_REASON, ARG_UNTIL, ARG_MODE, ARG_SINCE, ARG_OVERRIDE };

static const struct option operate_options[] = {
    {"all",      no_argument,       NULL, ARG_ALL     },
    {"reason",   required_argument, NULL, ARG_REASON  },
    {"until",    required_argument, NULL, ARG_UNTIL   },
    {"mode",     required_argument, NULL, ARG_MODE    },
    {"since",    required_argument, NULL, ARG_SINCE   },
    {"override", no_argument,       NULL, ARG_OVERRIDE},
    {NULL,       0,                 NULL, 0           },
};

static bool take_until(const struct cli *cli, struct control_request *request, const char *text,
                       struct err *err)
{
    int64_t duration = 0;
    if (duration_parse(text, &duration)) {
        request->until = cli_now(cli) + duration;
        return true;
    }
    return cli_instant(cli, text, true, &request->until, err);
}

static bool take_argument(const struct cli *cli, struct control_request *request, int option,
                          struct err *err)
{
    switch (option) {
    case ARG_ALL:
        request->all = true;
        return true;
    case ARG_REASON:
        if (strlen(optarg) >= sizeof request->reason) {
            return err_set(err, ERR_USAGE, "--reason: at most %zu bytes",
                           sizeof request->reason - 1);
        }
        snprintf(request->reason, sizeof request->reason, "%s", optarg);
        return true;
    case ARG_UNTIL:
        return take_until(cli, request, optarg, err);
    case ARG_MODE:
        return run_mode_parse(optarg, &request->mode) ||
               err_set(err, ERR_USAGE, "--mode %.40s: one of full, delta, sweep, window", optarg);
    case ARG_SINCE:
        request->mode = RUN_WINDOW;
        return date_parse(optarg, &request->since_day) ||
               err_set(err, ERR_USAGE, "--since %.40s: a date, YYYY-MM-DD", optarg);
    case ARG_OVERRIDE:
        request->override_holds = true;
        return true;
    default:
        return err_set(err, ERR_USAGE,
                       "option: unknown, or its value is missing; see 'adtop help'");
    }
}

/* Options and words in any order; the words end up at argv[optind]. */
static bool parse(const struct cli *cli, struct control_request *request, int argc, char **argv,
                  struct err *err)
{
    control_request_init(request);
    if (!op_kind_parse(argv[0], &request->op)) {
        return err_set(err, ERR_USAGE, "%s: not an operator command", argv[0]);
    }
    optind = 0;
    opterr = 0;
    for (;;) {
        /* Negative numbers (prioritize -3) are words, not options. */
        if (optind > 0 && optind < argc && argv[optind][0] == '-' && argv[optind][1] >= '0' &&
            argv[optind][1] <= '9') {
            return true;
        }
        int option = getopt_long(argc, argv, "", operate_options, NULL);
        if (option == -1) {
            return true;
        }
        if (!take_argument(cli, request, option, err)) {
            return false;
        }
    }
}

/* The word that prioritize and pin take before the accounts. */
static bool take_leading_word(struct control_request *request, const char *word, struct err *err)
{
    int64_t number = 0;
    if (request->op == OP_PRIORITIZE) {
        if (!word || !num_parse_i64(word, &number) || number < -9 || number > 9) {
            return err_set(err, ERR_USAGE, "prioritize: give a number from -9 to 9, 0 is normal");
        }
        request->priority = (int)number;
        return true;
    }
    request->unpin = word && strcmp(word, "none") == 0;
    return request->unpin || (word && tier_parse(word, &request->tier)) ||
           err_set(err, ERR_USAGE, "pin: give high, medium, low, or none to unpin");
}

int operate_accounts(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct control_request request;
    bool ok = parse(cli, &request, argc, argv, err);
    int at = optind;
    if (ok && (request.op == OP_PRIORITIZE || request.op == OP_PIN)) {
        ok = take_leading_word(&request, at < argc ? argv[at] : NULL, err);
        at++;
    }
    for (; ok && at < argc; at++) {
        ok = strcmp(argv[at], "--all") == 0 ? (request.all = true)
                                            : take_target(&request, argv[at], err);
    }
    if (ok && !request.all && request.target_count == 0) {
        ok = err_set(err, ERR_USAGE, "%s: give accounts, or --all", argv[0]);
    }
    if (!ok) {
        control_request_fini(&request);
        return EXIT_USAGE;
    }
    return send_and_tell(cli, &request, err);
}

int operate_force(struct cli *cli, int argc, char **argv, struct err *err)
{
    return operate_accounts(cli, argc, argv, err);
}

int operate_number(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct control_request request;
    bool ok = parse(cli, &request, argc, argv, err);
    const char *word = optind < argc ? argv[optind] : NULL;
    /* cancel and retry take a run's number or an account; ack an alert's; undo an action's. */
    bool account = word && (strncmp(word, "act_", 4) == 0);
    if (ok && account && (request.op == OP_CANCEL || request.op == OP_RETRY)) {
        ok = take_target(&request, word, err);
    } else if (ok && !(request.all && !word)) {
        ok = (word && num_parse_i64(word, &request.number) && request.number > 0) ||
             err_set(err, ERR_USAGE, "%s: give the number that 'adtop %s' shows", argv[0],
                     request.op == OP_ACK    ? "alerts"
                     : request.op == OP_UNDO ? "actions"
                                             : "runs");
    }
    if (!ok) {
        control_request_fini(&request);
        return EXIT_USAGE;
    }
    return send_and_tell(cli, &request, err);
}

/* `budget set daily 30000`, `threshold set account 65 --until 18:00` */
int operate_setting(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct control_request request;
    char op[32];
    snprintf(op, sizeof op, "%s_set", argv[0]);
    argv[1] = op; /* argv[0] is budget or threshold, argv[1] is "set" */
    bool ok = parse(cli, &request, argc - 1, argv + 1, err);
    char **words = argv + 1 + optind;
    int count = argc - 1 - optind;
    if (ok && (count < 2 || strlen(words[0]) >= sizeof request.setting ||
               !num_parse_double(words[1], &request.value))) {
        ok = err_set(err, ERR_USAGE, "%s set: give a name and a number, such as '%s'", argv[0],
                     strcmp(argv[0], "budget") == 0 ? "daily 30000" : "account 65");
    }
    if (!ok) {
        control_request_fini(&request);
        return EXIT_USAGE;
    }
    snprintf(request.setting, sizeof request.setting, "%s", words[0]);
    if (count > 2 && !take_target(&request, words[2], err)) { /* one account's budget */
        control_request_fini(&request);
        return EXIT_USAGE;
    }
    return send_and_tell(cli, &request, err);
}

int operate_stop(struct cli *cli, int argc, char **argv, struct err *err)
{
    (void)argc;
    (void)argv;
    if (cli->read_only) {
        err_set(err, ERR_REFUSED, "stop: --read-only looks and does not act; leave it out");
        return EXIT_ERROR;
    }
    struct control *control = control_connect(cli->state_dir, err);
    if (!control) {
        return EXIT_ERROR;
    }
    struct control_request request;
    struct control_reply reply = {0};
    control_request_init(&request);
    request.op = OP_STOP;
    control_origin(request.origin);
    bool ok = control_call(control, &request, ANSWER_TIMEOUT_MS, &reply, err);
    int code = ok ? tell(&reply, err) : EXIT_ERROR;
    control_reply_fini(&reply);
    /* Gone when the connection ends: the lock is free then. */
    struct pollfd pfd = {.fd = control_fd(control), .events = POLLIN};
    if (code == EXIT_OK && poll(&pfd, 1, STOP_TIMEOUT_MS) <= 0) {
        err_set(err, ERR_TIMEOUT, "engine: it was asked to stop and still runs; see its log");
        code = EXIT_ERROR;
    }
    control_close(control);
    return code;
}
