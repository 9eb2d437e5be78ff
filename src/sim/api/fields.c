#include "sim/api/fields.h"

#include <ctype.h>
#include <string.h>

struct reader {
    struct arena *arena;
    const char *at;
    int depth;
};

static bool read_list(struct reader *reader, struct field **out);

static void skip_space(struct reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\n') {
        reader->at++;
    }
}

static const char *read_name(struct reader *reader)
{
    skip_space(reader);
    size_t n = 0;
    while (isalnum((unsigned char)reader->at[n]) || reader->at[n] == '_') {
        n++;
    }
    const char *name = n > 0 ? arena_copy(reader->arena, reader->at, n) : NULL;
    reader->at += n;
    skip_space(reader);
    return name;
}

/* The text up to the parenthesis that closes the one before; quotes and braces may nest. */
static const char *read_args(struct reader *reader)
{
    const char *start = reader->at;
    int depth = 1;
    bool quoted = false;
    for (; *reader->at != '\0'; reader->at++) {
        char c = *reader->at;
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == '(') {
            depth++;
        } else if (!quoted && c == ')' && --depth == 0) {
            return arena_copy(reader->arena, start, (size_t)(reader->at++ - start));
        }
    }
    return NULL;
}

static bool read_mods(struct reader *reader, struct field *field)
{
    while (*reader->at == '.') {
        reader->at++;
        struct field_mod *mod = arena_alloc(reader->arena, sizeof *mod);
        if (mod == NULL || (mod->name = read_name(reader)) == NULL || *reader->at != '(') {
            return false;
        }
        reader->at++;
        if ((mod->args = read_args(reader)) == NULL) {
            return false;
        }
        mod->next = field->mods;
        field->mods = mod;
        skip_space(reader);
    }
    return true;
}

static bool read_children(struct reader *reader, struct field *field)
{
    if (*reader->at != '{') {
        return true;
    }
    if (reader->depth == FIELDS_DEPTH) {
        return false;
    }
    reader->at++;
    reader->depth++;
    if (!read_list(reader, &field->children) || *reader->at != '}') {
        return false;
    }
    reader->at++;
    reader->depth--;
    skip_space(reader);
    return true;
}

static bool read_list(struct reader *reader, struct field **out)
{
    struct field **tail = out;
    for (;;) {
        struct field *field = arena_alloc(reader->arena, sizeof *field);
        if (field == NULL || (field->name = read_name(reader)) == NULL ||
            !read_mods(reader, field) || !read_children(reader, field)) {
            return false;
        }
        *tail = field;
        tail = &field->next;
        if (*reader->at != ',') {
            return true;
        }
        reader->at++;
        skip_space(reader);
        if (*reader->at == '\0') {
            return true; /* a trailing comma is forgiven, as Graph does */
        }
    }
}

/* ["id","name"] -> id,name; anything else as it is. */
static const char *fields_flatten(struct arena *arena, const char *text)
{
    if (text[0] != '[') {
        return text;
    }
    char *copy = arena_copy(arena, text, strlen(text));
    size_t used = 0;
    for (const char *c = text; copy != NULL && *c != '\0'; c++) {
        if (strchr("[]\"' ", *c) == NULL) {
            copy[used++] = *c;
        }
    }
    if (copy != NULL) {
        copy[used] = '\0';
    }
    return copy != NULL ? copy : "";
}

bool fields_parse(struct arena *arena, const char *text, struct field **out, const char **bad)
{
    struct reader reader = {.arena = arena, .at = fields_flatten(arena, text)};
    struct field *fields = NULL;
    skip_space(&reader);
    if (*reader.at != '\0' && (!read_list(&reader, &fields) || *reader.at != '\0')) {
        *bad = reader.at;
        return false;
    }
    *out = fields;
    return true;
}

size_t fields_count(const struct field *fields)
{
    size_t n = 0;
    for (; fields != NULL; fields = fields->next) {
        n += 1 + fields_count(fields->children);
    }
    return n;
}

const struct field *fields_find(const struct field *fields, const char *name)
{
    while (fields != NULL && strcmp(fields->name, name) != 0) {
        fields = fields->next;
    }
    return fields;
}

const char *fields_mod(const struct field *field, const char *name)
{
    for (const struct field_mod *mod = field->mods; mod != NULL; mod = mod->next) {
        if (strcmp(mod->name, name) == 0) {
            return mod->args;
        }
    }
    return NULL;
}

void fields_print(const struct field *fields, struct str *out)
{
    for (; fields != NULL; fields = fields->next) {
        str_add(out, fields->name);
        for (const struct field_mod *mod = fields->mods; mod != NULL; mod = mod->next) {
            str_addf(out, ".%s(%s)", mod->name, mod->args);
        }
        if (fields->children != NULL) {
            str_addc(out, '{');
            fields_print(fields->children, out);
            str_addc(out, '}');
        }
        if (fields->next != NULL) {
            str_addc(out, ',');
        }
    }
}
