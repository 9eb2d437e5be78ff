/*
 * error_catalog: what an error of the Graph API means, for a person: a title, the meaning in plain
 * words, what to do. What the program does about it is decided by graph/classify.h; a test of graph
 * holds both tables together. Source: reference 3.2. Read-only: any thread.
 */
#ifndef MODEL_ERROR_CATALOG_H
#define MODEL_ERROR_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "model/api_error.h"

enum { CATALOG_CODE_ANY = -1000000, CATALOG_SUBCODE_ANY = -1000000 };

struct error_entry {
    int code, code_to; /* inclusive range, code_to 0 = just `code`; or CATALOG_CODE_ANY */
    int subcode;       /* CATALOG_SUBCODE_ANY, 0 = none, or a value */
    const char *text;  /* the message contains it (case-insensitive); NULL = any */
    const char *scope; /* what is affected: "app", "ad account", "token", "request", ... */
    enum error_class error_class;
    const char *title;   /* at most 40 characters */
    const char *meaning; /* one sentence */
    const char *advice;  /* what a person does, or that nothing needs doing */
};

/* The entry of an error; message may be NULL. For codes nobody knows, the entry of the HTTP status
 * (0 = there was no answer); never NULL. */
const struct error_entry *error_catalog_find(int code, int subcode, const char *message,
                                             int http_status);
/* The rows, first match decides; for help and tests. */
const struct error_entry *error_catalog(size_t *count);

#endif
