#include "sim/drill/scenario.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "base/embed.h"
#include "base/fd.h"
#include "base/log.h"
#include "sim/drill/fault.h"
#include "sim/drill/mutation.h"
#include "sim/drill/others.h"
#include "sim/options.h"
#include "sim/settings.h"

enum { LINES_MAX = 2000, SECTIONS_MAX = 200, FILE_MAX = 1 << 20 };

struct line {
    int number;
    const char *key, *value;
};

struct section {
    const char *type, *name;
    int number;
    size_t first, count; /* of lines */
    int64_t due_ms, every_ms;
    long times; /* left, of what is done at an instant */
};

struct scenario {
    char *text;
    struct line lines[LINES_MAX];
    size_t line_count;
    struct section sections[SECTIONS_MAX];
    size_t section_count;
    _Atomic int64_t next_ms;
    pthread_mutex_t lock;
};

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL) {
        text[--n] = '\0';
    }
    return text;
}

static bool read_header(struct scenario *scenario, char *text, int number, struct err *err)
{
    char *end = strchr(text, ']');
    if (end == NULL || scenario->section_count == SECTIONS_MAX) {
        return err_set(err, ERR_CONFIG, "scenario: line %d: not a section", number);
    }
    *end = '\0';
    char *name = strchr(text + 1, ' ');
    struct section *section = &scenario->sections[scenario->section_count++];
    *section = (struct section){.type = text + 1, .number = number, .name = ""};
    section->first = scenario->line_count;
    if (name != NULL) {
        *name = '\0';
        section->name = trim(name + 1);
    }
    return true;
}

static bool read_line(struct scenario *scenario, char *text, int number, struct err *err)
{
    text = trim(text);
    if (*text == '\0' || *text == '#' || *text == ';') {
        return true;
    }
    if (*text == '[') {
        return read_header(scenario, text, number, err);
    }
    char *equals = strchr(text, '=');
    if (equals == NULL || scenario->section_count == 0 || scenario->line_count == LINES_MAX) {
        return err_set(err, ERR_CONFIG, "scenario: line %d: not key = value in a section", number);
    }
    *equals = '\0';
    scenario->lines[scenario->line_count++] = (struct line){number, trim(text), trim(equals + 1)};
    scenario->sections[scenario->section_count - 1].count++;
    return true;
}

static bool scenario_read(struct scenario *scenario, struct err *err)
{
    int number = 1;
    for (char *at = scenario->text; at != NULL; number++) {
        char *end = strchr(at, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        if (!read_line(scenario, at, number, err)) {
            return false;
        }
        at = end != NULL ? end + 1 : NULL;
    }
    return true;
}

/* A file on disk wins over the one that came with the program. */
static char *scenario_text(const char *name, struct err *err)
{
    char path[256], *text = NULL;
    size_t n;
    if (access(name, R_OK) == 0) {
        return fd_read_file(name, FILE_MAX, &text, &n, err) ? text : NULL;
    }
    snprintf(path, sizeof path, "data/scenarios/%s.conf", name);
    const struct embed *embedded = embed_find(path);
    if (embedded == NULL) {
        err_set(err, ERR_CONFIG, "scenario %s: no such file, and none of that name built in", name);
        return NULL;
    }
    text = strdup(embedded->data);
    if (text == NULL) {
        err_set(err, ERR_MEMORY, "out of memory");
    }
    return text;
}

struct scenario *scenario_load(const char *name, struct err *err)
{
    struct scenario *scenario = calloc(1, sizeof *scenario);
    if (scenario == NULL) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&scenario->lock, NULL);
    atomic_store(&scenario->next_ms, INT64_MAX);
    scenario->text = scenario_text(name, err);
    if (scenario->text == NULL || !scenario_read(scenario, err)) {
        scenario_destroy(scenario);
        return NULL;
    }
    return scenario;
}

void scenario_destroy(struct scenario *scenario)
{
    if (scenario != NULL) {
        pthread_mutex_destroy(&scenario->lock);
        free(scenario->text);
        free(scenario);
    }
}

bool scenario_options(const struct scenario *scenario, struct sim_options *options, struct err *err)
{
    for (size_t i = 0; i < scenario->section_count; i++) {
        const struct section *section = &scenario->sections[i];
        for (size_t k = 0; k < section->count && strcmp(section->type, "sim") == 0; k++) {
            const struct line *line = &scenario->lines[section->first + k];
            if (!options_set(options, line->key, line->value, false, err)) {
                return err_prefix(err, "scenario: line %d", line->number);
            }
        }
    }
    return true;
}

static bool start_fault(const struct scenario *scenario, const struct section *section,
                        struct sim *sim, struct err *err)
{
    struct fault fault;
    const char *kind = "";
    char buf[48];
    for (size_t k = 0; k < section->count; k++) {
        const struct line *line = &scenario->lines[section->first + k];
        kind = strcmp(line->key, "kind") == 0 ? line->value : kind;
    }
    if (!fault_init(&fault, kind, err)) {
        return err_prefix(err, "scenario: line %d", section->number);
    }
    for (size_t k = 0; k < section->count; k++) {
        const struct line *line = &scenario->lines[section->first + k];
        if (strcmp(line->key, "kind") != 0 &&
            !fault_set(&fault, line->key, mutation_expand(sim, line->value, buf), sim->start_ms,
                       err)) {
            return err_prefix(err, "scenario: line %d", line->number);
        }
    }
    return faults_add(sim->faults, &fault) != 0 ||
           err_set(err, ERR_LIMIT, "scenario: line %d: too many faults", section->number);
}

/* Reads when a timed section is due; its other keys are read when it is done. */
static bool start_timed(const struct scenario *scenario, struct section *section, struct sim *sim,
                        struct err *err)
{
    section->due_ms = sim->start_ms;
    section->times = 1;
    for (size_t k = 0; k < section->count; k++) {
        const struct line *line = &scenario->lines[section->first + k];
        bool ok = true;
        if (strcmp(line->key, "at") == 0) {
            ok = fault_parse_time(line->value, sim->start_ms, &section->due_ms);
        } else if (strcmp(line->key, "every") == 0) {
            ok = duration_parse(line->value, &section->every_ms) && section->every_ms > 0;
            section->times = section->times == 1 ? LONG_MAX : section->times;
        } else if (strcmp(line->key, "times") == 0) {
            section->times = atol(line->value);
        }
        if (!ok) {
            return err_set(err, ERR_CONFIG, "scenario: line %d: %s: bad value: %s", line->number,
                           line->key, line->value);
        }
    }
    return true;
}

/* What a section with an instant does once, gathered from its lines. */
struct deed {
    struct mutation mutation;
    struct others others;
};

static bool deed_set(struct deed *deed, const char *type, struct sim *sim, const struct line *line,
                     struct err *err)
{
    char buf[48];
    const char *value = mutation_expand(sim, line->value, buf);
    if (strcmp(type, "mutate") == 0) {
        return mutation_set(&deed->mutation, sim, line->key, value, sim->start_ms, err);
    }
    if (strcmp(type, "others") == 0) {
        return others_set(&deed->others, sim, line->key, value, err);
    }
    return settings_apply(sim, line->key, value, err);
}

static bool run_section(const struct scenario *scenario, const struct section *section,
                        struct sim *sim, int64_t at_ms, struct err *err)
{
    static const char *const timing[] = {"at", "every", "times"};
    struct deed deed;
    mutation_init(&deed.mutation, at_ms);
    others_init(&deed.others);
    for (size_t k = 0; k < section->count; k++) {
        const struct line *line = &scenario->lines[section->first + k];
        bool skip = false;
        for (size_t i = 0; i < sizeof timing / sizeof timing[0]; i++) {
            skip = skip || strcmp(line->key, timing[i]) == 0;
        }
        if (!skip && !deed_set(&deed, section->type, sim, line, err)) {
            return err_prefix(err, "scenario: line %d", line->number);
        }
    }
    if (strcmp(section->type, "mutate") == 0) {
        return mutation_apply(&deed.mutation, sim, NULL, err);
    }
    return strcmp(section->type, "others") != 0 || others_apply(&deed.others, sim, at_ms, err);
}

/* Sections that do something at an instant. */
static bool section_timed(const struct section *section)
{
    static const char *const types[] = {"mutate", "others", "set"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(section->type, types[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool scenario_start(struct scenario *scenario, struct sim *sim, struct err *err)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < scenario->section_count; i++) {
        struct section *section = &scenario->sections[i];
        bool ok = true;
        if (strcmp(section->type, "fault") == 0) {
            ok = start_fault(scenario, section, sim, err);
        } else if (strcmp(section->type, "limits") == 0) {
            ok = run_section(scenario, section, sim, sim->start_ms, err);
        } else if (section_timed(section)) {
            ok = start_timed(scenario, section, sim, err);
            next = section->due_ms < next ? section->due_ms : next;
        } else if (strcmp(section->type, "sim") != 0 && strcmp(section->type, "adtop") != 0) {
            ok = err_set(err, ERR_CONFIG, "scenario: line %d: no such section: %s", section->number,
                         section->type);
        }
        if (!ok) {
            return false;
        }
    }
    atomic_store(&scenario->next_ms, next);
    return true;
}

static void run_due(struct scenario *scenario, struct section *section, struct sim *sim,
                    int64_t now_ms)
{
    while (section->times > 0 && section->due_ms <= now_ms) {
        struct err err = {0};
        if (!run_section(scenario, section, sim, section->due_ms, &err)) {
            log_write(LOG_WARN, "scenario", "%s", err.message);
            section->times = 0;
            return;
        }
        section->times -= section->times == LONG_MAX ? 0 : 1;
        section->due_ms += section->every_ms;
        if (section->every_ms == 0) {
            section->times = 0;
        }
    }
}

void scenario_advance(struct scenario *scenario, struct sim *sim, int64_t now_ms)
{
    if (scenario == NULL || now_ms < atomic_load(&scenario->next_ms)) {
        return;
    }
    pthread_mutex_lock(&scenario->lock);
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < scenario->section_count; i++) {
        struct section *section = &scenario->sections[i];
        run_due(scenario, section, sim, now_ms);
        if (section->times > 0 && section->due_ms < next) {
            next = section->due_ms;
        }
    }
    atomic_store(&scenario->next_ms, next);
    pthread_mutex_unlock(&scenario->lock);
}
