/* operate: the commands that ask the engine for something. Their rows for cli_commands. */
#ifndef CLI_OPERATE_H
#define CLI_OPERATE_H

#include "base/err.h"

struct cli;
struct control_reply;
struct control_request;
struct words;

/* Asks the engine of the state directory, or, when none runs, does it in this process. */
bool operate_ask(struct cli *cli, const struct control_request *request,
                 struct control_reply *reply, struct err *err);

int operate_accounts(struct cli *cli, const struct words *words, struct err *err); /* pause ... */
int operate_number(struct cli *cli, const struct words *words, struct err *err);   /* cancel ... */
/* `budget set daily 30000`, `threshold set account 65` */
int operate_setting(struct cli *cli, const struct words *words, struct err *err);
int operate_stop(struct cli *cli, const struct words *words, struct err *err);

#endif
