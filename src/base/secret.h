/*
 * secret: a token in memory. It prints as ***, the log redacts it, core files leave it out, and it
 * is wiped at its end. Only the code that writes the Authorization header reveals it.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct secret;

struct secret *secret_create(const char *text, size_t n);
void secret_destroy(struct secret *secret);
const char *secret_reveal(const struct secret *secret);
/* From a file that nobody but its owner can read; trailing white space is left out. */
bool secret_load(const char *path, struct secret **out, struct err *err);

#endif
