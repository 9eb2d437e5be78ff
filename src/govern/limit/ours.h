/*
 * ours: how much of a limiter's usage our own calls explain; the rest is somebody else's. An
 * estimate, for people: nothing is decided by it. Pure.
 *
 * Between two readings at which none of our calls is under way, what a limiter rose is at most what
 * our calls cost and what others sent. Others come in bursts: of many short stretches the cheaper
 * half is taken. What may have fallen meanwhile is added, and where that would be most of what was
 * seen the stretch tells nothing. Insights load is not estimated: calls differ too much in what
 * they weigh.
 */
#ifndef GOVERN_OURS_H
#define GOVERN_OURS_H

#include <stdint.h>

enum { OURS_STRETCHES = 15 };

/* The last stretches, of one limiter or of all of a kind. */
struct ours_costs {
    struct {
        double rise, sent, step; /* step: of the header, what it may have left out */
    } past[OURS_STRETCHES];
    int count, next;
};

struct ours {
    double items; /* sent, and still counting at at_ms: decays with the limiter's period */
    int64_t at_ms;
    /* the stretch under way; base_ms 0 = none */
    double base_pct, sent;
    int64_t base_ms;
    struct ours_costs own;
    struct ours_costs *common; /* of all limiters of the kind: until there are enough of its own */
};

/* A call that counts, here or of before a restart. */
void ours_count(struct ours *o, double items, double period_s, int64_t now_ms);
/* A call that was answered: it belongs to the stretch under way. */
void ours_sent(struct ours *o, double items);
/* A reading: step is what its header leaves out. in_flight: our calls under way besides. */
void ours_read(struct ours *o, double pct, double step, double period_s, int in_flight,
               int64_t now_ms);

/* Of those counted, what is left. */
double ours_left(const struct ours *o, double period_s, int64_t now_ms);
/* Per cent that so many items cost; -1 = not known. */
double ours_pct(const struct ours *o, double items);

#endif
