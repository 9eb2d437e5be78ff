/*
 * accounts: the listing of all ad accounts of the token, as a small state machine beside the runs.
 * Driven like a run; one thread at a time.
 */
#ifndef SYNC_ACCOUNTS_H
#define SYNC_ACCOUNTS_H

#include "sync/run.h"

struct accounts_sync;

struct accounts_sync *accounts_sync_create(const struct sync_deps *deps, struct err *err);
/* Cancels what is in flight; NULL-safe. */
void accounts_sync_destroy(struct accounts_sync *listing);
/* Before the first pump, and whenever another worker takes it. */
void accounts_sync_bind(struct accounts_sync *listing, const struct sync_net *net);
enum sync_state accounts_sync_pump(struct accounts_sync *listing, struct sync_pause *pause);
/* Why it ended without all accounts; NULL = well. */
const struct api_error *accounts_sync_error(const struct accounts_sync *listing);

#endif
