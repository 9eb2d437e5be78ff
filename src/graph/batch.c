#include "graph/batch.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "json/json.h"

/* What JSON text would need escaping: percent-encoding leaves none of it in parameters. */
static bool is_plain_path(const char *path)
{
    return path[0] != '\0' && strpbrk(path, "\"\\?&# \t\r\n") == NULL;
}

static bool add_item(const struct batch_item *item, struct str *out)
{
    bool ok = str_addf(out, "{\"method\":\"GET\",\"relative_url\":\"%s", item->path);
    char before = '?';
    for (size_t i = 0; i < item->param_count && ok; i++) {
        if (item->params[i].value == NULL) {
            continue;
        }
        ok = str_addc(out, before) && graph_escape(out, item->params[i].key) &&
             str_addc(out, '=') && graph_escape(out, item->params[i].value);
        before = '&';
    }
    return ok && str_add(out, "\"}");
}

bool batch_body(const struct batch_item *items, size_t count, struct str *out, struct err *err)
{
    if (count == 0 || count > BATCH_MAX) {
        return err_set(err, ERR_LIMIT, "a batch of %zu items; 1 to %d are possible", count,
                       BATCH_MAX);
    }
    bool ok = str_addc(out, '[');
    for (size_t i = 0; i < count && ok; i++) {
        if (!is_plain_path(items[i].path)) {
            return err_set(err, ERR_BODY, "batch item %zu is not an object id or edge", i);
        }
        ok = (i == 0 || str_addc(out, ',')) && add_item(&items[i], out);
    }
    ok = ok && str_addc(out, ']');
    return ok || err_set(err, ERR_LIMIT, "a batch of %zu items is too long", count);
}

/* Sub-response headers: [{"name":"X-App-Usage","value":"..."}], or absent. */
static size_t read_headers(const struct json *list, struct http_header out[HTTP_HEADERS_MAX])
{
    size_t n = 0;
    if (json_type(list) != JSON_ARRAY) {
        return 0;
    }
    for (const struct json *h = json_first(list); h != NULL && n < HTTP_HEADERS_MAX;
         h = json_next(h)) {
        const char *name = json_type(h) == JSON_OBJECT ? json_text(json_get(h, "name")) : NULL;
        const char *value = name == NULL ? NULL : json_text(json_get(h, "value"));
        if (value != NULL) {
            out[n++] = (struct http_header){name, value};
        }
    }
    return n;
}

static void item_record(const struct graph_result *outer, const struct graph_request *request,
                        struct graph_result *item)
{
    item->sent_at = outer->sent_at;
    item->ms = outer->ms;
    if (item->server_ms == 0) {
        item->server_ms = outer->server_ms;
    }
    item->record = outer->record;
    item->record.call_class = request->call_class;
    item->record.http_status = item->error.http_status;
    item->record.code = item->error.code;
    item->record.subcode = item->error.subcode;
    memcpy(item->record.fbtrace_id, item->error.fbtrace_id, sizeof item->record.fbtrace_id);
    item->record.rows = item->ok ? 1 : 0;
}

/* null and {} are items the server did not finish (reference 8.1). */
static void fail_item(const struct graph_result *outer, const struct graph_request *request,
                      const char *message, struct graph_result *item)
{
    memset(item, 0, sizeof *item);
    item->usage.reach_pct = -1;
    item->error.error_class = ERROR_RETRY;
    item->error.reach = REACH_REQUEST;
    snprintf(item->error.message, sizeof item->error.message, "%s", message);
    item_record(outer, request, item);
}

static void read_item(const struct graph_result *outer, const struct graph_request *request,
                      const struct json *node, size_t index, batch_item_fn *each, void *ctx)
{
    struct graph_result item;
    struct http_header headers[HTTP_HEADERS_MAX];
    struct json_doc *doc = NULL;
    int64_t status = 0;
    bool whole = json_type(node) == JSON_OBJECT && json_i64(json_get(node, "code"), &status) &&
                 status > 0 && status < 1000;
    if (whole) {
        const char *body = json_text(json_get(node, "body"));
        struct graph_response in = {
            .status = (int)status,
            .body = body == NULL ? "" : body,
            .body_len = body == NULL ? 0 : strlen(body),
            .headers = headers,
            .header_count = read_headers(json_get(node, "headers"), headers),
            .at = outer->sent_at + outer->ms,
            .run_id = request->run_id,
            .account_id = request->account_id,
            .call_class = request->call_class,
            .report_poll = request->report_poll,
        };
        doc = graph_result_read(&in, &item);
        item_record(outer, request, &item);
        item.record.http_status = (int)status;
    } else {
        fail_item(outer, request, "the batch came back without this item", &item);
    }
    each(ctx, index, &item);
    json_free(doc);
}

void batch_read(const struct graph_result *outer, const struct graph_request *request, size_t count,
                batch_item_fn *each, void *ctx)
{
    bool is_list = outer->ok && json_type(outer->root) == JSON_ARRAY;
    const struct json *node = is_list ? json_first(outer->root) : NULL;
    for (size_t i = 0; i < count; i++) {
        if (is_list) {
            read_item(outer, request, node, i, each, ctx);
            node = node == NULL ? NULL : json_next(node);
            continue;
        }
        struct graph_result item;
        fail_item(outer, request, "the batch was answered without a list", &item);
        if (!outer->ok) {
            item.error = outer->error;
            item_record(outer, request, &item);
        }
        each(ctx, i, &item);
    }
}
