#include "ui/term/tty_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const int watched[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
enum { WATCHED = sizeof watched / sizeof watched[0], FATAL = sizeof fatal / sizeof fatal[0] };

/* Signal handlers can reach nothing but file scope. */
static int pipe_fds[2] = {-1, -1};
static struct sigaction old_watched[WATCHED], old_fatal[FATAL];
static char restore_bytes[128];
static size_t restore_length;
static struct termios restore_termios;
static volatile sig_atomic_t armed;

static void on_signal(int number)
{
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    /* A full pipe already holds what will wake the loop. */
    ssize_t n = write(pipe_fds[1], &byte, 1);
    (void)n;
    errno = saved;
}

static void on_fatal(int number)
{
    if (armed) {
        armed = 0;
        ssize_t n = write(STDOUT_FILENO, restore_bytes, restore_length);
        (void)n;
        tcsetattr(STDIN_FILENO, TCSANOW, &restore_termios);
    }
    raise(number); /* SA_RESETHAND: the second one is the default action, core and all */
}

bool tty_signals_open(struct err *err)
{
    if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) != 0) {
        return err_set(err, ERR_IO, "signal pipe: %s", strerror(errno));
    }
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < WATCHED; i++) {
        sigaction(watched[i], &action, &old_watched[i]);
    }
    action.sa_handler = on_fatal;
    action.sa_flags = (int)SA_RESETHAND;
    for (int i = 0; i < FATAL; i++) {
        sigaction(fatal[i], &action, &old_fatal[i]);
    }
    return true;
}

void tty_signals_arm(const char *restore, size_t n, const struct termios *saved)
{
    restore_length = n < sizeof restore_bytes ? n : 0;
    memcpy(restore_bytes, restore, restore_length);
    restore_termios = *saved;
    armed = 1;
}

void tty_signals_close(void)
{
    armed = 0;
    if (pipe_fds[0] < 0) {
        return;
    }
    for (int i = 0; i < WATCHED; i++) {
        sigaction(watched[i], &old_watched[i], NULL);
    }
    for (int i = 0; i < FATAL; i++) {
        sigaction(fatal[i], &old_fatal[i], NULL);
    }
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    pipe_fds[0] = pipe_fds[1] = -1;
}

int tty_signals_fd(void)
{
    return pipe_fds[0];
}

int tty_signals_next(void)
{
    unsigned char byte = 0;
    return read(pipe_fds[0], &byte, 1) == 1 ? byte : 0;
}

void tty_signals_stop(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL}, mine;
    sigset_t unblock, before;
    sigemptyset(&standard.sa_mask);
    sigaction(SIGTSTP, &standard, &mine);
    sigemptyset(&unblock);
    sigaddset(&unblock, SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &unblock, &before);
    kill(0, SIGTSTP);
    sigprocmask(SIG_SETMASK, &before, NULL);
    sigaction(SIGTSTP, &mine, NULL);
}
