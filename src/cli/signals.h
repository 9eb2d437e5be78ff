/* signals: SIGTERM, SIGINT and SIGHUP stop the engine of this process. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

struct engine;

/* From here on they wait until signals_stop, so that an engine that is being made can be stopped
 * properly, too. */
void signals_hold(void);
void signals_stop(struct engine *engine);
/* The process is at its end: further ones change nothing. */
void signals_ignore(void);

#endif
