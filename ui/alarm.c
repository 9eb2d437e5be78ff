#include "ui/alarm.h"

#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "ui/console.h"
#include "ui/term/osc.h"
#include "ui/term/term.h"

enum { CALM_MS = 60000 };

void alarm_update(struct console *console)
{
    const struct verdict *verdict = &console->overview.verdict;
    bool bad = verdict->kind == VERDICT_TOKEN || verdict->kind == VERDICT_STALLED;
    int64_t now = clock_mono_ms();
    char title[160];
    if (console->at || !console->overview.loaded) {
        return;
    }
    snprintf(title, sizeof title, "adtop %.40s: %s", console->config->environment, verdict->word);
    if (strcmp(title, console->title) != 0) {
        snprintf(console->title, sizeof console->title, "%s", title);
        osc_title(title);
    }
    if (bad && !console->alarmed) {
        char text[200];
        snprintf(text, sizeof text, "adtop: %s %s", verdict->word, verdict->detail);
        if (console->config->bell) {
            term_bell();
            osc_notify(text);
        }
        console->alarmed = true;
    }
    if (bad || !console->alarmed) {
        console->calm_since = 0;
    } else if (!console->calm_since) {
        console->calm_since = now;
    } else if (now - console->calm_since >= CALM_MS) {
        console->alarmed = false;
        console->calm_since = 0;
    }
}
