/*
 * control_server: the engine's face. One thread owns it (the engine's main thread). Who asks is
 * told by the kernel (SO_PEERCRED), never by the request.
 */
#ifndef CONTROL_CONTROL_SERVER_H
#define CONTROL_CONTROL_SERVER_H

#include <sys/types.h>

#include "control/protocol.h"

struct control_peer {
    uid_t uid;
    gid_t gid;
    pid_t pid;
    char user[64];
};

/* May the peer change things, may it connect at all. A connection whose hello said that it is
 * read-only stays so, whoever is at its other end. Group names, "" = none: then only the
 * directory's owner and root. */
struct control_access {
    char operators[64];
    char readers[64];
};
/* The name of a user id, or "uid N". */
void control_user_name(uid_t uid, char out[64]);
bool control_peer_may_act(const struct control_peer *peer, const struct control_access *access);

typedef void control_handler(void *ctx, const struct control_peer *peer,
                             const struct control_request *request, struct control_reply *reply);

struct control_server;
/* Binds <state_dir>/adtop.sock, replacing a dead one: the caller holds the directory's lock. Mode
 * 0600, or 0660 with a group. */
struct control_server *control_server_create(const char *state_dir,
                                             const struct control_access *access,
                                             control_handler *handler, void *ctx, struct err *err);
void control_server_destroy(struct control_server *server);
/* Serves for at most timeout_ms, or until extra_fd (-1 = none) is readable: true then. */
bool control_server_poll(struct control_server *server, int extra_fd, int timeout_ms);

#endif
