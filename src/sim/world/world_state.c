/*
 * State as text. One line for the configuration, one for each change in the order they were made:
 *   adtop-world 1
 *   config SEED SCALE BIG BASE_MS PACE
 *   change KIND AT_MS ID ENTITY STATUS BUDGET PPM ACCOUNT_STATUS REASON ACCESS NAME
 * NAME is hexadecimal, `-` for none. Replaying them in order gives new entities their old ids.
 */
#include "sim/world/world_impl.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool write_change(const struct mutation *mutation, struct str *out)
{
    const struct world_mutation *m = &mutation->m;
    bool ok =
        str_addf(out, "change %s %" PRId64 " %" PRIu64 " %d %d %" PRId64 " %u %d %d %d ",
                 world_mutation_text(m->kind), m->at_ms, m->id, (int)m->entity, (int)m->status,
                 m->budget, mutation->ppm, m->account_status, m->disable_reason, m->access);
    if (!m->name) {
        return ok && str_add(out, "-\n");
    }
    ok = ok && str_addc(out, 'x');
    for (size_t i = 0; ok && i < m->name_len; i++) {
        ok = str_addf(out, "%02x", (unsigned char)m->name[i]);
    }
    return ok && str_addc(out, '\n');
}

bool world_state_write(const struct world *world, struct str *out, struct err *err)
{
    const struct world_config *config = &world->config;
    bool ok =
        str_addf(out, "adtop-world 1\nconfig %" PRIu64 " %u %u %" PRId64 " %u\n", config->seed,
                 config->scale, config->big_account, config->base_ms, config->evolution_pct);
    for (uint32_t i = 0; ok && i < world->mutation_count; i++) {
        ok = write_change(&world->mutations[i], out);
    }
    return ok || err_set(err, ERR_LIMIT, "simulator state: too large");
}

/* ---- reading */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "x" and hex digits to bytes, in a buffer of the caller's to free; NULL = not that. */
static char *read_name(const char *text, size_t *len)
{
    size_t digits = strlen(text) - 1;
    char *out = text[0] == 'x' && digits % 2 == 0 ? malloc(digits / 2 + 1) : NULL;
    for (size_t i = 0; out && i < digits / 2; i++) {
        int high = hex_digit(text[1 + 2 * i]), low = hex_digit(text[2 + 2 * i]);
        if (high < 0 || low < 0) {
            free(out);
            return NULL;
        }
        out[i] = (char)(high << 4 | low);
    }
    *len = digits / 2;
    return out;
}

static bool read_change(struct world *world, const char *line, struct err *err)
{
    struct world_mutation m = {.kind = WORLD_MUTATION_COUNT};
    char kind[32];
    int entity = 0, status = 0, access = 0, at = 0;
    unsigned ppm = 0;
    int n = sscanf(line, "change %31s %" SCNd64 " %" SCNu64 " %d %d %" SCNd64 " %u %d %d %d %n",
                   kind, &m.at_ms, &m.id, &entity, &status, &m.budget, &ppm, &m.account_status,
                   &m.disable_reason, &access, &at);
    bool sane = n == 10 && at > 0 && world_mutation_parse(kind, &m.kind) && entity >= 0 &&
                entity < ENTITY_KIND_COUNT && status >= 0 && status < WORLD_STATUS_COUNT;
    char *name = sane && line[at] != '-' ? read_name(line + at, &m.name_len) : NULL;
    if (!sane || (line[at] != '-' && !name)) {
        return err_set(err, ERR_CONFIG, "simulator state: unreadable line: %.60s", line);
    }
    m.entity = (enum entity_kind)entity;
    m.status = (enum world_status)status;
    m.percent = ppm / 10000.0;
    m.access = access != 0;
    m.name = name;
    bool ok = world_mutate(world, &m, NULL, err);
    free(name);
    return ok || err_prefix(err, "simulator state");
}

static struct world *read_head(const char *line, struct err *err)
{
    struct world_config config;
    memset(&config, 0, sizeof config);
    int n = sscanf(line, "config %" SCNu64 " %u %u %" SCNd64 " %u", &config.seed, &config.scale,
                   &config.big_account, &config.base_ms, &config.evolution_pct);
    if (n != 5) {
        err_set(err, ERR_CONFIG, "simulator state: no configuration in it");
        return NULL;
    }
    return world_create(&config, err);
}

struct world *world_state_read(const char *text, size_t len, struct err *err)
{
    char *copy = malloc(len + 1);
    if (!copy) {
        err_set(err, ERR_MEMORY, "simulator state: out of memory");
        return NULL;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    struct world *world = NULL;
    char *rest = copy;
    char *line = strsep(&rest, "\n");
    bool ok = strcmp(line, "adtop-world 1") == 0 && rest;
    if (!ok) {
        err_set(err, ERR_CONFIG, "simulator state: not a state file of this version");
    }
    if (ok) {
        world = read_head(strsep(&rest, "\n"), err);
        ok = world != NULL;
    }
    while (ok && (line = strsep(&rest, "\n")) && *line) {
        ok = read_change(world, line, err);
    }
    free(copy);
    if (!ok) {
        world_destroy(world);
        return NULL;
    }
    return world;
}
