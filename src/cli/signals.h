/* signals: SIGTERM, SIGINT and SIGHUP stop the engine of this process. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

struct engine;

void signals_stop(struct engine *engine);
void signals_default(void);

#endif
