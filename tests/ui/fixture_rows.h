/* fixture_rows: the rows of a fixture's database. */
#ifndef TESTS_UI_FIXTURE_ROWS_H
#define TESTS_UI_FIXTURE_ROWS_H

#include "fixture.h"

void fixture_fill(const char *dir, enum fixture_state state);
/* What a drill adds to the healthy rows. */
void fixture_drill(const char *dir, enum fixture_state state);
/* Ends the test program with what and why when ok is false. */
void fixture_check(bool ok, const char *what);

#endif
