/*
 * str: a text builder with a mandatory maximum. What does not fit is not added at all, and the
 * builder says so from then on (overflow), so a cut URL or statement cannot be used by mistake.
 * Not for sharing between threads.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

struct str {
    char *data; /* NUL-terminated once anything was added; use str_text() */
    size_t len, cap, max;
    bool overflow; /* beyond max, or out of memory */
};

/* max: bytes of text at most, the NUL not counted. Allocates nothing. */
void str_init(struct str *s, size_t max);
void str_fini(struct str *s);
/* Empty again, overflow forgotten, memory kept. */
void str_reset(struct str *s);
/* False when this or an earlier addition did not fit. */
bool str_add(struct str *s, const char *text);
bool str_addn(struct str *s, const char *text, size_t n);
bool str_addc(struct str *s, char c);
bool str_addf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for n more bytes; false as above. */
bool str_reserve(struct str *s, size_t n);
/* Shortens to len bytes (no effect when it is shorter). */
void str_cut(struct str *s, size_t len);
/* Never NULL; valid until the next addition. */
const char *str_text(const struct str *s);
/* The text as heap memory of the caller; the builder is empty afterwards. NULL after an overflow.
 */
char *str_take(struct str *s);

#endif
