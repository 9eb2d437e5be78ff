#include "sim/api/page.h"

#include <stdlib.h>
#include <string.h>

#include "sim/api/errors.h"
#include "sim/net/out.h"

enum { DEFAULT_LIMIT = 25, REFUSED_LIMIT = 10000 };

static bool page_limit(struct page *page, struct call *call, uint64_t most)
{
    const char *text = request_param(page->request, "limit");
    long long limit = text != NULL ? strtoll(text, NULL, 10) : DEFAULT_LIMIT;
    page->limit = limit > 0 ? (uint64_t)limit : DEFAULT_LIMIT;
    struct fault fault;
    if (page->limit > REFUSED_LIMIT) {
        errors_reply(call->reply, GRAPH_REDUCE);
        return false;
    }
    page->limit = page->limit < most ? page->limit : most;
    if (faults_match(call->sim->faults, FAULT_REDUCE, &call->fault, call->now_ms, &fault) &&
        fault.limit > 0 && page->limit > (uint64_t)fault.limit &&
        call_fault(call, FAULT_REDUCE, NULL)) {
        errors_reply(call->reply, GRAPH_REDUCE);
        return false;
    }
    if (call_fault(call, FAULT_MAX_LIMIT, &fault) && fault.limit > 0 &&
        page->limit > (uint64_t)fault.limit) {
        page->limit = (uint64_t)fault.limit;
    }
    if (page->limit > 1 && call_fault(call, FAULT_SHORT_PAGE, NULL)) {
        page->limit /= 2;
    }
    return true;
}

/* The page in front of a cursor: counted from the start, for positions only lead forward. */
static bool page_back(struct page *page, struct call *call, const char *before)
{
    struct cursor cursor;
    if (!cursor_read(before, page->from.binding, &cursor)) {
        errors_reply(call->reply, GRAPH_BAD_CURSOR);
        return false;
    }
    page->limit = page->limit < cursor.rows ? page->limit : cursor.rows;
    page->skip = cursor.rows - page->limit;
    page->from.rows = page->skip;
    return true;
}

static bool page_forward(struct page *page, struct call *call, const char *after)
{
    struct fault fault;
    if (call_fault(call, FAULT_CURSOR, NULL) ||
        !cursor_read(after, page->from.binding, &page->from)) {
        errors_reply(call->reply, GRAPH_BAD_CURSOR);
        return false;
    }
    if (call_fault(call, FAULT_CURSOR_DEPTH, NULL)) {
        errors_reply(call->reply, GRAPH_CURSOR_TOO_FAR);
        return false;
    }
    page->drop =
        faults_match(call->sim->faults, FAULT_DROP_ROW, &call->fault, call->now_ms, &fault) &&
        fault.entity[0] == '\0' && fault.day[0] == '\0' && call_fault(call, FAULT_DROP_ROW, NULL);
    page->repeat = page->from.rows > 0 && call_fault(call, FAULT_DUPLICATE_ROW, NULL);
    return true;
}

bool page_begin(struct page *page, struct call *call, const struct request *request, uint64_t most)
{
    const char *after = request_param(request, "after");
    const char *before = request_param(request, "before");
    *page = (struct page){.request = request};
    if (!page_limit(page, call, most)) {
        return false;
    }
    page->from.binding = cursor_binding(request);
    bool forward = after != NULL && after[0] != '\0';
    bool back = !forward && before != NULL && before[0] != '\0';
    if ((forward && !page_forward(page, call, after)) || (back && !page_back(page, call, before))) {
        return false;
    }
    page->empty = call_fault(call, FAULT_EMPTY_PAGE, NULL);
    page->endless = call_fault(call, FAULT_ENDLESS_EMPTY, NULL);
    page->to = page->from;
    return true;
}

bool page_skips(struct page *page, uint64_t at, uint64_t sub, uint64_t last)
{
    if (page->skip == 0) {
        return false;
    }
    page->skip--;
    page->from.at = at;
    page->from.sub = sub;
    page->from.last = last;
    return true;
}

void page_open(struct str *out)
{
    str_add(out, "{\"data\":[");
}

/* Percent-encoding of a parameter. */
static void add_escaped(struct str *out, const char *text)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    for (; *text != '\0'; text++) {
        if (strchr(safe, *text) != NULL) {
            str_addc(out, *text);
        } else {
            str_addf(out, "%%%02X", (unsigned)(unsigned char)*text);
        }
    }
}

/* The same listing from a cursor on, with the token in it as Meta's links have it. */
static void add_link(const struct page *page, const struct call *call, const char *key,
                     const char *direction, const char *cursor, struct str *out)
{
    static const char *const left_out[] = {"access_token", "after", "method", "before"};
    const struct request *request = page->request;
    const char *edge = request->path;
    struct str url;
    str_init(&url, 32 << 20);
    str_addf(&url, "%s/%s", call->sim->base_url, call->version);
    if (strncmp(edge, "/v", 2) == 0 && strchr(edge + 1, '/') != NULL) {
        edge = strchr(edge + 1, '/');
    }
    str_add(&url, edge);
    str_add(&url, "?access_token=");
    add_escaped(&url, call->request->token != NULL ? call->request->token : "");
    for (size_t i = 0; i < request->param_count; i++) {
        const struct param *param = &request->params[i];
        bool keep = request_param(request, param->name) == param->value; /* the last one counts */
        for (size_t k = 0; k < sizeof left_out / sizeof left_out[0]; k++) {
            keep = keep && strcmp(param->name, left_out[k]) != 0;
        }
        if (keep) {
            str_addc(&url, '&');
            add_escaped(&url, param->name);
            str_addc(&url, '=');
            add_escaped(&url, param->value);
        }
    }
    if (request_param(request, "limit") == NULL) {
        str_addf(&url, "&limit=%d", DEFAULT_LIMIT);
    }
    str_addf(&url, "&%s=", direction);
    add_escaped(&url, cursor);
    out_key(out, key);
    out_string(out, str_text(&url));
    str_fini(&url);
}

void page_close(struct page *page, struct call *call, struct str *out)
{
    char before[CURSOR_SIZE], after[CURSOR_SIZE];
    /* No row fits in front of the first. */
    bool next = page->limit > 0 && (page->more || page->empty || page->endless);
    page->to.rows = page->from.rows + page->rows;
    if (page->rows == 0 && next) {
        page->to.rows++; /* a fresh cursor each time: nothing repeats */
    }
    cursor_write(&page->from, before);
    cursor_write(&page->to, after);
    str_addc(out, ']');
    call->rows += page->rows;
    if (page->rows == 0 && !next) {
        return;
    }
    str_add(out, ",\"paging\":{\"cursors\":{");
    out_key(out, "before");
    out_string(out, before);
    out_key(out, "after");
    out_string(out, after);
    str_addc(out, '}');
    if (next) {
        add_link(page, call, "next", "after", after, out);
    }
    if (page->from.rows > 0) {
        add_link(page, call, "previous", "before", before, out);
    }
    str_addc(out, '}');
}
