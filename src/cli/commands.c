/* The commands: what dispatch, help, completion and man page read. */
#include "cli/advise.h"
#include "cli/cli.h"
#include "cli/demo.h"
#include "cli/host.h"
#include "cli/operate.h"
#include "cli/plan.h"
#include "cli/reading.h"
#include "cli/show_calibration.h"
#include "cli/show_stats.h"
#include "cli/usage.h"
#include "cli/words.h"

#define DOCUMENT WORD(WORD_JSON)
#define TABLE (WORD(WORD_JSON) | WORD(WORD_CSV))
#define HISTORY (TABLE | WORD(WORD_SINCE) | WORD(WORD_LIMIT))
#define ON_ACCOUNTS (WORD(WORD_ALL) | WORD(WORD_REASON))

/* clang-format off */
const struct command cli_commands[] = {
    {"demo", "", "a simulator, an engine and a console over them",
     WORD(WORD_SCENARIO) | WORD(WORD_FOR), 0, demo_run,
     "Without a terminal it prints a line for each change and ends after 30s.\n", {NULL}},
    {"engine", "", "the engine without a terminal, for systemd",
     WORD(WORD_FOR), 0, host_engine,
     "SIGTERM, SIGINT or 'adtop stop' end it within 10 s.\n", {NULL}},
    {"stop", "", "ends the engine of the state directory", 0, 0, operate_stop, NULL, {NULL}},
    {"sync", "[ACCOUNT...]", "one pass in the foreground, or through the engine that runs",
     WORD(WORD_FULL) | WORD(WORD_WAIT), -1, host_sync,
     "exit: 0 all well, 3 some data missing, 4 some must wait, 5 some failed\n", {NULL}},
    {"status", "", "what the accounts wait for, and the engine",
     DOCUMENT, 0, show_status, NULL, {&status_spec}},
    {"accounts", "[ACCOUNT]", "accounts, tiers, usage and state",
     TABLE, 1, show_accounts, NULL, {&accounts_spec}},
    {"usage", "[ACCOUNT]", "every limiter, its line and its reading",
     HISTORY | WORD(WORD_PEAKS) | WORD(WORD_HOURS) | WORD(WORD_CALIBRATION), 1, show_usage,
     "--since and --limit are for --peaks (7d), --hours (1d) and --calibration (7d).\n",
     {&usage_spec, &peaks_spec, &hours_spec, &calibration_spec}},
    {"runs", "[ACCOUNT|RUN]", "history of sync runs, or one with what it had to divide",
     HISTORY | WORD(WORD_STATS), 1, show_runs,
     "The last 50 unless told; --stats is over 30 days unless told. A RUN is its number.\n",
     {&runs_spec, &splits_spec, &durations_spec, &days_spec}},
    {"budget", "[ACCOUNT] | set daily|account UNITS [ACCOUNT]",
     "cost of today; sets a budget for the day",
     TABLE | WORD(WORD_FOR_TODAY) | WORD(WORD_REASON), 4, show_budget, NULL, {&budget_spec}},
    {"threshold", "set account|app|insights|use_case PCT", "changes a threshold for the day",
     WORD(WORD_FOR_TODAY) | WORD(WORD_REASON), 4, operate_setting,
     "'adtop usage' shows them.\n", {NULL}},
    {"errors", "[ACCOUNT]", "errors by code, meaning and advice",
     HISTORY, 1, show_errors, "Those of the last 24 hours unless told.\n", {&errors_spec}},
    {"actions", "[ACCOUNT]", "what operators did",
     HISTORY, 1, show_actions, NULL, {&actions_spec}},
    {"queue", "", "what runs next, and when",
     TABLE, 0, show_queue, NULL, {&queue_spec}},
    {"alerts", "", "what wants attention",
     HISTORY, 0, show_alerts, "Open ones; with --since those that ended as well.\n",
     {&alerts_spec}},
    {"why", "ACCOUNT", "why it waits, and until when",
     DOCUMENT, 1, show_why, NULL, {&why_spec}},
    {"plan", "ACCOUNT", "what a sync would cost, and which limit it would meet",
     DOCUMENT | WORD(WORD_LEVELS) | WORD(WORD_BREAKDOWNS) | WORD(WORD_ACTION_BREAKDOWNS) |
         WORD(WORD_DAILY) | WORD(WORD_DAYS),
     1, show_plan, "It sends nothing.\n",
     {&plan_spec, &plan_steps_spec, &plan_limiters_spec, &calibration_spec}},
    {"advise", "", "other thresholds and cadences, tried on the recorded log",
     DOCUMENT | WORD(WORD_SINCE), 0, show_advise,
     "Replays the calls and readings of the last 3 days, or since --since (20000 calls at most),\n"
     "through the governor at other settings. It changes nothing.\n",
     {&advise_spec, &advise_settings_spec, &advise_evidence_spec}},
    {"pause", "ACCOUNT...", "stops syncing them for a time",
     ON_ACCOUNTS | WORD(WORD_UNTIL), -1, operate_accounts, NULL, {NULL}},
    {"resume", "ACCOUNT...", "ends a pause", ON_ACCOUNTS, -1, operate_accounts, NULL, {NULL}},
    {"prioritize", "N ACCOUNT...", "moves them in the queue: -9 to 9, 0 is normal",
     ON_ACCOUNTS, -1, operate_accounts, NULL, {NULL}},
    {"pin", "high|medium|low|none ACCOUNT...", "keeps their tier; none unpins",
     ON_ACCOUNTS, -1, operate_accounts, NULL, {NULL}},
    {"force", "ACCOUNT...", "syncs them now",
     ON_ACCOUNTS | WORD(WORD_MODE) | WORD(WORD_SINCE_DAY) | WORD(WORD_OVERRIDE), -1,
     operate_accounts, NULL, {NULL}},
    {"cancel", "RUN|ACCOUNT", "ends a run; what it brought stays",
     ON_ACCOUNTS, 1, operate_number, NULL, {NULL}},
    {"retry", "RUN|ACCOUNT", "runs it again at once", ON_ACCOUNTS, 1, operate_number, NULL, {NULL}},
    {"ack", "ALERT", "takes note of an alert", WORD(WORD_REASON), 1, operate_number, NULL, {NULL}},
    {"undo", "ACTION", "takes back an action of the last 30 s",
     WORD(WORD_REASON), 1, operate_number, NULL, {NULL}},
    {"check", "", "what works, and what to do about the rest",
     TABLE, 0, host_check,
     "Configuration, state directory, disk, terminal, API, token, permissions, clock.\n"
     "exit: 0 all well, 1 something is to be done\n", {&check_spec}},
    {"help", "[COMMAND]", "this, or the help of a command",
     WORD(WORD_ROFF), 1, usage_help, NULL, {NULL}},
    {"completion", "", "prints what makes bash complete words: source it",
     0, 0, usage_completion, "  . <(adtop completion)\n", {NULL}},
    {NULL, NULL, NULL, 0, 0, NULL, NULL, {NULL}},
};
/* clang-format on */
