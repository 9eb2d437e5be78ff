#include "cli/reading.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "model/ids.h"

static bool parse(struct cli *cli, struct reading *reading, int argc, char **argv, struct err *err)
{
    static const struct option options[] = {
        {"json",  no_argument,       NULL, 'j'},
        {"csv",   no_argument,       NULL, 'c'},
        {"since", required_argument, NULL, 's'},
        {"limit", required_argument, NULL, 'l'},
        {NULL,    0,                 NULL, 0  },
    };
    optind = 0;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        bool ok = true;
        switch (option) {
        case 'j':
            cli->json = true;
            break;
        case 'c':
            cli->csv = true;
            break;
        case 's':
            ok = cli_instant(cli, optarg, false, &reading->since, err);
            break;
        case 'l':
            ok = (num_parse_i64(optarg, &reading->limit) && reading->limit > 0) ||
                 err_set(err, ERR_USAGE, "--limit: a number above 0");
            break;
        default:
            ok = err_set(err, ERR_USAGE, "%s: unknown option; 'adtop %s --help'", argv[0], argv[0]);
        }
        if (!ok) {
            return false;
        }
    }
    if (optind < argc) {
        if (!account_id_normalize(argv[optind], reading->account_id)) {
            return err_set(err, ERR_USAGE,
                           "account %.60s: not an account id; give act_<number>, see 'adtop "
                           "accounts'",
                           argv[optind]);
        }
        reading->account = reading->account_id;
    }
    return optind + 1 >= argc || err_set(err, ERR_USAGE, "%s: one account at most", argv[0]);
}

struct store_reader *cli_reader(const struct cli *cli, struct err *err)
{
    char path[2200];
    snprintf(path, sizeof path, "%s/adtop.db", cli->state_dir);
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

bool reading_begin(struct cli *cli, struct reading *reading, int argc, char **argv, struct err *err)
{
    memset(reading, 0, sizeof *reading);
    if (!parse(cli, reading, argc, argv, err)) {
        return false;
    }
    reading->reader = cli_reader(cli, err);
    if (!reading->reader) {
        return false;
    }
    cli->clock = store_reader_clock(reading->reader);
    reading->arena = arena_create(65536);
    return reading->arena || err_set(err, ERR_MEMORY, "%s: out of memory", argv[0]);
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
