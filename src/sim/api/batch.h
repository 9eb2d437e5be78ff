/*
 * batch: POST / with up to 50 calls (reference 8.1). Each item is a call of its own to every
 * limiter; the answer is 200 even when all fail.
 */
#ifndef SIM_API_BATCH_H
#define SIM_API_BATCH_H

#include "sim/api/call.h"

void batch_serve(struct call *call);

#endif
