#include "graph/retry.h"

/* Milliseconds on adtop's clock. SHRINK: five steps take 1,000 rows to one, and a few more tries of
 * that, because the text also comes for a one-row request (reference 10 #6). */
static const struct retry_policy policies[ERROR_CLASS_COUNT] = {
    [ERROR_NONE] = {0,              0,    0    },
    [ERROR_THROTTLE] = {RETRY_GOVERNED, 0,    0    },
    [ERROR_RETRY] = {5,              1000, 60000},
    [ERROR_SHRINK] = {11,             100,  5000 },
    [ERROR_AUTH] = {0,              0,    0    },
    [ERROR_PERMANENT] = {0,              0,    0    },
    [ERROR_ACCESS] = {0,              0,    0    },
    [ERROR_RESTART] = {3,              500,  10000},
    [ERROR_GONE] = {0,              0,    0    },
    [ERROR_FIELD] = {0,              0,    0    }, /* not the same request again: one without the field */
};

const struct retry_policy *retry_policy(enum error_class error_class)
{
    return &policies[error_class];
}

int64_t retry_backoff_ms(int attempt, int64_t base_ms, int64_t cap_ms, double unit)
{
    int64_t top = base_ms;
    for (int i = 0; i < attempt && top < cap_ms; i++) {
        top *= 2;
    }
    if (top > cap_ms) {
        top = cap_ms;
    }
    return (int64_t)((double)top * unit);
}

bool retry_next(const struct api_error *error, int attempt, double unit, int64_t *wait_ms)
{
    const struct retry_policy *policy = &policies[error->error_class];
    if (policy->tries != RETRY_GOVERNED && attempt >= policy->tries) {
        return false;
    }
    int64_t wait = retry_backoff_ms(attempt, policy->base_ms, policy->cap_ms, unit);
    *wait_ms = wait > error->wait_ms ? wait : error->wait_ms;
    return true;
}
