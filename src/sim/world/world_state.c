/*
 * State as text. One line for the configuration, one for each change in the order they were made:
 *   adtop-world 1
 *   config SEED SCALE BIG BASE_MS PACE
 *   change KIND AT_MS ID ENTITY STATUS BUDGET PPM ACCOUNT_STATUS REASON ACCESS NAME
 * NAME is hexadecimal, `-` for none. Replaying them in order gives new entities their old ids.
 */
#include "sim/world/world_impl.h"
#include <errno.h>
#include <inttypes.h>
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

/* The next word of a line as a whole number; false = it is none, or outside lo..hi. */
static bool take_number(char **rest, int64_t lo, int64_t hi, int64_t *out)
{
    char *word = strsep(rest, " "), *end = NULL;
    if (!word || !*word) {
        return false;
    }
    errno = 0;
    int64_t value = strtoll(word, &end, 10);
    *out = value;
    return errno == 0 && *end == '\0' && value >= lo && value <= hi;
}

/* Seeds and ids use all 64 bits. */
static bool take_unsigned(char **rest, uint64_t *out)
{
    char *word = strsep(rest, " "), *end = NULL;
    if (!word || *word < '0' || *word > '9') {
        return false;
    }
    errno = 0;
    *out = strtoull(word, &end, 10);
    return errno == 0 && *end == '\0';
}

static bool take_word(char **rest, const char *word)
{
    const char *found = strsep(rest, " ");
    return found && strcmp(found, word) == 0;
}

/* All of a change but its name, which is what is left of the line. */
static bool take_change(char **rest, struct world_mutation *out)
{
    int64_t entity = 0, status = 0, ppm = 0, account_status = 0, reason = 0, access = 0;
    const char *kind = take_word(rest, "change") ? strsep(rest, " ") : NULL;
    bool ok = kind && world_mutation_parse(kind, &out->kind) &&
              take_number(rest, INT64_MIN, INT64_MAX, &out->at_ms) &&
              take_unsigned(rest, &out->id) &&
              take_number(rest, 0, ENTITY_KIND_COUNT - 1, &entity) &&
              take_number(rest, 0, WORLD_STATUS_COUNT - 1, &status) &&
              take_number(rest, INT64_MIN, INT64_MAX, &out->budget) &&
              take_number(rest, 0, 1000000, &ppm) &&
              take_number(rest, INT32_MIN, INT32_MAX, &account_status) &&
              take_number(rest, INT32_MIN, INT32_MAX, &reason) &&
              take_number(rest, 0, 1, &access) && *rest && **rest;
    out->entity = (enum entity_kind)entity;
    out->status = (enum world_status)status;
    out->percent = (double)ppm / 10000.0;
    out->account_status = (int)account_status;
    out->disable_reason = (int)reason;
    out->access = access != 0;
    return ok;
}

static bool read_change(struct world *world, char *line, uint32_t number, struct err *err)
{
    struct world_mutation m = {.kind = WORLD_MUTATION_COUNT};
    char *rest = line, *name = NULL;
    bool ok = take_change(&rest, &m);
    if (ok && *rest != '-') {
        name = read_name(rest, &m.name_len);
        m.name = name;
        ok = name != NULL;
    }
    if (!ok) {
        return err_set(err, ERR_CONFIG, "simulator state: line %u is unreadable", number);
    }
    ok = world_mutate(world, &m, NULL, err);
    free(name);
    return ok || err_prefix(err, "simulator state: line %u", number);
}

static struct world *read_head(char *line, struct err *err)
{
    struct world_config config;
    int64_t scale = 0, big = 0, base_ms = 0, pace = 0;
    char *rest = line;
    bool ok = take_word(&rest, "config") && take_unsigned(&rest, &config.seed) &&
              take_number(&rest, 0, UINT32_MAX, &scale) &&
              take_number(&rest, 0, UINT32_MAX, &big) &&
              take_number(&rest, 0, INT64_MAX, &base_ms) &&
              take_number(&rest, 0, UINT32_MAX, &pace) && !rest;
    if (!ok) {
        err_set(err, ERR_CONFIG, "simulator state: line 2 is not the configuration");
        return NULL;
    }
    config.scale = (uint32_t)scale;
    config.big_account = (uint32_t)big;
    config.base_ms = base_ms;
    config.evolution_pct = (uint32_t)pace;
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
    for (uint32_t number = 3; ok && (line = strsep(&rest, "\n")) && *line; number++) {
        ok = read_change(world, line, number, err);
    }
    free(copy);
    if (!ok) {
        world_destroy(world);
        return NULL;
    }
    return world;
}
