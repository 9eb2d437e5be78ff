/*
 * secret: a token or app secret. Kept in locked memory that core dumps leave out, wiped when
 * destroyed, and known to the log, which prints "***" in its place. Read-only: any thread.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct secret;

/* Copies; the caller wipes its own. NULL on OOM, or when 32 exist already. */
struct secret *secret_create(const char *text, size_t n);
void secret_destroy(struct secret *secret);
/* NUL-terminated, lent; "" for NULL. The name is meant to stand out in a review. */
const char *secret_reveal(const struct secret *secret);
size_t secret_size(const struct secret *secret);
/* The first line of a file without white space around it. ERR_CONFIG when group or others may read
 * the file, when it is empty, or above 64 KiB. */
bool secret_load(const char *path, struct secret **out, struct err *err);

#endif
