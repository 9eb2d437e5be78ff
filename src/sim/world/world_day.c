/*
 * What an ad delivers on a day: a hash of (ad, day, revision), cut to the quarter hours it ran.
 * Integers throughout, so that every machine gets the same figures.
 */
#include "sim/world/world_impl.h"
#include <string.h>

/* Minutes after the end of a day at which it is restated; reference 6.3 has the last at 28 days. */
static const int32_t revision_min[] = {0,    60,   120,   180,   240,   360,   540,
                                       720,  1080, 1440,  2160,  2880,  3600,  4320,
                                       5760, 7200, 10080, 14400, 20160, 30240, 40320};
#define REVISIONS ((int)(sizeof revision_min / sizeof *revision_min))
/* By how much a revision may be off the settled figure, and how many conversions are in by then. */
static const uint32_t amplitude_permille[REVISIONS] = {30, 28, 26, 24, 20, 18, 16, 14, 12, 10, 8,
                                                       6,  5,  4,  4,  3,  3,  2,  2,  1,  0};
static const int64_t complete_permille[REVISIONS] = {700, 720, 740, 760, 780, 800, 820,
                                                     835, 850, 865, 880, 900, 915, 925,
                                                     935, 945, 955, 965, 975, 990, 1000};
static const int64_t weekday_pct[7] = {88, 104, 106, 103, 101, 97, 91}; /* from Sunday */

/* Groups of conversions and which objective has them. */
enum group { GROUP_LEAD_FORM, GROUP_LEAD_SITE, GROUP_REGISTRATION, GROUP_PIXEL, GROUP_APP };
#define GROUPS 5
static const struct {
    int64_t min_permyriad, max_permyriad; /* of link clicks */
    uint16_t objectives;                  /* bit by objective */
    bool omni_only;
} groups[GROUPS] = {
    [GROUP_LEAD_FORM] = {150, 600, 1 << 3,          false},
    [GROUP_LEAD_SITE] = {60,  300, 1 << 3 | 1 << 7, false},
    [GROUP_REGISTRATION] = {80,  420, 1 << 3 | 1 << 4, false},
    [GROUP_PIXEL] = {70,  400, 1 << 5 | 1 << 7, false},
    [GROUP_APP] = {20,  150, 1 << 4 | 1 << 5, true },
};
static const int64_t group_share_permille[4] = {650, 200, 150, 240};

int64_t world_midnight(const struct account *account, int32_t day)
{
    int32_t at = day - account->first_day;
    return at >= 0 && at <= CALENDAR_DAYS ? account->midnight[at]
                                          : tz_midnight_ms(account->tz, day);
}

void world_day_clock(const struct account *account, int32_t day, int64_t as_of_ms,
                     struct day_clock *out)
{
    out->day = day;
    out->from_ms = world_midnight(account, day);
    out->to_ms = world_midnight(account, day + 1);
    out->as_of_ms = as_of_ms;
    out->steps = (out->to_ms - out->from_ms) / QUARTER_MS;
    out->revision = -1;
    int64_t age_min = (as_of_ms - out->to_ms) / 60000;
    while (as_of_ms >= out->to_ms && out->revision + 1 < REVISIONS &&
           revision_min[out->revision + 1] <= age_min) {
        out->revision++;
    }
}

static int64_t steps_of(const struct day_clock *clock, const struct spans *spans)
{
    int64_t steps = 0;
    int64_t end = clock->as_of_ms < clock->to_ms ? clock->as_of_ms : clock->to_ms;
    for (uint32_t i = 0; i < spans->count; i++) {
        const struct span *span = &spans->at[i];
        int64_t from = span->from_ms > clock->from_ms ? span->from_ms : clock->from_ms;
        int64_t to = span->to_ms < end ? span->to_ms : end;
        steps += to > from ? (to - from) / QUARTER_MS : 0;
    }
    return steps;
}

/* x * num / den with the remainder decided by `chance`, so that small figures keep their mean. */
static int64_t share(int64_t x, int64_t num, int64_t den, uint64_t chance)
{
    return (x * num + (int64_t)(chance % (uint64_t)den)) / den;
}

static void fill_groups(const struct ad *ad, uint64_t hash, int64_t link, int revision,
                        struct parts *out)
{
    for (int g = 0; g < GROUPS; g++) {
        if (!(groups[g].objectives >> ad->ent->objective & 1) ||
            (groups[g].omni_only && !ad->account->profile->omni)) {
            continue;
        }
        int64_t rate = world_pick(world_mix(ad->key, 0xc0 + (uint64_t)g), groups[g].min_permyriad,
                                  groups[g].max_permyriad);
        for (int w = 0; w < 4; w++) {
            uint64_t chance = world_mix(hash, 0x90 + (uint64_t)(g * 4 + w));
            int64_t settled = share(link, rate * group_share_permille[w], 10000000, chance);
            out->n[PART_GROUPS + g * 4 + w] =
                settled ? share(settled, complete_permille[revision], 1000, chance >> 32) : 0;
        }
    }
}

static void fill_counts(const struct ad *ad, uint64_t hash, int64_t shown, int64_t shown_settled,
                        int revision, struct parts *out)
{
    uint64_t key = ad->key;
    uint64_t chance = world_mix(hash, 0x11);
    int64_t ctr = world_pick(key >> 17, 60, 350); /* 0.6 to 3.5 % */
    int64_t clicks = share(shown, ctr, 10000, chance);
    int64_t link = share(clicks, world_pick(key >> 29, 60, 85), 100, chance >> 7);
    int64_t link_settled = share(shown_settled, ctr * 72, 1000000, chance >> 9);
    out->n[PART_IMPRESSIONS] = shown - clicks;
    out->n[PART_CLICKS] = clicks - link;
    out->n[PART_LINK] = link;
    out->n[PART_LANDING] = share(link, 72, 100, chance >> 13);
    out->n[PART_POST] = share(clicks - link, 1, 2, chance >> 19);
    out->n[PART_PAGE] = share(clicks, 4, 100, chance >> 23);
    out->n[PART_VIDEO] = key >> 40 & 1 ? share(shown, 18, 100, chance >> 29) : 0;
    out->order_minor =
        world_pick(chance >> 11, 2000, 12000) * ad->account->profile->usd_minor / 100;
    fill_groups(ad, hash, link_settled, revision, out);
}

bool world_parts(const struct ad *ad, const struct day_clock *clock, const struct spans *spans,
                 bool spend_only, struct parts *out)
{
    uint64_t key = ad->key;
    int64_t steps = steps_of(clock, spans);
    if (steps == 0) {
        return false;
    }
    uint64_t hash = world_mix(key, (uint64_t)clock->day);
    if (hash % 100 < 5) { /* a day without an auction won */
        return false;
    }
    /* A revision touches a quarter of the ads: the last one that touched this ad counts. */
    int revision = clock->revision < 0 ? 0 : clock->revision;
    uint32_t touched =
        ((uint32_t)(hash >> 13) & (uint32_t)(hash >> 31)) | 1U << (REVISIONS - 1) | 1U;
    revision = 31 - __builtin_clz(touched & ((2U << revision) - 1));
    int64_t usd = ad->ent->rate * world_pick(hash >> 9, 600, 1400) / 1000;
    usd = usd * weekday_pct[(clock->day % 7 + 11) % 7] / 100;
    int64_t off = (int64_t)amplitude_permille[revision];
    int64_t usd_now =
        usd * (1000 + world_pick(world_mix(hash, 0x200 + (uint64_t)revision), -off, off)) / 1000;
    int64_t cpm = world_pick(key >> 11, 40000, 180000); /* 4 to 18 USD */
    int64_t shown = usd_now * 1000 / cpm;
    if (shown * steps / clock->steps == 0) {
        return false;
    }
    memset(out->n, 0, sizeof out->n);
    out->n[PART_SPEND] = usd_now * ad->account->profile->usd_minor / 10000 * steps / clock->steps;
    if (spend_only) {
        return true;
    }
    fill_counts(ad, hash, shown, usd * 1000 / cpm, revision, out);
    for (int i = PART_IMPRESSIONS; steps < clock->steps && i < PART_COUNT; i++) {
        out->n[i] = out->n[i] * steps / clock->steps;
    }
    return true;
}

/* ---- parts to metrics */

static void add_clicks(struct world_metrics *sum, enum world_action action, int64_t n)
{
    for (int w = WORLD_DEFAULT; w <= WORLD_28D_CLICK; w++) {
        sum->count[action][w] += n;
    }
}

/* The four parts of a group as windows: 28d_click holds 7d_click holds 1d_click. */
static void add_group(struct world_metrics *sum, enum world_action action, const int64_t *part,
                      int64_t each_micros)
{
    const int64_t windows[WORLD_WINDOW_COUNT] = {
        [WORLD_DEFAULT] = part[0] + part[1] + part[3],
        [WORLD_1D_CLICK] = part[0],
        [WORLD_7D_CLICK] = part[0] + part[1],
        [WORLD_28D_CLICK] = part[0] + part[1] + part[2],
        [WORLD_1D_VIEW] = part[3],
    };
    for (int w = 0; w < WORLD_WINDOW_COUNT; w++) {
        sum->count[action][w] += windows[w];
        sum->value_micros[action][w] += windows[w] * each_micros;
    }
}

static int64_t minor_micros(const struct account *account)
{
    static const int64_t micros[] = {1000000, 100000, 10000, 1000};
    return micros[account->profile->decimals];
}

void world_parts_add(const struct account *account, const struct parts *parts,
                     struct world_metrics *sum)
{
    static const struct {
        enum group group;
        enum world_action action;
        bool money, omni;
    } targets[] = {
        {GROUP_LEAD_FORM,    WORLD_LEAD,               false, false},
        {GROUP_LEAD_SITE,    WORLD_LEAD,               false, false},
        {GROUP_LEAD_FORM,    WORLD_LEAD_GROUPED,       false, false},
        {GROUP_REGISTRATION, WORLD_REGISTRATION,       false, false},
        {GROUP_REGISTRATION, WORLD_PIXEL_REGISTRATION, false, false},
        {GROUP_PIXEL,        WORLD_PIXEL_PURCHASE,     true,  false},
        {GROUP_PIXEL,        WORLD_PURCHASE,           true,  true },
        {GROUP_PIXEL,        WORLD_OMNI_PURCHASE,      true,  true },
        {GROUP_APP,          WORLD_PURCHASE,           true,  true },
        {GROUP_APP,          WORLD_OMNI_PURCHASE,      true,  true },
    };
    const int64_t *n = parts->n;
    int64_t clicks = n[PART_CLICKS] + n[PART_LINK];
    int64_t micros = minor_micros(account);
    sum->spend_micros += n[PART_SPEND] * micros;
    sum->impressions += n[PART_IMPRESSIONS] + clicks;
    sum->clicks += clicks;
    add_clicks(sum, WORLD_LINK_CLICK, n[PART_LINK]);
    add_clicks(sum, WORLD_LANDING_PAGE_VIEW, n[PART_LANDING]);
    add_clicks(sum, WORLD_POST_ENGAGEMENT, n[PART_LINK] + n[PART_POST]);
    add_clicks(sum, WORLD_PAGE_ENGAGEMENT, n[PART_LINK] + n[PART_POST] + n[PART_PAGE]);
    add_clicks(sum, WORLD_VIDEO_VIEW, n[PART_VIDEO]);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        const int64_t *part = &n[PART_GROUPS + 4 * (size_t)targets[i].group];
        bool any = (part[0] | part[1] | part[2] | part[3]) != 0;
        if (any && (!targets[i].omni || account->profile->omni)) {
            add_group(sum, targets[i].action, part,
                      targets[i].money ? parts->order_minor * micros : 0);
        }
    }
}

int64_t world_reach(const struct account *account, enum insight_level level, uint64_t key,
                    int64_t impressions, int32_t days)
{
    static const int64_t level_permille[LEVEL_COUNT] = {
        [LEVEL_ACCOUNT] = 350, [LEVEL_CAMPAIGN] = 160, [LEVEL_ADSET] = 80, [LEVEL_AD] = 0};
    int64_t frequency = 1040 + world_pick(world_mix(account->key, key), 0, 299) +
                        level_permille[level] + 25 * (int64_t)(days < 28 ? days : 28);
    int64_t reach = impressions * 1000 / frequency;
    return impressions > 0 && reach == 0 ? 1 : reach;
}
