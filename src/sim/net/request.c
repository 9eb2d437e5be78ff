#include "sim/net/request.h"

#include <string.h>
#include <strings.h>

#include "json/json.h"
#include "json/write.h"

void request_init(struct request *request, struct arena *arena, const char *method,
                  const char *path)
{
    memset(request, 0, sizeof *request);
    request->arena = arena;
    request->method = method;
    request->path = path;
}

const char *request_param(const struct request *request, const char *name)
{
    for (size_t i = request->param_count; i > 0; i--) {
        if (strcmp(request->params[i - 1].name, name) == 0) {
            return request->params[i - 1].value;
        }
    }
    return NULL;
}

void request_add(struct request *request, const char *name, const char *value)
{
    if (request->param_count == REQUEST_PARAMS || name == NULL || value == NULL) {
        request->too_many = true;
        return;
    }
    request->params[request->param_count++] = (struct param){name, value};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *request_decode(struct arena *arena, const char *text, size_t n)
{
    char *out = arena_copy(arena, text, n);
    size_t used = 0;
    for (size_t i = 0; out != NULL && i < n; i++) {
        char c = text[i];
        if (c == '%' && i + 2 < n && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
            c = (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        out[used++] = (char)(c != '\0' ? c : ' '); /* a text ends where it ends */
    }
    if (out != NULL) {
        out[used] = '\0';
    }
    return out;
}

void request_add_query(struct request *request, const char *query, size_t n)
{
    const char *end = query + n;
    while (query < end) {
        const char *amp = memchr(query, '&', (size_t)(end - query));
        const char *stop = amp != NULL ? amp : end;
        const char *equals = memchr(query, '=', (size_t)(stop - query));
        const char *name_end = equals != NULL ? equals : stop;
        const char *value = equals != NULL ? equals + 1 : stop;
        if (name_end > query) {
            request_add(request, request_decode(request->arena, query, (size_t)(name_end - query)),
                        request_decode(request->arena, value, (size_t)(stop - value)));
        }
        query = stop + 1;
    }
}

static const char *skip_scheme(const char *authorization)
{
    static const char *const schemes[] = {"Bearer ", "OAuth "};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t n = strlen(schemes[i]);
        if (strncasecmp(authorization, schemes[i], n) == 0) {
            return authorization + n;
        }
    }
    return NULL;
}

void request_finish(struct request *request, const char *authorization, size_t url_params)
{
    static const char *const known[] = {"GET", "POST", "DELETE"};
    const char *method = request_param(request, "method");
    for (size_t i = 0; i < sizeof known / sizeof known[0] && method != NULL; i++) {
        if (!request->in_batch && strcasecmp(method, known[i]) == 0) {
            request->method = known[i];
        }
    }
    if (strcmp(request->method, "HEAD") == 0) {
        request->method = "GET"; /* the body stays behind at the door */
    }
    for (size_t i = 0; i < request->param_count; i++) {
        const struct param *param = &request->params[i];
        if (strcmp(param->name, "access_token") == 0 && param->value[0] != '\0') {
            request->token = param->value;
            request->token_place = i < url_params ? TOKEN_URL : TOKEN_BODY;
        }
    }
    const char *header = authorization != NULL ? skip_scheme(authorization) : NULL;
    if (header != NULL && request->token == NULL) {
        request->token = arena_copy(request->arena, header, strlen(header));
        request->token_place = TOKEN_HEADER;
    }
}

static void dump_number(struct jw *w, const struct json *node)
{
    char text[64];
    double number;
    if (json_decimal(node, text, sizeof text)) {
        jw_raw(w, text);
    } else if (json_double(node, &number)) {
        jw_double(w, number);
    } else {
        jw_null(w);
    }
}

static void dump_leaf(struct jw *w, const struct json *node)
{
    bool truth = false;
    switch (json_type(node)) {
    case JSON_STRING:
        jw_text(w, json_text(node));
        break;
    case JSON_NUMBER:
        dump_number(w, node);
        break;
    case JSON_BOOL:
        json_bool(node, &truth);
        jw_bool(w, truth);
        break;
    case JSON_ABSENT:
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        jw_null(w);
        break;
    }
}

static void dump(struct jw *w, const struct json *node)
{
    bool object = json_type(node) == JSON_OBJECT;
    if (!object && json_type(node) != JSON_ARRAY) {
        dump_leaf(w, node);
        return;
    }
    if (object) {
        jw_object_begin(w);
    } else {
        jw_array_begin(w);
    }
    for (const struct json *child = json_first(node); child != NULL; child = json_next(child)) {
        if (object) {
            jw_key(w, json_key(child));
        }
        dump(w, child);
    }
    if (object) {
        jw_object_end(w);
    } else {
        jw_array_end(w);
    }
}

const char *request_json_text(struct arena *arena, const struct json *node)
{
    const char *text = json_text(node);
    if (text != NULL && json_type(node) == JSON_STRING) {
        return arena_copy(arena, text, strlen(text));
    }
    struct str out;
    struct jw w;
    str_init(&out, 16 << 20);
    jw_init(&w, &out);
    dump(&w, node);
    const char *copy = arena_copy(arena, str_text(&out), out.len);
    str_fini(&out);
    return copy;
}

/* "\'" needs no backslash between double quotes, every other escape keeps it. */
static size_t copy_escape(char *out, size_t used, const char *escape)
{
    if (escape[1] != '\'') {
        out[used++] = escape[0];
    }
    out[used++] = escape[1];
    return used;
}

/* Single quotes as double ones, double ones inside of them escaped. */
static char *requote(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, 2 * strlen(text) + 1);
    size_t used = 0;
    char inside = '\0'; /* the quote that is open */
    for (const char *c = text; out != NULL && *c != '\0'; c++) {
        bool quote = *c == '"' || *c == '\'';
        if (*c == '\\' && c[1] != '\0') {
            used = copy_escape(out, used, c++);
        } else if (quote && (inside == '\0' || inside == *c)) {
            inside = inside == '\0' ? *c : '\0';
            out[used++] = '"';
        } else {
            if (*c == '"') {
                out[used++] = '\\';
            }
            out[used++] = *c;
        }
    }
    if (out != NULL) {
        out[used] = '\0';
    }
    return out;
}

struct json_doc *request_parse(struct arena *arena, const char *text)
{
    struct json_doc *doc = json_parse(text, strlen(text), NULL, NULL);
    if (doc == NULL && strchr(text, '\'') != NULL) {
        const char *other = requote(arena, text);
        doc = other != NULL ? json_parse(other, strlen(other), NULL, NULL) : NULL;
    }
    return doc;
}

bool request_add_json(struct request *request, const char *body, size_t n)
{
    struct json_doc *doc = json_parse(body, n, NULL, NULL);
    if (doc == NULL) {
        return false;
    }
    const struct json *node = json_first(json_root(doc));
    for (; node != NULL; node = json_next(node)) {
        const char *key = json_key(node);
        if (key != NULL && json_type(node) != JSON_NULL) {
            request_add(request, arena_copy(request->arena, key, strlen(key)),
                        request_json_text(request->arena, node));
        }
    }
    json_free(doc);
    return true;
}
