/* money: decimal text to and from micros of the major unit ("12.34" = 12340000), exactly. */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

/* False for what is no plain decimal or does not fit; digits beyond the sixth round half away. */
bool money_parse_micros(const char *text, int64_t *micros);
void money_format(int64_t micros, int decimals, char out[32]);

#endif
