/* screen_parts: what screen.c, which runs the program, and screen_look.c, which reads the grid,
 * share. */
#ifndef TESTS_UI_SCREEN_PARTS_H
#define TESTS_UI_SCREEN_PARTS_H

#include <vterm.h>

#include "screen.h"

struct screen {
    VTerm *vt;
    VTermScreen *grid;
    int fd, line; /* the terminal's line stays open, so that it can be looked at at the end */
    pid_t pid;
    int rows, cols;
    bool ended, fullscreen, cursor, away;
    bool silent, signs_inside;
    char held[3]; /* the beginning of a sign that is left out */
    size_t held_length;
    int status;
    uint64_t bytes;
    char *raw;
    size_t raw_length;
    char home[64];
};

#endif
