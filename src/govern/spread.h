/*
 * spread: moments for many things that were freed together, so that they do not go together. Pure
 * and repeatable: the offset comes from a hash of the name.
 */
#ifndef GOVERN_SPREAD_H
#define GOVERN_SPREAD_H

#include <stddef.h>
#include <stdint.h>

/* 0 .. window_ms-1 for this name and instant; the same every time. */
int64_t spread_offset_ms(const char *name, int64_t instant_ms, int64_t window_ms);

/* Moments for count resumes from now on: each not before its own ready_ms, no two closer than
 * gap_ms, in order of ready_ms (ties by index). at[i] receives that of item i. */
void spread_resumes(const int64_t *ready_ms, size_t count, int64_t now_ms, int64_t gap_ms,
                    int64_t *at);

#endif
