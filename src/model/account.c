#include "model/account.h"

#include <stdio.h>
#include <string.h>

#include "model/names.h"

static const char *const tiers[TIER_COUNT] = {"high", "medium", "low"};

const char *tier_name(enum tier tier)
{
    return names_get(tiers, TIER_COUNT, (int)tier);
}

bool tier_parse(const char *text, enum tier *out)
{
    int value = 0;
    if (!names_find(tiers, TIER_COUNT, text, &value)) {
        return false;
    }
    *out = (enum tier)value;
    return true;
}

struct code_name {
    int code;
    const char *name;
};

/* Reference 4.3. */
static const struct code_name account_statuses[] = {
    {1,   "ACTIVE"             },
    {2,   "DISABLED"           },
    {3,   "UNSETTLED"          },
    {7,   "PENDING_RISK_REVIEW"},
    {8,   "PENDING_SETTLEMENT" },
    {9,   "IN_GRACE_PERIOD"    },
    {100, "PENDING_CLOSURE"    },
    {101, "CLOSED"             },
    {201, "ANY_ACTIVE"         },
    {202, "ANY_CLOSED"         },
};

static const struct code_name disable_reasons[] = {
    {0,  "NONE"                             },
    {1,  "ADS_INTEGRITY_POLICY"             },
    {2,  "ADS_IP_REVIEW"                    },
    {3,  "RISK_PAYMENT"                     },
    {4,  "GRAY_ACCOUNT_SHUT_DOWN"           },
    {5,  "ADS_AFC_REVIEW"                   },
    {6,  "BUSINESS_INTEGRITY_RAR"           },
    {7,  "PERMANENT_CLOSE"                  },
    {8,  "UNUSED_RESELLER_ACCOUNT"          },
    {9,  "UNUSED_ACCOUNT"                   },
    {10, "UMBRELLA_AD_ACCOUNT"              },
    {11, "BUSINESS_MANAGER_INTEGRITY_POLICY"},
    {12, "MISREPRESENTED_AD_ACCOUNT"        },
    {13, "AOAB_DESHARE_LEGAL_ENTITY"        },
    {14, "CTX_THREAD_REVIEW"                },
    {15, "COMPROMISED_AD_ACCOUNT"           },
};

static const char *code_name(const struct code_name *table, size_t count, int code)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].code == code) {
            return table[i].name;
        }
    }
    return "?";
}

const char *account_status_name(int account_status)
{
    return code_name(account_statuses, sizeof account_statuses / sizeof *account_statuses,
                     account_status);
}

const char *disable_reason_name(int disable_reason)
{
    return code_name(disable_reasons, sizeof disable_reasons / sizeof *disable_reasons,
                     disable_reason);
}

bool account_id_normalize(const char *text, char out[ID_SIZE])
{
    const char *digits = text && strncmp(text, "act_", 4) == 0 ? text + 4 : text;
    size_t n = digits ? strlen(digits) : 0;
    if (n == 0 || n > ID_SIZE - 5 || strspn(digits, "0123456789") != n) {
        return false;
    }
    snprintf(out, ID_SIZE, "act_%s", digits);
    return true;
}

const char *account_id_number(const char *account_id)
{
    return strncmp(account_id, "act_", 4) == 0 ? account_id + 4 : account_id;
}
