/*
 * ids: identifiers are decimal text exactly as the API gives them (they exceed 2^53).
 * An account id always has the form "act_<n>"; the bare <n> occurs only in API bodies.
 */
#ifndef MODEL_IDS_H
#define MODEL_IDS_H

#include <stdbool.h>
#include <stddef.h>

enum { ID_SIZE = 40, STATUS_SIZE = 32 };

/* "act_<n>" from "<n>" or "act_<n>"; false when it is neither or too long. */
bool account_id_normalize(const char *text, char out[ID_SIZE]);
/* The digits after "act_". */
const char *account_id_number(const char *account_id);

#endif
