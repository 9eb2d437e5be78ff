/* Widths of a table's columns. Pure. */
#include <string.h>

#include "ui/widget/table.h"

/* "24 Nov 10:41", with a mark before it. */
enum { TIME_COLS = 13, MATTERS = 1 };

static int needed(size_t count, const int *widths)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += widths[i] ? widths[i] + 1 : 0;
    }
    return sum ? sum - 1 : 0;
}

/* What a column asks for: as much as its contents need, within its bounds. */
static int claim(const struct column *column, int seen)
{
    int ideal = column->ideal > column->min ? column->ideal : column->min;
    return seen > 0 && seen < ideal ? seen : ideal;
}

static int least(const struct column *column, int seen)
{
    int claimed = claim(column, seen);
    return claimed < column->min ? claimed : column->min;
}

static int claimed(const struct column *columns, size_t count, const uint16_t *seen,
                   const int *widths)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += widths[i] ? claim(&columns[i], seen[i]) + 1 : 0;
    }
    return sum ? sum - 1 : 0;
}

static int next_to_drop(const struct column *columns, size_t count, const int *widths, int from)
{
    int worst = -1;
    for (size_t i = 0; i < count; i++) {
        if (widths[i] && columns[i].drop >= from &&
            (worst < 0 || columns[i].drop > columns[worst].drop)) {
            worst = (int)i;
        }
    }
    return worst;
}

/* Half a time or a figure is another one: such columns are there whole, if that costs none of the
 * columns that matter most. */
static bool fit_whole(const struct column *columns, size_t count, const uint16_t *seen, int width,
                      int widths[COLUMNS_MAX])
{
    int trial[COLUMNS_MAX], drop = 0;
    memcpy(trial, widths, count * sizeof *trial);
    for (size_t i = 0; i < count; i++) {
        const struct column *c = &columns[i];
        bool whole = c->number && !c->drop && !c->grow && c->ideal <= TIME_COLS;
        trial[i] = trial[i] && whole ? claim(c, seen[i]) : trial[i];
    }
    while (needed(count, trial) > width &&
           (drop = next_to_drop(columns, count, trial, MATTERS + 1)) >= 0) {
        trial[drop] = 0;
    }
    bool fits = needed(count, trial) <= width;
    if (fits) {
        memcpy(widths, trial, count * sizeof *trial);
    }
    return fits;
}

/* Widens the column towards a width; returns what is left to spare. */
static int widen(int *width, int wanted, int spare)
{
    int more = *width ? wanted - *width : 0;
    more = more > spare ? spare : more < 0 ? 0 : more;
    *width += more;
    return spare - more;
}

static void share_out(const struct column *columns, size_t count, const uint16_t *seen, int spare,
                      int *widths)
{
    for (size_t i = 0; i < count; i++) { /* what fits as a whole first, then what may grow */
        int wanted = columns[i].grow ? 0 : claim(&columns[i], seen[i]);
        spare = widen(&widths[i], wanted, spare);
    }
    for (size_t i = 0; i < count; i++) {
        spare = widen(&widths[i], claim(&columns[i], seen[i]), spare);
    }
    for (int growers = 1; growers >= 0; growers--) {
        for (size_t i = 0; i < count; i++) {
            spare = widen(&widths[i], columns[i].grow == growers ? seen[i] : 0, spare);
        }
    }
}

void table_fit(const struct column *columns, size_t count, uint32_t hidden, const uint16_t *seen,
               int width, int widths[COLUMNS_MAX])
{
    static const uint16_t unseen[COLUMNS_MAX];
    count = count < COLUMNS_MAX ? count : COLUMNS_MAX;
    seen = seen ? seen : unseen;
    for (size_t i = 0; i < count; i++) {
        widths[i] = hidden & (1u << i) ? 0 : least(&columns[i], seen[i]);
    }
    int drop = 0;
    while (claimed(columns, count, seen, widths) > width &&
           (drop = next_to_drop(columns, count, widths, COLUMN_EXTRA)) >= 0) {
        widths[drop] = 0;
    }
    while (!fit_whole(columns, count, seen, width, widths) && needed(count, widths) > width &&
           (drop = next_to_drop(columns, count, widths, MATTERS)) >= 0) {
        widths[drop] = 0;
    }
    int spare = width - needed(count, widths);
    if (spare > 0) {
        share_out(columns, count, seen, spare, widths);
    }
}
