/* sync: one pass in the foreground, or through the engine that runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/secret.h"
#include "cli/cli.h"
#include "cli/host.h"
#include "cli/signals.h"
#include "cli/sync_engine.h"
#include "cli/sync_progress.h"
#include "cli/words.h"
#include "control/control_client.h"
#include "engine/engine.h"

enum { WAIT_DEFAULT_MS = 60000 };

static bool take_words(const struct words *words, struct sync_words *out, struct err *err)
{
    const char *wait = words->value[WORD_WAIT];
    out->full = words_given(words, WORD_FULL);
    out->wait_ms = WAIT_DEFAULT_MS;
    if (wait && !duration_parse(wait, &out->wait_ms)) {
        return err_set(err, ERR_USAGE, "--wait %.40s: give a duration such as 60s", wait);
    }
    out->accounts = calloc(words->count + 1, sizeof *out->accounts);
    if (!out->accounts) {
        return err_set(err, ERR_MEMORY, "sync: out of memory");
    }
    for (size_t i = 0; i < words->count; i++) {
        if (!account_id_normalize(words->plain[i], out->accounts[out->count])) {
            return err_set(err, ERR_USAGE,
                           "account %.60s: not an account id; give act_<number>, see 'adtop "
                           "accounts'",
                           words->plain[i]);
        }
        out->count++;
    }
    return true;
}

/* ---- progress ---- */

struct teller {
    struct sync_progress progress;
    bool *finished; /* whose end has been told */
};

static void tell(void *ctx, const struct pass_progress *pass)
{
    struct teller *teller = ctx;
    struct sync_bar bar = {
        .finished = pass->finished, .accounts = pass->accounts, .account_id = "", .step = ""};
    if (!teller->finished) {
        teller->finished = calloc(pass->accounts + 1, sizeof *teller->finished);
    }
    for (size_t i = 0; teller->finished && i < pass->accounts; i++) {
        const struct pass_account *row = &pass->rows[i];
        bar.rows += sync_progress_rows(&row->run);
        bar.calls += row->run.api_calls;
        if (row->finished && !teller->finished[i]) {
            struct run run = row->run;
            memcpy(run.account_id, row->account_id, sizeof run.account_id);
            teller->finished[i] = true;
            sync_progress_ended(&teller->progress, row->name, &run, run.error_message);
        } else if (!row->finished && row->run.progress[0]) {
            bar.account_id = row->account_id;
            bar.step = row->run.progress;
        }
    }
    sync_progress_bar(&teller->progress, &bar);
}

/* ---- the pass ---- */

static int exit_code(const struct pass_result *result, const struct cli *cli, struct err *err)
{
    char when[64] = "";
    if (result->earliest_resume) {
        char text[32];
        date_format_rfc3339(result->earliest_resume, 0, text);
        snprintf(when, sizeof when, "; earliest at %s", text);
    }
    (void)cli;
    if (result->failed) {
        err_set(err, ERR_API, "sync: %zu failed, first %s", result->failed, result->worst);
        return EXIT_FAILED;
    }
    if (result->throttled) {
        err_set(err, ERR_THROTTLED, "sync: %zu must wait, first %s%s", result->throttled,
                result->worst, when);
        return EXIT_THROTTLED;
    }
    if (result->partial) {
        err_set(err, ERR_API, "sync: %zu incomplete, first %s", result->partial, result->worst);
        return EXIT_PARTIAL;
    }
    if (result->cancelled) {
        err_set(err, ERR_CANCELLED, "sync: stopped before its end; run it again to go on");
        return EXIT_ERROR;
    }
    return EXIT_OK;
}

static int pass_here(struct cli *cli, const struct sync_words *words, const struct secret *token,
                     const struct secret *app_secret, struct err *err)
{
    struct engine_options options = {.state_dir = cli->state_dir,
                                     .config = &cli->config,
                                     .clock = cli->clock,
                                     .token = token,
                                     .app_secret = app_secret};
    struct teller teller = {.finished = NULL};
    struct pass_request request = {.accounts = (const char(*)[ID_SIZE])words->accounts,
                                   .account_count = words->count,
                                   .full = words->full,
                                   .wait_ms = words->wait_ms,
                                   .progress = tell,
                                   .progress_ctx = &teller};
    struct pass_result result;
    sync_progress_begin(&teller.progress);
    cli_quiet();
    signals_hold();
    struct engine *engine = engine_create(&options, err);
    if (!engine) {
        signals_ignore();
        return err->code == ERR_USAGE || err->code == ERR_CONFIG ? EXIT_USAGE : EXIT_ERROR;
    }
    signals_stop(engine);
    bool ok = engine_pass(engine, &request, &result, err);
    signals_ignore();
    engine_destroy(engine);
    sync_progress_end(&teller.progress);
    free(teller.finished);
    return ok ? exit_code(&result, cli, err) : EXIT_FAILED;
}

int host_sync(struct cli *cli, const struct words *words, struct err *err)
{
    struct sync_words wanted = {0};
    struct control_holder holder;
    int code = EXIT_USAGE;
    if (!take_words(words, &wanted, err)) {
        free(wanted.accounts);
        return code;
    }
    if (cli->read_only) {
        err_set(err, ERR_REFUSED, "sync: --read-only looks and does not act; leave it out");
        code = EXIT_ERROR;
    } else if (control_lock_holder(cli->state_dir, &holder)) {
        code = sync_through_engine(cli, &wanted, err);
    } else {
        struct secret *token = cli_token(cli, err);
        struct secret *app_secret = token ? cli_app_secret(cli, err) : NULL;
        code = token && err->code == ERR_NONE ? pass_here(cli, &wanted, token, app_secret, err)
                                              : EXIT_FAILED;
        secret_destroy(token);
        secret_destroy(app_secret);
    }
    free(wanted.accounts);
    return code;
}
