/* words: the closed lists of model and of the store by number, for field tables. Internal. */
#ifndef STORE_WORDS_H
#define STORE_WORDS_H

#include <stdbool.h>

enum word_list {
    WORDS_NONE,
    WORDS_TIER,
    WORDS_RUN_MODE,
    WORDS_RUN_TRIGGER,
    WORDS_RUN_STATUS,
    WORDS_CALL_CLASS,
    WORDS_SCOPE,
    WORDS_USE_CASE, /* none is '' in the database */
    WORDS_ACCESS,   /* unknown is NULL */
    WORDS_USAGE_SOURCE,
    WORDS_HOLD_REASON,
    WORDS_OP_KIND,
    WORDS_DRIFT_KIND,
    WORDS_LOG_LEVEL,
    WORDS_SEVERITY,
    WORDS_CHECK_RESULT,
    WORDS_COUNT
};

/* "" where the list has no word for it. */
const char *words_name(enum word_list list, int value);
/* The value of the word; the list's "unknown" or first value for a word of a later version. */
int words_value(enum word_list list, const char *text);

#endif
