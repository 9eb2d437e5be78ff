/*
 * fit: how much one synchronous read of insights may ask for, and what becomes of one that was
 * refused. Pure: what the account has borne, and time, are arguments.
 *
 * "Reduce the amount of data" does not say whether the page or the days are too much, it comes for
 * small answers too (reference 3.2, 10 #6), and every refusal counts against the app's error rate
 * (2.1). So a page is made smaller once, that of a single day twice; what is refused even then is
 * read in a few parts by date, or else as a report. What was borne and what was not is kept for a
 * day, by account and class of reads; after that one read asks for more again, and one refusal
 * settles it for another day.
 *
 * Insights load is refused too when a single query is more than the app may use at once (4/1504022
 * while the header shows room), and what is served may take all of it, so that everybody else
 * waits. So pages get smaller by what they were seen to take; what is refused although there is
 * room is made smaller, then divided by date, and given up when nothing smaller is left.
 */
#ifndef SYNC_FIT_H
#define SYNC_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FIT_SMALL = 64,     /* a page of so many rows is not made smaller */
    FIT_PARTS_MAX = 4,  /* by date; a report costs about as many calls */
    FIT_LEAST = 10,     /* nor one of so many, whatever it takes of the load */
    FIT_TRIES = 2,      /* of one size that load refuses: it may be Meta's own overload */
    FIT_TEXT_SIZE = 200 /* of fit_text */
};

/* Learned of one account and class of reads. Times in ms of adtop's clock. */
struct fit {
    int limit; /* the page that came after a larger one was refused; 0 = none was */
    int64_t limit_at;
    int32_t bad_days;  /* the fewest days refused whatever the page; 0 = none were */
    int32_t good_days; /* the most that came since, always fewer; 0 = unknown */
    int64_t days_at;   /* of the last refusal */
    int light;         /* the page that load bears, or is hoped to; 0 = any. Grows by itself. */
    int turned_away;   /* refusals in a row by load that had room */
};

enum fit_step { FIT_READ, FIT_SMALLER, FIT_PARTS, FIT_REPORT, FIT_HOPELESS };
struct fit_choice {
    enum fit_step step;
    int limit;  /* FIT_READ: the largest page to ask for; FIT_SMALLER by load: the next one */
    int start;  /* FIT_READ: the page to begin with; at most limit */
    int parts;  /* FIT_PARTS: of about the same number of days */
    bool probe; /* FIT_READ: of what was refused more than a day ago */
};

/* Before the first request of a read of so many days. limit_max: the configured page. */
void fit_open(const struct fit *fit, int32_t days, int limit_max, int64_t now_ms,
              struct fit_choice *out);

struct fit_refusal {
    int32_t days;
    double rows;   /* of the read, estimated; 0 = unknown */
    int limit;     /* of the page refused */
    int in_a_row;  /* pages refused before this one since the last that came */
    bool probe;    /* fit_open said so */
    bool time_out; /* the days are too much, a smaller page does not help */
};
/* FIT_SMALLER, FIT_PARTS or FIT_REPORT. */
void fit_refused(const struct fit *fit, const struct fit_refusal *refusal, struct fit_choice *out);

/* The same of load that refused although it had room; limit: of the page, 0 = a report. The same
 * again (FIT_READ), FIT_SMALLER, FIT_PARTS; FIT_HOPELESS: a day of as few rows as there may be. */
void fit_turned_away(struct fit *fit, int32_t days, int limit, struct fit_choice *out);
/* What a page of so many rows took, by the load reading that came with it. The page that would be
 * light; 0 = no smaller one. */
int fit_lighter(int rows, double load_pct);
/* Whether such a reading lets pages be larger; whether it leaves no reason for a refusal but the
 * query's own size. */
bool fit_may_grow(double load_pct);
bool fit_has_room(double load_pct);

/* Whatever the page, so many days were refused. */
void fit_learn_refused(struct fit *fit, int32_t days, int64_t now_ms);
/* A page of `limit` came; complete: with it the whole read. true = something changed, keep it. */
bool fit_learn_read(struct fit *fit, int32_t days, int limit, int limit_max, bool complete,
                    int64_t now_ms);

/* Part i of n, in whole days; the parts cover first..last. */
void fit_part(int32_t first, int32_t last, int i, int n, int32_t *part_first, int32_t *part_last);

/* JSON and back; what cannot be read is nothing known. */
void fit_text(const struct fit *fit, char out[FIT_TEXT_SIZE]);
void fit_parse(const char *text, struct fit *out);

#endif
