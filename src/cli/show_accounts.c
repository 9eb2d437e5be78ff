/* accounts: what each account is doing and what it waits for. */
#include "cli/reading.h"
#include "store/read_accounts.h"

static const struct column accounts_columns[] = {
    {"account_id",      "ACCOUNT", CELL_TEXT,    0,  "act_<number>"                                  },
    {"name",            "NAME",    CELL_TEXT,    28, "as Meta has it"                                },
    {"state",           "STATE",   CELL_TEXT,    0,  "what it is doing or waiting for: a wait reason"},
    {"tier",            "TIER",    CELL_TEXT,    0,  "high, medium or low, by spend of 7 days"       },
    {"tier_pinned",     NULL,      CELL_BOOL,    0,  "kept there by an operator"                     },
    {"priority",        "PRI",     CELL_NUMBER,  0,  "-9 to 9, 0 is normal"                          },
    {"usage_pct",       "USE%",    CELL_DECIMAL, 0,  "the worst of its own limiters"                 },
    {"usage_at",        "READ AT", CELL_TIME,    0,  "when that was read"                            },
    {"since",           NULL,      CELL_TIME,    0,  "in that state since"                           },
    {"until",           "UNTIL",   CELL_TIME,    0,  "end of the wait; none: a person must act"      },
    {"data_as_of",      "DATA AT", CELL_TIME,    0,  "age of its data, by the server's clock"        },
    {"next_due_at",     NULL,      CELL_TIME,    0,  "when its next run is due"                      },
    {"last_run_id",     NULL,      CELL_NUMBER,  0,  "the last run that ended; 0 = none"             },
    {"last_status",     "LAST",    CELL_TEXT,    0,  "how that ended"                                },
    {"last_error",      NULL,      CELL_TEXT,    0,  "and why"                                       },
    {"currency",        "CUR",     CELL_TEXT,    0,  "of the account"                                },
    {"spend_7d_micros", "7D",      CELL_MONEY,   0,  "spend of the last 7 days, in that currency"    },
};
const struct table_spec accounts_spec = TABLE_SPEC("accounts", "no accounts yet", accounts_columns);

static void account_cells(struct table *table, const struct account_row *row)
{
    table_text(table, row->account.account_id);
    table_text(table, row->account.name);
    table_text(table, hold_reason_name(row->reason));
    table_text(table, tier_name(row->account.tier));
    table_bool(table, row->account.tier_pinned);
    table_number(table, row->account.priority);
    table_decimal(table, row->usage_pct);
    table_time(table, row->usage_at);
    table_time(table, row->hold_since);
    table_time(table, row->hold_until);
    table_time(table, row->account.data_as_of);
    table_time(table, row->account.next_due_at);
    table_number(table, row->last_run_id);
    table_text(table, row->last_run_id ? run_status_name(row->last_status) : "");
    table_text(table, row->last_error);
    table_text(table, row->account.currency);
    table_money(table, row->account.spend_7d);
}

static bool fill_accounts(struct cli *cli, struct reading *reading, struct table *table,
                          struct err *err)
{
    struct account_rows rows = {0};
    struct account_row one;
    if (reading->account) {
        if (!read_account(reading->reader, reading->arena, cli->at_ms, reading->account, &one,
                          err)) {
            return false;
        }
        account_cells(table, &one);
        return true;
    }
    bool ok = read_accounts(reading->reader, reading->arena, cli->at_ms, false, &rows, err);
    for (size_t i = 0; ok && i < rows.count; i++) {
        account_cells(table, &rows.rows[i]);
    }
    return ok;
}

int show_accounts(struct cli *cli, const struct words *words, struct err *err)
{
    return reading_table(cli, words, &accounts_spec, fill_accounts, err);
}
