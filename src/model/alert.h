/* alert: how bad, the same words in the rules, the store and on screen. */
#ifndef MODEL_ALERT_H
#define MODEL_ALERT_H

enum alert_severity { ALERT_INFO, ALERT_WARNING, ALERT_CRITICAL };

#endif
