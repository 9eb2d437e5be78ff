#include "cli/operate.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/words.h"
#include "control/control_client.h"
#include "engine/engine.h"
#include "store/reader.h"

enum { ANSWER_TIMEOUT_MS = 30000, STOP_TIMEOUT_MS = 30000 };

static bool ask_here(struct cli *cli, const struct control_request *request,
                     struct control_reply *reply, struct err *err)
{
    struct engine_options options = {
        .state_dir = cli->state_dir, .config = &cli->config, .clock = cli->clock};
    cli_quiet();
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
    struct control *control = cli_connect(cli, err);
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
            cli_say("%s: %s", result->target, result->message);
        }
    }
    if (reply->ok) {
        if (reply->result_count > 20 || reply->result_count == 0) {
            cli_say("%s", reply->message[0] ? reply->message : "done");
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

static bool take_until(const struct cli *cli, struct control_request *request, const char *text,
                       struct err *err)
{
    int64_t duration = 0;
    if (duration_parse(text, &duration)) {
        request->until = cli_now(cli) + duration;
        return true;
    }
    return cli_instant(cli, text, true, &request->until, err) || err_prefix(err, "--until");
}

/* The options, whichever of them the command takes. */
static bool begin(struct cli *cli, const struct words *words, enum op_kind op,
                  struct control_request *request, struct err *err)
{
    const char *reason = words->value[WORD_REASON], *mode = words->value[WORD_MODE];
    const char *until = words->value[WORD_UNTIL], *day = words->value[WORD_SINCE_DAY];
    until = until ? until : words->value[WORD_FOR_TODAY];
    control_request_init(request);
    request->op = op;
    request->all = words_given(words, WORD_ALL);
    request->override_holds = words_given(words, WORD_OVERRIDE);
    if (reason && strlen(reason) >= sizeof request->reason) {
        return err_set(err, ERR_USAGE, "--reason: longer than %zu bytes; shorten it",
                       sizeof request->reason - 1);
    }
    snprintf(request->reason, sizeof request->reason, "%s", reason ? reason : "");
    if (mode && !run_mode_parse(mode, &request->mode)) {
        return err_set(err, ERR_USAGE, "--mode %.40s: give full, delta, sweep or window", mode);
    }
    if (day && !date_parse(day, &request->since_day)) {
        return err_set(err, ERR_USAGE, "--since %.40s: give a date, YYYY-MM-DD", day);
    }
    request->mode = day ? RUN_WINDOW : request->mode;
    cli_adopt_clock(cli);
    return !until || take_until(cli, request, until, err);
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

int operate_accounts(struct cli *cli, const struct words *words, struct err *err)
{
    struct control_request request;
    enum op_kind op = OP_KIND_COUNT;
    op_kind_parse(words->command, &op);
    bool ok = begin(cli, words, op, &request, err);
    size_t at = 0;
    if (ok && (op == OP_PRIORITIZE || op == OP_PIN)) {
        ok = take_leading_word(&request, words->count > 0 ? words->plain[0] : NULL, err);
        at = 1;
    }
    for (; ok && at < words->count; at++) {
        ok = take_target(&request, words->plain[at], err);
    }
    if (ok && !request.all && request.target_count == 0) {
        ok = err_set(err, ERR_USAGE, "%s: give accounts, or --all", words->command);
    }
    if (ok && request.all && request.target_count > 0) {
        ok = err_set(err, ERR_USAGE, "%s: accounts or --all, not both", words->command);
    }
    if (!ok) {
        control_request_fini(&request);
        return EXIT_USAGE;
    }
    return send_and_tell(cli, &request, err);
}

int operate_number(struct cli *cli, const struct words *words, struct err *err)
{
    struct control_request request;
    enum op_kind op = OP_KIND_COUNT;
    op_kind_parse(words->command, &op);
    bool ok = begin(cli, words, op, &request, err);
    const char *word = words->count > 0 ? words->plain[0] : NULL;
    /* cancel and retry take a run's number or an account; ack an alert's; undo an action's. */
    bool account = word && strncmp(word, "act_", 4) == 0 && (op == OP_CANCEL || op == OP_RETRY);
    if (ok && account) {
        ok = take_target(&request, word, err);
    } else if (ok && !(request.all && !word)) {
        ok = (word && num_parse_i64(word, &request.number) && request.number > 0) ||
             err_set(err, ERR_USAGE, "%s: give the number that 'adtop %s' shows", words->command,
                     op == OP_ACK    ? "alerts"
                     : op == OP_UNDO ? "actions"
                                     : "runs");
    }
    if (!ok) {
        control_request_fini(&request);
        return EXIT_USAGE;
    }
    return send_and_tell(cli, &request, err);
}

int operate_setting(struct cli *cli, const struct words *words, struct err *err)
{
    struct control_request request;
    bool budget = strcmp(words->command, "budget") == 0;
    const char *const *plain = words->plain;
    bool ok = begin(cli, words, budget ? OP_BUDGET_SET : OP_THRESHOLD_SET, &request, err);
    if (ok && (words->count < 3 || strcmp(plain[0], "set") != 0 ||
               strlen(plain[1]) >= sizeof request.setting ||
               !num_parse_double(plain[2], &request.value))) {
        ok = err_set(err, ERR_USAGE, "%s: give 'set', a name and a number, such as '%s set %s'",
                     words->command, words->command, budget ? "daily 30000" : "account 65");
    }
    if (ok) {
        snprintf(request.setting, sizeof request.setting, "%s", plain[1]);
    }
    if (ok && words->count > 3) { /* one account's budget */
        ok = budget ? take_target(&request, plain[3], err)
                    : err_set(err, ERR_USAGE, "threshold: it is for all accounts; leave %.60s out",
                              plain[3]);
    }
    if (!ok) {
        control_request_fini(&request);
        return EXIT_USAGE;
    }
    return send_and_tell(cli, &request, err);
}

int operate_stop(struct cli *cli, const struct words *words, struct err *err)
{
    (void)words;
    if (cli->read_only) {
        err_set(err, ERR_REFUSED, "stop: --read-only looks and does not act; leave it out");
        return EXIT_ERROR;
    }
    struct control *control = cli_connect(cli, err);
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
