/*
 * naive: the algorithm of requirements.md as written. Accounts one after the other; campaigns, ad
 * sets, ads in sequential pages of 100; one upsert a row, each its own transaction; then insights
 * of the last 7 days by day for every ACTIVE entity of each level, 50 to a batch.
 *
 * naive BASE_URL DB      (token from META_ACCESS_TOKEN)
 */
#include "plain.h"

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

static cJSON *get(struct program *p, const char *url, const char *form)
{
    long status = 0;
    plain_setup(p->easy, p->headers, url, &p->body);
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
    return parse_page(&p->body, status);
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
        cJSON *root = get(p, url, NULL);
        const cJSON *row;
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

static void store_item(struct program *p, const char *account, const char *kind, const char *id,
                       const cJSON *item)
{
    char *body = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "body"));
    if (body != NULL) {
        mend(body);
    }
    cJSON *root = body == NULL ? NULL : cJSON_Parse(body);
    const cJSON *row;
    if (root == NULL ||
        cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(item, "code")) != 200) {
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
    for (size_t from = 0; from < ids->count; from += BATCH) {
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
        snprintf(form, sizeof form, "include_headers=false&batch=");
        append_escaped(form, sizeof form, batch);
        cJSON *root = get(p, url, form);
        const cJSON *item;
        size_t i = from;
        cJSON_ArrayForEach(item, root)
        {
            store_item(p, account, kind, ids->list[i++], item);
        }
        cJSON_Delete(root);
    }
}

static void sync_account(struct program *p, const char *account)
{
    struct ids active[3] = {0};
    for (size_t i = 0; i < 3; i++) {
        sync_level(p, account, &levels[i], &active[i]);
    }
    for (size_t i = 0; i < 3; i++) {
        sync_insights(p, account, levels[i].kind, &active[i]);
        free(active[i].list);
    }
}

int main(int argc, char **argv)
{
    static struct program p;
    static char accounts[ACCOUNTS_MAX][ID_SIZE];
    char url[URL_SIZE];
    size_t count = 0;
    if (argc != 3) {
        die("usage: naive BASE_URL DB");
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
    snprintf(url, sizeof url, "%s/v25.0/me/adaccounts?limit=200&fields=id,name", p.base);
    cJSON *root = get(&p, url, NULL);
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(root, "data"))
    {
        if (count < ACCOUNTS_MAX) {
            snprintf(accounts[count++], ID_SIZE, "%s", text_of(row, "id"));
        }
    }
    cJSON_Delete(root);
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
    figures_print(&p.figures);
    return 0;
}
