/*
 * floor: the least a sync can cost. The same pages as adtop's first pass (campaigns, ad sets, ads
 * of every status, daily insights of 8 days with actions, the account's total), three accounts at
 * once over one curl multi handle, parsed by cJSON, inserted into plain tables in one transaction.
 * It checks nothing, keeps no cursor, could not resume, and knows no limits.
 *
 * floor BASE_URL DB      (token from META_ACCESS_TOKEN)
 */
#include "plain.h"

#define ENTITY_STATUSES "\"ACTIVE\",\"PAUSED\",\"ARCHIVED\",\"IN_PROCESS\",\"WITH_ISSUES\""
#define AD_STATUSES                                                                                \
    ENTITY_STATUSES ",\"ADSET_PAUSED\",\"CAMPAIGN_PAUSED\",\"DISAPPROVED\",\"PENDING_REVIEW\","    \
                    "\"PENDING_BILLING_INFO\",\"PREAPPROVED\""

enum { CHAINS = 5, AT_ONCE = 3, URL_SIZE = 8192, ACCOUNTS_MAX = 256, DAYS = 8 };

enum chain_kind { CAMPAIGNS, ADSETS, ADS, INSIGHTS, TOTAL };

struct chain {
    enum chain_kind kind;
    struct account *account;
    CURL *easy;
    struct buffer body;
    char url[URL_SIZE]; /* without the cursor */
};

struct account {
    char id[40];
    int offset_min;
    int left; /* chains that have not ended */
    struct chain chains[CHAINS];
};

struct program {
    const char *base;
    CURLM *multi;
    struct curl_slist *headers;
    sqlite3_stmt *entity, *insight, *action;
    struct figures figures;
    time_t server_now;
    struct account accounts[ACCOUNTS_MAX];
    size_t count, started;
};

static void range_of(const struct program *p, const struct account *a, char out[64])
{
    char since[16];
    char until[16];
    struct tm tm;
    time_t today = p->server_now + (time_t)a->offset_min * 60;
    time_t first = today - (time_t)(DAYS - 1) * 86400;
    strftime(since, sizeof since, "%Y-%m-%d", gmtime_r(&first, &tm));
    strftime(until, sizeof until, "%Y-%m-%d", gmtime_r(&today, &tm));
    snprintf(out, 64, "{\"since\":\"%s\",\"until\":\"%s\"}", since, until);
}

static void add_insights(const struct program *p, struct chain *c, const char *level,
                         const char *fields)
{
    char range[64];
    range_of(p, c->account, range);
    append_param(c->url, URL_SIZE, "level", level);
    append_param(c->url, URL_SIZE, "fields", fields);
    append_param(c->url, URL_SIZE, "time_range", range);
    append_param(c->url, URL_SIZE, "time_increment", "1");
    append_param(c->url, URL_SIZE, "limit", "1000");
}

static void build_url(const struct program *p, struct chain *c)
{
    static const struct {
        const char *edge, *fields, *statuses;
    } listings[] = {
        [CAMPAIGNS] = {"campaigns", CAMPAIGN_FIELDS, "[" ENTITY_STATUSES "]"                    },
        [ADSETS] = {"adsets",    ADSET_FIELDS,    "[" ENTITY_STATUSES ",\"CAMPAIGN_PAUSED\"]"},
        [ADS] = {"ads",       AD_FIELDS,       "[" AD_STATUSES "]"                        },
    };
    const char *edge = c->kind <= ADS ? listings[c->kind].edge : "insights";
    snprintf(c->url, URL_SIZE, "%s/v25.0/%s/%s", p->base, c->account->id, edge);
    if (c->kind <= ADS) {
        append_param(c->url, URL_SIZE, "fields", listings[c->kind].fields);
        append_param(c->url, URL_SIZE, "effective_status", listings[c->kind].statuses);
        append_param(c->url, URL_SIZE, "limit", "500");
    } else if (c->kind == INSIGHTS) {
        add_insights(p, c, "ad", INSIGHT_FIELDS);
        append_param(c->url, URL_SIZE, "filtering",
                     "[{\"field\":\"ad.effective_status\",\"operator\":\"IN\",\"value\":"
                     "[" AD_STATUSES ",\"DELETED\"]}]");
    } else {
        add_insights(p, c, "account", "spend,impressions,clicks");
    }
}

static void send_page(struct program *p, struct chain *c, const char *after)
{
    char url[URL_SIZE];
    snprintf(url, sizeof url, "%s", c->url);
    if (after != NULL) {
        append_param(url, sizeof url, "after", after);
    }
    plain_setup(c->easy, p->headers, url, &c->body);
    curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
    curl_multi_add_handle(p->multi, c->easy);
    p->figures.calls++;
}

static void start_account(struct program *p)
{
    struct account *a = &p->accounts[p->started++];
    a->left = CHAINS;
    for (int i = 0; i < CHAINS; i++) {
        struct chain *c = &a->chains[i];
        c->kind = (enum chain_kind)i;
        c->account = a;
        c->easy = curl_easy_init();
        build_url(p, c);
        send_page(p, c, NULL);
    }
}

static void store_rows(struct program *p, const struct chain *c, const cJSON *data)
{
    static const char *const kinds[] = {"campaign", "adset", "ad"};
    const cJSON *row;
    cJSON_ArrayForEach(row, data)
    {
        if (c->kind <= ADS) {
            insert_entity(p->entity, c->account->id, kinds[c->kind], row);
            p->figures.rows++;
        } else {
            bool total = c->kind == TOTAL;
            p->figures.rows +=
                insert_insight(p->insight, p->action, c->account->id, total ? "account" : "ad",
                               total ? c->account->id : text_of(row, "ad_id"), row);
        }
    }
}

/* Takes a page, asks for the next one, or ends the chain and lets the next account begin. */
static void on_page(struct program *p, struct chain *c)
{
    long status = 0;
    curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(p->multi, c->easy);
    cJSON *root = parse_page(&c->body, status);
    store_rows(p, c, cJSON_GetObjectItemCaseSensitive(root, "data"));
    const char *after = next_cursor(root);
    if (after != NULL) {
        send_page(p, c, after);
    } else {
        curl_easy_cleanup(c->easy);
        free(c->body.data);
        if (--c->account->left == 0 && p->started < p->count) {
            start_account(p);
        }
    }
    cJSON_Delete(root);
}

static void run(struct program *p)
{
    int running = 1;
    while (running > 0) {
        CURLMsg *message;
        int left = 0;
        bool moved = false;
        curl_multi_perform(p->multi, &running);
        while ((message = curl_multi_info_read(p->multi, &left)) != NULL) {
            struct chain *c = NULL;
            if (message->data.result != CURLE_OK) {
                die("floor: %s", curl_easy_strerror(message->data.result));
            }
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &c);
            on_page(p, c);
            moved = true;
        }
        if (moved) {
            running = 1; /* a next page may have been asked for */
        } else if (running > 0) {
            curl_multi_poll(p->multi, NULL, 0, 1000, NULL);
        }
    }
}

static size_t on_date(char *data, size_t size, size_t count, void *ctx)
{
    if (size * count > 6 && strncasecmp(data, "date: ", 6) == 0) {
        char text[64];
        snprintf(text, sizeof text, "%.*s", (int)(size * count - 6), data + 6);
        *(time_t *)ctx = curl_getdate(text, NULL);
    }
    return size * count;
}

static void list_accounts(struct program *p)
{
    char url[URL_SIZE];
    struct buffer body = {0};
    CURL *easy = curl_easy_init();
    snprintf(url, sizeof url, "%s/v25.0/me/adaccounts?limit=200", p->base);
    append_param(url, sizeof url, "fields",
                 "id,name,account_status,disable_reason,currency,timezone_name,"
                 "timezone_offset_hours_utc");
    plain_setup(easy, p->headers, url, &body);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_date);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &p->server_now);
    CURLcode code = curl_easy_perform(easy);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK) {
        die("floor: %s", curl_easy_strerror(code));
    }
    cJSON *root = parse_page(&body, status);
    const cJSON *row;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(root, "data"))
    {
        struct account *a = &p->accounts[p->count++];
        if (p->count > ACCOUNTS_MAX) {
            die("floor: more than %d accounts", ACCOUNTS_MAX);
        }
        snprintf(a->id, sizeof a->id, "%s", text_of(row, "id"));
        a->offset_min = (int)(60 * cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(
                                       row, "timezone_offset_hours_utc")));
    }
    p->figures.calls++;
    cJSON_Delete(root);
    free(body.data);
    curl_easy_cleanup(easy);
}

int main(int argc, char **argv)
{
    static struct program p;
    if (argc != 3) {
        die("usage: floor BASE_URL DB");
    }
    figures_begin(&p.figures, "floor");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    p.base = argv[1];
    p.headers = plain_headers();
    p.multi = curl_multi_init();
    sqlite3 *db = plain_open(argv[2], false);
    p.entity = plain_prepare(db, "INSERT INTO entities VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
    p.insight = plain_prepare(db, "INSERT INTO insights VALUES(?,?,?,?,?,?,?,?,?)");
    p.action = plain_prepare(db, "INSERT INTO insight_actions VALUES(?,?,?,?,?,?,?,?)");
    sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    list_accounts(&p);
    while (p.started < p.count && p.started < AT_ONCE) {
        start_account(&p);
    }
    run(&p);
    if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
        die("floor: %s", sqlite3_errmsg(db));
    }
    sqlite3_finalize(p.entity);
    sqlite3_finalize(p.insight);
    sqlite3_finalize(p.action);
    sqlite3_close(db);
    curl_multi_cleanup(p.multi);
    curl_slist_free_all(p.headers);
    figures_print(&p.figures);
    return 0;
}
