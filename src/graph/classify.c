#include "graph/classify.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "json/json.h"

enum {
    HTTP_TOO_LARGE = 413,
    HTTP_TOO_MANY = 429,
    SCORE_BLOCK_STANDARD_S = 60,     /* reference 2.1 */
    SCORE_BLOCK_DEVELOPMENT_S = 300, /* also when no header said which tier it is */
    THROTTLE_WAIT_S = 60,            /* of a 429 that says nothing */
    RETRY_AFTER_MAX_S = 24 * 3600
};

/* A throttle may be lifted by regain time, credentials are never retried: they win over all else.
 */
static bool rule_fits(const struct classify_rule *rule, int code, int subcode, const char *message)
{
    if (rule->code != CODE_ANY) {
        int to = rule->code_to == 0 ? rule->code : rule->code_to;
        if (code < rule->code || code > to) {
            return false;
        }
    }
    return (rule->subcode == SUBCODE_ANY || rule->subcode == subcode) &&
           (rule->text == NULL || strcasestr(message, rule->text) != NULL);
}

static const struct classify_rule *find_rule(int code, int subcode, const char *message)
{
    size_t count = 0;
    const struct classify_rule *rules = classify_rules(&count);
    for (size_t i = 0; i < count; i++) {
        if (rule_fits(&rules[i], code, subcode, message)) {
            return &rules[i];
        }
    }
    return NULL;
}

/* After the marker up to one of the end characters; a field name is letters, digits and _. */
static bool name_after(const char *from, char out[64])
{
    size_t n = 0;
    while (isalnum((unsigned char)from[n]) || from[n] == '_' || from[n] == '.') {
        n++;
    }
    if (n == 0 || n >= 64) {
        return false;
    }
    memcpy(out, from, n);
    out[n] = '\0';
    return true;
}

bool classify_field_name(const char *message, char out[64])
{
    const char *at = strcasestr(message, "nonexisting field (");
    if (at != NULL) {
        return name_after(at + strlen("nonexisting field ("), out);
    }
    if (strcasestr(message, "not valid for fields param") == NULL) {
        return false;
    }
    /* "(#100) foo, bar are not valid for fields param": one at a time. */
    at = strncmp(message, "(#", 2) == 0 ? strchr(message, ')') : NULL;
    at = at == NULL ? message : at + 1;
    return name_after(at + strspn(at, " '\""), out);
}

bool classify_version_hint(const char *message, char out[16])
{
    const char *at = strcasestr(message, "latest version");
    at = at == NULL ? NULL : at + strlen("latest version");
    while (at != NULL && (at = strstr(at, " v")) != NULL && !isdigit((unsigned char)at[2])) {
        at += 2;
    }
    if (at == NULL) {
        return false;
    }
    size_t n = 1 + strspn(at + 2, "0123456789.");
    while (n > 1 && at[n] == '.') {
        n--; /* the sentence's full stop */
    }
    if (n >= 16) {
        return false;
    }
    memcpy(out, at + 1, n);
    out[n] = '\0';
    return true;
}

static bool is_container(const struct json *node)
{
    return json_type(node) == JSON_OBJECT || json_type(node) == JSON_ARRAY;
}

static const struct json *error_of(const struct json *root)
{
    if (json_type(root) != JSON_OBJECT) {
        return NULL;
    }
    const struct json *error = json_get(root, "error");
    enum json_type type = json_type(error);
    return type == JSON_OBJECT || type == JSON_STRING ? error : NULL;
}

bool classify_is_success(const struct classify_input *in)
{
    return in->transport == NULL && in->http_status >= 200 && in->http_status < 300 &&
           is_container(in->root) && error_of(in->root) == NULL;
}

static int read_int(const struct json *node)
{
    int64_t value = 0;
    return json_i64(node, &value) && value > -100000000 && value < 100000000 ? (int)value : 0;
}

static void copy_text(char *out, size_t size, const struct json *node)
{
    const char *text = json_text(node);
    snprintf(out, size, "%s", text == NULL ? "" : text);
}

static void read_error(const struct json *error, struct api_error *out)
{
    if (json_type(error) == JSON_STRING) {
        copy_text(out->message, sizeof out->message, error);
        return;
    }
    out->code = read_int(json_get(error, "code"));
    out->subcode = read_int(json_get(error, "error_subcode"));
    copy_text(out->message, sizeof out->message, json_get(error, "message"));
    copy_text(out->type, sizeof out->type, json_get(error, "type"));
    copy_text(out->fbtrace_id, sizeof out->fbtrace_id, json_get(error, "fbtrace_id"));
    if (out->message[0] == '\0') {
        copy_text(out->message, sizeof out->message, json_get(error, "error_user_title"));
    }
    if (out->message[0] == '\0') {
        snprintf(out->message, sizeof out->message, "the API gave no message");
    }
}

static void apply(const struct classify_rule *rule, struct api_error *out)
{
    out->error_class = rule->error_class;
    out->reach = rule->reach;
    out->scope = rule->scope;
    out->use_case = rule->use_case;
    out->wait_ms = rule->wait_s > 0 ? (int64_t)rule->wait_s * 1000 : 0;
}

static void set_class(struct api_error *out, enum error_class error_class, enum error_reach reach)
{
    out->error_class = error_class;
    out->reach = reach;
}

static int64_t score_wait_s(const struct usage_set *usage)
{
    for (size_t i = 0; usage != NULL && i < usage->count; i++) {
        if (usage->readings[i].access_tier == ACCESS_STANDARD) {
            return SCORE_BLOCK_STANDARD_S;
        }
        if (usage->readings[i].access_tier == ACCESS_DEVELOPMENT) {
            return SCORE_BLOCK_DEVELOPMENT_S;
        }
    }
    return SCORE_BLOCK_DEVELOPMENT_S;
}

/* Longest regain of the account's readings from one header; use_case NONE = any. 0 = none. */
static int64_t regain_s(const struct classify_input *in, enum usage_source source,
                        enum use_case use_case)
{
    int64_t longest = 0;
    for (size_t i = 0; in->usage != NULL && i < in->usage->count; i++) {
        const struct usage_reading *r = &in->usage->readings[i];
        bool ours = in->account_id == NULL || in->account_id[0] == '\0' ||
                    strcmp(r->scope_id, in->account_id) == 0;
        if (ours && r->source == source && (use_case == USE_CASE_NONE || r->use_case == use_case) &&
            r->regain_s > longest) {
            longest = r->regain_s;
        }
    }
    return longest;
}

/* What the headers name beats the table; Retry-After, should it ever come, is a least wait. */
static void set_throttle_wait(const struct classify_input *in, const struct classify_rule *rule,
                              struct api_error *out)
{
    int64_t wait_s = out->wait_ms / 1000;
    int64_t named = 0;
    if (out->scope == SCOPE_USE_CASE) {
        named = regain_s(in, USAGE_BUC, out->use_case);
    } else if (out->scope == SCOPE_ACCOUNT && rule != NULL && rule->wait_s == WAIT_SCORE) {
        named = regain_s(in, USAGE_BUC, USE_CASE_NONE);
        named = named > 0 ? named : regain_s(in, USAGE_ACCOUNT, USE_CASE_NONE);
        wait_s = score_wait_s(in->usage);
    }
    wait_s = named > 0 ? named : wait_s;
    out->wait_ms = wait_s * 1000;
    out->wait_named = named > 0;
}

static void honour_retry_after(const struct classify_input *in, struct api_error *out)
{
    if (in->retry_after == NULL) {
        return;
    }
    char *end = NULL;
    long seconds = strtol(in->retry_after, &end, 10);
    if (end == in->retry_after || seconds <= 0) {
        return; /* the date form is not worth a parser: never seen from this API */
    }
    int64_t wait_ms = (seconds > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : seconds) * INT64_C(1000);
    if (wait_ms > out->wait_ms) {
        out->wait_ms = wait_ms;
        out->wait_named = true;
    }
}

static void classify_transport(const struct err *transport, struct api_error *out)
{
    snprintf(out->message, sizeof out->message, "%.399s", transport->message);
    if (transport->code == ERR_LIMIT) {
        set_class(out, ERROR_SHRINK, REACH_REQUEST);
    } else if (transport->retryable) {
        set_class(out, ERROR_RETRY, REACH_REQUEST);
    } else {
        set_class(out, ERROR_PERMANENT, REACH_APP);
    }
}

static void set_plain_throttle(const struct classify_input *in, struct api_error *out)
{
    bool has_account = in->account_id != NULL && in->account_id[0] != '\0';
    set_class(out, ERROR_THROTTLE, has_account ? REACH_SCOPE : REACH_APP);
    out->scope = has_account ? SCOPE_ACCOUNT : SCOPE_APP;
    out->wait_ms = THROTTLE_WAIT_S * INT64_C(1000);
}

/* HTML, plain text, nothing at all: also under HTTP 200 and 404 (reference 10 #1-3, #45). */
static void classify_no_json(const struct classify_input *in, struct api_error *out)
{
    char sample[160];
    char raw[81];
    snprintf(raw, sizeof raw, "%.*s", (int)(in->body_len > 80 ? 80 : in->body_len),
             in->body == NULL ? "" : in->body);
    utf8_clean(raw, sample, sizeof sample);
    snprintf(out->message, sizeof out->message, "HTTP %d %s%s", in->http_status,
             raw[0] == '\0' ? "with an empty body" : "without JSON: ", sample);
    static const char reduce[] = "reduce the amount of data";
    if (in->http_status == HTTP_TOO_MANY) {
        set_plain_throttle(in, out);
    } else if (in->http_status == HTTP_TOO_LARGE ||
               (in->body != NULL &&
                memmem(in->body, in->body_len, reduce, sizeof reduce - 1) != NULL)) {
        set_class(out, ERROR_SHRINK, REACH_REQUEST);
    } else {
        set_class(out, ERROR_RETRY, REACH_REQUEST);
    }
}

/* Steps 7 to 9, for codes the table does not know. */
static void classify_unknown(const struct classify_input *in, const struct json *error,
                             struct api_error *out)
{
    bool transient = false;
    json_bool(json_type(error) == JSON_OBJECT ? json_get(error, "is_transient") : NULL, &transient);
    if (transient || in->http_status >= 500) {
        set_class(out, ERROR_RETRY, REACH_REQUEST);
    } else {
        set_class(out, ERROR_PERMANENT, REACH_REQUEST);
    }
}

/* What the same row means in another place. */
static void adjust(const struct classify_input *in, struct api_error *out)
{
    if (out->code == 104 && !in->proof_in_use) {
        set_class(out, ERROR_RETRY, REACH_REQUEST);
    }
    if (out->error_class == ERROR_GONE && in->report_poll) {
        set_class(out, ERROR_RETRY, REACH_REQUEST);
    }
    if (out->error_class == ERROR_FIELD && !classify_field_name(out->message, out->field)) {
        set_class(out, ERROR_PERMANENT, REACH_REQUEST);
    }
    if (out->error_class == ERROR_THROTTLE && out->scope == SCOPE_USE_CASE &&
        out->use_case == USE_CASE_NONE) {
        out->use_case = call_class_use_case(in->call_class);
    }
}

static const struct classify_rule *classify_error(const struct classify_input *in,
                                                  const struct json *error, struct api_error *out)
{
    read_error(error, out);
    const struct classify_rule *rule = find_rule(out->code, out->subcode, out->message);
    if (rule != NULL) {
        apply(rule, out);
    } else {
        classify_unknown(in, error, out);
    }
    if (in->http_status == HTTP_TOO_MANY && out->error_class != ERROR_THROTTLE &&
        out->error_class != ERROR_AUTH) {
        set_plain_throttle(in, out);
        rule = NULL;
    }
    adjust(in, out);
    return rule;
}

const struct classify_rule *classify(const struct classify_input *in, struct api_error *out)
{
    const struct classify_rule *rule = NULL;
    memset(out, 0, sizeof *out);
    out->http_status = in->http_status;
    const struct json *error = error_of(in->root);
    if (in->transport != NULL) {
        classify_transport(in->transport, out);
        return NULL;
    }
    if (error != NULL) {
        rule = classify_error(in, error, out);
    } else if (is_container(in->root) && in->http_status >= 400) {
        snprintf(out->message, sizeof out->message, "HTTP %d without an error object",
                 in->http_status);
        if (in->http_status == HTTP_TOO_MANY) {
            set_plain_throttle(in, out);
        } else {
            classify_unknown(in, NULL, out);
        }
    } else {
        classify_no_json(in, out);
    }
    if (out->error_class == ERROR_THROTTLE) {
        set_throttle_wait(in, rule, out);
    }
    honour_retry_after(in, out);
    return rule;
}

const struct classify_rule *classify_codes(int code, int subcode, const char *message,
                                           struct api_error *out)
{
    const char *text = message == NULL ? "" : message;
    memset(out, 0, sizeof *out);
    out->code = code;
    out->subcode = subcode;
    snprintf(out->message, sizeof out->message, "%s", text);
    const struct classify_rule *rule = find_rule(code, subcode, text);
    if (rule == NULL) {
        set_class(out, ERROR_PERMANENT, REACH_REQUEST);
        return NULL;
    }
    apply(rule, out);
    struct classify_input in = {.call_class = CALL_REPORT};
    adjust(&in, out);
    if (out->error_class == ERROR_THROTTLE) {
        set_throttle_wait(&in, rule, out);
    }
    return rule;
}
