#include "ui/term/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "ui/term/term.h"
#include "ui/term/tty_signals.h"

enum { FIRST_OWN_FD = 3, NO_SHELL = 127 };

/* In the child; every signal is still blocked. */
static _Noreturn void become(const struct child *child)
{
    sigset_t none;
    for (int s = 1; s < NSIG; s++) {
        signal(s, SIG_DFL); /* what is ignored would stay so: SIGPIPE */
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (char *const *var = child->vars; *var; var++) {
        if (strchr(*var, '=')) {
            putenv(*var);
        } else {
            unsetenv(*var);
        }
    }
    closefrom(FIRST_OWN_FD);
    execl("/bin/sh", "sh", "-c", child->line, (char *)NULL);
    _exit(NO_SHELL);
}

static void block_all(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, before);
}

/* The console's own group is stopped as a whole, then both go on. */
static void stop_with(pid_t pid, int status)
{
    if (WSTOPSIG(status) == SIGTSTP || WSTOPSIG(status) == SIGSTOP) {
        tcsetpgrp(STDIN_FILENO, getpgrp());
        tty_signals_stop();
    }
    tcsetpgrp(STDIN_FILENO, pid);
    kill(-pid, SIGCONT);
}

/* True once it has ended. */
static bool look_after(pid_t pid, int *status)
{
    pid_t n;
    while ((n = waitpid(pid, status, WNOHANG | WUNTRACED)) == pid) {
        if (!WIFSTOPPED(*status)) {
            return true;
        }
        stop_with(pid, *status);
    }
    return n < 0 && errno != EINTR;
}

static bool asked_to_end(void)
{
    bool end = false;
    for (enum term_signal s = term_next_signal(); s != TERM_NONE; s = term_next_signal()) {
        end = end || s == TERM_QUIT;
    }
    return end;
}

static enum child_end await(pid_t pid, int changes, int *status)
{
    struct pollfd fds[2] = {
        {.fd = changes,          .events = POLLIN},
        {.fd = term_signal_fd(), .events = POLLIN}
    };
    while (!look_after(pid, status)) {
        struct signalfd_siginfo info;
        if (poll(fds, 2, -1) > 0 && fds[0].revents && read(changes, &info, sizeof info) < 0 &&
            errno != EAGAIN) {
            return CHILD_FAILED;
        }
        if (asked_to_end()) {
            kill(-pid, SIGHUP);
            kill(-pid, SIGCONT);
            return CHILD_LEFT;
        }
    }
    return CHILD_ENDED;
}

enum child_end child_run(const struct child *child, int *status, struct err *err)
{
    sigset_t changes, before, inside;
    sigemptyset(&changes);
    sigaddset(&changes, SIGCHLD);
    int fd = signalfd(-1, &changes, SFD_CLOEXEC | SFD_NONBLOCK);
    enum child_end end = CHILD_FAILED;
    block_all(&before);
    term_lend();
    pid_t pid = fd >= 0 ? fork() : -1;
    if (pid == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
        become(child);
    }
    if (pid > 0) {
        setpgid(pid, pid); /* here as well: whoever comes first */
        tcsetpgrp(STDIN_FILENO, pid);
        inside = before;
        sigaddset(&inside, SIGCHLD);
        sigaddset(&inside, SIGTTOU); /* taking the terminal back is not to stop the console */
        sigprocmask(SIG_SETMASK, &inside, NULL);
        end = await(pid, fd, status);
        tcsetpgrp(STDIN_FILENO, getpgrp());
    } else {
        err_set(err, ERR_IO, "%s", strerror(errno));
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (fd >= 0) {
        close(fd);
    }
    return end;
}

/* Whatever the command has left the lines in, they can be read and a single key is seen. */
static bool wait_for_key(const char *text)
{
    static const char new_line[] = "\r\n";
    char keys[64];
    struct termios line;
    if (tcgetattr(STDIN_FILENO, &line) == 0) {
        line.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG); /* Ctrl-C once too often is a key */
        line.c_oflag |= OPOST | ONLCR;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &line); /* what was typed for the command is its own */
    }
    fd_write_all(STDOUT_FILENO, new_line, sizeof new_line - 1, NULL);
    fd_write_all(STDOUT_FILENO, text, strlen(text), NULL);
    struct pollfd fds[2] = {
        {.fd = term_input_fd(),  .events = POLLIN},
        {.fd = term_signal_fd(), .events = POLLIN}
    };
    while (!asked_to_end()) {
        if (poll(fds, 2, -1) > 0 && fds[0].revents) {
            /* a key may be several bytes; none is the end of the terminal, which the loop sees */
            bool pressed = read(STDIN_FILENO, keys, sizeof keys) > 0;
            fd_write_all(STDOUT_FILENO, new_line, sizeof new_line - 1, NULL);
            return pressed;
        }
    }
    return false;
}

bool child_done(const char *text)
{
    bool goes_on = !text || wait_for_key(text);
    term_take_back();
    return goes_on;
}

pid_t child_start(const struct child *child, struct err *err)
{
    sigset_t before;
    block_all(&before);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        setsid();
        for (int fd = 0; null >= 0 && fd < FIRST_OWN_FD; fd++) {
            dup2(null, fd);
        }
        if (null < 0) {
            _exit(NO_SHELL); /* it is not to write on the screen */
        }
        become(child);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid < 0) {
        err_set(err, ERR_IO, "%s", strerror(errno));
    }
    return pid;
}
