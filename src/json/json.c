#include "json/json.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/num.h"
#include "base/utf8.h"
#include "json/mend.h"

enum { DEPTH_DEFAULT = 64, BLOCK_MIN = 4096, BLOCK_MAX = 64 * 1024 };

/* A document's nodes come from blocks that are freed with it: an allocation per node, and another
 * walk to free them, would cost as much as the parsing. */
struct block {
    struct block *next;
    size_t used, size;
    _Alignas(16) unsigned char data[];
};

struct json_doc {
    cJSON *root;
    struct block *blocks;
    size_t mends;
};

/* cJSON's allocation hooks carry no context: this is the document its thread is parsing. */
static _Thread_local struct json_doc *parsing;

static void *doc_alloc(size_t n)
{
    struct block *block = parsing->blocks;
    size_t need = (n + 15) & ~(size_t)15;
    if (need < n) {
        return NULL;
    }
    if (!block || block->size - block->used < need) {
        size_t size = block ? block->size * 2 : BLOCK_MIN;
        size = size > BLOCK_MAX ? BLOCK_MAX : size;
        size = size < need ? need : size;
        struct block *fresh = malloc(sizeof *fresh + size);
        if (!fresh) {
            return NULL;
        }
        fresh->next = block;
        fresh->used = 0;
        fresh->size = size;
        parsing->blocks = block = fresh;
    }
    void *memory = block->data + block->used;
    block->used += need;
    return memory;
}

/* cJSON gives nodes back one by one when parsing fails; json_free() does it for all. */
static void doc_release(void *memory)
{
    (void)memory;
}

static void install_hooks(void)
{
    cJSON_Hooks hooks = {.malloc_fn = doc_alloc, .free_fn = doc_release};
    cJSON_InitHooks(&hooks);
}

void json_free(struct json_doc *doc)
{
    if (!doc) {
        return;
    }
    for (struct block *block = doc->blocks; block;) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    free(doc);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\0';
}

static bool only_space(const char *p, const char *end)
{
    while (p < end && is_space(*p)) {
        p++;
    }
    return p == end;
}

/* What came instead, harmless and without secrets. */
static bool not_json(const char *text, size_t n, const char *at, struct err *err)
{
    if (only_space(text, text + n)) {
        return err_set(err, ERR_BODY, "the answer is empty");
    }
    size_t offset = at ? (size_t)(at - text) : 0;
    /* A JSON text that breaks off: its beginning tells nothing, the place does. */
    size_t from = offset < 60 ? 0 : offset - 40;
    char sample[160];
    (void)utf8_clean_n(text + from, n - from < 100 ? n - from : 100, sample, sizeof sample);
    log_redact(sample);
    return err_set(err, ERR_BODY, "the answer is not JSON (at byte %zu of %zu): %s%s%s", offset, n,
                   from > 0 ? "..." : "", sample, n - from > 100 ? "..." : "");
}

struct json_doc *json_parse(const char *text, size_t n, const struct json_limits *lim,
                            struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    size_t max_depth = lim && lim->max_depth ? lim->max_depth : DEPTH_DEFAULT;
    if (lim && lim->max_bytes && n > lim->max_bytes) {
        err_set(err, ERR_LIMIT, "the answer has %zu bytes, the limit is %zu", n, lim->max_bytes);
        return NULL;
    }
    struct mended mended;
    if (!mend(text, n, max_depth, &mended, err)) {
        return NULL;
    }
    struct json_doc *doc = calloc(1, sizeof *doc);
    if (!doc) {
        free(mended.owned);
        err_set(err, ERR_MEMORY, "no memory for an answer of %zu bytes", n);
        return NULL;
    }
    pthread_once(&once, install_hooks);
    const char *end = mended.text;
    doc->mends = mended.mends;
    parsing = doc;
    doc->root =
        mended.size > 0 ? cJSON_ParseWithLengthOpts(mended.text, mended.size, &end, 0) : NULL;
    parsing = NULL;
    if (!doc->root || !only_space(end, mended.text + mended.size)) {
        not_json(mended.text, mended.size, end, err);
        json_free(doc);
        doc = NULL;
    }
    free(mended.owned);
    return doc;
}

static const cJSON *item(const struct json *node)
{
    return (const cJSON *)node;
}

const struct json *json_root(const struct json_doc *doc)
{
    return doc ? (const struct json *)doc->root : NULL;
}

size_t json_doc_mends(const struct json_doc *doc)
{
    return doc ? doc->mends : 0;
}

enum json_type json_type(const struct json *node)
{
    if (!node) {
        return JSON_ABSENT;
    }
    switch (item(node)->type & 0xFF) {
    case cJSON_False:
    case cJSON_True:
        return JSON_BOOL;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_String:
        return JSON_STRING;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

const char *json_type_name(enum json_type type)
{
    static const char *const names[] = {
        [JSON_ABSENT] = "absent", [JSON_NULL] = "null",     [JSON_BOOL] = "bool",
        [JSON_NUMBER] = "number", [JSON_STRING] = "string", [JSON_ARRAY] = "array",
        [JSON_OBJECT] = "object",
    };
    return names[type];
}

const struct json *json_first(const struct json *container)
{
    enum json_type type = json_type(container);
    bool has = type == JSON_ARRAY || type == JSON_OBJECT;
    return has ? (const struct json *)item(container)->child : NULL;
}

const struct json *json_next(const struct json *node)
{
    return node ? (const struct json *)item(node)->next : NULL;
}

const char *json_key(const struct json *node)
{
    return node ? item(node)->string : NULL;
}

size_t json_size(const struct json *container)
{
    size_t n = 0;
    for (const struct json *node = json_first(container); node; node = json_next(node)) {
        n++;
    }
    return n;
}

const struct json *json_get(const struct json *object, const char *key)
{
    if (json_type(object) != JSON_OBJECT) {
        return NULL;
    }
    const cJSON *member = item(object)->child;
    while (member && strcmp(member->string, key) != 0) {
        member = member->next;
    }
    return (const struct json *)member;
}

const char *json_text(const struct json *node)
{
    return json_type(node) == JSON_STRING ? item(node)->valuestring : NULL;
}

/* A text in JSON's number grammar, so that "1e5" passes and "inf", "0x1" or "" do not. */
static bool is_decimal(const char *text)
{
    double value;
    return num_parse_double(text, &value);
}

bool json_decimal(const struct json *node, char *buf, size_t size)
{
    enum json_type type = json_type(node);
    int n = -1;
    if (type == JSON_NUMBER) { /* an integer that a double holds exactly: mend() saw to it */
        n = snprintf(buf, size, "%.0f", item(node)->valuedouble);
    } else if (type == JSON_STRING && is_decimal(item(node)->valuestring)) {
        n = snprintf(buf, size, "%s", item(node)->valuestring);
    }
    return n > 0 && (size_t)n < size;
}

bool json_i64(const struct json *node, int64_t *out)
{
    enum json_type type = json_type(node);
    if (type == JSON_NUMBER) {
        *out = (int64_t)item(node)->valuedouble;
        return true;
    }
    return type == JSON_STRING && num_parse_i64(item(node)->valuestring, out);
}

bool json_double(const struct json *node, double *out)
{
    enum json_type type = json_type(node);
    if (type == JSON_NUMBER) {
        *out = item(node)->valuedouble;
        return true;
    }
    return type == JSON_STRING && num_parse_double(item(node)->valuestring, out);
}

bool json_bool(const struct json *node, bool *out)
{
    enum json_type type = json_type(node);
    int64_t number;
    if (type == JSON_BOOL) {
        *out = (item(node)->type & 0xFF) == cJSON_True;
        return true;
    }
    if (json_i64(node, &number) && (number == 0 || number == 1)) {
        *out = number == 1;
        return true;
    }
    const char *text = json_text(node);
    if (text && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
        *out = *text == 't';
        return true;
    }
    return false;
}
