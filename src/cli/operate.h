/* operate: the commands that ask the engine for something. Their rows for cli_commands. */
#ifndef CLI_OPERATE_H
#define CLI_OPERATE_H

#include "base/err.h"

struct cli;
struct control_reply;
struct control_request;

/* Asks the engine of the state directory, or, when none runs, does it in this process. */
bool operate_ask(struct cli *cli, const struct control_request *request,
                 struct control_reply *reply, struct err *err);

int operate_accounts(struct cli *cli, int argc, char **argv, struct err *err); /* pause ... pin */
int operate_force(struct cli *cli, int argc, char **argv, struct err *err);
int operate_number(struct cli *cli, int argc, char **argv,
                   struct err *err); /* cancel retry ack undo */
int operate_setting(struct cli *cli, int argc, char **argv,
                    struct err *err); /* budget/threshold set */
int operate_stop(struct cli *cli, int argc, char **argv, struct err *err);

#endif
