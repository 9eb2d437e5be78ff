/* when: instants as a person types them, and as others write them. Pure. */
#ifndef UI_WHEN_H
#define UI_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "03:10", "03:10:30" in the zone offset_s east of UTC: the most recent such instant, or with ahead
 * the next one; or RFC 3339. All are ms. */
bool when_parse(const char *text, int64_t now, int32_t offset_s, bool ahead, int64_t *out);
/* The text with every 2026-11-24T13:45:00Z in it as the local clock says it: "13:45", "25 Nov
 * 00:00".
 */
void when_localize(const char *text, int64_t now, int32_t offset_s, char *out, size_t size);

#endif
