/*
 * naive: the algorithm of requirements.md as written. Accounts one after the other; campaigns, ad
 * sets, ads in sequential pages of 100; one upsert a row, each its own transaction; then insights
 * of the last 7 days by day for every ACTIVE entity of each level, 50 to a batch. An account that a
 * limit refuses is left until the next pass; then the program ends with 1.
 *
 * naive BASE_URL DB [LOG SPEED@ANCHOR]      (token from META_ACCESS_TOKEN)
 *
 * LOG: one line of JSON a call, as recorded.c takes it; times are those of the simulator's clock.
 */
#include "plain.h"

#include <math.h>

enum { URL_SIZE = 8192, BATCH = 50, ID_SIZE = 40, ACCOUNTS_MAX = 256 };

struct ids {
    char (*list)[ID_SIZE];
    size_t count, cap;
};

struct program {
    const char *base;
    CURL *easy;
    struct curl_slist *headers;
    struct buffer body;
    sqlite3_stmt *entity, *insight, *action;
    struct figures figures;
    bool refused; /* the present account, by a limit */
    long given_up;
    FILE *log; /* NULL = none */
    double speed, anchor_ms;
    cJSON *answered; /* headers of the last answer, as a batch item has them */
};

/* A call as it is logged; real instants. */
struct sent {
    const char *account, *kind; /* "campaigns", "insights", ... */
    int64_t at_us, us;
};

static const struct level {
    const char *edge, *kind, *fields, *statuses;
} levels[] = {
    {"campaigns", "campaign", CAMPAIGN_FIELDS,
     "[\"ACTIVE\",\"PAUSED\",\"ARCHIVED\",\"IN_PROCESS\",\"WITH_ISSUES\"]"                    },
    {"adsets",    "adset",    ADSET_FIELDS,
     "[\"ACTIVE\",\"PAUSED\",\"ARCHIVED\",\"IN_PROCESS\",\"WITH_ISSUES\",\"CAMPAIGN_PAUSED\"]"},
    {"ads",       "ad",       AD_FIELDS,
     "[\"ACTIVE\",\"PAUSED\",\"ARCHIVED\",\"IN_PROCESS\",\"WITH_ISSUES\",\"ADSET_PAUSED\","
     "\"CAMPAIGN_PAUSED\",\"DISAPPROVED\",\"PENDING_REVIEW\",\"PENDING_BILLING_INFO\","
     "\"PREAPPROVED\"]"                                                                       },
};

static void push(struct ids *ids, const char *id)
{
    if (ids->count == ids->cap) {
        ids->cap = ids->cap == 0 ? 256 : ids->cap * 2;
        ids->list = realloc(ids->list, ids->cap * sizeof *ids->list);
        if (ids->list == NULL) {
            die("out of memory");
        }
    }
    snprintf(ids->list[ids->count++], ID_SIZE, "%s", id);
}

/* ---- the log ---- */

static int64_t real_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static double simulated_ms(const struct program *p, int64_t at_us)
{
    return p->anchor_ms + ((double)at_us / 1000 - p->anchor_ms) * p->speed;
}

/* Of a batch: its items, one after the other, as if each had taken its share of the time. */
static struct sent item_of(const struct sent *batch, size_t item, size_t count)
{
    struct sent sent = *batch;
    sent.at_us += batch->us * (int64_t)item / (int64_t)count;
    sent.us = batch->us / (int64_t)count;
    return sent;
}

static size_t take_header(char *line, size_t size, size_t count, void *ctx)
{
    struct program *p = ctx;
    size_t n = size * count, name = 0;
    while (name < n && line[name] != ':') {
        name++;
    }
    if (p->log != NULL && name + 4 <= n && line[0] == 'x') {
        cJSON *header = cJSON_CreateObject();
        char text[4096];
        snprintf(text, sizeof text, "%.*s", (int)name, line);
        cJSON_AddStringToObject(header, "name", text);
        snprintf(text, sizeof text, "%.*s", (int)(n - name - 4), line + name + 2);
        cJSON_AddStringToObject(header, "value", text);
        cJSON_AddItemToArray(p->answered, header);
    }
    return n;
}

/* headers: owned by whoever calls. */
static void log_call(struct program *p, const struct sent *sent, long status, const cJSON *root,
                     cJSON *headers)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(root, "error");
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(error, "code");
    const cJSON *subcode = cJSON_GetObjectItemCaseSensitive(error, "error_subcode");
    if (p->log == NULL) {
        return;
    }
    cJSON *line = cJSON_CreateObject();
    cJSON_AddStringToObject(line, "account", sent->account);
    cJSON_AddStringToObject(line, "class", sent->kind);
    cJSON_AddNumberToObject(line, "at", floor(simulated_ms(p, sent->at_us)));
    cJSON_AddNumberToObject(line, "ms", floor((double)sent->us / 1000 * p->speed));
    cJSON_AddNumberToObject(line, "http", (double)status);
    cJSON_AddNumberToObject(line, "code", code != NULL ? code->valuedouble : 0);
    cJSON_AddNumberToObject(line, "subcode", subcode != NULL ? subcode->valuedouble : 0);
    cJSON_AddItemReferenceToObject(line, "headers", headers);
    char *text = cJSON_PrintUnformatted(line);
    fprintf(p->log, "%s\n", text == NULL ? "" : text);
    cJSON_free(text);
    cJSON_Delete(line);
}

/* ---- calls ---- */

/* Codes by which a limit refuses (reference 3.2). */
static bool is_throttle(const cJSON *root)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(root, "error");
    double code = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(error, "code"));
    return code == 4 || code == 17 || code == 32 || code == 613 || (code >= 80000 && code <= 80014);
}

/* NULL: refused by a limit. */
static cJSON *get(struct program *p, const char *url, const char *form, struct sent *sent)
{
    long status = 0;
    cJSON_Delete(p->answered);
    p->answered = cJSON_CreateArray();
    plain_setup(p->easy, p->headers, url, &p->body);
    curl_easy_setopt(p->easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(p->easy, CURLOPT_HEADERDATA, p);
    if (form != NULL) {
        curl_easy_setopt(p->easy, CURLOPT_POSTFIELDS, form);
    } else {
        curl_easy_setopt(p->easy, CURLOPT_HTTPGET, 1L);
    }
    CURLcode code = curl_easy_perform(p->easy);
    if (code != CURLE_OK) {
        die("naive: %s", curl_easy_strerror(code));
    }
    curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
    p->figures.calls++;
    sent->us = real_us() - sent->at_us;
    mend(p->body.data);
    cJSON *root = cJSON_ParseWithLength(p->body.data, p->body.len);
    p->refused = is_throttle(root);
    if (form == NULL || p->refused) {
        log_call(p, sent, status, root, p->answered);
    }
    if (p->refused) {
        cJSON_Delete(root);
        return NULL;
    }
    if (root == NULL || status != 200) {
        die("HTTP %ld: %.300s", status, p->body.data);
    }
    return root;
}

/* All pages of an edge, one after the other; each row is an upsert of its own. */
static void sync_level(struct program *p, const char *account, const struct level *level,
                       struct ids *active)
{
    char url[URL_SIZE];
    char after[1024] = "";
    do {
        snprintf(url, sizeof url, "%s/v25.0/%s/%s?limit=100", p->base, account, level->edge);
        append_param(url, sizeof url, "fields", level->fields);
        append_param(url, sizeof url, "effective_status", level->statuses);
        if (after[0] != '\0') {
            append_param(url, sizeof url, "after", after);
        }
        struct sent sent = {.account = account, .kind = level->edge, .at_us = real_us()};
        cJSON *root = get(p, url, NULL, &sent);
        const cJSON *row;
        if (root == NULL) {
            return;
        }
        cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(root, "data"))
        {
            insert_entity(p->entity, account, level->kind, row);
            p->figures.rows++;
            const char *status = text_of(row, "effective_status");
            if (status != NULL && strcmp(status, "ACTIVE") == 0) {
                push(active, text_of(row, "id"));
            }
        }
        const char *next = next_cursor(root);
        snprintf(after, sizeof after, "%s", next == NULL ? "" : next);
        cJSON_Delete(root);
    } while (after[0] != '\0');
}

static void store_item(struct program *p, const struct sent *sent, const char *kind, const char *id,
                       const cJSON *item)
{
    const char *account = sent->account;
    char *body = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "body"));
    if (body != NULL) {
        mend(body);
    }
    cJSON *root = body == NULL ? NULL : cJSON_Parse(body);
    const cJSON *row;
    double code = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(item, "code"));
    log_call(p, sent, (long)code, root, cJSON_GetObjectItemCaseSensitive(item, "headers"));
    if (is_throttle(root)) {
        p->refused = true;
        cJSON_Delete(root);
        return;
    }
    if (root == NULL || code != 200) {
        die("naive: batch item %s: %.300s", id, body == NULL ? "null" : body);
    }
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(root, "data"))
    {
        p->figures.rows += insert_insight(p->insight, p->action, account, kind, id, row);
    }
    cJSON_Delete(root);
}

static void sync_insights(struct program *p, const char *account, const char *kind,
                          const struct ids *ids)
{
    static char batch[BATCH * 512];
    static char form[BATCH * 1024];
    char url[URL_SIZE];
    snprintf(url, sizeof url, "%s/v25.0/", p->base);
    for (size_t from = 0; from < ids->count && !p->refused; from += BATCH) {
        size_t count = ids->count - from < BATCH ? ids->count - from : BATCH;
        size_t n = (size_t)snprintf(batch, sizeof batch, "[");
        for (size_t i = 0; i < count; i++) {
            n += (size_t)snprintf(batch + n, sizeof batch - n,
                                  "%s{\"method\":\"GET\",\"relative_url\":\"%s/insights?fields="
                                  "spend,impressions,clicks,reach,actions,action_values"
                                  "&date_preset=last_7d&time_increment=1\"}",
                                  i == 0 ? "" : ",", ids->list[from + i]);
        }
        snprintf(batch + n, sizeof batch - n, "]");
        snprintf(form, sizeof form, "include_headers=%s&batch=", p->log ? "true" : "false");
        append_escaped(form, sizeof form, batch);
        struct sent sent = {.account = account, .kind = "insights", .at_us = real_us()};
        cJSON *root = get(p, url, form, &sent);
        const cJSON *item;
        size_t i = from;
        cJSON_ArrayForEach(item, root)
        {
            struct sent part = item_of(&sent, i - from, count);
            store_item(p, &part, kind, ids->list[i++], item);
        }
        cJSON_Delete(root);
    }
}

static void sync_account(struct program *p, const char *account)
{
    struct ids active[3] = {0};
    p->refused = false;
    for (size_t i = 0; i < 3 && !p->refused; i++) {
        sync_level(p, account, &levels[i], &active[i]);
    }
    for (size_t i = 0; i < 3; i++) {
        sync_insights(p, account, levels[i].kind, &active[i]);
        free(active[i].list);
    }
    p->given_up += p->refused;
}

/* The accounts of the token; 0 when a limit refuses even that. */
static size_t list_accounts(struct program *p, char accounts[ACCOUNTS_MAX][ID_SIZE])
{
    char url[URL_SIZE];
    size_t count = 0;
    snprintf(url, sizeof url, "%s/v25.0/me/adaccounts?limit=200&fields=id,name", p->base);
    struct sent sent = {.account = "", .kind = "accounts", .at_us = real_us()};
    cJSON *root = get(p, url, NULL, &sent);
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(root, "data"))
    {
        if (count < ACCOUNTS_MAX) {
            snprintf(accounts[count++], ID_SIZE, "%s", text_of(row, "id"));
        }
    }
    cJSON_Delete(root);
    p->given_up += root == NULL;
    return count;
}

static void open_log(struct program *p, const char *path, const char *clock)
{
    char *at = NULL;
    p->speed = strtod(clock, &at);
    if (*at != '@') {
        die("naive: %s is no SPEED@ANCHOR", clock);
    }
    p->anchor_ms = strtod(at + 1, NULL) * 1000;
    p->log = fopen(path, "w");
    if (p->log == NULL) {
        die("naive: %s cannot be written", path);
    }
}

int main(int argc, char **argv)
{
    static struct program p;
    static char accounts[ACCOUNTS_MAX][ID_SIZE];
    if (argc != 3 && argc != 5) {
        die("usage: naive BASE_URL DB [LOG SPEED@ANCHOR]");
    }
    if (argc == 5) {
        open_log(&p, argv[3], argv[4]);
    }
    figures_begin(&p.figures, "naive");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    p.base = argv[1];
    p.headers = plain_headers();
    p.easy = curl_easy_init();
    sqlite3 *db = plain_open(argv[2], true);
    p.entity = plain_prepare(db, "INSERT INTO entities VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?) "
                                 "ON CONFLICT DO UPDATE SET name = excluded.name, status = "
                                 "excluded.status, effective_status = excluded.effective_status, "
                                 "updated_time = excluded.updated_time");
    p.insight = plain_prepare(db, "INSERT INTO insights VALUES(?,?,?,?,?,?,?,?,?) "
                                  "ON CONFLICT DO UPDATE SET spend = excluded.spend, impressions = "
                                  "excluded.impressions, clicks = excluded.clicks");
    p.action = plain_prepare(db, "INSERT INTO insight_actions VALUES(?,?,?,?,?,?,?,?) "
                                 "ON CONFLICT DO UPDATE SET count = excluded.count, value = "
                                 "excluded.value");
    size_t count = list_accounts(&p, accounts);
    for (size_t i = 0; i < count; i++) {
        sync_account(&p, accounts[i]);
    }
    sqlite3_finalize(p.entity);
    sqlite3_finalize(p.insight);
    sqlite3_finalize(p.action);
    sqlite3_close(db);
    curl_easy_cleanup(p.easy);
    curl_slist_free_all(p.headers);
    free(p.body.data);
    cJSON_Delete(p.answered);
    if (p.log != NULL && fclose(p.log) != 0) {
        die("naive: the log could not be written");
    }
    figures_print(&p.figures);
    return p.given_up ? 1 : 0;
}
