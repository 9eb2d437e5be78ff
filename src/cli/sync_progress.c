#include "cli/sync_progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "model/run.h"

enum { BAR_WIDTH = 24, COLUMNS_DEFAULT = 80, LINE_MAX = 512 };

void sync_progress_begin(struct sync_progress *progress)
{
    progress->terminal = isatty(STDOUT_FILENO);
    progress->began = clock_mono_ms();
}

int64_t sync_progress_rows(const struct run *run)
{
    return run->campaigns_fetched + run->adsets_fetched + run->ads_fetched + run->insight_rows;
}

void sync_progress_end(const struct sync_progress *progress)
{
    if (progress->terminal) {
        printf("\r\033[K");
        fflush(stdout);
    }
}

void sync_progress_ended(const struct sync_progress *progress, const char *name,
                         const struct run *run, const char *why)
{
    sync_progress_end(progress);
    cli_say("%-22s %-9s %6lld rows %4lld calls %6.1f s  %.128s%s%.256s", run->account_id,
            run_status_name(run->status), (long long)sync_progress_rows(run),
            (long long)run->api_calls, (double)run->duration_ms / 1000, name, why[0] ? ": " : "",
            why);
    fflush(stdout);
}

static int columns(void)
{
    struct winsize size;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : COLUMNS_DEFAULT;
}

void sync_progress_bar(const struct sync_progress *progress, const struct sync_bar *bar)
{
    char blocks[BAR_WIDTH + 1] = "", eta[32] = "", text[LINE_MAX], clean[LINE_MAX];
    if (!progress->terminal || bar->finished >= bar->accounts) {
        return;
    }
    memset(blocks, '.', BAR_WIDTH);
    memset(blocks, '#', bar->finished * BAR_WIDTH / bar->accounts);
    if (bar->finished > 0) {
        int64_t spent = clock_mono_ms() - progress->began;
        int64_t left = spent * (int64_t)(bar->accounts - bar->finished) / (int64_t)bar->finished;
        snprintf(eta, sizeof eta, "  ETA %llds", (long long)((left + 999) / 1000));
    }
    snprintf(text, sizeof text, "[%s] %zu/%zu accounts  %lld rows  %lld calls%s  %s%s%.128s",
             blocks, bar->finished, bar->accounts, (long long)bar->rows, (long long)bar->calls, eta,
             bar->account_id, bar->step[0] ? ": " : "", bar->step);
    /* A line that wraps could not be taken away again. */
    size_t room = (size_t)columns();
    utf8_clean(text, clean, room < sizeof clean ? room : sizeof clean);
    printf("\r\033[K%s", clean);
    fflush(stdout);
}
