/* Accounts and entities. */
#include "graph/decode.h"

#include <string.h>

#include "base/arena.h"
#include "graph/decode_row.h"

#define IN_ACCOUNT(member) offsetof(struct account, member)
#define IN_ENTITY(member) offsetof(struct entity, member)

/* In the order of fields.c, each. */
static const struct slot account_slots[] = {
    {SLOT_ACCOUNT, IN_ACCOUNT(account_id)         },
    {SLOT_TEXT,    IN_ACCOUNT(name)               },
    {SLOT_INT,     IN_ACCOUNT(account_status)     },
    {SLOT_INT,     IN_ACCOUNT(disable_reason)     },
    {SLOT_CODE8,   IN_ACCOUNT(currency)           },
    {SLOT_NAME64,  IN_ACCOUNT(timezone_name)      },
    {SLOT_HOURS,   IN_ACCOUNT(timezone_offset_min)},
};

static const struct slot campaign_slots[] = {
    {SLOT_DECIMAL, IN_ENTITY(entity_id)       },
    {SLOT_TEXT,    IN_ENTITY(name)            },
    {SLOT_TEXT,    IN_ENTITY(status)          },
    {SLOT_TEXT,    IN_ENTITY(effective_status)},
    {SLOT_TEXT,    IN_ENTITY(objective)       },
    {SLOT_DECIMAL, IN_ENTITY(daily_budget)    },
    {SLOT_DECIMAL, IN_ENTITY(lifetime_budget) },
    {SLOT_TIME,    IN_ENTITY(created_time)    },
    {SLOT_TIME,    IN_ENTITY(updated_time)    },
};

static const struct slot adset_slots[] = {
    {SLOT_DECIMAL, IN_ENTITY(entity_id)       },
    {SLOT_DECIMAL, IN_ENTITY(campaign_id)     },
    {SLOT_TEXT,    IN_ENTITY(name)            },
    {SLOT_TEXT,    IN_ENTITY(status)          },
    {SLOT_TEXT,    IN_ENTITY(effective_status)},
    {SLOT_DECIMAL, IN_ENTITY(daily_budget)    },
    {SLOT_DECIMAL, IN_ENTITY(lifetime_budget) },
    {SLOT_TIME,    IN_ENTITY(created_time)    },
    {SLOT_TIME,    IN_ENTITY(updated_time)    },
};

static const struct slot ad_slots[] = {
    {SLOT_DECIMAL, IN_ENTITY(entity_id)       },
    {SLOT_DECIMAL, IN_ENTITY(campaign_id)     },
    {SLOT_DECIMAL, IN_ENTITY(parent_id)       },
    {SLOT_TEXT,    IN_ENTITY(name)            },
    {SLOT_TEXT,    IN_ENTITY(status)          },
    {SLOT_TEXT,    IN_ENTITY(effective_status)},
    {SLOT_TIME,    IN_ENTITY(created_time)    },
    {SLOT_TIME,    IN_ENTITY(updated_time)    },
};

static bool is_text(const char *text)
{
    return text != NULL && text[0] != '\0';
}

bool decode_account(const struct decoder *decoder, const struct json *node, struct account *out)
{
    memset(out, 0, sizeof *out);
    struct row row = {.decoder = decoder, .slots = account_slots, .out = out};
    bool usable = row_decode(&row, node);
    if (out->name != NULL) { /* it outlives the document */
        out->name = arena_copy(decoder->arena, out->name, strlen(out->name));
    }
    return usable;
}

bool decode_entity(const struct decoder *decoder, const struct json *node, struct entity *out)
{
    static const struct {
        enum entity_kind kind;
        const struct slot *slots;
    } kinds[EDGE_COUNT] = {
        [EDGE_CAMPAIGNS] = {ENTITY_CAMPAIGN, campaign_slots},
        [EDGE_ADSETS] = {ENTITY_ADSET,    adset_slots   },
        [EDGE_ADS] = {ENTITY_AD,       ad_slots      },
    };
    memset(out, 0, sizeof *out);
    out->kind = kinds[decoder->edge].kind;
    struct row row = {.decoder = decoder, .slots = kinds[decoder->edge].slots, .out = out};
    bool usable = row_decode(&row, node);
    if (out->kind == ENTITY_ADSET) {
        out->parent_id = out->campaign_id;
    }
    return usable && is_text(out->entity_id);
}
