#include "cli/reading.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "model/ids.h"

static bool take_words(struct cli *cli, const struct words *words, struct reading *reading,
                       struct err *err)
{
    const char *since = words->value[WORD_SINCE], *limit = words->value[WORD_LIMIT];
    if (since && !cli_instant(cli, since, false, &reading->since, err)) {
        return err_prefix(err, "--since");
    }
    if (limit && !(num_parse_i64(limit, &reading->limit) && reading->limit > 0)) {
        return err_set(err, ERR_USAGE, "--limit %.40s: give a number above 0", limit);
    }
    if (words->count > 0) {
        if (!account_id_normalize(words->plain[0], reading->account_id)) {
            return err_set(err, ERR_USAGE,
                           "account %.60s: not an account id; give act_<number>, see 'adtop "
                           "accounts'",
                           words->plain[0]);
        }
        reading->account = reading->account_id;
    }
    return true;
}

struct store_reader *cli_reader(const struct cli *cli, struct err *err)
{
    char path[2200];
    snprintf(path, sizeof path, "%s/adtop.db", cli->state_dir);
    if (access(path, R_OK) != 0 && errno == EACCES) {
        err_set(err, ERR_IO, "state directory %s: you may not read it; ask its owner for access",
                cli->state_dir);
        return NULL;
    }
    if (access(path, F_OK) != 0) {
        err_set(
            err, ERR_NOT_FOUND,
            "state directory %s: there is no database yet; 'adtop engine' or 'adtop sync' makes "
            "one",
            cli->state_dir);
        return NULL;
    }
    return store_reader_open(path, cli->clock_given ? &cli->clock : NULL, err);
}

bool reading_begin(struct cli *cli, const struct words *words, struct reading *reading,
                   struct err *err)
{
    memset(reading, 0, sizeof *reading);
    if (cli->json && cli->csv) {
        return err_set(err, ERR_USAGE, "%s: --json or --csv, not both", words->command);
    }
    reading->reader = cli_reader(cli, err);
    if (!reading->reader) {
        return false;
    }
    cli->clock = store_reader_clock(reading->reader);
    if (!cli_settle_at(cli, err) || !take_words(cli, words, reading, err)) {
        return false;
    }
    reading->now = cli->at_ms ? cli->at_ms : cli_now(cli);
    reading->arena = arena_create(65536);
    return reading->arena || err_set(err, ERR_MEMORY, "%s: out of memory", words->command);
}

void reading_end(struct reading *reading)
{
    store_reader_close(reading->reader);
    arena_destroy(reading->arena);
}

int reading_exit(bool ok, const struct err *err)
{
    if (ok) {
        return EXIT_OK;
    }
    return err->code == ERR_USAGE || err->code == ERR_CONFIG ? EXIT_USAGE : EXIT_ERROR;
}

int64_t reading_since(const struct reading *reading, int64_t span_ms)
{
    return reading->since ? reading->since : reading->now - span_ms;
}

bool reading_live_only(const struct cli *cli, const struct words *words, struct err *err)
{
    return !cli->at ||
           err_set(err, ERR_USAGE, "%s: it is kept for the present alone; leave --at out",
                   words->command);
}

int reading_table(struct cli *cli, const struct words *words, const struct table_spec *spec,
                  reading_fill *fill, struct err *err)
{
    struct reading reading;
    struct table *table = table_create(cli, spec);
    bool ok = reading_begin(cli, words, &reading, err) &&
              (table || err_set(err, ERR_MEMORY, "%s: out of memory", words->command)) &&
              fill(cli, &reading, table, err) && table_print(table, err);
    reading_end(&reading);
    table_destroy(table);
    return reading_exit(ok, err);
}
