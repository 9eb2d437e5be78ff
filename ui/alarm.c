#include "ui/alarm.h"

#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "store/read_alerts.h"
#include "ui/console.h"
#include "ui/term/osc.h"
#include "ui/term/term.h"

enum { CHUNK = 16 * 1024, TEXT_SIZE = 240 };

bool alarm_step(struct alarm *alarm, bool bad, int64_t newest_alert, int64_t now, int64_t calm_ms)
{
    if (!alarm->started) {
        *alarm = (struct alarm){.started = true, .rung = bad, .alert_seen = newest_alert};
        alarm->rung_at = now - calm_ms;
        return false;
    }
    bool turned = bad && !alarm->rung;
    bool alerted = newest_alert > alarm->alert_seen && now - alarm->rung_at >= calm_ms;
    if (turned || alerted) {
        alarm->rung = alarm->rung || bad;
        alarm->rung_at = now;
        alarm->alert_seen = newest_alert > alarm->alert_seen ? newest_alert : alarm->alert_seen;
    }
    if (bad || !alarm->rung) {
        alarm->calm_since = 0;
    } else if (!alarm->calm_since) {
        alarm->calm_since = now;
    }
    if (alarm->calm_since && now - alarm->calm_since >= calm_ms) {
        alarm->rung = false;
        alarm->calm_since = 0;
    }
    return turned || alerted;
}

/* The newest that is open and that nobody has acknowledged; 0 = none. */
static int64_t newest_alert(struct console *console, char text[TEXT_SIZE])
{
    struct arena *arena = arena_create(CHUNK);
    struct alert_rows alerts = {0};
    int64_t newest = 0;
    bool ok = arena && read_alerts(console->store, arena, 0, 0, &alerts, NULL);
    for (size_t i = 0; ok && i < alerts.count; i++) {
        const struct alert_row *alert = &alerts.rows[i];
        bool open = !alert->acked_at && !alert->cleared_at && alert->severity > ALERT_INFO;
        if (open && alert->alert_id > newest) {
            newest = alert->alert_id;
            snprintf(text, TEXT_SIZE, "adtop: %s %.60s: %.120s",
                     alert_severity_name(alert->severity), alert->scope, alert->detail);
        }
    }
    arena_destroy(arena);
    return newest;
}

static void set_title(struct console *console)
{
    char title[160];
    snprintf(title, sizeof title, "adtop%s%.40s: %s", console_environment(console)[0] ? " " : "",
             console_environment(console), console->overview.verdict.word);
    if (console->config->title && strcmp(title, console->title) != 0) {
        snprintf(console->title, sizeof console->title, "%s", title);
        osc_title(title);
    }
}

void alarm_update(struct console *console)
{
    const struct verdict *verdict = &console->overview.verdict;
    bool bad = verdict->kind == VERDICT_TOKEN || verdict->kind == VERDICT_STALLED;
    char text[TEXT_SIZE] = "";
    if (console->env.at || !console->overview.loaded || !console->store) {
        return;
    }
    if (console->alerts_at != console->loaded_ms) {
        console->alerts_at = console->loaded_ms;
        console->alert_newest = newest_alert(console, console->alert_text);
    }
    set_title(console);
    if (!alarm_step(&console->alarm, bad, console->alert_newest, clock_mono_ms(),
                    console->config->calm_ms)) {
        return;
    }
    if (bad) {
        snprintf(text, sizeof text, "adtop: %s %s", verdict->word, verdict->detail);
    }
    if (console->config->bell) {
        term_bell();
    }
    if (console->config->notify) {
        osc_notify(text[0] ? text : console->alert_text);
    }
}
