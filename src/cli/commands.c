/* The commands: what dispatch, help and man page read. */
#include "cli/cli.h"
#include "cli/demo.h"
#include "cli/host.h"
#include "cli/operate.h"
#include "cli/reading.h"

#include <string.h>

#define READ_OPTIONS                                                                               \
    "  --json           one JSON document\n"                                                       \
    "  --csv            comma separated values\n"
#define SINCE_OPTIONS                                                                              \
    READ_OPTIONS "  --since TIME     not older than that (2h, 03:10, RFC 3339)\n"                  \
                 "  --limit N        at most so many rows\n"
#define OPERATE_OPTIONS                                                                            \
    "  --all            every account\n"                                                           \
    "  --reason TEXT    kept in the audit trail\n"

static int threshold(struct cli *cli, int argc, char **argv, struct err *err)
{
    if (argc > 1 && strcmp(argv[1], "set") == 0) {
        return operate_setting(cli, argc, argv, err);
    }
    err_set(err, ERR_USAGE, "threshold: 'threshold set account 65'; 'adtop usage' shows them");
    return EXIT_USAGE;
}

const struct command cli_commands[] = {
    {"demo",       "[--scenario NAME] [--for D]",               "a simulator, an engine and a console over them",
     "  --scenario NAME  what goes wrong (busy-day)\n"
     "  --for D          ends by itself, 30s without a terminal\n",                                                                          demo_run        },
    {"engine",     "[--for D]",                                 "the engine without a terminal, for systemd",
     "  --for D          ends by itself\n",                                                                                                  host_engine     },
    {"stop",       "",                                          "ends the engine of the state directory",                   NULL,            operate_stop    },
    {"sync",       "[ACCOUNT...] [--full] [--wait D]",          "one pass in the foreground",
     "  --full           everything, however fresh\n"
     "  --wait D         wait for throttled accounts at most that long (60s)\n"
     "exit: 0 all well, 3 some data missing, 4 some must wait, 5 some failed\n",                                                             host_sync       },
    {"status",     "[--json]",                                  "what the accounts wait for, and the engine",               READ_OPTIONS,    show_status     },
    {"accounts",   "[ACCOUNT] [--json|--csv]",                  "accounts, tiers, usage and state",                         READ_OPTIONS,
     show_accounts                                                                                                                                           },
    {"usage",      "[ACCOUNT] [--json|--csv]",                  "every limiter, its line and its reading",                  READ_OPTIONS,
     show_usage                                                                                                                                              },
    {"runs",       "[ACCOUNT] [--since T] [--json|--csv]",      "history of sync runs",                                     SINCE_OPTIONS,
     show_runs                                                                                                                                               },
    {"budget",     "[ACCOUNT] | set NAME VALUE [ACCOUNT]",      "cost of today; sets a budget for the day",
     READ_OPTIONS "  --until TIME     of a set one: until then (the end of the day)\n",
     show_budget                                                                                                                                             },
    {"threshold",  "set NAME PCT [--until T]",                  "changes a threshold for the day",
     "  NAME             account, app, insights or use_case\n"
     "  --until TIME     until then (the end of the day)\n",                                                                                 threshold       },
    {"errors",     "[ACCOUNT] [--since T] [--json|--csv]",      "errors by code, meaning and advice",
     SINCE_OPTIONS,                                                                                                                          show_errors     },
    {"actions",    "[ACCOUNT] [--since T] [--json|--csv]",      "what operators did",                                       SINCE_OPTIONS,
     show_actions                                                                                                                                            },
    {"queue",      "[--json|--csv]",                            "what runs next, and when",                                 READ_OPTIONS,    show_queue      },
    {"alerts",     "[--since T] [--json|--csv]",                "what wants attention",                                     SINCE_OPTIONS,   show_alerts     },
    {"why",        "ACCOUNT [--json]",                          "why it waits, and until when",                             READ_OPTIONS,    show_why        },
    {"pause",      "ACCOUNT...|--all [--until T] [--reason R]", "stops syncing them for a time",
     OPERATE_OPTIONS "  --until TIME     2h, 18:00, RFC 3339 (4h)\n",                                                                        operate_accounts},
    {"resume",     "ACCOUNT...|--all",                          "ends a pause",                                             OPERATE_OPTIONS, operate_accounts},
    {"prioritize", "N ACCOUNT...|--all",                        "moves them in the queue: -9 to 9, 0 is normal",
     OPERATE_OPTIONS,                                                                                                                        operate_accounts},
    {"pin",        "TIER ACCOUNT...|--all",                     "keeps their tier: high, medium, low; none unpins",
     OPERATE_OPTIONS,                                                                                                                        operate_accounts},
    {"force",      "ACCOUNT...|--all [--mode M]",               "syncs them now",
     OPERATE_OPTIONS
     "  --mode M         delta, full, sweep or window (delta)\n"
     "  --since DATE     a window of insights from that day\n"
     "  --override       although a limit or the budget says wait; needs a reason\n",                                                        operate_force   },
    {"cancel",     "RUN|ACCOUNT",                               "ends a run; what it brought stays",                        OPERATE_OPTIONS, operate_number  },
    {"retry",      "RUN|ACCOUNT",                               "runs it again at once",                                    OPERATE_OPTIONS, operate_number  },
    {"ack",        "ALERT",                                     "takes note of an alert",                                   OPERATE_OPTIONS, operate_number  },
    {"undo",       "ACTION",                                    "takes back an action of the last 30 s",                    OPERATE_OPTIONS, operate_number  },
    {"check",      "",                                          "configuration, token, permissions, clock, disk, terminal", NULL,            host_check      },
    {NULL,         NULL,                                        NULL,                                                       NULL,            NULL            },
};
