/* when: instants as a person types them. Pure. */
#ifndef UI_WHEN_H
#define UI_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* "03:10", "03:10:30" in the zone offset_s east of UTC: the most recent such instant, or with ahead
 * the next one; or RFC 3339. All are ms. */
bool when_parse(const char *text, int64_t now, int32_t offset_s, bool ahead, int64_t *out);

#endif
