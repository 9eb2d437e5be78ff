/*
 * str: a text builder with a mandatory maximum. Past it, or without memory, nothing more is added,
 * overflow is set and stays set until str_reset; what is there is always NUL-terminated.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

struct str {
    char *data;
    size_t len, cap, max;
    bool overflow;
};

void str_init(struct str *s, size_t max);
void str_fini(struct str *s);
void str_reset(struct str *s);
bool str_add(struct str *s, const char *text);
bool str_addn(struct str *s, const char *text, size_t n);
bool str_addc(struct str *s, char c);
bool str_addf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Never NULL; valid until the next change. */
const char *str_text(const struct str *s);
/* The text, for the caller to free; the builder is empty afterwards. NULL without memory. */
char *str_take(struct str *s);

#endif
