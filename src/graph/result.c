/* From a response to a result: parse, read the usage headers, classify, find the cursor. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "graph/classify.h"
#include "graph/graph.h"
#include "json/json.h"

enum { JSON_DEPTH = 32 };

int64_t graph_date_parse(const char *text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm tm = {0};
    /* strptime's names depend on the locale, so the month is found by hand. */
    const char *end = text == NULL || strlen(text) < 16 || text[3] != ','
                          ? NULL
                          : strptime(text + 4, " %d ", &tm);
    if (end == NULL || strlen(end) < 4) {
        return 0;
    }
    char month[4] = {end[0], end[1], end[2], '\0'};
    const char *at = strstr(months, month);
    end = strptime(end + 3, " %Y %H:%M:%S GMT", &tm);
    if (at == NULL || (at - months) % 3 != 0 || end == NULL || *end != '\0') {
        return 0;
    }
    tm.tm_mon = (int)(at - months) / 3;
    return (int64_t)timegm(&tm) * 1000;
}

static void copy_header(const struct graph_response *in, const char *name, char *out, size_t size)
{
    const char *value = http_header_get(in->headers, in->header_count, name);
    snprintf(out, size, "%s", value == NULL ? "" : value);
}

/* A cursor too long to keep whole is no cursor: the pager then ends early and says so. */
static void read_paging(const struct json *root, struct graph_result *out)
{
    if (json_type(root) != JSON_OBJECT) {
        return;
    }
    const struct json *data = json_get(root, "data");
    out->data = json_type(data) == JSON_ARRAY ? data : NULL;
    const struct json *paging = json_get(root, "paging");
    if (json_type(paging) != JSON_OBJECT) {
        return;
    }
    out->has_next = json_text(json_get(paging, "next")) != NULL;
    const struct json *cursors = json_get(paging, "cursors");
    if (json_type(cursors) != JSON_OBJECT) {
        return;
    }
    const char *after = json_text(json_get(cursors, "after"));
    if (after != NULL && strlen(after) < sizeof out->after) {
        memcpy(out->after, after, strlen(after) + 1);
    }
}

struct json_doc *graph_result_read(const struct graph_response *in, struct graph_result *out)
{
    struct json_limits limits = {.max_depth =
                                     (size_t)(in->json_depth > 0 ? in->json_depth : JSON_DEPTH)};
    struct json_doc *doc = NULL;
    memset(out, 0, sizeof *out);
    if (in->transport == NULL && in->body_len > 0) {
        doc = json_parse(in->body, in->body_len, &limits, NULL);
    }
    out->root = doc == NULL ? NULL : json_root(doc);
    struct usage_context usage = {in->at, in->run_id, in->account_id};
    usage_read(in->headers, in->header_count, &usage, &out->usage);
    out->server_ms = graph_date_parse(http_header_get(in->headers, in->header_count, "date"));
    copy_header(in, "facebook-api-version", out->served_version, sizeof out->served_version);
    copy_header(in, "x-ad-api-version-warning", out->version_warning, sizeof out->version_warning);
    struct classify_input input = {
        .http_status = in->status,
        .transport = in->transport,
        .root = out->root,
        .body = in->body,
        .body_len = in->body_len,
        .retry_after = http_header_get(in->headers, in->header_count, "retry-after"),
        .usage = &out->usage,
        .account_id = in->account_id,
        .call_class = in->call_class,
        .report_poll = in->report_poll,
        .proof_in_use = in->proof_in_use,
    };
    out->ok = classify_is_success(&input);
    if (out->ok) {
        read_paging(out->root, out);
        return doc;
    }
    classify(&input, &out->error);
    if (out->error.fbtrace_id[0] == '\0') {
        copy_header(in, "x-fb-trace-id", out->error.fbtrace_id, sizeof out->error.fbtrace_id);
    }
    return doc;
}
