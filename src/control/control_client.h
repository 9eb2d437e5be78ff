/*
 * control_client: a connection to the engine of a state directory. Not thread-safe; one request is
 * under way at a time. End of file means that the engine is gone.
 */
#ifndef CONTROL_CONTROL_CLIENT_H
#define CONTROL_CONTROL_CLIENT_H

#include "control/protocol.h"

struct control;

/* ERR_NOT_FOUND when no engine listens there. */
struct control *control_connect(const char *state_dir, struct err *err);
void control_close(struct control *control);
/* For poll(): readable when a reply or the end of file waits. */
int control_fd(const struct control *control);

/* Sends without waiting for the answer. */
bool control_send(struct control *control, const struct control_request *request, struct err *err);
enum control_state { CONTROL_WAITING, CONTROL_REPLY, CONTROL_GONE };
/* Never blocks. Fills out (control_reply_fini it) on CONTROL_REPLY. */
enum control_state control_receive(struct control *control, struct control_reply *out,
                                   struct err *err);
/* Sends and waits for the answer, at most timeout_ms. */
bool control_call(struct control *control, const struct control_request *request, int timeout_ms,
                  struct control_reply *out, struct err *err);

/* Who holds the state directory's lock: false when nobody does. */
struct control_holder {
    int64_t pid;
    int64_t since;
    char host[64];
};
bool control_lock_holder(const char *state_dir, struct control_holder *out);
/* Starts `adtop engine` for the directory in a session of its own (fork, setsid, exec of this very
 * program) and waits until it answers. argv: its arguments after the program's name, NULL-ended. */
bool control_spawn_engine(const char *state_dir, const char *const *argv, int timeout_ms,
                          struct err *err);
/* The SSH client's address from SSH_CONNECTION, else "local". */
void control_origin(char out[64]);

#endif
