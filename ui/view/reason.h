/*
 * reason: what an account waits for, in words: two or three for a table's cell, a sentence for the
 * pane and the sheet. The figures behind a decision come from the hold's own detail, as the
 * governor wrote it (govern/limit/scope_gate.c). Pure.
 */
#ifndef UI_VIEW_REASON_H
#define UI_VIEW_REASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/hold.h"
#include "ui/role.h"

struct account_line;
struct env;

/* An end that moved by less has stood. */
enum { END_MOVED_MS = 2 * 60000 };

/* Which of the governor's rules holds it. */
enum hold_rule {
    RULE_NONE,    /* the reason says it all */
    RULE_FULL,    /* the usage is on or above our line */
    RULE_NO_ROOM, /* below it, but the next call would cross it */
    RULE_PACING,  /* calls are spaced, so that the line is approached and not hit */
    RULE_BLOCKED, /* Meta refuses calls until an end */
    RULE_PROBE,   /* after a block one call goes first */
    RULE_RAMP,    /* and then a few */
    RULE_ERRORS,  /* too many of our calls failed lately */
    RULE_COUNT
};

struct hold_figures {
    enum hold_rule rule;
    double pct, threshold, call_pct; /* percent; -1 = not given */
    int64_t age_s;                   /* of the reading at the decision; -1 = not given */
    int code, subcode;               /* of the error that began it; 0 = none */
    bool named_by_api;               /* the block's end is Meta's word, not our guess */
    bool development;                /* counted with the limits of development access */
    bool stuck;                      /* the reading does not fall although calls succeed */
};

/* detail: JSON, "" = none. What it does not give stays unknown. */
void hold_figures_read(const char *detail, struct hold_figures *out);

/* One letter that tells the state without colour, and its role. */
const char *state_letter(enum hold_reason reason);
enum role state_role(enum hold_reason reason);
/* What people call such states together: "throttled", "needs-you", "fine"; NULL = the reason's own
 * name says it. */
const char *state_group(enum hold_reason reason);
/* "account quota", at most three words. */
const char *state_words(enum hold_reason reason);

/* For a cell: "account full", "app blocked", "paused: ana", "running". */
void reason_words(const struct account_line *row, char *out, size_t size);
/* When it ends, as the UNTIL column says it: "10:41", "~10:41", "next", "you", "Meta", "resumed",
 * "--". */
void reason_until(const struct account_line *row, const struct env *env, char *out, size_t size);
/* Whose it is, of what is used: "mostly not us", "partly us", "mostly us"; "" = not known. */
const char *share_words(double used_pct, double ours_pct);
/* How full what it waits for is: what Meta refuses is full, whatever was read of it last. */
double reason_used_pct(const struct account_line *row);
/* The end is our guess: it may move. */
bool reason_is_estimate(const struct account_line *row);
/* What is worth a sentence although nothing is wrong: a run that lasts, an edit of many entities,
 * a header that is ignored; "" = nothing. */
void reason_notice(const struct account_line *row, const struct env *env, char *out, size_t size);
/* What to do, that it ends by itself included; from the error that began it. "" = not held. */
const char *reason_cure(const struct account_line *row);
/* One sentence: why, since when, until when. */
void reason_sentence(const struct account_line *row, const struct env *env, char *out, size_t size);

#endif
