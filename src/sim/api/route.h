/*
 * route: version and path of a call, what it reaches, and who answers it.
 */
#ifndef SIM_API_ROUTE_H
#define SIM_API_ROUTE_H

#include "sim/api/call.h"

typedef void handler_fn(struct call *call);

/* Splits the version off, finds the route and the object; fills the call. NULL = an error stands in
 * the reply. upgraded: the version asked for is dead and the next one answers. */
handler_fn *route_find(struct call *call, bool *upgraded);
/* Checked after the limiters: does the object exist, may the token see it? False = error. */
bool route_reach(struct call *call);

#endif
